/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_FUZZ_OBJECTS_H
#define _TESTS_FUZZ_OBJECTS_H

/*
 * What a target holds of an allocator: each block filled with a pattern of its own, so
 * that two that overlap, or one that something else wrote to, is seen when it is looked at.
 */
#include "fuzz.h"

#define MAX_OBJECTS 128

struct object {
	u8 *p;
	size_t size; /* usable */
	u32 id;
};

struct objects {
	struct object at[MAX_OBJECTS];
	unsigned int nr;
	u32 next_id;
};

/* objects_add - the target has been given @size bytes at @p; it fills them */
static inline struct object *objects_add(struct objects *o, void *p, size_t size)
{
	struct object *object = &o->at[o->nr++];

	for (unsigned int i = 0; i + 1 < o->nr; i++)
		fuzz_check(o->at[i].p + o->at[i].size <= (u8 *)p || (u8 *)p + size <= o->at[i].p);
	*object = (struct object){p, size, o->next_id++};
	fuzz_fill(p, size, object->id);
	return object;
}

/* objects_take - the target is about to free the @i-th: it must hold what was written */
static inline struct object objects_take(struct objects *o, unsigned int i)
{
	struct object object = o->at[i];

	fuzz_check(fuzz_filled(object.p, object.size, object.id));
	o->at[i] = o->at[--o->nr];
	return object;
}

#endif
