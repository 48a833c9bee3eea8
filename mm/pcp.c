/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU page lists: most allocations take a block from, and most frees put one
 * on, a stack that belongs to this CPU, without a lock.
 *
 *     alloc_pages()  <--pop--  | order 0 | order 1 | .. | order 4 | order 9 |  --push--  __free_pages()
 *				     ^  |
 *			      refill |  | half of it, when full
 *				     |  v
 *				zone->buddy		(zone->lock)
 *
 * Fast paths (pcp_alloc, pcp_free in <cairn/pcp.h>) run with interrupts as they
 * are.  What may come between their instructions, and why it does no harm:
 *
 *     pop, push      An interrupt or a switch inside the few instructions of a
 *		      restartable sequence sends it back to its start (asm/ras.h);
 *		      one store commits it.
 *     after a pop    The block is in nobody's hands but ours; it says PAGE_CACHED
 *		      for two more instructions.  A handler that frees it by
 *		      mistake is told so.
 *     before a push  The block already says PAGE_CACHED, so a second free is found
 *		      even there.  A move to another CPU only means that it is put
 *		      on that CPU's list, which has the same zone first or, with
 *		      several nodes, gives it to its own zone when it is drained.
 *     home[] read    The word is compared at once; a list that is turned off
 *		      meanwhile has limit 0, so the push goes the long way.
 *
 * Refill and drain move many blocks with interrupts off.
 *
 * Only blocks of the zone that this CPU's allocations try first are kept, its
 * home zone, the first of the nearest node that lies in the direct map, so that low
 * memory which was freed is not handed to those who had a choice.  And they are filled only while that zone has more than its high
 * watermark free.  A refill that ends below it turns the lists off, and so does any
 * allocation before it takes a zone below its low watermark: then every allocation
 * and free passes the zone, where watermarks are checked.  So nobody finds reserves
 * on a list, and an allocation fails with per-CPU lists no earlier than without;
 * with several CPUs that holds for those who may wait.  Others are asked to turn theirs
 * off too, and do when they take the interrupt, but an atomic allocation does not wait.
 *
 * They are turned on again when the zone has a quarter more than that, by whoever allocates or
 * frees next, so that many frees after a shortage go back in bulk.
 *
 * A single page freed as cold goes to a list of its own, which hot allocations
 * use only when the hot one is empty.
 *
 * Invariants:
 *     a block on a list is PAGE_CACHED, of the list's order, with one reference,
 *	  no flags, and of the home zone but for those that a move left there
 *     a list is off  <=>  limit == 0 and home == PCP_NO_HOME and used == 0
 *     the cold list is off with all others, used == 0, and its limit is not looked at
 *
 * A refill takes up to 64 pages: small free blocks first, so that large ones stay
 * whole, else one block of 64, carved.  The limit of a list is its room, or a
 * 64th of the home zone where that is less.
 *
 * Boot parameters: with init_on_alloc=1 and those of page_debug.c the lists are always off, with
 * init_on_free=1 nothing equals home[] and every free takes the long way first.
 */
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include "internal.h"
#include "memmap.h"
#include "page_alloc.h"
#include "page_state.h"
#include "zone.h"

DEFINE_PER_CPU_ALIGNED(struct per_cpu_pages, pcp_pages) = {
	.home = {[0 ... MAX_ORDER - 1] = PCP_NO_HOME},
};

#define REFILL_ORDER 6 /* 64 pages */

static const u8 list_order[NR_PCP_LISTS] = {0, 1, 2, 3, 4, 9};

const u16 pcp_offset[MAX_ORDER] = {
	[0] = offsetof(struct per_cpu_pages, order0), [1] = offsetof(struct per_cpu_pages, order1),
	[2] = offsetof(struct per_cpu_pages, order2), [3] = offsetof(struct per_cpu_pages, order3),
	[4] = offsetof(struct per_cpu_pages, order4), [9] = offsetof(struct per_cpu_pages, order9),
};
_Static_assert(sizeof(struct per_cpu_pages) < 65536, "offsets have 16 bits");

static const unsigned int list_slots[NR_PCP_LISTS] = {PCP_SLOTS_0, PCP_SLOTS_1, PCP_SLOTS_2,
						      PCP_SLOTS_3, PCP_SLOTS_4, PCP_SLOTS_9};

/* The list of an order, which has one, of the CPU whose copy @pcp points to. */
static struct pcpu_stack *list_of(struct per_cpu_pages *pcp, unsigned int order)
{
	return (struct pcpu_stack *)((char *)pcp + pcp_offset[order]);
}

static struct pcpu_stack *cold_of(struct per_cpu_pages *pcp)
{
	return (struct pcpu_stack *)pcp->cold;
}

/* The most of @slots blocks that lists filled from a zone hold; 0: there are none. */
static unsigned int limit_of(const struct zone *home, unsigned long slots, unsigned int order)
{
	unsigned long share = home && !page_lists_are_off() ? home->managed_pages / 64 : 0;

	return (unsigned int)min(slots, share >> order);
}

/* The same in bytes, as struct pcpu_stack counts. */
static u32 limit_bytes(const struct zone *home, unsigned long slots, unsigned int order)
{
	return (u32)(limit_of(home, slots, order) * sizeof(void *));
}

static struct zone *home_zone(unsigned int cpu)
{
	return first_lowmem_zone(&node_data[cpu_to_node(cpu)]->zonelist);
}

unsigned int pcp_limit_blocks(unsigned int cpu, unsigned int order)
{
	int list = pcp_index(order);

	return list < 0 ? 0 : limit_of(home_zone(cpu), list_slots[list], order);
}

/*
 * Frees those of @n blocks that a thread brought along from another node's CPU, and
 * moves the others together; returns how many those are.
 */
static u32 drop_foreign(const struct zone *home, struct page **pages, u32 n, unsigned int order)
{
	u32 i, kept = 0;

	for (i = 0; i < n; i++) {
		if (page_tag(pages[i]) == home->buddy.tag)
			pages[kept++] = pages[i];
		else
			zone_free_block(pages[i], order);
	}
	return kept;
}

/* Puts the @n oldest blocks of a list back into the home zone. */
static void drain_list(struct zone *home, struct pcpu_stack *stack, unsigned int order, u32 n)
{
	u32 left = stack->used / sizeof(void *) - n, ours = n;

	if (nr_node_ids > 1)
		ours = drop_foreign(home, (struct page **)stack->slot, n, order);
	if (ours) {
		spin_lock(&home->lock);
		buddy_free_bulk(&home->buddy, (struct page **)stack->slot, ours, order);
		home->nr_freed += (unsigned long)ours << order;
		spin_unlock(&home->lock);
		zone_memory_freed(home);
	}
	copy_words(stack->slot, stack->slot + n, left);
	stack->used = left * sizeof(void *);
}

static void drain_whole(struct zone *home, struct pcpu_stack *stack, unsigned int order)
{
	drain_list(home, stack, order, stack->used / sizeof(void *));
}

static void drain_cpu(struct per_cpu_pages *pcp)
{
	unsigned int list;

	if (!pcp->zone)
		return;
	for (list = 0; list < NR_PCP_LISTS; list++)
		drain_whole(pcp->zone, list_of(pcp, list_order[list]), list_order[list]);
	drain_whole(pcp->zone, cold_of(pcp), 0);
}

static void drain_this_cpu(void *info __unused)
{
	drain_cpu(this_cpu_ptr(&pcp_pages));
}

static bool cpu_has_blocks(int cpu, void *info __unused)
{
	struct per_cpu_pages *pcp = per_cpu_ptr(&pcp_pages, cpu);
	unsigned int list;

	if (!READ_ONCE(pcp->zone))
		return false;
	for (list = 0; list < NR_PCP_LISTS; list++) {
		if (data_race(list_of(pcp, list_order[list])->used))
			return true;
	}
	return data_race(cold_of(pcp)->used);
}

void drain_all_pages(void)
{
	drain_each_cpu(cpu_has_blocks, drain_this_cpu, NULL);
}

static void turn_off(struct per_cpu_pages *pcp)
{
	unsigned int list;

	for (list = 0; list < NR_PCP_LISTS; list++) {
		pcp->home[list_order[list]] = PCP_NO_HOME;
		list_of(pcp, list_order[list])->limit = 0;
	}
	drain_cpu(pcp);
	WRITE_ONCE(pcp->on, false);
}

static bool above_high(const struct zone *zone)
{
	return data_race(zone->buddy.free) > zone->watermark[WMARK_HIGH];
}

static void turn_off_here(void *info __unused)
{
	turn_off(this_cpu_ptr(&pcp_pages));
}

/* One each, for when a CPU's lists are to be turned off by another. */
static DEFINE_PER_CPU(call_single_data_t, turn_off_call) = {.func = turn_off_here};

/* Other CPUs whose zone is short turn theirs off soon; the caller may be unable to wait. */
static void turn_off_others(void)
{
	int cpu, this = raw_smp_processor_id();

	for_each_online_cpu(cpu) {
		const struct per_cpu_pages *pcp = per_cpu_ptr(&pcp_pages, cpu);

		if (cpu == this || !READ_ONCE(pcp->on) || above_high(READ_ONCE(pcp->zone)))
			continue;
		smp_call_function_single_async(cpu, per_cpu_ptr(&turn_off_call, cpu));
	}
}

void pcp_reset(void)
{
	unsigned long flags;

	local_irq_save(flags);
	turn_off_here(NULL);
	if (num_online_cpus() > 1)
		turn_off_others();
	local_irq_restore(flags);
}

static void turn_on(struct per_cpu_pages *pcp)
{
	unsigned int list;

	for (list = 0; list < NR_PCP_LISTS; list++) {
		unsigned int order = list_order[list];

		u32 limit = limit_bytes(pcp->zone, list_slots[list], order);

		if (!init_on_free && limit)
			pcp->home[order] = PAGE_WORD(PAGE_ALLOCATED, order, pcp->zone->buddy.tag);
		list_of(pcp, order)->limit = limit;
	}
	cold_of(pcp)->limit = limit_bytes(pcp->zone, PCP_SLOTS_COLD, 0);
	WRITE_ONCE(pcp->on, true);
}

/* Has the home zone well more than it must keep?  Sets the zone. */
static bool has_plenty(struct per_cpu_pages *pcp)
{
	unsigned long high;

	WRITE_ONCE(pcp->zone, home_zone(smp_processor_id()));
	if (!limit_of(pcp->zone, PCP_SLOTS_0, 0))
		return false;
	high = pcp->zone->watermark[WMARK_HIGH];
	return data_race(pcp->zone->buddy.free) >= high + high / 4 + (1UL << REFILL_ORDER);
}

/* Turns the lists on if the home zone has plenty, or can get it. */
static bool try_turn_on(struct per_cpu_pages *pcp)
{
	if (!has_plenty(pcp) &&
	    (!limit_of(pcp->zone, PCP_SLOTS_0, 0) || !memmap_open_zone(pcp->zone)))
		return false;
	turn_on(pcp);
	return true;
}

/* Makes list blocks of a free one, the lowest on top. */
static void carve(struct pcpu_stack *stack, struct page *page, unsigned int from,
		  unsigned int order)
{
	void **slot = stack->slot + stack->used / sizeof(void *);
	struct page *part = page + (1UL << from);

	while (part != page) {
		part -= 1UL << order;
		page_begin(part, PAGE_CACHED, order);
		*slot++ = part;
	}
	stack->used += (u32)(sizeof(void *) << (from - order));
}

/*
 * Fills a list of the home zone's blocks; its lock is held.  The last may give more than
 * is wanted: cut to size it would leave a piece over for the next time, to be cut again.
 */
static void refill_locked(struct zone *home, struct pcpu_stack *stack, unsigned int order)
	__must_hold(&home->lock)
{
	u32 room = (stack->limit - stack->used) / sizeof(void *);
	u32 want = min(room, order < REFILL_ORDER ? 1u << (REFILL_ORDER - order) : 1u);

	for (u32 got = 0; got < want && above_high(home);) {
		unsigned int most = order + (unsigned int)fls(min(want, room - got)) - 1, from;
		struct page *page = buddy_alloc_upto(&home->buddy, order, most);

		if (!page)
			return;
		from = page->order;
		carve(stack, page, from, order);
		home->nr_alloc += 1UL << from;
		zone_count_numa(home, home, 1UL << (from - order));
		got += 1u << (from - order);
	}
}

static void refill(struct per_cpu_pages *pcp, struct pcpu_stack *stack, unsigned int order)
{
	struct zone *home = pcp->zone;

	if (!above_high(home))
		memmap_open_zone(home);
	spin_lock(&home->lock);
	refill_locked(home, stack, order);
	spin_unlock(&home->lock);
	if (!above_high(home))
		turn_off(pcp);
}

/* Takes the top block off a list of this CPU, with interrupts off. */
static struct page *take_top(struct pcpu_stack *stack)
{
	struct page *page;

	if (!stack->used)
		return NULL;
	stack->used -= sizeof(void *);
	page = stack->slot[stack->used / sizeof(void *)];
	page->state = PAGE_ALLOCATED;
	return page;
}

struct page *pcp_refill(unsigned int order)
{
	struct per_cpu_pages *pcp;
	struct pcpu_stack *stack;
	struct page *page = NULL;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_pages);
	stack = list_of(pcp, order);
	if (order == 0 && cold_of(pcp)->used) {
		page = take_top(cold_of(pcp));
	} else if (pcp->on || try_turn_on(pcp)) {
		if (!stack->used)
			refill(pcp, stack, order);
		page = take_top(stack);
	}
	local_irq_restore(flags);
	return page;
}

struct page *pcp_take_cold(void)
{
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	page = take_top(cold_of(this_cpu_ptr(&pcp_pages)));
	local_irq_restore(flags);
	return page;
}

/* Puts a PAGE_CACHED block on a list, making room first; false if the list is off. */
static bool put_top(struct per_cpu_pages *pcp, struct pcpu_stack *stack, struct page *page)
{
	if (!stack->limit)
		return false;
	if (stack->used >= stack->limit)
		drain_list(pcp->zone, stack, page->order, (stack->used / sizeof(void *) + 1) / 2);
	page->state = PAGE_CACHED;
	stack->slot[stack->used / sizeof(void *)] = page;
	stack->used += sizeof(void *);
	return true;
}

static bool belongs(const struct per_cpu_pages *pcp, const struct page *page)
{
	return pcp->on && page_tag(page) == pcp->zone->buddy.tag;
}

bool pcp_put(struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	bool done = false;

	if (!pcp_offset[order])
		return false;
	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_pages);
	if (unlikely(!pcp->on) && has_plenty(pcp))
		turn_on(pcp);
	if (belongs(pcp, page))
		done = put_top(pcp, list_of(pcp, order), page);
	local_irq_restore(flags);
	return done;
}

bool pcp_put_cold(struct page *page)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	bool done = false;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_pages);
	if (belongs(pcp, page))
		done = put_top(pcp, cold_of(pcp), page);
	local_irq_restore(flags);
	return done;
}

void pcp_free_full(struct page *page, unsigned int order)
{
	if (!pcp_put(page, order))
		zone_free_block(page, order);
}

static unsigned long cached_on(struct per_cpu_pages *pcp)
{
	unsigned long pages = data_race(cold_of(pcp)->used) / sizeof(void *);
	unsigned int list;

	for (list = 0; list < NR_PCP_LISTS; list++)
		pages += (data_race(list_of(pcp, list_order[list])->used) / sizeof(void *))
			 << list_order[list];
	return pages;
}

unsigned long pcp_cached_pages(const struct zone *zone)
{
	unsigned long pages = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct per_cpu_pages *pcp = per_cpu_ptr(&pcp_pages, cpu);

		const struct zone *home = READ_ONCE(pcp->zone);

		if (home && (!zone || home == zone))
			pages += cached_on(pcp);
	}
	return pages;
}
