/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a thread on each CPU reads and writes two counters under a rwlock_t; the
 * two are never seen different, and in the end none of the writes is missing.  A
 * writer that waits keeps new readers out, but not an interrupt handler that comes
 * while a reader is inside.  spin_lock_bh() holds a tasklet back until it ends.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <cairn/test.h>
#include <asm/processor.h>

#define ROUNDS 3000

static DEFINE_RWLOCK(pair_lock);
static unsigned long first, second;
static atomic_t differ, inside;

static void write_pair(void)
{
	write_lock_bh(&pair_lock); /* a tasklet reads, too */
	atomic_add(atomic_inc_return(&inside) != 1, &differ);
	first++;
	cpu_relax();
	second++;
	atomic_dec(&inside);
	write_unlock_bh(&pair_lock);
}

static void read_pair(void)
{
	read_lock(&pair_lock);
	atomic_add(first != second || atomic_read(&inside), &differ);
	read_unlock(&pair_lock);
}

static int read_and_write(void *data __unused)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (i % 4)
			read_pair();
		else
			write_pair();
	}
	return 0;
}

static struct task_struct *create_on(int (*fn)(void *data), void *data, int cpu)
{
	struct task_struct *t = kthread_create_on_cpu(fn, data, cpu, "t_rw/%d", cpu);

	return IS_ERR(t) ? NULL : get_task_struct(t);
}

static void join(struct task_struct *t)
{
	while (smp_load_acquire(&t->__state) != TASK_DEAD)
		schedule_timeout_uninterruptible(1);
	put_task_struct(t);
}

KTEST(rwlock, readers_and_writers_exclude_each_other)
{
	struct task_struct *t[NR_CPUS] = {0};
	unsigned long writes = 0;
	int cpu;

	first = second = 0;
	atomic_set(&differ, 0);
	for_each_online_cpu(cpu) {
		t[cpu] = create_on(read_and_write, NULL, cpu);
		if (!EXPECT(t[cpu]))
			continue;
		wake_up_process(t[cpu]);
		writes += DIV_ROUND_UP(ROUNDS, 4);
	}
	for_each_online_cpu(cpu) {
		if (t[cpu])
			join(t[cpu]);
	}
	EXPECT_EQ(atomic_read(&differ), 0);
	EXPECT_EQ(first, writes);
	EXPECT_EQ(second, writes);
	EXPECT_EQ(pair_lock.value, 0);
}

static void read_in_interrupt(struct tasklet_struct *t __unused)
{
	read_pair();
	first += 1000;
}

static int write_once(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	write_pair();
	return 0;
}

/* The tasklet runs on top of the reader that the writer waits for. */
KTEST(rwlock, interrupts_overtake_a_waiting_writer)
{
	DECLARE_TASKLET(tasklet, read_in_interrupt);
	struct task_struct *t;
	bool begun = false;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	first = second = 0;
	atomic_set(&differ, 0);
	t = create_on(write_once, &begun, 1);
	ASSERT(t);
	read_lock(&pair_lock);
	wake_up_process(t);
	while (!READ_ONCE(begun) || !(READ_ONCE(pair_lock.value) & RWLOCK_WAITING))
		cpu_relax();
	EXPECT(!read_trylock(&pair_lock));
	tasklet_schedule(&tasklet);
	EXPECT_EQ(first, 1000);
	second = first;
	read_unlock(&pair_lock);
	join(t);
	tasklet_kill(&tasklet);
	EXPECT_EQ(first, 1001);
	EXPECT_EQ(atomic_read(&differ), 0);
}

KTEST(rwlock, counts_and_flags_are_restored)
{
	unsigned long flags;

	read_lock(&pair_lock);
	EXPECT(read_trylock(&pair_lock));
	EXPECT_EQ(preempt_count(), 2);
	EXPECT(!write_trylock(&pair_lock));
	read_unlock(&pair_lock);
	read_unlock(&pair_lock);
	write_lock_irqsave(&pair_lock, flags);
	EXPECT(irqs_disabled() && !read_trylock(&pair_lock));
	EXPECT_EQ(preempt_count(), 1);
	write_unlock_irqrestore(&pair_lock, flags);
	EXPECT(!irqs_disabled() && write_trylock_irqsave(&pair_lock, flags));
	write_unlock_irqrestore(&pair_lock, flags);
	write_lock_bh(&pair_lock);
	EXPECT(in_softirq());
	write_unlock_bh(&pair_lock);
	EXPECT(!in_atomic() && !irqs_disabled());
}

static DEFINE_SPINLOCK(bh_lock);
static unsigned int tasklets;

static void count_tasklet(struct tasklet_struct *t __unused)
{
	spin_lock(&bh_lock); /* would spin for ever inside the other section */
	tasklets++;
	spin_unlock(&bh_lock);
}

KTEST(rwlock, spin_lock_bh_holds_softirqs_back)
{
	DECLARE_TASKLET(tasklet, count_tasklet);

	tasklets = 0;
	spin_lock_bh(&bh_lock);
	tasklet_schedule(&tasklet);
	EXPECT(!spin_trylock_bh(&bh_lock));
	EXPECT_EQ(tasklets, 0);
	EXPECT(in_softirq() && !in_serving_softirq());
	spin_unlock_bh(&bh_lock);
	EXPECT_EQ(tasklets, 1);
	EXPECT(spin_trylock_bh(&bh_lock));
	spin_unlock_bh(&bh_lock);
	EXPECT_REPORT("local_bh_enable: not disabled") {
		local_bh_enable();
	}
	EXPECT(!in_atomic());
	tasklet_kill(&tasklet);
}
