/* SPDX-License-Identifier: MIT */
/*
 * kfree() and krealloc(), and writes to where they do not belong.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../mm/slab.h"
#include "misuse.h"

#define NEVER_GIVEN "BUG: kfree: kmalloc() never gave {p}"

/* ---- kfree() and krealloc() ------------------------------------------------------------------ */

static noinline void kfree_it(const void *p)
{
	MISTAKE(p) {
		kfree(p);
	}
}

MISUSE(kfree_null, NULL)
{
	MISTAKE(NULL) {
		kfree(NULL);
		kfree(ZERO_SIZE_PTR);
	}
}

MISUSE(kfree_twice, "BUG kmalloc-64: Object already free", IN_SLAB("kmalloc-64"), OBJECT,
       "{at:kfree_it}")
{
	void *p = kmalloc(60, GFP_KERNEL);

	ASSERT(p);
	kfree(p);
	kfree_it(p);
}

MISUSE(kfree_twice_with_one_between, "BUG kmalloc-64: Object already free", IN_SLAB("kmalloc-64"),
       OBJECT)
{
	void *p = kmalloc(60, GFP_KERNEL), *other = kmalloc(60, GFP_KERNEL);

	ASSERT(p && other);
	kfree(p);
	kfree(other);
	kfree_it(p);
}

MISUSE(kfree_twice_large, "BUG: kfree: {p} is free already", "{at:kfree_it}")
{
	void *p = kmalloc(65536, GFP_KERNEL);

	ASSERT(p);
	kfree(p);
	kfree_it(p);
}

MISUSE(kfree_middle, "BUG kmalloc-128: Invalid object pointer {p}", IN_SLAB("kmalloc-128"),
       "Object 0x{addr} @offset={n}")
{
	char *p = kmalloc(128, GFP_KERNEL);

	ASSERT(p);
	kfree_it(p + 8);
	kfree(p);
}

MISUSE(kfree_middle_large, "BUG: kfree: {p} lies in the middle of a large block", "{at:kfree_it}")
{
	char *p = kmalloc(65536, GFP_KERNEL);

	ASSERT(p);
	kfree_it(p + PAGE_SIZE);
	kfree(p);
}

MISUSE(kfree_page, NEVER_GIVEN, "{p} is in a page of no slab")
{
	unsigned long page = __get_free_page(GFP_KERNEL);

	ASSERT(page);
	kfree_it((void *)page);
	free_page(page);
}

MISUSE(kfree_static, NEVER_GIVEN, "{p} is outside the direct map")
{
	static u64 not_allocated;

	kfree_it(&not_allocated);
}

MISUSE(kfree_stack, NEVER_GIVEN)
{
	u64 local = 0;

	kfree_it(&local);
}

MISUSE(kfree_user_address, NEVER_GIVEN, "{at:kfree_it}")
{
	kfree_it((void *)0x7fff12345678);
}

MISUSE(kfree_small_number, NEVER_GIVEN)
{
	kfree_it((void *)24);
}

MISUSE(kfree_vmalloc, NEVER_GIVEN, "{p} is in the vmalloc range")
{
	void *p = vmalloc(5000);

	ASSERT(p);
	kfree_it(p);
	vfree(p);
}

MISUSE(kfree_object_of_a_cache, "BUG: kfree: {p} is an object of t_A, not of kmalloc()",
       "{p} is slab t_A start {px} pointer offset 0 size 96")
{
	struct kmem_cache *a = cache_of("t_A");
	void *p;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	kfree_it(p);
	kmem_cache_free(a, p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(kfree_percpu, NEVER_GIVEN)
{
	u64 __percpu *p = alloc_percpu(u64);

	ASSERT(p);
	kfree_it((__force void *)p);
	free_percpu(p);
}

MISUSE(ksize_of_free, "BUG kmalloc-128: Object already free", IN_SLAB("kmalloc-128"), OBJECT,
       "{at:ksize_of_free}")
{
	void *p = kmalloc(100, GFP_KERNEL);

	ASSERT(p);
	kfree(p);
	MISTAKE(p) {
		ksize(p);
	}
}

MISUSE(krealloc_of_free, "BUG kmalloc-128: Object already free", IN_SLAB("kmalloc-128"), OBJECT,
       "{at:krealloc}")
{
	void *p = kmalloc(100, GFP_KERNEL);

	ASSERT(p);
	kfree(p);
	MISTAKE(p) {
		EXPECT(!krealloc(p, 1000, GFP_KERNEL));
	}
}

MISUSE(kmalloc_too_large, "kmalloc: 4194305 bytes are more than the 4194304 that there can be",
       "{at:kmalloc_too_large}")
{
	MISTAKE(NULL) {
		EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	}
}

MISUSE(kmalloc_highmem, "BUG kmalloc-128: __GFP_HIGHMEM asks for memory without an address",
       "{at:kmalloc_highmem}")
{
	MISTAKE(NULL) {
		EXPECT(!kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM));
	}
}

MISUSE(sleeping_under_a_lock,
       "BUG: sleeping function called from invalid context: allocation with GFP_KERNEL by "
       "{at:sleeping_under_a_lock}",
       "Preemption disabled at {at:sleeping_under_a_lock}")
{
	MISTAKE(NULL) {
		preempt_disable();
		kfree(kmalloc(100, GFP_KERNEL));
		preempt_enable();
	}
}

/* ---- Writes where they do not belong ------------------------------------------------------------- */

static bool lacks_debugging(const void *p)
{
	if (slab_find(p)->flags & SLAB_RED_ZONE && slab_find(p)->flags & SLAB_POISON)
		return false;
	ktest_skip("without slub_debug=FZPU");
	return true;
}

/* Objects that lie ready have a tag in their first word; those that are looked at, poison. */
static bool lacks_tags(const void *p)
{
	if (slab_find(p)->mode != SLAB_MODE_DEBUG || slab_find(p)->flags & SLAB_POISON)
		return false;
	ktest_skip("free objects are neither at hand nor poisoned");
	return true;
}

/* Writes a byte @at bytes from an object in use, and frees it. */
static noinline void overflow(size_t size, long at)
{
	char *p = kmalloc(size, GFP_KERNEL);

	ASSERT(p);
	if (lacks_debugging(p)) {
		kfree(p);
		return;
	}
	flip(p + at, 0x55);
	MISTAKE(p) {
		kfree(p);
	}
}

#define DEBUG "slub_debug=FZPU"

MISUSE_WITH(overflow_by_one, DEBUG, "BUG kmalloc-64: Right Redzone overwritten",
	    IN_SLAB("kmalloc-64"), OBJECT, "Allocated in {at:overflow}")
{
	overflow(64, 64);
}

MISUSE_WITH(overflow_by_one_in_the_class, DEBUG, "BUG kmalloc-1024: Right Redzone overwritten",
	    IN_SLAB("kmalloc-1024"), OBJECT, "Allocated in {at:overflow}")
{
	overflow(1000, 1024);
}

MISUSE_WITH(underflow_by_one, DEBUG, "BUG kmalloc-64: Left Redzone overwritten",
	    IN_SLAB("kmalloc-64"), OBJECT, "Allocated in {at:overflow}")
{
	overflow(64, -1);
}

/* Writes to a free object, which is the next one in turn. */
static noinline void late_write(size_t at, bool needs_debugging)
{
	char *p = kmalloc(64, GFP_KERNEL), *again = NULL;

	ASSERT(p);
	if (needs_debugging ? lacks_debugging(p) : lacks_tags(p)) {
		kfree(p);
		return;
	}
	preempt_disable(); /* another CPU has other objects at hand */
	kfree(p);
	flip(p + at, 0x55);
	MISTAKE(p) {
		again = kmalloc(64, GFP_ATOMIC);
	}
	preempt_enable();
	if (again != p) /* what was written to is kept back, or mended */
		kfree(p);
	kfree(again);
}

MISUSE(write_after_kfree_first_word, "BUG kmalloc-64: Poison overwritten", IN_SLAB("kmalloc-64"),
       OBJECT)
{
	late_write(0, false);
}

MISUSE_WITH(write_after_kfree_middle, DEBUG, "BUG kmalloc-64: Poison overwritten",
	    IN_SLAB("kmalloc-64"), OBJECT, "Freed in {at:late_write}")
{
	late_write(33, true);
}

MISUSE_WITH(write_after_kfree_last_byte, DEBUG, "BUG kmalloc-64: End Poison overwritten",
	    IN_SLAB("kmalloc-64"), OBJECT, "Freed in {at:late_write}")
{
	late_write(63, true);
}
