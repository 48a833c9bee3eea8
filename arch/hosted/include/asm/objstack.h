/* SPDX-License-Identifier: MIT */
#ifndef _ASM_OBJSTACK_H
#define _ASM_OBJSTACK_H

/*
 * The machine's part of the slab fast paths: this CPU's stack of free objects (its
 * magazine), in plain C, and with as few instructions as that allows, for programs run
 * on it at the machine's own speed (docs/malloc.md).
 *
 *   slot[0]       a word that is no free object's tag: the floor
 *   slot[1] ..    free objects, each with OBJ_FREE_TAG in its first word
 *   used          bytes in use, floor included: 8 when empty; the top's distance from here
 *   limit         used when full; 0 closes the stack: nothing goes in or out
 *
 * A pop looks at the tag of whatever lies on top: one comparison is the test for
 * "empty" and for "damaged", and the slow path tells the two apart.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/extable.h>
#include <asm/page.h>
#include <asm/ras.h>

#define OBJ_FREE_TAG (-0x3f5a2c9b)

#define OBJSTACK_MAX 128 /* objects, at most */

struct objstack {
	u32 used;
	u32 limit;
	void *slot[OBJSTACK_MAX + 1];
};

/* Bytes of a stack with room for @n objects; the last slots may be left out. */
#define OBJSTACK_SIZE(n) (__builtin_offsetof(struct objstack, slot) + ((n) + 1) * sizeof(void *))

/* The top object's slot, @used bytes behind the stack's start; the next free one is behind it. */
static __always_inline void **objstack_slot(struct objstack *s, unsigned long used)
{
	return (void **)((char *)s + used);
}

/* objstack_pop - the top object of this CPU's stack; NULL if there is none or it is damaged */
static __always_inline void *objstack_pop(struct objstack __percpu *stack)
{
	struct objstack *s = raw_cpu_ptr(stack);
	u32 used = s->used;
	void *top = *objstack_slot(s, used);

	if (*(s64 *)top != OBJ_FREE_TAG)
		return NULL;
	s->used = used - 8;
	return top;
}

static __always_inline void *objstack_pop_static(struct objstack __percpu *stack)
{
	return objstack_pop(stack);
}

/* objstack_take - pop without looking at tags; NULL if the stack is empty */
static __always_inline void *objstack_take(struct objstack __percpu *stack)
{
	struct objstack *s = raw_cpu_ptr(stack);
	u32 used = s->used;

	if (used <= 8)
		return NULL;
	s->used = used - 8;
	return *objstack_slot(s, used);
}

/* objstack_put - push without touching tags; false if the stack is full */
static __always_inline bool objstack_put(struct objstack __percpu *stack, void *obj)
{
	struct objstack *s = raw_cpu_ptr(stack);
	u32 used = s->used;

	if (used >= s->limit)
		return false;
	used += 8;
	*objstack_slot(s, used) = obj;
	s->used = used;
	return true;
}

_Static_assert(__builtin_offsetof(struct objstack, slot) == 8, "used counts from the start");

/* OBJ_TAG_CLEAR - go to @_not if @_obj carries the tag of a free object, or is not mapped */
#define OBJ_TAG_CLEAR(_obj, _not)                                                  \
	do {                                                                       \
		u64 __tag;                                                         \
		if (!load_u64_nofault(_obj, &__tag) || (s64)__tag == OBJ_FREE_TAG) \
			goto _not;                                                 \
	} while (0)

/* The place is checked by one multiplication; arch/x86_64/include/asm/objstack.h derives it. */
#define OBJ_FREE_FAST(_obj, _cache, _front, _full, _slow)                          \
	do {                                                                       \
		struct kmem_cache *__c = (_cache);                                 \
		u32 __place;                                                       \
		if (!__c)                                                          \
			goto _slow;                                                \
		__place = ((u32)(unsigned long)(_obj)&__c->mask) * __c->recip;     \
		if (__place >= __c->bound || *(const s64 *)(_obj) == OBJ_FREE_TAG) \
			goto _slow;                                                \
		if (!objstack_put(__c->_front, (void *)(_obj)))                    \
			goto _full;                                                \
		*(s64 *)(_obj) = OBJ_FREE_TAG;                                     \
	} while (0)

/* The cache that the page of an address belongs to; NULL if none or not in the direct map. */
#define __obj_cache(_obj)                                                               \
	({                                                                              \
		u64 __cache = 0;                                                        \
		if ((unsigned long)(_obj)-PAGE_OFFSET >= DIRECT_MAP_SIZE ||             \
		    !load_u64_nofault(&direct_map_to_page(_obj)->slab_cache, &__cache)) \
			__cache = 0;                                                    \
		(struct kmem_cache *)__cache;                                           \
	})

/* OBJ_FREE_ANY - to whichever cache the page of @_obj belongs to */
#define OBJ_FREE_ANY(_obj, _front, _full, _slow) \
	OBJ_FREE_FAST(_obj, __obj_cache(_obj), _front, _full, _slow)

/* OBJ_FREE_TO - to @_to, if that is the one */
#define OBJ_FREE_TO(_obj, _to, _front, _full, _slow)            \
	do {                                                    \
		if (__obj_cache(_obj) != (_to))                 \
			goto _slow;                             \
		OBJ_FREE_FAST(_obj, _to, _front, _full, _slow); \
	} while (0)

#endif
