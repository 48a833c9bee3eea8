/* SPDX-License-Identifier: MIT */
/*
 * TLB shootdown: making every CPU forget translations.
 *
 *   requests     ... | n-2 | n-1 |  n  |          tlb_gen = n, the newest
 *                       ^           ^
 *                       |           '-- CPU 0 has seen all
 *                       '-- CPU 1 has seen so much; its next round covers n-1 and n
 *
 * A request is a range with a number.  Whoever asks writes it into a ring, takes
 * the number n, interrupts the CPUs that are behind, and waits until each has
 * seen n.  A CPU serves all it has not seen in one round: the ranges one by one if
 * they are few, else everything at once.  So requests that come together cost
 * one interrupt, and one that a CPU has served by chance costs none.
 *
 * A CPU that sleeps in its idle loop is not asked: it says so in tlb_lazy and
 * catches up when it wakes, before it uses anything that can be unmapped.  It
 * clears tlb_lazy and then reads tlb_gen; the asker raises tlb_gen and then reads
 * tlb_lazy; full barriers between see to it that one of them notices the other.
 *
 * Nobody waits for ever: whoever waits for a flush, a cross-call or a spinlock
 * calls tlb_serve() in its loop, interrupts on or off, and that takes no lock.
 *
 * Invariant: seen <= tlb_gen on each CPU; the TLB of a CPU that is not lazy holds
 * nothing stale of any request up to its seen.
 *
 * Locking: ring_lock for writers, interrupts off, for a few stores.  Readers copy
 * without it and look at tlb_gen again: the ring has room for RING requests, so
 * what was copied is right if fewer than that came since.
 *
 * Tables are freed with the same requests.  A halted CPU walks no tables, and
 * what it touches on waking is mapped by tables that are never freed.
 *
 * Counted in /proc/vmstat, as nr_tlb_*: requests, CPUs interrupted, CPUs left alone
 * because they slept, rounds served, and what was flushed.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include <cairn/panic.h>
#include <asm/apic.h>
#include <asm/barrier.h>
#include <asm/tlbflush.h>

#define RING 16 /* a power of two */

struct tlb_range {
	unsigned long start, end;
};

static arch_spinlock_t ring_lock;
static struct tlb_range ring[RING]; /* complements: kmemleak.c would take them for references */
static u64 tlb_gen;

static DEFINE_PER_CPU(u64, tlb_seen);
DEFINE_PER_CPU(u32, tlb_lazy);

static void flush_everything(void)
{
	count_vm_event(NR_TLB_LOCAL_FLUSH_ALL);
	local_flush_tlb_all();
}

static unsigned long pages_of(const struct tlb_range *r)
{
	return (r->end - r->start + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static void flush_range(const struct tlb_range *r)
{
	unsigned long va;

	if (pages_of(r) > TLB_FLUSH_SINGLE_MAX) {
		flush_everything();
		return;
	}
	count_vm_events(NR_TLB_LOCAL_FLUSH_ONE, pages_of(r));
	for (va = r->start; va < r->end; va += PAGE_SIZE)
		local_flush_tlb_one(va);
}

/* Copies requests @seen + 1 .. @gen; false if they are too many, or overwritten by now. */
static bool copy_requests(struct tlb_range *copy, u64 seen, u64 gen)
{
	unsigned long pages = 0;
	u64 g;

	if (gen - seen >= RING)
		return false;
	for (g = seen + 1; g <= gen; g++, copy++) {
		copy->start = ~READ_ONCE(ring[g % RING].start);
		copy->end = ~READ_ONCE(ring[g % RING].end);
		pages += min(pages_of(copy), TLB_FLUSH_SINGLE_MAX + 1UL);
	}
	smp_rmb();
	return pages <= TLB_FLUSH_SINGLE_MAX && READ_ONCE(tlb_gen) - seen < RING;
}

static void serve_requests(u64 seen, u64 gen)
{
	struct tlb_range copy[RING] = {};
	u64 i;

	if (!copy_requests(copy, seen, gen)) {
		flush_everything();
		return;
	}
	for (i = 0; i < gen - seen; i++)
		flush_range(&copy[i]);
}

/* One round; interrupts are off. */
static void catch_up(void)
{
	u64 seen = this_cpu_read(tlb_seen), gen = smp_load_acquire(&tlb_gen);

	if (seen == gen)
		return;
	serve_requests(seen, gen);
	this_cpu_write(tlb_seen, gen);
}

void tlb_serve(void)
{
	unsigned long flags;

	if (likely(this_cpu_read(tlb_seen) == READ_ONCE(tlb_gen)))
		return;
	local_irq_save(flags);
	count_vm_event(NR_TLB_REMOTE_FLUSH_RECEIVED);
	catch_up();
	local_irq_restore(flags);
}

void tlb_enter_lazy(void)
{
	this_cpu_write(tlb_lazy, 1);
	smp_mb();
}

void tlb_leave_lazy(void)
{
	this_cpu_write(tlb_lazy, 0);
	smp_mb();
	catch_up();
}

void tlb_init_cpu(void)
{
	this_cpu_write(tlb_seen, READ_ONCE(tlb_gen));
	local_flush_tlb_all();
}

/* Publishes a request and serves it here; returns its number. */
static u64 publish(const struct tlb_range *r)
{
	u64 gen;

	arch_spin_lock(&ring_lock);
	gen = tlb_gen + 1;
	ring[gen % RING] = (struct tlb_range){~r->start, ~r->end};
	smp_store_release(&tlb_gen, gen);
	arch_spin_unlock(&ring_lock);
	catch_up();
	return gen;
}

/* Interrupts the CPUs that must do something about request @gen; they are noted in @asked. */
static void ask_others(u64 gen, struct cpumask *asked)
{
	unsigned int this = raw_smp_processor_id();
	int cpu;

	cpumask_clear(asked);
	smp_mb();
	for_each_online_cpu(cpu) {
		if ((unsigned int)cpu == this || READ_ONCE(per_cpu(tlb_seen, cpu)) >= gen)
			continue;
		if (READ_ONCE(per_cpu(tlb_lazy, cpu))) {
			count_vm_event(NR_TLB_REMOTE_FLUSH_SKIPPED);
			continue;
		}
		cpumask_set_cpu((unsigned int)cpu, asked);
		count_vm_event(NR_TLB_REMOTE_FLUSH_SENT);
		apic_send_ipi((unsigned int)cpu, TLB_FLUSH_VECTOR);
	}
}

/* Has @cpu served request @gen?  One that fell asleep will, and one that is stopped need not. */
static bool has_seen(int cpu, u64 gen)
{
	return READ_ONCE(per_cpu(tlb_seen, cpu)) >= gen || READ_ONCE(per_cpu(tlb_lazy, cpu)) ||
	       !cpu_online(cpu) || READ_ONCE(panic_in_progress);
}

static void wait_for_others(u64 gen, const struct cpumask *asked)
{
	int cpu;

	for_each_cpu(cpu, asked)
	{
		while (!has_seen(cpu, gen)) {
			spin_cpu_relax();
		}
	}
}

static void flush(struct tlb_range r)
{
	struct cpumask asked;
	unsigned long flags;
	u64 gen;

	local_irq_save(flags);
	if (num_online_cpus() == 1) {
		flush_range(&r);
		local_irq_restore(flags);
		return;
	}
	count_vm_event(NR_TLB_REMOTE_FLUSH);
	gen = publish(&r);
	ask_others(gen, &asked);
	local_irq_restore(flags);
	wait_for_others(gen, &asked);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if (start < end)
		flush((struct tlb_range){start & PAGE_MASK, end});
}

void flush_tlb_all(void)
{
	flush((struct tlb_range){0, PAGE_MASK});
}
