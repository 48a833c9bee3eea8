/* SPDX-License-Identifier: MIT */
#ifndef _MM_KFENCE_H
#define _MM_KFENCE_H

/*
 * What the files of the sampled objects share.
 *
 *   kfence.c         objects, their pages and guards, and who gets one when
 *   kfence_report.c  what is said of a mistake
 */
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/types.h>
#include "slab.h"

#define KFENCE_TRACK_FRAMES 12
#define KFENCE_NAME_LENGTH  24

/* Who did something with an object, when, and by which way. */
struct kfence_track {
	u64 when;
	pid_t pid;
	u32 cpu;
	u32 nr;
	unsigned long frame[KFENCE_TRACK_FRAMES];
};

enum kfence_state { KFENCE_UNUSED, KFENCE_LIVE, KFENCE_FREED };

/**
 * struct kfence_object - what is known of a page for an object
 * @list: of objects that are not in use, the one freed longest ago first
 * @state: whether it is in use
 * @cache: what it was allocated of last; only while it is in use is that there for sure
 * @addr: its first byte
 * @size: its bytes, a multiple of 8
 * @name: of the cache
 * @alloc, @freed: by whom, the last time
 */
struct kfence_object {
	struct list_head list;
	enum kfence_state state;
	struct slab_cache *cache;
	unsigned long addr;
	size_t size;
	char name[KFENCE_NAME_LENGTH];
	struct kfence_track alloc, freed;
};

/* By place in the pool. */
extern struct kfence_object *kfence_objects;

/* kfence_number - what reports call an object */
static inline long kfence_number(const struct kfence_object *o)
{
	return o - kfence_objects;
}

/* kfence_canary - what stands at an address beside an object; bytes that were moved show too. */
static inline u8 kfence_canary(unsigned long addr)
{
	return (u8)(0xaa ^ (addr & 7));
}

/* An access that hit a page which is not mapped; @bp is the frame of the instruction. */
struct kfence_access {
	unsigned long addr;
	bool is_write;
	unsigned long ip;
	unsigned long bp;
};

/* ---- kfence_report.c: each is one report, with what is known of the object --------------- */

/* kfence_nr_bugs - reports so far */
extern unsigned long kfence_nr_bugs;

/* beside @o, which is in use or was; of @o, which is free; and where there is no object */
void kfence_report_out_of_bounds(const struct kfence_access *a, const struct kfence_object *o);
void kfence_report_late(const struct kfence_access *a, const struct kfence_object *o);
void kfence_report_nowhere(const struct kfence_access *a);

/* @o, or NULL, is what stands at @addr, and cannot be freed by that address now */
void kfence_report_invalid_free(const void *addr, const struct kfence_object *o,
				unsigned long caller);

/* bytes in [@addr, @end) beside @o have changed, the first one among them */
void kfence_report_canary(const struct kfence_object *o, unsigned long addr, unsigned long end,
			  unsigned long caller);

/* kfence_print_object - where it is, and who allocated and freed it */
void kfence_print_object(const struct kfence_object *o);

#endif
