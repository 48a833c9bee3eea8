// SPDX-License-Identifier: MIT
/*
 * The one file of libcairn-malloc.so that sees the C library.
 *
 * Nothing here may allocate: it is the allocator that calls.  Nor may a thread be cancelled
 * here, with the allocator's locks: so write() and clock_nanosleep(), where it might, are
 * called past the C library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>
#include "preload.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define HIDDEN __attribute__((__visibility__("hidden")))

static int fixed_map(unsigned long va, unsigned long size, int prot)
{
	void *at = mmap((void *)va, size, prot,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	if (at == (void *)va)
		return 0;
	munmap(at, size); /* a kernel that does not know MAP_FIXED_NOREPLACE takes it as a hint */
	return -EEXIST;
}

HIDDEN int host_map(unsigned long va, unsigned long size)
{
	return fixed_map(va, size, PROT_READ | PROT_WRITE);
}

HIDDEN void host_map_empty(unsigned long va, unsigned long size)
{
	struct rlimit limit;

	if (size && !getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur == RLIM_INFINITY)
		fixed_map(va, size, PROT_READ);
}

HIDDEN void host_unmap(unsigned long va, unsigned long size)
{
	munmap((void *)va, size);
}

HIDDEN void host_discard(unsigned long va, unsigned long size)
{
	madvise((void *)va, size, MADV_DONTNEED);
}

HIDDEN int host_move(unsigned long from, unsigned long old, unsigned long to, unsigned long new)
{
	void *at = mremap((void *)from, old, new, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)to);

	return at == MAP_FAILED ? -errno : 0;
}

/* At most half of what the limit allows, for the program has stacks and files. */
static unsigned long half_of(int resource, unsigned long bytes)
{
	struct rlimit limit;

	if (!getrlimit(resource, &limit) && limit.rlim_cur / 2 < bytes)
		bytes = limit.rlim_cur / 2;
	return bytes;
}

/* Twice the machine's memory: more cannot be in use, but free memory may lie between. */
HIDDEN unsigned long host_memory(void)
{
	struct sysinfo info;
	unsigned long bytes = 4UL << 30;

	if (!sysinfo(&info))
		bytes = (info.totalram + info.totalswap) * info.mem_unit * 2;
	/* To Linux private memory is data. */
	return half_of(RLIMIT_DATA, half_of(RLIMIT_AS, bytes));
}

HIDDEN unsigned int host_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 4 : (unsigned int)CPU_COUNT(&set);
}

HIDDEN void host_copy(void *to, const void *from, unsigned long n)
{
	memcpy(to, from, n);
}

HIDDEN void host_zero(void *at, unsigned long n)
{
	memset(at, 0, n);
}

HIDDEN void host_write(const char *text, unsigned long n)
{
	while (n) {
		long done = syscall(SYS_write, 2, text, n);

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0) {
			text += done;
			n -= (unsigned long)done;
		}
	}
}

HIDDEN void host_abort(void)
{
	abort();
}

HIDDEN void host_nap(void)
{
	const struct timespec a_while = {.tv_nsec = 5000};

	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &a_while, NULL);
}

HIDDEN unsigned long long host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec;
}

HIDDEN void host_error_memory(void)
{
	errno = ENOMEM;
}

HIDDEN int host_error_invalid(void)
{
	return EINVAL;
}

HIDDEN int host_errno_save(void)
{
	return errno;
}

HIDDEN void host_errno_restore(int saved)
{
	errno = saved;
}

/* ---- Locks: 0 free, 1 held, 2 held and somebody may sleep ------------------------------- */

#define SPINS 100

static int try_lock(unsigned int *word)
{
	unsigned int free = 0;

	return __atomic_compare_exchange_n(word, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

HIDDEN void host_lock(unsigned int *word)
{
	if (try_lock(word))
		return;
	for (int i = 0; i < SPINS; i++) {
		__builtin_ia32_pause();
		if (!__atomic_load_n(word, __ATOMIC_RELAXED) && try_lock(word))
			return;
	}
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

HIDDEN void host_unlock(unsigned int *word)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- Threads --------------------------------------------------------------------------- */

static pthread_key_t thread_key;
static int have_key;

static void thread_ends(void *value)
{
	(void)value;
	cpus_thread_ends();
}

/* Before there is a key there is one thread, and that one stays until the end. */
HIDDEN void host_watch_thread(void)
{
	if (have_key)
		pthread_setspecific(thread_key, &thread_key);
}

__attribute__((__constructor__(101))) static void loaded(void)
{
	preload_init();
	have_key = !pthread_key_create(&thread_key, thread_ends);
	pthread_atfork(cpus_before_fork, cpus_after_fork, cpus_after_fork_in_child);
}
