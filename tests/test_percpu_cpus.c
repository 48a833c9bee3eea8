/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a thread bound to each CPU looks at per-CPU variables and objects from there:
 * a variable starts with its initial value on every CPU, an object zeroed; what one CPU
 * writes no other sees; objects are allocated on one CPU and freed on another, so many
 * that chunks grow from the vmalloc range; the sum over all CPUs is exact, and in the
 * end as many pages are behind per-CPU objects as in the beginning.  The checker may look
 * at any moment.
 *
 * With one CPU it runs there alone.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "../mm/percpu.h"

struct job {
	bool (*fn)(int cpu);
	int cpu;
	bool ok;
	struct completion done;
};

static int do_job(void *data)
{
	struct job *job = data;

	job->ok = job->fn(job->cpu);
	complete(&job->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Runs @fn in a thread bound to @cpu. */
static bool run_on(int cpu, bool (*fn)(int cpu))
{
	struct job job = {.fn = fn, .cpu = cpu};
	struct task_struct *thread;

	init_completion(&job.done);
	thread = kthread_create_on_cpu(do_job, &job, cpu, "percpu/%d", cpu);
	if (IS_ERR(thread))
		return false;
	wake_up_process(thread);
	wait_for_completion(&job.done);
	kthread_stop(thread);
	return job.ok;
}

/* ---- Variables ------------------------------------------------------------------------- */

static DEFINE_PER_CPU(u32, starts_at) = 0x5eed;

static bool look_and_write(int cpu)
{
	bool ok;

	ok = get_cpu() == cpu && smp_processor_id() == cpu && preempt_count() == 1 &&
	     this_cpu_read(starts_at) == 0x5eed &&
	     this_cpu_ptr(&starts_at) == per_cpu_ptr(&starts_at, cpu);

	this_cpu_write(starts_at, (u32)cpu);
	put_cpu();
	ok = get_cpu_var(starts_at) == (u32)cpu && ok;
	put_cpu_var(starts_at);
	return ok;
}

/* One CPU after the other, so that a copy which two of them share would be seen. */
KTEST(percpu, variables_start_alike_on_every_cpu)
{
	int cpu;

	for_each_online_cpu(cpu)
		EXPECT(run_on(cpu, look_and_write));
	for_each_online_cpu(cpu) {
		EXPECT_EQ(per_cpu(starts_at, cpu), cpu);
		per_cpu(starts_at, cpu) = 0x5eed;
	}
}

/* ---- Objects --------------------------------------------------------------------------- */

#define OBJECTS 900
#define SIZE	1000

struct counter {
	u64 hits;
	u8 rest[SIZE - 8];
};

static struct counter __percpu *counters[OBJECTS];

static bool count_here(int cpu)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		struct counter *mine = per_cpu_ptr(counters[i], cpu);

		if (memchr_inv(mine, 0, SIZE))
			return false;
		this_cpu_add(counters[i]->hits, i + (u64)cpu);
		memset(mine->rest, cpu + 1, sizeof(mine->rest));
	}
	return true;
}

static bool allocate_here(int cpu __unused)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		counters[i] = alloc_percpu(struct counter);
		if (!counters[i])
			return false;
	}
	return true;
}

static bool free_here(int cpu __unused)
{
	for (unsigned int i = 0; i < OBJECTS; i++)
		free_percpu(counters[(i * 7) % OBJECTS]);
	return true;
}

static void expect_counts(unsigned int i)
{
	u64 sum = 0, want = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		struct counter *theirs = per_cpu_ptr(counters[i], cpu);

		sum += theirs->hits;
		want += i + (u64)cpu;
		EXPECT(!memchr_inv(theirs->rest, cpu + 1, sizeof(theirs->rest)));
	}
	EXPECT_EQ(sum, want);
}

static unsigned int in_vmalloc_range(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < OBJECTS; i++)
		n += is_vmalloc_addr(per_cpu_ptr(counters[i], 0));
	return n;
}

/* The first CPU allocates, each counts, the last one frees; twice, for used memory is dirty. */
KTEST(percpu, objects_of_all_cpus)
{
	int cpu, last = 0;
	unsigned long pages;

	pcpu_drain();
	pages = pcpu_nr_pages();
	for (unsigned int round = 0; round < 2; round++) {
		ASSERT(run_on(0, allocate_here));
		EXPECT(in_vmalloc_range() > OBJECTS / 2);
		for_each_online_cpu(cpu) {
			EXPECT(run_on(cpu, count_here));
			last = cpu;
		}
		for (unsigned int i = 0; i < OBJECTS; i++)
			expect_counts(i);
		EXPECT(run_on(last, free_here));
	}
	pcpu_drain();
	EXPECT_EQ(pcpu_nr_pages(), pages);
}

static int take_and_give_back(void *data)
{
	unsigned long *rounds = data;

	while (!kthread_should_stop()) {
		void __percpu *p = __alloc_percpu(2 * PAGE_SIZE, 8);

		free_percpu(p);
		WRITE_ONCE(*rounds, *rounds + !!p);
		cond_resched();
	}
	return 0;
}

/* Pages come and go on the last CPU while they are counted: no change may be seen half made. */
KTEST(percpu, checked_while_pages_come_and_go)
{
	struct task_struct *thread;
	const char *wrong = NULL;
	unsigned long rounds = 0;
	int cpu, last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	thread = kthread_create_on_cpu(take_and_give_back, &rounds, last, "percpu/%d", last);
	ASSERT(!IS_ERR(thread));
	wake_up_process(thread);
	for (unsigned int i = 0; !wrong && (i < ktest_rounds(500) || !READ_ONCE(rounds)); i++) {
		wrong = pcpu_check();
		cond_resched();
	}
	kthread_stop(thread);
	EXPECT(!wrong);
	if (wrong)
		pr_info("pcpu_check: %s\n", wrong);
}
