/* SPDX-License-Identifier: MIT */
#ifndef _MM_KMEMLEAK_H
#define _MM_KMEMLEAK_H

/* What slab_debug.c keeps for kmemleak.c behind each object. */
#include <linux/types.h>

#define LEAK_FRAMES 10

/**
 * struct leak_record - what is known of an object in use
 * @when: nanoseconds at which it was allocated
 * @checksum: of its bytes when it was found to be referred to by nobody
 * @pid: of who allocated it
 * @flags: LEAK_* of kmemleak.c
 * @comm: that task's name
 * @frame: return addresses, innermost first; 0 ends them
 */
struct leak_record {
	u64 when;
	u64 checksum;
	pid_t pid;
	u32 flags;
	char comm[16];
	unsigned long frame[LEAK_FRAMES];
};

/* kmemleak_record - an object was handed out */
void kmemleak_record(struct leak_record *r);

#endif
