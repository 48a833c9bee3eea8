/* SPDX-License-Identifier: MIT */
#ifndef _MM_KASAN_H
#define _MM_KASAN_H

/*
 * What the files of the kernel's own address checker share.
 *
 *   kasan.c          what may be touched when; the port to a process has this too
 *   kasan_shadow.c   the bytes that say so, and the checks that compilers call
 *   kasan_report.c   reports, and who had an object
 *   kasan_globals.c  variables
 *
 * None of these files is checked itself.
 */
#include <linux/kasan.h>
#include <linux/types.h>
#include <cairn/kasan.h>

/* An access that is not allowed. */
struct kasan_access {
	const void *addr;
	size_t size;
	bool write;
	unsigned long ip;
	const void *first_bad; /* the first byte of it that may not be touched */
};

/* kasan_shadow_of - what is said of the 8 bytes around an address; 0 where nothing is said. */
s8 kasan_shadow_of(const void *addr);

/* kasan_init_globals - the compiler's constructors tell where variables end.  Start-up. */
void kasan_init_globals(void);

void kasan_report(const struct kasan_access *access) __cold;

#endif
