/* SPDX-License-Identifier: MIT */
#ifndef _ASM_OBJSTACK_H
#define _ASM_OBJSTACK_H

/*
 * The machine's part of the slab fast paths: this CPU's stack of free objects
 * (its magazine), popped and pushed by restartable sequences; see <asm/ras.h>.
 *
 *   slot[0]       a word that is no free object's tag: the floor
 *   slot[1] ..    free objects, each with OBJ_FREE_TAG in its first word
 *   used          bytes in use, floor included: 8 when empty
 *   limit         used when full; 0 closes the stack: nothing goes in or out
 *
 * A pop looks at the tag of whatever lies on top.  The floor's tag is wrong, and
 * so is that of an object somebody wrote to after freeing it, or that was freed
 * twice and handed out once already: one comparison serves as the test for
 * "empty" and for "damaged", and the slow path tells the two apart.
 *
 * A push sets the tag inside the sequence, just before the store that commits.
 * Between those two an interrupt restarts the sequence, which then sees its own
 * tag and takes the slow path; that one looks whether the object really is free
 * anywhere, and frees it after all.  The other order, tag after commit, would
 * let the interrupt take the object and then have its new owner's data
 * overwritten.
 *
 * A pop's caller clears the tag after the commit, when the object is its own.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/extable.h>
#include <asm/ras.h>

/*
 * First word of a free object.  An immediate of one instruction, negative and
 * odd, so no pointer to anything that exists; a live object that happens to
 * hold it costs its free a detour and nothing else.
 */
#define OBJ_FREE_TAG	 (-0x3f5a2c9b)
#define OBJ_FREE_TAG_STR "$-0x3f5a2c9b"

#define OBJSTACK_MAX	 128 /* objects, at most */

struct objstack {
	u32 used;
	u32 limit;
	void *slot[OBJSTACK_MAX + 1];
};

/* Bytes of a stack with room for @n objects; the last slots may be left out. */
#define OBJSTACK_SIZE(n) (__builtin_offsetof(struct objstack, slot) + ((n) + 1) * sizeof(void *))

#define __OBJSTACK_POP(base, at)                     \
	RAS_RECORD(RAS_POP_TAGGED, "1f", "2f")       \
	"1:\tmovl %%gs:%c[used]" base ", %k[at]\n\t" \
	"movq %%gs:%c[slot]-8" at ", %[top]\n\t"     \
	"cmpq " OBJ_FREE_TAG_STR ", (%[top])\n\t"    \
	"jne %l[none]\n\t"                           \
	"subl $8, %%gs:%c[used]" base "\n"           \
	"2:"

/**
 * objstack_pop - take the top object of this CPU's stack
 * @stack: a per-CPU address
 *
 * Five instructions.  The object still carries its tag.
 *
 * Context: any, with interrupts and preemption on or off.
 * Return: the object; NULL if there is none or the top one is damaged.
 */
static __always_inline void *objstack_pop(struct objstack __percpu *stack)
{
	RAS_POP(__OBJSTACK_POP("(%[stack])", "(%[stack],%[at])"), [stack] "r"(stack),
		[used] "i"(__builtin_offsetof(struct objstack, used)),
		[slot] "i"(__builtin_offsetof(struct objstack, slot)));
}

/**
 * objstack_pop_static - objstack_pop() of a stack whose address is a constant
 * @stack: address of a static per-CPU variable, known at compile time
 *
 * Return: as objstack_pop().
 */
static __always_inline void *objstack_pop_static(struct objstack __percpu *stack)
{
	RAS_POP(__OBJSTACK_POP("+%c[stack]", "+%c[stack](%[at])"), [stack] "i"(stack),
		[used] "i"(__builtin_offsetof(struct objstack, used)),
		[slot] "i"(__builtin_offsetof(struct objstack, slot)));
}

/**
 * objstack_take - pop without looking at tags
 * @stack: a per-CPU address
 *
 * Return: the object, or NULL if the stack is empty.
 */
static __always_inline void *objstack_take(struct objstack __percpu *stack)
{
	/* the floor is a word that counts: empty is one pointer, not none */
	RAS_POP(RAS_POP_LAST("jz"), [stack] "r"(stack),
		[used] "i"(__builtin_offsetof(struct objstack, used)),
		[slot] "i"(__builtin_offsetof(struct objstack, slot)));
}

/**
 * objstack_put - push without touching tags
 * @stack: a per-CPU address
 * @obj: what to push
 *
 * Return: false, and nothing pushed, if the stack is full.
 */
static __always_inline bool objstack_put(struct objstack __percpu *stack, void *obj)
{
	return pcpu_stack_push((struct pcpu_stack __percpu *)stack, obj);
}

_Static_assert(__builtin_offsetof(struct objstack, used) ==
			       __builtin_offsetof(struct pcpu_stack, used) &&
		       __builtin_offsetof(struct objstack, limit) ==
			       __builtin_offsetof(struct pcpu_stack, limit) &&
		       __builtin_offsetof(struct objstack, slot) ==
			       __builtin_offsetof(struct pcpu_stack, slot),
	       "objstack_put() pushes on a struct pcpu_stack");

/* OBJ_TAG_CLEAR - go to @_not if @_obj carries the tag of a free object, or is not mapped */
#define OBJ_TAG_CLEAR(_obj, _not)                                        \
	asm goto("1:\tcmpq " OBJ_FREE_TAG_STR ", (%[p])\n\tje %l[" #_not \
		 "]\n\t" EX_TABLE("1b", "%l[" #_not "]")                 \
		 :                                                       \
		 : [p] "r"(_obj)                                         \
		 : "memory", "cc"                                        \
		 : _not)

/*
 * A whole release in one sequence: from the pointer to the cache by way of the
 * page descriptor, the place in the slab, the tag, the push.
 *
 * @_cache names the register that holds the cache, once @_find_cache has done its
 * work.  @_full is where an object that is all right goes if the stack is full or
 * closed.  @_slow is where everything else goes: misuse, NULL, large blocks, caches
 * without a bound.  It must start from nothing, since any pointer may arrive here:
 * each load that a wild one can make fault has an exception entry that leads to
 * @_slow.  The order matters for addresses that are not canonical but whose
 * descriptor address is: what they find as "cache" is garbage, which is only
 * read from, and the read of the tag through the pointer itself then faults.
 *
 * The place is checked by one multiplication: with mask = bytes of the slab - 1,
 * recip = floor(2^32 / stride) + 1 and excess = recip * stride - 2^32,
 *
 *	((p & mask) * recip) mod 2^32 = index * excess + remainder * recip
 *
 * which is below bound = objects * excess exactly if the remainder is 0 and the
 * index is that of an object (D. Lemire, O. Kaser, N. Kurz, "Faster remainder by
 * direct computation", 2019, turned into a range check).
 */
/* clang-format off */
#define OBJ_FREE_FAST(_obj, _cache, _find_cache, _front, _full, _slow, ...)                      \
	asm goto("movq %[p], %%rax\n\t"                                                          \
		 "sarq %[shift], %%rax\n\t"                                                      \
		 "jns %l[" #_slow "]\n\t" /* NULL, ZERO_SIZE_PTR, user addresses */             \
		 "shlq $5, %%rax\n\t" /* the descriptor */                                      \
		 _find_cache                                                                    \
		 "12:\tmovl %c[mask](" _cache "), %%edx\n\t"                                         \
		 "andl %k[p], %%edx\n\t"                                                        \
		 "13:\timull %c[recip](" _cache "), %%edx\n\t"                                       \
		 "14:\tcmpl %c[bound](" _cache "), %%edx\n\t"                                        \
		 "jae %l[" #_slow "]\n\t" /* not the start of an object */                      \
		 "15:\tmovq %c[front](" _cache "), %%rcx\n"                                          \
		 "16:\tcmpq " OBJ_FREE_TAG_STR ", (%[p])\n\t"                                   \
		 "je %l[" #_slow "]\n\t" /* free already, it seems */                           \
		 "movl %%gs:%c[used](%%rcx), %%eax\n\t"                                         \
		 "cmpl %%gs:%c[limit](%%rcx), %%eax\n\t"                                        \
		 "jae %l[" #_full "]\n\t" /* full or closed */                                  \
		 "movq %[p], %%gs:%c[slot](%%rcx,%%rax)\n\t"                                    \
		 "movq " OBJ_FREE_TAG_STR ", (%[p])\n\t"                                        \
		 "addl $8, %%gs:%c[used](%%rcx)\n"                                              \
		 "19:\n\t"                                                                      \
		 RAS_RECORD(RAS_FREE, "16b", "19b")                                                       \
		 EX_TABLE("11b", "%l[" #_slow "]")                                             \
		 EX_TABLE("12b", "%l[" #_slow "]")                                             \
		 EX_TABLE("13b", "%l[" #_slow "]")                                             \
		 EX_TABLE("14b", "%l[" #_slow "]")                                             \
		 EX_TABLE("15b", "%l[" #_slow "]")                                             \
		 EX_TABLE("16b", "%l[" #_slow "]")                                             \
		 :                                                                              \
		 : [p] "r"(_obj), [shift] "i"(PAGE_SHIFT),                                      \
		   [at] "i"(__builtin_offsetof(struct page, slab_cache)),                       \
		   [mask] "i"(__builtin_offsetof(struct kmem_cache, mask)),                     \
		   [recip] "i"(__builtin_offsetof(struct kmem_cache, recip)),                   \
		   [bound] "i"(__builtin_offsetof(struct kmem_cache, bound)),                   \
		   [front] "i"(__builtin_offsetof(struct kmem_cache, _front)),                  \
		   [used] "i"(__builtin_offsetof(struct objstack, used)),                       \
		   [limit] "i"(__builtin_offsetof(struct objstack, limit)),                     \
		   [slot] "i"(__builtin_offsetof(struct objstack, slot)), ##__VA_ARGS__         \
		 : "rax", "rcx", "rdx", "memory", "cc"                                          \
		 : _full, _slow)

/* OBJ_FREE_ANY - to whichever cache the page of @_obj belongs to */
#define OBJ_FREE_ANY(_obj, _front, _full, _slow)                                                        \
	OBJ_FREE_FAST(_obj, "%%rcx", "11:\tmovq %c[at](%%rax), %%rcx\n\t", _front, _full, _slow)

/* OBJ_FREE_TO - to @_cache, if that is the one */
#define OBJ_FREE_TO(_obj, _cache, _front, _full, _slow)                                                 \
	OBJ_FREE_FAST(_obj, "%[cache]",                                                          \
		      "11:\tcmpq %[cache], %c[at](%%rax)\n\t"                                   \
		      "jne %l[" #_slow "]\n\t", _front, _full, _slow, [cache] "r"(_cache))
/* clang-format on */

#endif
