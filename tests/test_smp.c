/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs at once: calls from each to each, translations that must not
 * outlive a flush, and memory that one CPU takes and another gives back.
 *
 * With one CPU most of it still runs, on itself; what needs another is skipped.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "../mm/internal.h"
#include "../mm/percpu.h"
#include "../mm/zone.h"

static atomic_t calls;
static int call_cpu[NR_CPUS];

static void note_cpu(void *info)
{
	int *where = info;

	where[raw_smp_processor_id()] = irqs_disabled() ? raw_smp_processor_id() : -1;
	atomic_inc(&calls);
}

/* Each CPU is asked by name, then all: every call runs once, where it should, interrupts off. */
KTEST(smp, call_single_and_all)
{
	int cpu, n = (int)num_online_cpus();

	atomic_set(&calls, 0);
	for_each_online_cpu(cpu) {
		call_cpu[cpu] = -2;
		EXPECT_EQ(smp_call_function_single(cpu, note_cpu, call_cpu, 1), 0);
		EXPECT_EQ(call_cpu[cpu], cpu);
	}
	EXPECT_EQ(atomic_read(&calls), n);
	on_each_cpu(note_cpu, call_cpu, 1);
	EXPECT_EQ(atomic_read(&calls), 2 * n);
	smp_call_function(note_cpu, call_cpu, 1);
	EXPECT_EQ(atomic_read(&calls), 3 * n - 1);
	EXPECT_EQ(smp_call_function_single(NR_CPUS - 1, note_cpu, call_cpu, 1),
		  cpu_online(NR_CPUS - 1) ? 0 : -ENXIO);
}

static void count_call(void *info)
{
	atomic_inc(info);
}

static void call_everybody(void *info)
{
	smp_call_function(count_call, info, 1);
}

/* Every CPU calls all others and waits, with interrupts off, all at the same time. */
KTEST(smp, calls_cross)
{
	int n = (int)num_online_cpus(), round;

	atomic_set(&calls, 0);
	for (round = 0; round < 20; round++)
		on_each_cpu(call_everybody, &calls, 1);
	EXPECT_EQ(atomic_read(&calls), 20 * n * (n - 1));
}

/* Few: in line, a lock changes hands 50 times a second where virtual CPUs share the host's. */
#define TURNS (400 / num_online_cpus())

static DEFINE_SPINLOCK(turn_lock);
static unsigned long turns; /* under turn_lock; not atomic on purpose */

static void take_turns(void *unused __unused)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		unsigned long flags, was;

		spin_lock_irqsave(&turn_lock, flags); /* handlers take it too */
		was = READ_ONCE(turns);
		cpu_relax();
		WRITE_ONCE(turns, was + 1);
		spin_unlock_irqrestore(&turn_lock, flags);
	}
}

/*
 * One CPU at a time has a lock: where they stand in line for it, where whoever runs takes it,
 * and where the first CPU to be done changes from one to the other under those who wait.
 */
KTEST(smp, a_lock_is_held_by_one)
{
	bool was = spin_lock_barging;

	for (unsigned int i = 0; i < 4; i++) {
		WRITE_ONCE(spin_lock_barging, i % 2);
		turns = 0;
		smp_call_function(take_turns, NULL, 0);
		take_turns(NULL);
		WRITE_ONCE(spin_lock_barging, i < 2 ? i % 2 : !(i % 2));
		on_each_cpu(count_call, &calls, 1); /* all have come to the end */
		EXPECT_EQ(turns, num_online_cpus() * TURNS);
		EXPECT(!spin_is_locked(&turn_lock));
	}
	spin_lock_barging = was;
}

/* ---- stale translations ---------------------------------------------------------------------- */

struct watch {
	const volatile u32 *at; /* shows the number of a round, by way of one of two pages */
	volatile u32 flushed;	/* the round whose flush is over */
	atomic_t ready;
	atomic_t stale;
	atomic_t reads;
};

/* Reads the address all the time; what it shows must not be older than the last flush. */
static int watch_address(void *info)
{
	struct watch *w = info;

	atomic_inc(&w->ready);
	while (!kthread_should_stop()) {
		u32 flushed = READ_ONCE(w->flushed);

		barrier();
		if ((int)(*w->at - flushed) < 0)
			atomic_inc(&w->stale);
		atomic_inc(&w->reads);
	}
	return 0;
}

static pte_t *pte_of(unsigned long va)
{
	return pte_offset_kernel(pmd_offset(pud_offset(pgd_offset_k(va), va), va), va);
}

/*
 * A page at a fixed address is exchanged for another one and the address flushed,
 * many times, while a thread on each other CPU reads it: once the flush has come
 * back, nobody sees the page that was there before.
 */
KTEST(smp, no_stale_translation)
{
	struct task_struct *thread[NR_CPUS] = {0};
	struct page *page[2];
	static struct watch w;
	int cpu, n = 0;
	u32 *area;
	u32 round;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	page[0] = alloc_page(GFP_KERNEL);
	page[1] = alloc_page(GFP_KERNEL);
	ASSERT(page[0] && page[1]);
	*(u32 *)page_to_virt(page[0]) = 0;
	area = vmap(page, 1, VM_MAP, PAGE_KERNEL);
	ASSERT(area);
	w = (struct watch){.at = area};
	for_each_online_cpu(cpu) {
		if (cpu == raw_smp_processor_id())
			continue;
		thread[cpu] = kthread_create(watch_address, &w, "watch/%d", cpu);
		ASSERT(!IS_ERR(thread[cpu]));
		kthread_bind(thread[cpu], (unsigned int)cpu);
		wake_up_process(thread[cpu]);
		n++;
	}
	while (atomic_read(&w.ready) < n)
		schedule();
	for (round = 1; round <= 200; round++) {
		*(u32 *)page_to_virt(page[round & 1]) = round;
		set_pte(pte_of((unsigned long)area),
			pfn_pte(page_to_pfn(page[round & 1]), PAGE_KERNEL));
		flush_tlb_kernel_range((unsigned long)area, (unsigned long)area + PAGE_SIZE);
		WRITE_ONCE(w.flushed, round);
	}
	for_each_online_cpu(cpu) {
		if (thread[cpu])
			kthread_stop(thread[cpu]);
	}
	EXPECT_EQ(atomic_read(&w.stale), 0);
	EXPECT(atomic_read(&w.reads) > 0);
	vunmap(area);
	__free_page(page[0]);
	__free_page(page[1]);
}

/* ---- memory that changes hands --------------------------------------------------------------- */

#define HANDED 64

struct hand {
	void *object[HANDED];
	struct page *page[HANDED];
	void __percpu *percpu[HANDED];
	unsigned int bad;
};

static void percpu_ready(struct hand *h)
{
	unsigned int i;

	for (i = 0; i < HANDED; i++)
		h->percpu[i] = __alloc_percpu(16, 8);
	for (i = 0; i < HANDED; i++)
		free_percpu(h->percpu[i]);
}

static void take_memory(void *info)
{
	struct hand *h = info;
	unsigned int i;

	for (i = 0; i < HANDED; i++) {
		h->object[i] = kmalloc(8 + i * 13, GFP_ATOMIC);
		h->page[i] = alloc_page(GFP_ATOMIC);
		h->percpu[i] = __alloc_percpu_gfp(16, 8, GFP_ATOMIC);
		if (h->object[i])
			memset(h->object[i], (int)i, 8 + i * 13);
		if (h->page[i])
			*(unsigned int *)page_to_virt(h->page[i]) = i;
	}
}

static void give_memory(void *info)
{
	struct hand *h = info;
	unsigned int i, k;

	for (i = 0; i < HANDED; i++) {
		for (k = 0; h->object[i] && k < 8 + i * 13; k++)
			h->bad += ((u8 *)h->object[i])[k] != (u8)i;
		h->bad += h->page[i] && *(unsigned int *)page_to_virt(h->page[i]) != i;
		h->bad += !h->object[i] || !h->page[i] || !h->percpu[i];
		kfree(h->object[i]);
		if (h->page[i])
			__free_page(h->page[i]);
		free_percpu(h->percpu[i]);
	}
}

/*
 * Each CPU takes objects, pages and per-CPU objects, in an interrupt, and the next
 * one checks and frees them.  Nothing is damaged; the end of the test counts all.
 */
KTEST(smp, one_takes_another_gives)
{
	struct hand *h = kzalloc(sizeof(*h), GFP_KERNEL);
	unsigned int round, n = num_online_cpus();
	int cpu, next;

	ASSERT(h);
	percpu_ready(h); /* those that cannot wait are given what has memory */
	for (round = 0; round < 20; round++) {
		for_each_online_cpu(cpu) {
			next = (int)cpumask_next(cpu, cpu_online_mask);
			if ((unsigned int)next >= nr_cpu_ids)
				next = 0;
			smp_call_function_single(cpu, take_memory, h, 1);
			smp_call_function_single(next, give_memory, h, 1);
		}
	}
	EXPECT_EQ(h->bad, 0u);
	EXPECT(n >= 1);
	kfree(h);
}

#define PUTS 2000 /* so many that in some of them the host runs both threads at once */

static struct page *shared_page;
static atomic_t arrivals, miscounted;

/* Until both have arrived @times times: the sooner one sees it, the closer together they go on. */
static void meet(int times)
{
	atomic_inc_return(&arrivals);
	for (unsigned int i = 1; smp_load_acquire(&arrivals.counter) < 2 * times; i++) {
		if (i % 1024 == 0)
			cpu_relax();
	}
}

/* A page as an allocator hands it out, and a second reference to it. */
static struct page *page_with_two(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page || page_count(page) != 1)
		atomic_inc(&miscounted);
	if (!page)
		return NULL;
	set_page_count(page, 1); /* once counted, a mistake is mended */
	get_page(page);
	return page;
}

/* One of two: by turns they allocate a page, then both put it; each time one of them a bit later. */
static int put_by_halves(void *info)
{
	unsigned int rounds = ktest_rounds(8 * PUTS) / 8, me = (unsigned int)(unsigned long)info;
	int times = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		if (i % 2 == me)
			WRITE_ONCE(shared_page, page_with_two());
		meet(++times);
		for (unsigned int late = (i / 2 % 2 == me) * (i / 4 % 64); late; late--)
			barrier();
		if (READ_ONCE(shared_page))
			put_page(READ_ONCE(shared_page));
		meet(++times);
	}
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/*
 * Two CPUs give up the two references to a page at once.  Whichever comes last, the page goes
 * back as the next allocation wants it, with one reference.
 */
KTEST(smp, two_put_a_page_at_once)
{
	struct task_struct *task[2];
	int cpu = (int)cpumask_first(cpu_online_mask);

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	atomic_set(&arrivals, 0);
	atomic_set(&miscounted, 0);
	for (unsigned long i = 0; i < 2; i++) {
		task[i] = kthread_create_on_cpu(put_by_halves, (void *)i, (unsigned int)cpu,
						"put/%d", cpu);
		ASSERT(!IS_ERR(task[i]));
		cpu = (int)cpumask_next(cpu, cpu_online_mask);
	}
	for (unsigned int i = 0; i < 2; i++)
		wake_up_process(task[i]);
	for (unsigned int i = 0; i < 2; i++)
		kthread_stop(task[i]);
	EXPECT_EQ(atomic_read(&miscounted), 0);
}

/* ---- caches of other CPUs -------------------------------------------------------------------- */

#define CACHED 40

static struct kmem_cache *shared_cache;

/* Leaves objects of each kind at hand on this CPU. */
static void fill_caches(void *info)
{
	void *object[CACHED];
	void __percpu *percpu[CACHED];
	struct page *page = alloc_page(GFP_ATOMIC);
	unsigned int i;

	for (i = 0; i < CACHED; i++) {
		object[i] = kmem_cache_alloc(shared_cache, GFP_ATOMIC);
		percpu[i] = __alloc_percpu_gfp(672, 8, GFP_ATOMIC | __GFP_NOWARN);
		if (!object[i] || !page)
			atomic_inc(info);
	}
	for (i = 0; i < CACHED; i++) {
		if (object[i])
			kmem_cache_free(shared_cache, object[i]);
		free_percpu(percpu[i]);
	}
	if (page)
		__free_page(page);
}

/*
 * Every CPU has objects of a cache at hand, pages and per-CPU objects.  The cache can be
 * destroyed, and the drains leave no CPU anything.
 */
KTEST(smp, drains_reach_every_cpu)
{
	atomic_t missing = ATOMIC_INIT(0);
	unsigned long free, percpu;

	pcpu_drain();
	percpu = pcpu_nr_pages();
	drain_all_pages();
	free = nr_free_pages();
	shared_cache = kmem_cache_create("t_shared", 3000, 0, 0, NULL);
	ASSERT(shared_cache);
	on_each_cpu(fill_caches, &missing, 1);
	EXPECT_EQ(atomic_read(&missing), 0);
	EXPECT_EQ(kmem_cache_destroy(shared_cache), 0);
	vmap_drain();
	EXPECT_EQ(pcpu_nr_pages(), percpu);
	kmem_cache_drain_all();
	drain_all_pages();
	EXPECT_EQ(pcp_cached_pages(NULL), 0);
	EXPECT_EQ(nr_free_pages(), free);
}

/* One object of another CPU's magazine is still in use: the cache stays, and works. */
KTEST(smp, a_cache_in_use_elsewhere_stays)
{
	atomic_t missing = ATOMIC_INIT(0);
	void *object;

	shared_cache = kmem_cache_create("t_shared", 200, 0, 0, NULL);
	ASSERT(shared_cache);
	object = kmem_cache_alloc(shared_cache, GFP_KERNEL);
	on_each_cpu(fill_caches, &missing, 1);
	EXPECT_REPORT("Objects remaining in t_shared") {
		EXPECT_EQ(kmem_cache_destroy(shared_cache), -EBUSY);
	}
	on_each_cpu(fill_caches, &missing, 1);
	EXPECT_EQ(atomic_read(&missing), 0);
	kmem_cache_free(shared_cache, object);
	EXPECT_EQ(kmem_cache_destroy(shared_cache), 0);
}

static void pair_of_pages(void *info __unused)
{
	struct page *page = alloc_page(GFP_ATOMIC);

	if (page)
		__free_page(page);
}

/* When a zone is short on one CPU, the others keep no lists of its pages either. */
KTEST(smp, a_short_zone_turns_off_every_list)
{
	int cpu, this = raw_smp_processor_id();
	unsigned long high;
	struct zone *zone;

	on_each_cpu(pair_of_pages, NULL, 1);
	for_each_online_cpu(cpu) {
		struct per_cpu_pages *pcp = per_cpu_ptr(&pcp_pages, cpu);

		if (cpu == this || !pcp->on)
			continue;
		zone = pcp->zone;
		high = zone->watermark[WMARK_HIGH];
		pcp_reset();
		on_each_cpu(count_call, &calls, 1);
		EXPECT(pcp->on); /* its zone has enough */
		WRITE_ONCE(zone->watermark[WMARK_HIGH], ~0UL / 2);
		pcp_reset();
		on_each_cpu(count_call, &calls, 1);
		EXPECT(!pcp->on);
		WRITE_ONCE(zone->watermark[WMARK_HIGH], high);
		on_each_cpu(pair_of_pages, NULL, 1);
	}
}
