/* SPDX-License-Identifier: MIT */
/*
 * Scenario: CPUs ask each other to forget translations, and it is counted who asked whom.
 * Many areas come to an end with one request.  A CPU that sleeps is not interrupted, and
 * has forgotten all the same when it looks next.  A CPU that waits, with interrupts off,
 * for a flush or for a lock serves the flushes of others, so that nobody waits for ever.
 *
 * What is counted is what the running CPU asked for, with preemption off around it.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <cairn/test.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "../mm/vmap.h"

#define AREAS	 8
#define ROUNDS	 60
#define TURNS	 100
#define PATIENCE 5000		     /* ticks until something that must come must have come */
#define LONG_NS	 (20 * NSEC_PER_SEC) /* a wait with interrupts off gives up */

static unsigned long count_on(int cpu, enum vm_event_item item)
{
	return READ_ONCE(per_cpu_ptr(&vm_event_states, cpu)->event[item]);
}

/* What this CPU has asked for since the counts were begun. */
struct asked {
	unsigned long requests, sent, skipped;
};

static struct asked asked_now(void)
{
	int cpu = raw_smp_processor_id();

	return (struct asked){
		.requests = count_on(cpu, NR_TLB_REMOTE_FLUSH),
		.sent = count_on(cpu, NR_TLB_REMOTE_FLUSH_SENT),
		.skipped = count_on(cpu, NR_TLB_REMOTE_FLUSH_SKIPPED),
	};
}

static struct asked asked_since(struct asked then)
{
	struct asked now = asked_now();

	return (struct asked){now.requests - then.requests, now.sent - then.sent,
			      now.skipped - then.skipped};
}

static bool too_few_cpus(unsigned int n)
{
	if (num_online_cpus() < n)
		ktest_skip("too few CPUs");
	return num_online_cpus() < n;
}

/* ---- Threads on the other CPUs ----------------------------------------------------------- */

static struct task_struct *thread[NR_CPUS];
static atomic_t arrived;

/* Has @fn run on each CPU but this one, with preemption on; returns when all have begun. */
static bool start_on_others(int (*fn)(void *))
{
	int cpu, this = raw_smp_processor_id();
	bool ok = true;

	atomic_set(&arrived, 0);
	for_each_online_cpu(cpu) {
		thread[cpu] = NULL;
		if (cpu == this || !ok)
			continue;
		thread[cpu] = kthread_create_on_cpu(fn, NULL, (unsigned int)cpu, "tlb/%d", cpu);
		ok = EXPECT(!IS_ERR(thread[cpu]));
		if (ok)
			wake_up_process(thread[cpu]);
		else
			thread[cpu] = NULL;
	}
	while (ok && (unsigned int)atomic_read(&arrived) < num_online_cpus() - 1)
		schedule_timeout_uninterruptible(1);
	return ok;
}

static void stop_others(void)
{
	int cpu;

	for_each_online_cpu(cpu) {
		if (thread[cpu])
			kthread_stop(thread[cpu]);
		thread[cpu] = NULL;
	}
}

static int stay_awake(void *data __unused)
{
	atomic_inc(&arrived);
	while (!kthread_should_stop())
		cpu_relax();
	return 0;
}

/* ---- One request for many areas ---------------------------------------------------------- */

static void take_areas(void *area[AREAS])
{
	for (unsigned int i = 0; i < AREAS; i++) {
		area[i] = vmalloc(PAGE_SIZE);
		if (EXPECT(area[i]))
			*(unsigned int *)area[i] = i;
	}
}

/* Frees them all, and after each one settles the account, or else at the end. */
static struct asked free_areas(void *area[AREAS], bool settle_each)
{
	struct asked before, asked;

	vm_unmap_aliases();
	preempt_disable();
	before = asked_now();
	for (unsigned int i = 0; i < AREAS; i++) {
		vfree(area[i]);
		if (settle_each)
			vm_unmap_aliases();
	}
	if (!settle_each)
		EXPECT_EQ(asked_since(before).requests, 0);
	vm_unmap_aliases();
	asked = asked_since(before);
	preempt_enable();
	return asked;
}

KTEST(tlb, one_request_for_many_areas)
{
	unsigned int others = num_online_cpus() - 1;
	void *area[AREAS];
	struct asked asked;

	static_assert(AREAS * (VMAP_AREA_WEIGHT + 1) < 512, "a CPU would purge by itself");
	if (!start_on_others(stay_awake))
		goto out;
	take_areas(area);
	asked = free_areas(area, true);
	EXPECT_EQ(asked.requests, others ? AREAS : 0);
	take_areas(area);
	asked = free_areas(area, false);
	EXPECT_EQ(asked.requests, others ? 1 : 0);
	EXPECT(asked.sent <= others);
	EXPECT_EQ(asked.skipped, 0);
out:
	stop_others();
}

/* ---- Sleeping CPUs ----------------------------------------------------------------------- */

static const volatile u32 *shown; /* the number of a round, by way of one of two pages */
static u32 seen[NR_CPUS];	  /* by each CPU, when it was asked to look */
static unsigned int round_no;

static int look_when_woken(void *data __unused)
{
	int cpu = raw_smp_processor_id();
	unsigned int last = 0;

	atomic_inc(&arrived);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (READ_ONCE(round_no) == last) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		last = READ_ONCE(round_no);
		seen[cpu] = *shown;
		atomic_inc(&arrived);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static bool others_sleep(void)
{
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu != raw_smp_processor_id() && !READ_ONCE(per_cpu(tlb_lazy, cpu)))
			return false;
	}
	return true;
}

static bool wait_until_others_sleep(void)
{
	for (unsigned int i = 0; i < PATIENCE; i++) {
		if (others_sleep())
			return true;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

/* Has all other CPUs look, and counts those who saw something else than @want. */
static unsigned int wrong_looks(u32 want)
{
	unsigned int wrong = 0;
	int cpu;

	atomic_set(&arrived, 0);
	WRITE_ONCE(round_no, round_no + 1);
	for_each_online_cpu(cpu) {
		if (thread[cpu])
			wake_up_process(thread[cpu]);
	}
	while ((unsigned int)atomic_read(&arrived) < num_online_cpus() - 1)
		schedule_timeout_uninterruptible(1);
	for_each_online_cpu(cpu) {
		if (thread[cpu])
			wrong += READ_ONCE(seen[cpu]) != want;
	}
	return wrong;
}

static pte_t *pte_of(unsigned long va)
{
	return pte_offset_kernel(pmd_offset(pud_offset(pgd_offset_k(va), va), va), va);
}

/*
 * Exchanges the page behind the address, and makes some requests for the next one, behind which
 * there is nothing.  Returns how often a CPU was interrupted.
 */
static unsigned long exchange_page(unsigned long va, struct page *page, u32 value,
				   unsigned int times)
{
	struct asked before;
	unsigned long sent;

	*(u32 *)page_to_virt(page) = value;
	preempt_disable();
	before = asked_now();
	set_pte(pte_of(va), pfn_pte(page_to_pfn(page), PAGE_KERNEL));
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	for (unsigned int i = 1; i < times; i++)
		flush_tlb_kernel_range(va + PAGE_SIZE, va + 2 * PAGE_SIZE);
	EXPECT_EQ(asked_since(before).requests, times);
	EXPECT(asked_since(before).skipped <= times * (num_online_cpus() - 1UL));
	sent = asked_since(before).sent;
	preempt_enable();
	return sent;
}

/*
 * The page behind an address that a CPU has looked at is exchanged while it sleeps: it is not
 * interrupted, and sees the new one when it wakes, be it after one request or after more
 * than the ring has room for.  A CPU that happens to be awake, for a timer, is interrupted
 * rightly, so that is allowed now and then.
 */
KTEST(tlb, sleeping_cpus_are_left_alone)
{
	unsigned int undisturbed = 0, wrong = 0;
	struct page *page[2];
	void *area;

	if (too_few_cpus(2))
		return;
	page[0] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	page[1] = alloc_page(GFP_KERNEL);
	ASSERT(page[0] && page[1]);
	area = vmap(page, 1, VM_MAP, PAGE_KERNEL);
	ASSERT(area);
	shown = area;
	round_no = 0;
	if (!start_on_others(look_when_woken))
		goto out;
	wrong = wrong_looks(0);
	for (u32 i = 1; i <= ROUNDS; i++) {
		if (!EXPECT(wait_until_others_sleep()))
			break;
		undisturbed += !exchange_page((unsigned long)area, page[i & 1], i, i % 3 ? 1 : 20);
		wrong += wrong_looks(i);
	}
	EXPECT_EQ(wrong, 0);
	EXPECT(undisturbed >= ROUNDS / 2);
out:
	stop_others();
	vunmap(area);
	vm_unmap_aliases();
	__free_page(page[0]);
	__free_page(page[1]);
}

/* ---- Waiting for each other -------------------------------------------------------------- */

static atomic_t turns_begun;
static unsigned long crossing; /* an address that all flush */

/* Each turn begins on all CPUs at once, and until the last is over interrupts stay off. */
static void flush_by_turns(void *info __unused)
{
	for (unsigned int turn = 1; turn <= TURNS; turn++) {
		atomic_inc(&turns_begun);
		while ((unsigned int)atomic_read(&turns_begun) < turn * num_online_cpus()) {
			tlb_serve();
			cpu_relax();
		}
		if (turn % 8)
			flush_tlb_kernel_range(crossing, crossing + PAGE_SIZE);
		else
			flush_tlb_all();
	}
	atomic_dec(&arrived);
	while (atomic_read(&arrived)) {
		tlb_serve();
		cpu_relax();
	}
}

/* All CPUs ask all others again and again, and wait, with interrupts off from first to last. */
KTEST(tlb, requests_cross)
{
	unsigned long before = vm_events(NR_TLB_REMOTE_FLUSH);
	void *area = vmalloc(PAGE_SIZE);

	ASSERT(area);
	crossing = (unsigned long)area;
	atomic_set(&turns_begun, 0);
	atomic_set(&arrived, (int)num_online_cpus());
	preempt_disable();
	smp_call_function(flush_by_turns, NULL, 0);
	local_irq_disable();
	flush_by_turns(NULL);
	local_irq_enable();
	preempt_enable();
	if (num_online_cpus() > 1)
		EXPECT(vm_events(NR_TLB_REMOTE_FLUSH) - before >= TURNS * num_online_cpus());
	vfree(area);
}

static DEFINE_SPINLOCK(held);
static bool is_held, about_to_wait;

static int flush_with_lock_held(void *data __unused)
{
	unsigned long flags;

	spin_lock_irqsave(&held, flags);
	atomic_inc(&arrived);
	WRITE_ONCE(is_held, true);
	while (!READ_ONCE(about_to_wait))
		cpu_relax();
	flush_tlb_all();
	spin_unlock_irqrestore(&held, flags);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static struct task_struct *start_on(int cpu, int (*fn)(void *))
{
	struct task_struct *t = kthread_create_on_cpu(fn, NULL, (unsigned int)cpu, "tlb/%d", cpu);

	if (EXPECT(!IS_ERR(t)))
		wake_up_process(t);
	return t;
}

static int other_cpu(int not_this)
{
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu != raw_smp_processor_id() && cpu != not_this)
			return cpu;
	}
	return -1;
}

/* One holds a lock and flushes; another one waits for the lock, with interrupts off. */
KTEST(tlb, who_waits_for_a_lock_serves)
{
	unsigned long received, flags;
	struct task_struct *t;

	if (too_few_cpus(2))
		return;
	is_held = about_to_wait = false;
	t = start_on(other_cpu(-1), flush_with_lock_held);
	if (IS_ERR(t))
		return;
	while (!READ_ONCE(is_held))
		schedule_timeout_uninterruptible(1);
	local_irq_save(flags);
	received = count_on(raw_smp_processor_id(), NR_TLB_REMOTE_FLUSH_RECEIVED);
	WRITE_ONCE(about_to_wait, true);
	spin_lock(&held);
	EXPECT(count_on(raw_smp_processor_id(), NR_TLB_REMOTE_FLUSH_RECEIVED) > received);
	spin_unlock(&held);
	local_irq_restore(flags);
	kthread_stop(t);
}

/*
 * Three CPUs: the first asks the third, which keeps interrupts off and serves nothing until
 * it has seen the first, which waits with interrupts off, serve what the second asks.
 */
static int first_cpu;
static bool deaf, waits, was_served;
static unsigned long sent_before;

static int flush_while_one_is_deaf(void *data __unused)
{
	while (!READ_ONCE(waits) || count_on(first_cpu, NR_TLB_REMOTE_FLUSH_SENT) == sent_before)
		cpu_relax();
	flush_tlb_all();
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int be_deaf(void *data __unused)
{
	u64 start = ktime_get_ns();
	unsigned long flags, received;

	local_irq_save(flags);
	received = count_on(first_cpu, NR_TLB_REMOTE_FLUSH_RECEIVED);
	WRITE_ONCE(deaf, true);
	do {
		cpu_relax();
		was_served = count_on(first_cpu, NR_TLB_REMOTE_FLUSH_RECEIVED) != received;
	} while (!was_served && ktime_get_ns() - start < LONG_NS);
	local_irq_restore(flags);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

KTEST(tlb, who_waits_for_a_flush_serves)
{
	struct task_struct *asker, *silent;
	unsigned long flags;
	int cpu;

	if (too_few_cpus(3))
		return;
	deaf = waits = was_served = false;
	first_cpu = raw_smp_processor_id();
	cpu = other_cpu(-1);
	asker = start_on(cpu, flush_while_one_is_deaf);
	silent = start_on(other_cpu(cpu), be_deaf);
	while (!IS_ERR(silent) && !READ_ONCE(deaf))
		schedule_timeout_uninterruptible(1);
	local_irq_save(flags);
	sent_before = count_on(first_cpu, NR_TLB_REMOTE_FLUSH_SENT);
	smp_store_release(&waits, true);
	flush_tlb_all();
	local_irq_restore(flags);
	if (!IS_ERR(asker))
		kthread_stop(asker);
	if (!IS_ERR(silent))
		kthread_stop(silent);
	EXPECT(was_served);
}
