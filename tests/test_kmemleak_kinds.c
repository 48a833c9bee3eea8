/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with kmemleak=on objects of each kind are lost, and held by objects of each kind:
 * slab, large block, vmalloc area, per-CPU object, between guard pages; by a word of data, by
 * the stack of a thread, and by pages that somebody wants to have watched.  A scan names those
 * that nothing refers to, and no other.  Boots without the parameter skip.
 */
#include <linux/kmemleak.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "../mm/kfence.h"
#include "../mm/kmemleak.h"
#include "kmemleak_test.h"

enum kind { SLAB, LARGE, AREA, PERCPU, SAMPLED, KINDS };

#define LARGE_SIZE  (16 << 10)
#define AREA_SIZE   (5 * PAGE_SIZE)
#define PERCPU_SIZE PAGE_SIZE /* from the start of a page on */

static const size_t size_of[KINDS] = {sizeof(struct node), LARGE_SIZE, AREA_SIZE, PERCPU_SIZE,
				      sizeof(struct node)};

/* Complements of the numbers that stand for objects: addresses, or per-CPU pointers. */
static unsigned long lost[KINDS], holder[KINDS];

/* The only thing that refers to any of them, or nothing. */
static volatile unsigned long held;
static DEFINE_PER_CPU(unsigned long, held_here);

/* A node between guard pages; where there are none, just a node. */
static __always_inline void *sampled_node(void)
{
	void *node = NULL;

	for (unsigned int tries = 0; tries < 1000; tries++) {
		kfence_sample();
		node = kzalloc(sizeof(struct node), GFP_KERNEL);
		if (!kfence_enabled() || is_kfence_address(node))
			return node;
		kfree(node);
	}
	return NULL;
}

static noinline unsigned long allocate_kind_here(enum kind kind)
{
	unsigned long obj;

	if (kind == SLAB)
		obj = (unsigned long)kzalloc(sizeof(struct node), GFP_KERNEL);
	else if (kind == SAMPLED)
		obj = (unsigned long)sampled_node();
	else if (kind == LARGE)
		obj = (unsigned long)kzalloc(LARGE_SIZE, GFP_KERNEL);
	else if (kind == AREA)
		obj = (unsigned long)vzalloc(AREA_SIZE);
	else
		obj = (unsigned long)__alloc_percpu(PERCPU_SIZE, 8);
	barrier();
	return obj;
}

static void free_kind(enum kind kind, unsigned long obj)
{
	if (kind == AREA)
		vfree((void *)obj);
	else if (kind == PERCPU)
		free_percpu((void __percpu *)obj);
	else
		kfree((void *)obj);
}

/* Objects of the kinds in @mask, in @hidden_in, complemented. */
static noinline void allocate_kinds(unsigned long *hidden_in, unsigned int mask)
{
	for (enum kind kind = SLAB; kind < KINDS; kind++) {
		if (!(mask >> kind & 1))
			continue;
		hidden_in[kind] = ~allocate_kind_here(kind);
		EXPECT(~hidden_in[kind]);
	}
}

static noinline void free_kinds(unsigned long *hidden_in)
{
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		free_kind(kind, ~hidden_in[kind]);
}

/* Slabs have no objects of just any size; between guard pages there are. */
static size_t size_reported(enum kind kind, unsigned long obj)
{
	if ((kind == SLAB || kind == SAMPLED) && !is_kfence_address((void *)obj))
		return kmalloc_size_roundup(size_of[kind]);
	return size_of[kind];
}

/* What is reported of the objects in @hidden_in, one bit a kind, each with its size. */
static noinline unsigned int reported(const unsigned long *hidden_in)
{
	unsigned int found = 0;
	char line[80];

	for (enum kind kind = SLAB; kind < KINDS; kind++) {
		snprintf(line, sizeof(line), "unreferenced object %s0x%px (size %zu):",
			 kind == PERCPU ? "(percpu) " : "", (void *)~hidden_in[kind],
			 size_reported(kind, ~hidden_in[kind]));
		found |= (unsigned int)ktest_reported(line) << kind;
	}
	return found;
}

/* The word in the last bytes of an object; of a per-CPU one, in the last CPU's copy. */
static unsigned long *last_word(enum kind kind, const unsigned long *hidden_in)
{
	unsigned long end = ~hidden_in[kind] + size_of[kind];

	if (kind == PERCPU)
		end = (unsigned long)per_cpu_ptr((char __percpu *)end, nr_cpu_ids - 1);
	return (unsigned long *)(end - sizeof(unsigned long));
}

/*
 * Nothing that these compute may stay in a register or on the stack of a test, where it
 * would be a reference.
 */

static noinline void hold(unsigned long other)
{
	held = ~other;
}

static noinline void hold_last_word(enum kind kind, const unsigned long *hidden_in)
{
	held = (unsigned long)last_word(kind, hidden_in);
}

/* The last word of an object, or one of those before it, refers to another. */
static noinline void refer_from(enum kind kind, const unsigned long *hidden_in, unsigned int before,
				unsigned long other)
{
	last_word(kind, hidden_in)[-(long)before] = ~other;
}

static noinline void refer_from_page(unsigned long page, unsigned long other)
{
	*(unsigned long *)~page = ~other;
}

/* A scan, whose suspects are in the report. */
#define SCAN_AND_LIST()                                 \
	do {                                            \
		wipe_stack();                           \
		kmemleak_scan();                        \
		EXPECT_REPORT("unreferenced object ") { \
			kmemleak_list();                \
		}                                       \
	} while (0)

#define EXPECT_NO_SUSPECT()                    \
	do {                                   \
		wipe_stack();                  \
		kmemleak_scan();               \
		EXPECT_EQ(kmemleak_list(), 0); \
	} while (0)

#define ALL_KINDS ((1u << KINDS) - 1)

/*
 * What is left on other stacks and in data may look like a reference to an object.  So of
 * some candidates one is taken that is suspected; those that are not are kept until the
 * end of the test.
 */
#define CANDIDATES 8
static struct {
	enum kind kind;
	unsigned long hidden;
} shadowed[3 * CANDIDATES * KINDS];
static unsigned int nr_shadowed;
static unsigned long candidate[CANDIDATES][KINDS];

static void free_shadowed(void)
{
	while (nr_shadowed) {
		nr_shadowed--;
		free_kind(shadowed[nr_shadowed].kind, ~shadowed[nr_shadowed].hidden);
	}
}

static void copy_flags(const struct leak_object *o, void *arg)
{
	*(u32 *)arg = o->record->flags;
}

static noinline bool is_suspected(unsigned long obj)
{
	u32 flags = ~0u;

	leak_with_object(obj, copy_flags, &flags);
	EXPECT(flags != ~0u); /* it is known */
	return flags & LEAK_SUSPECTED;
}

/* Chooses a candidate of @kind, and gets rid of the others. */
static noinline bool choose(enum kind kind, unsigned long *chosen)
{
	bool found = false;

	for (unsigned int i = 0; i < CANDIDATES; i++) {
		if (!is_suspected(~candidate[i][kind])) {
			kmemleak_ignore((void *)~candidate[i][kind]); /* it may be, later */
			shadowed[nr_shadowed].kind = kind;
			shadowed[nr_shadowed++].hidden = candidate[i][kind];
		} else if (found) {
			free_kind(kind, ~candidate[i][kind]);
		} else {
			*chosen = candidate[i][kind];
			found = true;
		}
		candidate[i][kind] = 0;
	}
	return found;
}

static void skip_shadowed(void)
{
	ktest_skip("what other tests left looks like references to all there is");
}

/* Objects of the kinds in @mask that are suspected, in @hidden_in; none if there are none. */
static bool lose(unsigned long *hidden_in, unsigned int mask)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < CANDIDATES; i++)
		allocate_kinds(candidate[i], mask);
	wipe_stack();
	kmemleak_scan();
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		if (mask >> kind & 1)
			found |= (unsigned int)choose(kind, &hidden_in[kind]) << kind;
	if (found == mask)
		return true;
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		if (found >> kind & 1)
			free_kind(kind, ~hidden_in[kind]);
	free_shadowed();
	skip_shadowed();
	return false;
}

#define lose_kinds(hidden_in) lose(hidden_in, ALL_KINDS)

KTEST(kmemleak, one_of_each_kind)
{
	if (!watching() || !lose_kinds(lost))
		return;
	EXPECT_REPORT("allocate_kind_here") {
		kmemleak_list();
	}
	EXPECT_EQ(reported(lost), ALL_KINDS);
	EXPECT(ktest_reported("hex dump (first 32 bytes on cpu "));
	kmemleak_clear();
	EXPECT_EQ(kmemleak_list(), 0);
	free_kinds(lost);
	free_shadowed();
	EXPECT_NO_SUSPECT();
}

/* That kfence knows where its objects are does not hold one of them. */
KTEST(kmemleak, records_of_guard_pages_hold_nothing)
{
	u32 flags = 0;

	if (!watching())
		return;
	if (!kfence_enabled()) {
		ktest_skip("without kfence.sample_interval=");
		return;
	}
	leak_with_object((unsigned long)kfence_objects, copy_flags, &flags);
	EXPECT_EQ(flags & LEAK_NO_SCAN, LEAK_NO_SCAN);
}

/* Its successor at the same place is not suspected of what an object was. */
KTEST(kmemleak, the_next_at_the_same_place)
{
	if (!watching() || !lose_kinds(lost))
		return;
	free_kinds(lost);
	allocate_kinds(lost, ALL_KINDS);
	EXPECT_EQ(kmemleak_list(), 0);
	free_kinds(lost);
	free_shadowed();
}

/* Its only reference is in data: to its start, to its last byte, and to a CPU's copy. */
KTEST(kmemleak, a_word_of_data_holds_it)
{
	if (!watching() || !lose_kinds(lost))
		return;
	for (enum kind kind = SLAB; kind < KINDS; kind++) {
		hold(lost[kind]);
		SCAN_AND_LIST();
		EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << kind));
		held += size_of[kind] - 1;
		SCAN_AND_LIST();
		EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << kind));
	}
	hold_last_word(PERCPU, lost);
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << PERCPU));
	held = 0;
	free_kinds(lost);
	free_shadowed();
}

/* An object of one kind refers to one of each; then it is lost, and so are they. */
KTEST(kmemleak, each_kind_holds_each)
{
	if (!watching())
		return;
	for (enum kind by = SLAB; by < KINDS; by++) {
		if (!lose(holder, 1u << by))
			return;
		if (!lose_kinds(lost)) {
			free_kind(by, ~holder[by]);
			return;
		}
		for (enum kind kind = SLAB; kind < KINDS; kind++)
			refer_from(by, holder, kind, lost[kind]);
		hold(holder[by]);
		EXPECT_NO_SUSPECT();
		held = 0;
		SCAN_AND_LIST();
		EXPECT_EQ(reported(lost), ALL_KINDS);
		EXPECT_EQ(reported(holder) & 1u << by, 1u << by);
		free_kinds(lost);
		free_kind(by, ~holder[by]);
		free_shadowed();
	}
}

static void __percpu *fillers[64];

/* Leaves no page unused in the first chunk of per-CPU memory; one of the next is in use. */
static noinline bool fill_first_chunk(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++) {
		fillers[i] = __alloc_percpu(PERCPU_SIZE, 8);
		if (!fillers[i])
			return false;
		if (is_vmalloc_addr(per_cpu_ptr(fillers[i], 0)))
			return true;
	}
	return false;
}

/*
 * Once the first chunk is full, per-CPU objects are in pages that are taken when they are
 * needed.  Such a page is none of those in use that may refer to anything: what a lost object
 * in it refers to is lost too.
 */
KTEST(kmemleak, a_lost_object_in_a_later_chunk_holds_nothing)
{
	if (!watching())
		return;
	EXPECT(fill_first_chunk());
	if (lose(holder, 1u << PERCPU)) {
		if (lose(lost, 1u << SLAB)) {
			refer_from(PERCPU, holder, 0, lost[SLAB]);
			SCAN_AND_LIST();
			EXPECT_EQ(reported(holder) & 1u << PERCPU, 1u << PERCPU);
			EXPECT_EQ(reported(lost) & 1u << SLAB, 1u << SLAB);
			free_kind(SLAB, ~lost[SLAB]);
			free_shadowed();
		}
		free_kind(PERCPU, ~holder[PERCPU]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++) {
		free_percpu(fillers[i]);
		fillers[i] = NULL;
	}
}

KTEST(kmemleak, a_per_cpu_variable_holds_it)
{
	if (!watching() || !lose_kinds(lost))
		return;
	for (enum kind kind = LARGE; kind < KINDS; kind++) {
		WRITE_ONCE(per_cpu(held_here, nr_cpu_ids - 1), ~lost[kind]);
		SCAN_AND_LIST();
		EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << kind));
	}
	WRITE_ONCE(per_cpu(held_here, nr_cpu_ids - 1), 0);
	free_kinds(lost);
	free_shadowed();
}

KTEST(kmemleak, each_kind_may_be_known_better)
{
	if (!watching() || !lose_kinds(holder))
		return;
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		kmemleak_not_leak((void *)~holder[kind]);
	if (!lose_kinds(lost)) {
		free_kinds(holder);
		return;
	}
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		refer_from(kind, holder, 0, lost[kind]);
	EXPECT_NO_SUSPECT();
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		kmemleak_no_scan((void *)~holder[kind]);
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost), ALL_KINDS);
	EXPECT_EQ(reported(holder), 0);
	for (enum kind kind = SLAB; kind < KINDS; kind++)
		kmemleak_ignore((void *)~lost[kind]);
	EXPECT_NO_SUSPECT();
	free_kinds(lost);
	free_kinds(holder);
	free_shadowed();
}

/* The third page of the area, in whose pages a word each refers to the large block. */
static noinline struct page *page_of_area(void)
{
	unsigned long end = ~lost[AREA] + size_of[AREA];

	for (unsigned long at = ~lost[AREA]; at < end; at += PAGE_SIZE)
		*(unsigned long *)at = ~lost[LARGE];
	return vmalloc_to_page((void *)(~lost[AREA] + 2 * PAGE_SIZE));
}

/*
 * vmalloc_to_page() splits a block, and all its pages remain the area's, which nobody refers to;
 * one that is kept longer than the area is a root meanwhile.
 */
KTEST(kmemleak, a_page_of_an_area)
{
	struct page *page;

	if (!watching() || !lose_kinds(lost))
		return;
	page = page_of_area();
	ASSERT(page);
	get_page(page);
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost), ALL_KINDS);
	free_kind(AREA, ~lost[AREA]);
	vm_unmap_aliases();
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << LARGE | 1u << AREA));
	put_page(page);
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost), ALL_KINDS & ~(1u << AREA));
	lost[AREA] = ~0UL;
	free_kinds(lost);
	free_shadowed();
}

/* ---- Threads --------------------------------------------------------------------------- */

static struct {
	struct completion ready, go;
	struct task_struct *task;
	unsigned long hidden[4]; /* complements of what it allocates */
} sleeper;

/* Its stack alone refers to what it allocates, and after it is gone nothing does. */
static int sleep_with_pointers(void *data __unused)
{
	void *volatile kept_here[ARRAY_SIZE(sleeper.hidden)] = {NULL};

	for (unsigned int i = 0; i < ARRAY_SIZE(kept_here); i++) {
		kept_here[i] = kzalloc(LARGE_SIZE, GFP_KERNEL);
		sleeper.hidden[i] = ~(unsigned long)kept_here[i];
	}
	complete(&sleeper.ready);
	wait_for_completion(&sleeper.go);
	return kept_here[0] ? 0 : -ENOMEM;
}

static noinline void expect_sleepers_losses(void)
{
	EXPECT_REPORT("comm \"sleeper\"") {
		kmemleak_list();
	}
	EXPECT(ktest_reported("sleep_with_pointers"));
}

KTEST(kmemleak, a_stack_holds_it_while_its_thread_lives)
{
	if (!watching())
		return;
	init_completion(&sleeper.ready);
	init_completion(&sleeper.go);
	sleeper.task = kthread_run(sleep_with_pointers, NULL, "sleeper");
	ASSERT(!IS_ERR(sleeper.task));
	wait_for_completion(&sleeper.ready);
	EXPECT_NO_SUSPECT();
	get_task_struct(sleeper.task);
	complete(&sleeper.go);
	EXPECT_EQ(kthread_stop(sleeper.task), 0);
	put_task_struct(sleeper.task);
	sleeper.task = NULL;
	threads_reap();
	wipe_stack();
	if (kmemleak_scan())
		expect_sleepers_losses();
	else
		skip_shadowed();
	for (unsigned int i = 0; i < ARRAY_SIZE(sleeper.hidden); i++)
		kfree((void *)~sleeper.hidden[i]);
}

/* ---- Pages ----------------------------------------------------------------------------- */

static volatile unsigned long hidden_page;
static unsigned long hidden_pages[CANDIDATES];

/*
 * A page that nothing refers to, in hidden_page: one that is suspected when it is watched,
 * of some.  Words that others left, such as on their stacks, keep the rest of them referred to.
 */
static noinline void allocate_hidden_pages(void)
{
	for (unsigned int i = 0; i < CANDIDATES; i++) {
		hidden_pages[i] = ~get_zeroed_page(GFP_KERNEL);
		kmemleak_alloc((void *)~hidden_pages[i], PAGE_SIZE, 1, GFP_KERNEL);
	}
}

static noinline void choose_hidden_page(void)
{
	hidden_page = ~0UL;
	for (unsigned int i = 0; i < CANDIDATES; i++) {
		bool chosen = !~hidden_page && is_suspected(~hidden_pages[i]);

		kmemleak_free((void *)~hidden_pages[i]);
		if (chosen)
			hidden_page = hidden_pages[i];
		else
			free_page(~hidden_pages[i]);
		hidden_pages[i] = 0;
	}
}

static bool hide_page(void)
{
	allocate_hidden_pages();
	wipe_stack();
	kmemleak_scan();
	choose_hidden_page();
	if (!~hidden_page)
		skip_shadowed();
	return ~hidden_page;
}

/* Where no memory is: at the end of the direct map; written so that no scan finds it. */
static noinline unsigned long hidden_nowhere(void)
{
	static volatile unsigned long end = ~(PAGE_OFFSET + DIRECT_MAP_SIZE);

	return end + PAGE_SIZE;
}

/* Memory went away, and nobody said so: what cannot be read is shown as zeroes. */
KTEST(kmemleak, bytes_that_cannot_be_read)
{
	if (!watching())
		return;
	kmemleak_alloc((void *)~hidden_nowhere(), PAGE_SIZE, 1, GFP_KERNEL);
	SCAN_AND_LIST();
	EXPECT(ktest_reported("(size 4096)"));
	EXPECT(ktest_reported("    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  "));
	kmemleak_free((void *)~hidden_nowhere());
}

/* A page is a root, until somebody wants to have it watched. */
KTEST(kmemleak, pages_by_request)
{
	if (!watching() || !lose(lost, 1u << AREA))
		return;
	if (!hide_page()) {
		free_kind(AREA, ~lost[AREA]);
		free_shadowed();
		return;
	}
	refer_from_page(hidden_page, lost[AREA]);
	EXPECT_NO_SUSPECT();
	kmemleak_alloc((void *)~hidden_page, PAGE_SIZE / 2, 1, GFP_KERNEL);
	SCAN_AND_LIST();
	EXPECT_EQ(reported(lost) >> AREA & 1, 1);
	EXPECT(ktest_reported("(size 2048)"));
	kmemleak_free((void *)~hidden_page);
	EXPECT_NO_SUSPECT();
	kmemleak_alloc((void *)~hidden_page, PAGE_SIZE, 0, GFP_KERNEL);
	EXPECT_NO_SUSPECT();
	kmemleak_free((void *)~hidden_page);
	free_page(~hidden_page);
	free_kind(AREA, ~lost[AREA]);
	free_shadowed();
}
