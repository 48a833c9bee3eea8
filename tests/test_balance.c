/* SPDX-License-Identifier: MIT */
/*
 * Scenario: threads that never sleep, several to a CPU.  Those that start on one CPU
 * and may run on all must spread; those that may run on some must never be seen
 * elsewhere; and on each CPU all get their turn, by slices, with no one else asking
 * for the CPU.  Waits are bounded by many seconds of the machine's own time.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <cairn/test.h>
#include <asm/processor.h>
#include "../kernel/sched.h"

#define PATIENCE (120 * HZ)

struct hog {
	struct task_struct *task;
	struct cpumask allowed;
	unsigned int target; /* the CPU it is being sent to */
	unsigned long rounds;
	unsigned long astray; /* rounds on a CPU that is not allowed */
};

static bool stop;

static int hog_main(void *data)
{
	struct hog *h = data;

	while (!READ_ONCE(stop)) {
		h->astray += !cpumask_test_cpu((unsigned int)get_cpu(), &h->allowed);
		put_cpu();
		WRITE_ONCE(h->rounds, READ_ONCE(h->rounds) + 1);
		cpu_relax();
	}
	return 0;
}

static bool hog_start(struct hog *h, const struct cpumask *allowed)
{
	*h = (struct hog){.task = kthread_create(hog_main, h, "t_hog")};
	if (!EXPECT(!IS_ERR(h->task)))
		return false;
	cpumask_copy(&h->allowed, allowed);
	set_cpus_allowed_ptr(h->task, allowed);
	get_task_struct(h->task);
	wake_up_process(h->task);
	return true;
}

static void hogs_end(struct hog *hogs, unsigned int n)
{
	WRITE_ONCE(stop, true);
	for (unsigned int i = 0; i < n; i++) {
		struct task_struct *t = hogs[i].task;

		while (smp_load_acquire(&t->__state) != TASK_DEAD)
			msleep(1);
		EXPECT_EQ(hogs[i].astray, 0);
		put_task_struct(t);
	}
	WRITE_ONCE(stop, false);
	kfree(hogs);
}

/* Starts @more of them, behind the first @n; if one cannot be had, all end and @hogs goes. */
static bool hogs_start(struct hog *hogs, unsigned int n, unsigned int more,
		       const struct cpumask *allowed)
{
	for (unsigned int i = n; i < n + more; i++) {
		if (!hog_start(&hogs[i], allowed)) {
			hogs_end(hogs, i);
			return false;
		}
	}
	return true;
}

static struct cpumask only(int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu((unsigned int)cpu, &mask);
	return mask;
}

/* Sleeps until @done(@hogs, @n) or for too long; then false. */
static bool wait_until(bool (*done)(const struct hog *hogs, unsigned int n), const struct hog *hogs,
		       unsigned int n)
{
	unsigned long end = jiffies + PATIENCE;

	while (!done(hogs, n)) {
		if (time_after(jiffies, end))
			return false;
		msleep(2);
	}
	return true;
}

static bool all_preempted(const struct hog *hogs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!READ_ONCE(hogs[i].rounds) || READ_ONCE(hogs[i].task->nivcsw) < 4)
			return false;
	}
	return true;
}

#define PER_CPU 3

/* Of each CPU's hogs, one after the other, none has run for 20 times as long as another. */
static bool shared(const struct hog *hogs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i += PER_CPU) {
		u64 most = 0, least = U64_MAX;

		for (unsigned int k = i; k < i + PER_CPU; k++) {
			most = max(most, READ_ONCE(hogs[k].task->sum_exec_runtime));
			least = min(least, READ_ONCE(hogs[k].task->sum_exec_runtime));
		}
		if (least * 20 <= most)
			return false;
	}
	return true;
}

/*
 * Three on each CPU, bound to it: each loses the CPU again and again and gets it
 * back.  On all CPUs but the first nothing but the end of a slice makes them change.
 */
KTEST(balance, bound_threads_share_each_cpu)
{
	struct hog *hogs = kcalloc(PER_CPU * nr_cpu_ids, sizeof(*hogs), GFP_KERNEL);
	unsigned int n = 0;
	int cpu;

	ASSERT(hogs);
	for_each_online_cpu(cpu) {
		struct cpumask mask = only(cpu);

		ASSERT(hogs_start(hogs, n, PER_CPU, &mask));
		n += PER_CPU;
	}
	EXPECT(wait_until(all_preempted, hogs, n));
	EXPECT(wait_until(shared, hogs, n));
	hogs_end(hogs, n);
}

/* Whether every CPU has its share, give or take one. */
static bool spread(const struct hog *hogs, unsigned int n)
{
	unsigned int count[NR_CPUS] = {0}, share = n / num_online_cpus();
	int cpu;

	for (unsigned int i = 0; i < n; i++)
		count[task_cpu(hogs[i].task)]++;
	for_each_online_cpu(cpu) {
		if (count[cpu] + 1 < share || count[cpu] > share + 1)
			return false;
	}
	return true;
}

/* Four to a CPU, all on the first one until they may run anywhere. */
static void expect_to_spread(void)
{
	unsigned int n = 4 * num_online_cpus();
	struct hog *hogs = kcalloc(n, sizeof(*hogs), GFP_KERNEL);
	struct cpumask first = only(0);

	ASSERT(hogs);
	ASSERT(hogs_start(hogs, 0, n, &first));
	EXPECT(!spread(hogs, n));
	for (unsigned int i = 0; i < n; i++) {
		cpumask_copy(&hogs[i].allowed, cpu_possible_mask);
		set_cpus_allowed_ptr(hogs[i].task, cpu_possible_mask);
	}
	EXPECT(wait_until(spread, hogs, n));
	EXPECT(wait_until(all_preempted, hogs, n));
	hogs_end(hogs, n);
}

KTEST(balance, load_spreads_over_busy_cpus)
{
	if (num_online_cpus() < 2)
		ktest_skip("one CPU");
	else
		expect_to_spread();
}

static int wake_often(void *data __unused)
{
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* One that wakes each millisecond takes the first CPU from the others before their slice ends. */
KTEST(balance, load_spreads_although_no_slice_ends)
{
	struct task_struct *t;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	t = kthread_create_on_cpu(wake_often, NULL, 0, "t_often");
	ASSERT(!IS_ERR(t));
	wake_up_process(t);
	while (!READ_ONCE(t->nvcsw))
		msleep(1);
	expect_to_spread();
	kthread_stop(t);
}

/* What each had run when the account began. */
static u64 ran_before[NR_CPUS + 1];

/* Each has run for 200 ms, and none for a quarter more than another. */
static bool fair(const struct hog *hogs, unsigned int n)
{
	u64 most = 0, least = U64_MAX;

	for (unsigned int i = 0; i < n; i++) {
		u64 ran = READ_ONCE(hogs[i].task->sum_exec_runtime) - ran_before[i];

		most = max(most, ran);
		least = min(least, ran);
	}
	return least > 200 * NSEC_PER_MSEC && most * 4 < least * 5;
}

/* One more than CPUs: not two of them have half a CPU each, and the others a whole one. */
KTEST(balance, one_thread_too_many_goes_round)
{
	unsigned int n = num_online_cpus() + 1;
	struct hog *hogs = kcalloc(n, sizeof(*hogs), GFP_KERNEL);

	ASSERT(hogs);
	ASSERT(hogs_start(hogs, 0, n, cpu_possible_mask));
	EXPECT(wait_until(spread, hogs, n));
	for (unsigned int i = 0; i < n; i++)
		ran_before[i] = READ_ONCE(hogs[i].task->sum_exec_runtime);
	EXPECT(wait_until(fair, hogs, n));
	hogs_end(hogs, n);
}

static bool moved(const struct hog *hogs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (task_cpu(hogs[i].task) != hogs[i].target)
			return false;
	}
	return true;
}

static bool one_round_more(const struct hog *hogs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!READ_ONCE(hogs[i].rounds))
			return false;
	}
	return true;
}

/* Threads that run or wait are sent from CPU to CPU, and never seen where they must not be. */
KTEST(balance, masks_hold_while_threads_are_moved)
{
	unsigned int n = num_online_cpus() + 2, rounds = 30;
	struct hog *hogs = kcalloc(n, sizeof(*hogs), GFP_KERNEL);
	struct cpumask mask = only(0);

	ASSERT(hogs);
	ASSERT(hogs_start(hogs, 0, n, &mask));
	for (unsigned int round = 0; round < rounds; round++) {
		for (unsigned int i = 0; i < n; i++) {
			hogs[i].target = (round + i) % num_online_cpus();
			mask = only((int)hogs[i].target);
			cpumask_set_cpu(hogs[i].target, &hogs[i].allowed); /* both, meanwhile */
			set_cpus_allowed_ptr(hogs[i].task, &mask);
		}
		if (!EXPECT(wait_until(moved, hogs, n)))
			break;
		for (unsigned int i = 0; i < n; i++) {
			hogs[i].allowed = only((int)hogs[i].target);
			WRITE_ONCE(hogs[i].rounds, 0);
		}
		EXPECT(wait_until(one_round_more, hogs, n));
	}
	hogs_end(hogs, n);
}

/*
 * Who has run alone for long, with no slice to end, does not pay for it when another comes:
 * both get half of the CPU from then on.  The machine may be stopped while one of the two
 * runs, so the best of some times counts.
 */
KTEST(balance, who_ran_alone_is_not_kept_waiting)
{
	const u64 ms = 1000000;
	struct cpumask here = only(raw_smp_processor_id());
	bool fair = false;

	for (unsigned int i = 0; i < 8 && !fair; i++) {
		unsigned long switches = current->nivcsw + current->nvcsw;
		u64 began = task_runtime(current), most = 0;
		struct hog *hog;

		while (task_runtime(current) < began + 120 * ms)
			cpu_relax();
		if (current->nivcsw + current->nvcsw != switches)
			continue;
		hog = kcalloc(1, sizeof(*hog), GFP_KERNEL);
		ASSERT(hog);
		ASSERT(hogs_start(hog, 0, 1, &here));
		began = task_runtime(current);
		while (task_runtime(current) < began + 12 * ms)
			most = task_runtime(hog->task);
		fair = most < 60 * ms;
		hogs_end(hog, 1);
	}
	EXPECT(fair);
}

/*
 * Of 20 times that this thread sleeps, those in which @hogs change the CPU more than twice each
 * until it has it again.  Where the machine is stopped for longer than a slice while it runs, it
 * is preempted, and then waits for its turn among the others: that is no sleep, and does not count.
 */
static unsigned int long_sleeps(const struct hog *hogs, unsigned int n)
{
	unsigned int sleeps = 0, longer = 0;

	for (unsigned int i = 0; i < 1000 && sleeps < 20; i++) {
		unsigned long switches = 0, preempted = current->nivcsw;

		for (unsigned int k = 0; k < n; k++)
			switches -= READ_ONCE(hogs[k].task->nivcsw);
		msleep(1);
		for (unsigned int k = 0; k < n; k++)
			switches += READ_ONCE(hogs[k].task->nivcsw);
		if (current->nivcsw != preempted)
			continue;
		longer += switches > 2 * n;
		sleeps++;
	}
	EXPECT_EQ(sleeps, 20);
	return longer;
}

/*
 * One that wakes gets the CPU within a few slices, however many others never sleep.  A machine
 * that is stopped again and again ends a slice each time, so the best of some times counts.
 */
KTEST(balance, a_sleeper_is_not_kept_waiting)
{
	unsigned int n = 6, longer = 1;
	struct hog *hogs = kcalloc(n, sizeof(*hogs), GFP_KERNEL);
	struct cpumask first = only(0);

	ASSERT(hogs);
	ASSERT(hogs_start(hogs, 0, n, &first));
	EXPECT(wait_until(one_round_more, hogs, n));
	for (unsigned int i = 0; i < 8 && longer; i++)
		longer = long_sleeps(hogs, n);
	EXPECT_EQ(longer, 0);
	hogs_end(hogs, n);
}
