/* SPDX-License-Identifier: MIT */
#ifndef TESTS_HOSTED_MALLOC_CHECK_H
#define TESTS_HOSTED_MALLOC_CHECK_H

/* Between the files of the program that looks at malloc(). */
#include <stdint.h>
#include <stdio.h>

#define KIB 1024UL
#define MIB (1024 * KIB)

extern int failures; /* of the running case */

#define EXPECT(cond)                                                                \
	do {                                                                        \
		if (!(cond)) {                                                      \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);         \
		}                                                                   \
	} while (0)

/* Keeps the compiler from knowing what it is: it removes allocations that nobody looks at. */
static inline void *opaque(const void *block)
{
	void *p = (void *)(uintptr_t)block;

	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

/* reported - whether a report that holds @text has been made, and nothing since the last time */
int reported(const char *text);

/* ---- check.c, for fork.c ---- */

#define NR_THREADS 24 /* more than there are CPUs */

uint64_t next_random(uint64_t *state);

/* fill, filled - mark a block at both ends; are the marks there? */
void fill(void *p, size_t size, uint64_t mark);
int filled(const void *p, size_t size, uint64_t mark);

/* Blocks of all sizes that know what they contain; block_free() takes NULL, too. */
struct block;
struct block *block_make(uint64_t *state);
void block_free(struct block *b);

/* exchange - put a new block where another thread's was, and release that one; drop_shared - all */
void exchange(uint64_t *state);
void drop_shared(void);

/* trader - a thread that does so, until stop */
void *trader(void *arg);
extern int stop;

/* ---- Cases of fork.c ---- */
void forks(void);
void fork_beside_a_library(void);
void fork_in_a_handler(void);
void cancelled_threads(void);
void fork_then_threads(void);
void private(void);

/* library_works - library.c allocates, under the lock that it holds at a fork, too */
void library_works(void);

/* Cases of misuse.c: what is wrong is reported by what it is, and refused. */
void misuse(void);
void misused_realloc(void);
void misused_windows(void);

#endif
