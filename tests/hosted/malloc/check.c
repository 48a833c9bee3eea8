// SPDX-License-Identifier: MIT
/*
 * check [CASE...] - does malloc() keep its promises?
 *
 * An ordinary program, to be run with LD_PRELOAD; with the C library's own malloc() it
 * passes too, but for what a case says.  One line a case, as KTAP; status 1 if one failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

int failures;

/* What the library reports on standard error is a finding in every case. */
static int reports = -1;

static void reports_begin(void)
{
	fflush(stderr);
	reports = memfd_create("reports", 0);
	if (reports >= 0)
		dup2(reports, 2);
}

static void reports_forget(void)
{
	if (!ftruncate(reports, 0))
		lseek(reports, 0, SEEK_SET);
}

static void reports_expect_none(void)
{
	char text[4096];
	ssize_t n = reports < 0 ? 0 : pread(reports, text, sizeof(text) - 1, 0);

	EXPECT(n == 0);
	if (n <= 0)
		return;
	text[n] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		printf("# %s\n", line);
	reports_forget();
}

/* Something that holds @text has been reported, and nothing since the last time. */
int reported(const char *text)
{
	char said[4096];
	ssize_t n = pread(reports, said, sizeof(said) - 1, 0);

	said[n > 0 ? n : 0] = '\0';
	reports_forget();
	if (strstr(said, text))
		return 1;
	printf("# said: %s\n", said);
	return 0;
}

uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A size below @max, small ones as likely as large ones. */
static size_t random_size(uint64_t *state, unsigned int max_shift)
{
	return next_random(state) & ((1UL << (next_random(state) % (max_shift + 1))) - 1);
}

/* Marks both ends and the middle of a block; a block of less than 8 bytes whole. */
void fill(void *p, size_t size, uint64_t mark)
{
	if (size < 8) {
		memset(p, (int)(mark & 0xff), size);
		return;
	}
	memcpy(p, &mark, 8);
	memcpy((char *)p + size / 2 / 8 * 8, &mark, size / 2 / 8 * 8 + 8 <= size ? 8 : 0);
	memcpy((char *)p + size - 8, &mark, 8);
}

int filled(const void *p, size_t size, uint64_t mark)
{
	char want[8];

	if (size >= 16)
		return !memcmp(p, &mark, 8) && !memcmp((const char *)p + size - 8, &mark, 8);
	memset(want, (int)(mark & 0xff), sizeof(want));
	return size >= 8 || !memcmp(p, want, size);
}

/* ---- One thread -------------------------------------------------------------------------- */

/* The test is about the library that was asked for, or about nothing. */
static void loaded(void)
{
	const char *want = getenv("LD_PRELOAD");
	Dl_info info;

	EXPECT(dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info));
	EXPECT(!want || strstr(info.dli_fname, strrchr(want, '/') ? strrchr(want, '/') + 1 : want));
}

/* Every size up to 40 KiB, all alive together: aligned, as large as asked for, and apart. */
static void sizes(void)
{
	static unsigned char *at[40 * KIB];
	size_t n;

	for (n = 0; n < 40 * KIB; n += n < 9000 ? 1 : 61) {
		at[n] = malloc(n);
		EXPECT(at[n] && (uintptr_t)at[n] % 16 == 0 && malloc_usable_size(at[n]) >= n);
		fill(at[n], n, n * 0x9e3779b97f4a7c15);
	}
	for (n = 0; n < 40 * KIB; n++) {
		EXPECT(!at[n] || filled(at[n], n, n * 0x9e3779b97f4a7c15));
		free(at[n]);
	}
	free(NULL);
}

/* malloc(0) gives a block that is nobody else's. */
static void zero(void)
{
	void *a = opaque(malloc(0)), *b = opaque(malloc(0));

	EXPECT(a && b && a != b);
	free(a);
	free(b);
}

/* What cannot be: NULL, ENOMEM, and the old block stays. */
static void impossible(void)
{
	static const size_t much[] = {SIZE_MAX, SIZE_MAX - 4096, PTRDIFF_MAX, 1UL << 46};
	volatile size_t most = SIZE_MAX;
	char *p = malloc(100);
	unsigned int i;

	strcpy(p, "still here");
	for (i = 0; i < sizeof(much) / sizeof(much[0]); i++) {
		errno = 0;
		EXPECT(!opaque(malloc(much[i])) && errno == ENOMEM);
		errno = 0;
		EXPECT(!opaque(calloc(much[i] / 8, 9)) && errno == ENOMEM);
		errno = 0;
		EXPECT(!opaque(memalign(4096, much[i])) && errno == ENOMEM);
		errno = 0;
		EXPECT(!opaque(realloc(opaque(p), much[i])) && errno == ENOMEM);
	}
	errno = 0;
	EXPECT(!opaque(calloc(most / 2, 3)) && errno == ENOMEM);
	errno = 0;
	EXPECT(!opaque(reallocarray(opaque(p), most / 2, 3)) && errno == ENOMEM);
	EXPECT(!strcmp(p, "still here"));
	free(p);
}

/* What succeeds leaves errno alone, whatever the system was asked for meanwhile. */
static void keeps_errno(void)
{
	size_t n;

	for (n = 1; n <= 64 * MIB; n *= 2) {
		void *p;

		errno = 77;
		p = opaque(malloc(n));
		EXPECT(p && errno == 77);
		p = opaque(realloc(p, n + n / 2));
		EXPECT(p && errno == 77);
		free(p);
		EXPECT(errno == 77);
	}
}

static void aligned(void)
{
	static const size_t want[] = {0, 1, 16, 17, 100, 4000, 4097, 20000, 300000, 5000000};
	void *p = NULL;
	size_t align;
	unsigned int i;

	for (align = 8; align <= 8 * MIB; align *= 2) {
		void *at[sizeof(want) / sizeof(want[0])];

		for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
			int err = posix_memalign(&at[i], align, want[i]);

			EXPECT(!err && (uintptr_t)at[i] % align == 0);
			if (err)
				at[i] = NULL;
			else
				fill(at[i], want[i], align + i);
		}
		for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
			EXPECT(!at[i] || filled(at[i], want[i], align + i));
			free(at[i]);
		}
		p = aligned_alloc(align, align);
		EXPECT(p && (uintptr_t)p % align == 0);
		free(p);
	}
	errno = 77;
	p = &p;
	EXPECT(posix_memalign(&p, 3, 8) == EINVAL && posix_memalign(&p, 4, 8) == EINVAL);
	EXPECT(posix_memalign(&p, 48, 8) == EINVAL && p == &p && errno == 77);
	EXPECT(posix_memalign(&p, 64, PTRDIFF_MAX) == ENOMEM && p == &p);
	p = valloc(5);
	EXPECT(p && (uintptr_t)p % 4096 == 0);
	free(p);
	p = pvalloc(4097);
	EXPECT(p && (uintptr_t)p % 4096 == 0 && malloc_usable_size(p) >= 8192);
	free(p);
}

/* calloc() gives zeroes where others have left their traces. */
static void zeroes(void)
{
	size_t n, i;

	for (n = 1; n <= 16 * MIB; n = n * 5 / 3 + 1) {
		char *p = malloc(n), *q;

		memset(p, 0xa5, n);
		opaque(p);
		free(p);
		q = opaque(calloc(1, n));
		for (i = 0; i < n && !q[i]; i++)
			;
		EXPECT(i == n);
		free(q);
	}
}

/* A block that changes its size at random keeps its first bytes. */
static void resize(void)
{
	uint64_t state = 88172645463325252;
	unsigned char *p = NULL;
	size_t size = 0, i;
	unsigned int round;

	for (round = 0; round < 2000; round++) {
		size_t want = random_size(&state, round % 100 ? 16 : 25) + 1;
		unsigned char *q = realloc(p, want);
		size_t same = want < size ? want : size;

		EXPECT(q && malloc_usable_size(q) >= want);
		if (!q)
			break;
		for (i = 0; i < same && q[i] == (unsigned char)(i * 7); i += same > 9999 ? 997 : 1)
			;
		EXPECT(i >= same);
		EXPECT(!same || q[same - 1] == (unsigned char)((same - 1) * 7));
		for (i = 0; i < want; i++)
			q[i] = (unsigned char)(i * 7);
		p = q;
		size = want;
	}
	EXPECT(!opaque(realloc(p, 0)));
	p = realloc(NULL, 10);
	EXPECT(p);
	free(p);
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*s %ld", &pages) != 1)
		pages = -1;
	if (f)
		fclose(f);
	return pages * 4;
}

/* Large blocks are the host's again when they are free. */
static void gives_back(void)
{
	long before = resident_kib();
	unsigned int i;

	for (i = 0; i < 20; i++) {
		char *p = malloc(100 * MIB);

		EXPECT(p);
		memset(p, 1, 100 * MIB);
		p = realloc(p, 200 * MIB);
		EXPECT(p && p[99 * MIB] == 1 && !p[150 * MIB]);
		p = realloc(p, 50 * MIB);
		EXPECT(p && p[49 * MIB] == 1);
		free(p);
	}
	for (i = 0; i < 100; i++) {
		char *p = malloc(3 * MIB);

		memset(p, 1, 3 * MIB);
		opaque(p);
		free(p);
	}
	EXPECT(resident_kib() - before < 40 * 1024);
}

static long page_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? -1 : usage.ru_minflt;
}

static void touch_and_free(size_t size)
{
	char *p = malloc(size);

	EXPECT(p);
	if (p)
		memset(p, 1, size);
	free(opaque(p));
}

/* One block at a time that comes and goes keeps its memory: the host is not asked again. */
static void keeps_a_little(void)
{
	static const size_t some[] = {100 * KIB, 512 * KIB, 600000,  1 * MIB,
				      1100000,	 2 * MIB,   2500000, 4 * MIB};

	for (unsigned int i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		long before;
		int round;

		for (round = 0; round < 50; round++)
			touch_and_free(some[i]);
		before = page_faults();
		for (round = 0; round < 200; round++)
			touch_and_free(some[i]);
		EXPECT(page_faults() - before < 100);
	}
}

/* Of many that are freed together most is the host's again, whatever they are rounded up to. */
static void keeps_no_more(void)
{
	static const size_t some[] = {600000, 1 * MIB, 1100000, 3 * MIB};
	char *at[100];

	for (unsigned int i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		long before = resident_kib();
		int n;

		for (n = 0; n < 100; n++) {
			at[n] = malloc(some[i]);
			EXPECT(at[n]);
			if (at[n])
				memset(at[n], 1, some[i]);
		}
		for (n = 0; n < 100; n++)
			free(opaque(at[n]));
		EXPECT(resident_kib() - before < 20 * 1024);
	}
}

/* ---- Several threads --------------------------------------------------------------------- */

#define NR_SHARED 512

struct block {
	size_t size;
	uint64_t mark;
};

static struct block *shared[NR_SHARED];
int stop;

struct block *block_make(uint64_t *state)
{
	size_t size = sizeof(struct block) + random_size(state, next_random(state) % 200 ? 13 : 23);
	struct block *b = malloc(size);

	if (!b)
		return NULL;
	*b = (struct block){size, next_random(state)};
	fill(b + 1, size - sizeof(*b), b->mark);
	return b;
}

void block_free(struct block *b)
{
	if (!b)
		return;
	EXPECT(malloc_usable_size(b) >= b->size);
	EXPECT(filled(b + 1, b->size - sizeof(*b), b->mark));
	free(b);
}

/* Puts a new block where another thread's was, and releases that one. */
void exchange(uint64_t *state)
{
	struct block *b;

	errno = 77;
	b = block_make(state);
	block_free(
		__atomic_exchange_n(&shared[next_random(state) % NR_SHARED], b, __ATOMIC_ACQ_REL));
	EXPECT(errno == 77);
}

void *trader(void *arg)
{
	uint64_t state = (uintptr_t)arg * 0x9e3779b97f4a7c15 + 1;
	unsigned int i;

	for (i = 0; i < 20000 && !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
		exchange(&state);
	return NULL;
}

void drop_shared(void)
{
	unsigned int i;

	for (i = 0; i < NR_SHARED; i++)
		block_free(__atomic_exchange_n(&shared[i], NULL, __ATOMIC_ACQ_REL));
}

static void threads(void)
{
	pthread_t id[NR_THREADS];
	uintptr_t i;

	stop = 0;
	for (i = 0; i < NR_THREADS; i++)
		EXPECT(!pthread_create(&id[i], NULL, trader, (void *)i));
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(id[i], NULL);
	drop_shared();
}

static pthread_key_t late_key;

static void late_free(void *p)
{
	fill(p, 100, 5);
	free(p);
	free(opaque(malloc(300)));
}

static void *short_life(void *arg)
{
	uint64_t state = (uintptr_t)arg + 1;
	void *p = malloc(100);

	pthread_setspecific(late_key, p);
	for (int i = 0; i < 20; i++)
		exchange(&state);
	return malloc(1000);
}

/* Threads come and go; what they leave behind others free; their last words allocate too. */
static void thread_exit(void)
{
	long before = 0;

	EXPECT(!pthread_key_create(&late_key, late_free));
	for (uintptr_t i = 0; i < 2000; i++) {
		pthread_t id;
		void *left = NULL;

		if (i == 200)
			before = resident_kib();
		EXPECT(!pthread_create(&id, NULL, short_life, (void *)i));
		pthread_join(id, &left);
		EXPECT(left);
		free(left);
	}
	drop_shared();
	EXPECT(resident_kib() - before < 30 * 1024);
	pthread_key_delete(late_key);
}

static void *(*foreign_malloc)(size_t);
static void (*foreign_free)(void *);
static pthread_barrier_t used, closed;

static void *outlives(void *arg)
{
	foreign_free(foreign_malloc(100));
	pthread_barrier_wait(&used);
	pthread_barrier_wait(&closed);
	return arg;
}

/* Without LD_PRELOAD: who has used the library ends, and forks, after it was closed. */
static void unloaded(void)
{
	void *library = dlopen(getenv("LIBRARY"), RTLD_NOW | RTLD_LOCAL);
	int status = -1;
	pthread_t id;
	pid_t pid;

	EXPECT(library);
	if (!library)
		return;
	*(void **)&foreign_malloc = dlsym(library, "malloc");
	*(void **)&foreign_free = dlsym(library, "free");
	pthread_barrier_init(&used, NULL, 2);
	pthread_barrier_init(&closed, NULL, 2);
	EXPECT(!pthread_create(&id, NULL, outlives, NULL));
	pthread_barrier_wait(&used);
	dlclose(library);
	pthread_barrier_wait(&closed);
	pthread_join(id, NULL);
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

/* Where the library will want memory: RAM beyond the first GiB, and the descriptors of some. */
static const uintptr_t taken[] = {0x110240000000, 0x518004200000};

/* Takes small blocks and writes to them, and then nearly all there is; none may hold @page. */
static void takes_beside(const char *page)
{
	size_t n;
	char *p;

	for (n = 0; n < 20000; n += 7) {
		p = foreign_malloc(n);
		EXPECT(p && (p + n <= page || p >= page + 4 * KIB));
		if (p)
			memset(p, 0xa5, n);
	}
	for (n = 0; n < 1000 && (p = foreign_malloc(4 * MIB)); n++)
		EXPECT(p + 4 * MIB <= page || p >= page + 4 * KIB);
	EXPECT(n > 0);
}

/* In a child: the page at @at is this program's, and stays so when the library starts. */
static int keeps_page(uintptr_t at)
{
	char *page = mmap((void *)at, 4 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	unsigned char there;
	void *library;

	failures = 0;
	EXPECT(page == (char *)at);
	if (failures)
		return failures;
	strcpy(page, "the program's");
	library = dlopen(getenv("LIBRARY"), RTLD_NOW | RTLD_LOCAL);
	EXPECT(library);
	if (!library)
		return failures;
	*(void **)&foreign_malloc = dlsym(library, "malloc");
	takes_beside(page);
	if (mincore(page, 4 * KIB, &there))
		EXPECT(!"mapped");
	else
		EXPECT(!strcmp(opaque(page), "the program's"));
	return failures;
}

/* Without LD_PRELOAD: what the program has mapped before the library starts is left alone. */
static void mapped_before(void)
{
	for (unsigned int i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		int status = -1;
		pid_t pid = fork();

		if (!pid)
			_exit(keeps_page(taken[i]) != 0);
		EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	}
}

/* ---- Before and after main --------------------------------------------------------------- */

static char *early;

__attribute__((__constructor__(110))) static void before_main(void)
{
	early = malloc(1000);
	if (early)
		strcpy(early, "early");
}

static void at_the_end(void)
{
	free(early);
	free(opaque(malloc(5000)));
}

static void before_and_after(void)
{
	EXPECT(early && !strcmp(early, "early"));
	atexit(at_the_end);
}

/* ---- Memory runs out: with ulimit -v only ------------------------------------------------ */

/* Everything is taken, refused, given back, and can be had again. */
static void exhausted(void)
{
	static const size_t step[] = {64, 1000, 8192, 40000, 1 * MIB, 6 * MIB};

	for (unsigned int i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		void **last = NULL, **p;
		size_t n[2] = {0, 0};

		for (int round = 0; round < 2; round++) {
			while ((p = malloc(step[i]))) {
				*p = last;
				last = p;
				n[round]++;
			}
			EXPECT(errno == ENOMEM);
			while ((p = last)) {
				last = *p;
				free(p);
			}
		}
		EXPECT(n[0] > 0 && n[1] >= n[0] - n[0] / 16);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
	int on_request; /* only when it is named */
} cases[] = {
	{"loaded", loaded, 0},
	{"sizes", sizes, 0},
	{"zero", zero, 0},
	{"impossible", impossible, 0},
	{"keeps_errno", keeps_errno, 0},
	{"aligned", aligned, 0},
	{"zeroes", zeroes, 0},
	{"resize", resize, 0},
	{"gives_back", gives_back, 0},
	{"keeps_a_little", keeps_a_little, 0},
	{"keeps_no_more", keeps_no_more, 0},
	{"threads", threads, 0},
	{"thread_exit", thread_exit, 0},
	{"forks", forks, 0},
	{"fork_then_threads", fork_then_threads, 0},
	{"fork_beside_a_library", fork_beside_a_library, 0},
	{"fork_in_a_handler", fork_in_a_handler, 0},
	{"cancelled_threads", cancelled_threads, 0},
	{"private", private, 0},
	{"before_and_after", before_and_after, 0},
	{"mapped_before", mapped_before, 1},
	{"unloaded", unloaded, 1},
	{"exhausted", exhausted, 1},
	{"misuse", misuse, 1},
	{"misused_realloc", misused_realloc, 1},
	{"misused_windows", misused_windows, 1},
};

static int wanted(unsigned int i, int argc, char **argv)
{
	if (argc < 2)
		return !cases[i].on_request;
	for (int a = 1; a < argc; a++)
		if (!strcmp(argv[a], cases[i].name))
			return 1;
	return 0;
}

/* What is said if the running case dies. */
static char last_words[128];

static void died(int sig)
{
	if (write(1, last_words, strlen(last_words)) < 0)
		_exit(2);
	signal(sig, SIG_DFL);
	raise(sig);
}

int main(int argc, char **argv)
{
	int failed = 0, n = 0;

	signal(SIGSEGV, died);
	signal(SIGABRT, died);
	setvbuf(stdout, NULL, _IOLBF, 0);
	reports_begin();
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!wanted(i, argc, argv))
			continue;
		failures = 0;
		snprintf(last_words, sizeof(last_words), "not ok malloc.%s\n", cases[i].name);
		cases[i].run();
		reports_expect_none();
		failed += failures != 0;
		printf("%sok %d malloc.%s\n", failures ? "not " : "", ++n, cases[i].name);
	}
	return failed || !n;
}
