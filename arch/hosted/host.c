// SPDX-License-Identifier: MIT
/*
 * The one file that sees the C library.
 *
 * Physical memory is a file in memory, sparse: physical address = offset.  Whatever
 * is mapped of it, the direct map or a page of vmalloc(), is a shared mapping of that
 * file, so that two addresses of one page show the same bytes.
 *
 * A bad access arrives as a signal, on a stack of its own, because the stack it
 * happened on may be what is not mapped.
 *
 * Mappings are made by bare system calls: a checker of races would take one for a
 * write to all of its range.  It does not see this file's own accesses.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "host.h"

#define SIGNAL_STACK (256UL << 10)
#define NS_PER_S     1000000000ULL

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif

#ifdef ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef HOSTED_TSAN
#include <sanitizer/tsan_interface.h>
#endif

static int memory = -1;
static int output_error; /* of the first write to standard output that failed */

void host_error(const char *text)
{
	while (*text) {
		ssize_t done = write(2, text, strlen(text));

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0)
			text += done;
	}
}

const char *host_error_text(long error)
{
	return strerror((int)-error);
}

static void complain(const char *what)
{
	host_error("cairn: the host refuses: ");
	host_error(what);
	host_error("\n");
	host_exit(2);
}

void host_memory_init(unsigned long long bytes)
{
	memory = memfd_create("cairn", MFD_CLOEXEC);
	if (memory < 0 || ftruncate(memory, (off_t)bytes))
		complain("a file in memory for physical memory");
}

int host_map(unsigned long va, unsigned long size, unsigned long long phys, int writable)
{
	int prot = PROT_READ | (writable ? PROT_WRITE : 0);

	if (syscall(SYS_mmap, va, size, prot, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, memory,
		    phys) < 0)
		return -errno;
	return 0;
}

/* At its limit of mappings the host makes no new one in place of many: first they must go. */
int host_unmap(unsigned long va, unsigned long size)
{
	for (int try = 0; try < 2; try++) {
		if (syscall(SYS_mmap, va, size, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) >= 0)
			return 0;
		if (syscall(SYS_munmap, va, size) < 0)
			break;
	}
	return -errno;
}

void host_write(const char *text, unsigned long n)
{
	while (n) {
		volatile const char *touch = text;
		ssize_t done;

		(void)*touch; /* the page must be there when the system call looks */
		done = write(1, text, n < 256 ? n : 256);
		if (done < 0 && errno != EINTR) {
			if (!output_error)
				output_error = errno;
			return;
		}
		if (done > 0) {
			text += done;
			n -= (unsigned long)done;
		}
	}
}

/* Nobody is to take what is missing for all there was to say. */
static int status_of(int status)
{
	if (!output_error)
		return status;
	host_error("cairn: standard output cannot be written, some of it is missing: ");
	host_error(strerror(output_error));
	host_error("\n");
	return status ? status : 2;
}

void host_exit(int status)
{
	exit(status_of(status));
}

unsigned long long host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * NS_PER_S + (unsigned long long)now.tv_nsec;
}

/*
 * Not sched_yield(): it gives up what is left of the thread's turn, and one that spins does
 * so thousands of times; then Linux lets it wait seconds for those who did not.
 */
void host_yield(void)
{
	const struct timespec moment = {.tv_nsec = 1};

	nanosleep(&moment, NULL);
}

void host_wait(unsigned int *word, unsigned int value, unsigned long long ns)
{
	struct timespec until = {.tv_sec = (time_t)(ns / NS_PER_S),
				 .tv_nsec = (long)(ns % NS_PER_S)};

	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, &until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

void host_wake(unsigned int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void host_stack(unsigned long *low, unsigned long *high)
{
	pthread_attr_t attr;
	size_t size = 0;
	void *at = NULL;

	if (!pthread_getattr_np(pthread_self(), &attr)) {
		pthread_attr_getstack(&attr, &at, &size);
		pthread_attr_destroy(&attr);
	}
	*low = (unsigned long)at;
	*high = (unsigned long)at + size;
}

long host_read_file(const char *path, char *buf, unsigned long size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned long n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (n < size && (got = read(fd, buf + n, size - n)) > 0)
		n += (unsigned long)got;
	close(fd);
	return got < 0 ? -errno : (long)n;
}

/* ---- Faults ---------------------------------------------------------------------------- */

static sigjmp_buf landing;

int host_try(void (*fn)(void *arg), void *arg)
{
	if (sigsetjmp(landing, 1))
		return 1;
	fn(arg);
	return 0;
}

void host_try_end(void)
{
	siglongjmp(landing, 1);
}

static unsigned int vector_of(int sig, const siginfo_t *info)
{
	if (sig == SIGFPE)
		return 0;
	if (sig == SIGILL)
		return 6;
	return sig == SIGSEGV && info->si_code == SI_KERNEL ? 13 : 14;
}

#ifdef HOSTED_VALGRIND
static int in_valgrind;

/* Of a repeated movs or stos valgrind has counted the step that it could not do. */
static void undo_step(greg_t *regs)
{
	const unsigned char *at = (const unsigned char *)regs[REG_RIP];
	int repeated = 0;

	if (!in_valgrind)
		return;
	for (; *at == 0xf3 || *at == 0x66 || *at >> 4 == 4; at++)
		repeated |= *at == 0xf3;
	if (repeated && (*at == 0xa4 || *at == 0xa5 || *at == 0xaa || *at == 0xab))
		regs[REG_RCX]++;
}
#else
static void undo_step(greg_t *regs)
{
	(void)regs;
}
#endif

static void on_signal(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct host_fault f = {
		.ip = (unsigned long)regs[REG_RIP],
		.sp = (unsigned long)regs[REG_RSP],
		.bp = (unsigned long)regs[REG_RBP],
		.flags = (unsigned long)regs[REG_EFL],
		.address = (unsigned long)info->si_addr,
		.error_code = (unsigned long)regs[REG_ERR],
		.vector = vector_of(sig, info),
	};
	int saved = errno;

	if (f.vector == 14 && f.ip != f.address)
		undo_step(regs);
	hosted_fault(&f);
	regs[REG_RIP] = (greg_t)f.ip;
	errno = saved;
}

/* Each thread has a signal stack of its own. */
static void give_signal_stack(void)
{
	stack_t stack = {.ss_size = SIGNAL_STACK};

	stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
		complain("a stack for signals");
}

static void take_signals(void)
{
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	struct sigaction act = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};

	give_signal_stack();
	for (unsigned int i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &act, NULL);
}

/* ---- Threads --------------------------------------------------------------------------- */

struct thread_start {
	void (*fn)(void *arg);
	void *arg;
};

static void *thread_main(void *data)
{
	struct thread_start start = *(struct thread_start *)data;

	free(data);
	give_signal_stack();
	start.fn(start.arg);
	return NULL;
}

int host_thread(void (*fn)(void *arg), void *arg)
{
	struct thread_start *start = malloc(sizeof(*start));
	pthread_t thread;
	int err;

	if (!start)
		return ENOMEM;
	*start = (struct thread_start){fn, arg};
	err = pthread_create(&thread, NULL, thread_main, start);
	if (err)
		free(start);
	else
		pthread_detach(thread);
	return err;
}

/* ---- Checkers -------------------------------------------------------------------------- */

#ifdef HOSTED_TSAN
/* What one fiber has done before a switch, the next one sees: they share their CPU. */
static void switch_fiber(void *fiber)
{
	__tsan_switch_to_fiber(fiber, 0);
}

void *host_fiber_self(void)
{
	return __tsan_get_current_fiber();
}

void *host_fiber_create(void)
{
	return __tsan_create_fiber(0);
}

void host_fiber_destroy(void *fiber)
{
	__tsan_destroy_fiber(fiber);
}
#else
static void switch_fiber(void *fiber)
{
	(void)fiber;
}

void *host_fiber_self(void)
{
	return NULL;
}

void *host_fiber_create(void)
{
	return NULL;
}

void host_fiber_destroy(void *fiber)
{
	(void)fiber;
}
#endif

#ifdef ASAN
void host_stack_leave(void **save, unsigned long low, unsigned long size, void *fiber)
{
	switch_fiber(fiber);
	__sanitizer_start_switch_fiber(save, (void *)low, size);
}

void host_stack_enter(void *saved)
{
	__sanitizer_finish_switch_fiber(saved, NULL, NULL);
}

void host_fresh(unsigned long va, unsigned long size)
{
	__asan_unpoison_memory_region((void *)va, size);
}

void host_poison(unsigned long va, unsigned long size)
{
	__asan_poison_memory_region((void *)va, size);
}

/* What a compiler calls for an access of any size. */
void __asan_loadN(void *va, long size);
void __asan_storeN(void *va, long size);

void host_check_read(unsigned long va, unsigned long size)
{
	__asan_loadN((void *)va, (long)size);
}

void host_check_write(unsigned long va, unsigned long size)
{
	__asan_storeN((void *)va, (long)size);
}
#else
void host_stack_leave(void **save, unsigned long low, unsigned long size, void *fiber)
{
	(void)save, (void)low, (void)size;
	switch_fiber(fiber);
}

void host_stack_enter(void *saved)
{
	(void)saved;
}

void host_fresh(unsigned long va, unsigned long size)
{
	(void)va, (void)size;
}
#endif

__attribute__((__weak__)) int main(int argc, char **argv)
{
	/* Memory is sparse and shared: a picture of it after a crash would be of no use. */
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
#ifdef HOSTED_VALGRIND
	in_valgrind = strstr(getenv("LD_PRELOAD") ?: "", "vgpreload") != NULL;
#endif
	prctl(PR_SET_TIMERSLACK, 1UL); /* of all threads; it makes host_yield() short */
	take_signals();
	return status_of(hosted_main(argc, argv));
}
