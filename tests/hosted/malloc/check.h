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

/* library_works - library.c allocates, under the lock that it holds at a fork, too */
void library_works(void);

/* Cases of misuse.c: what is wrong is reported by what it is, and refused. */
void misuse(void);
void misused_realloc(void);
void misused_windows(void);

#endif
