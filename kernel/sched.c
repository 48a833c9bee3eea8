/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: which task a CPU runs.
 *
 *   per CPU:  struct rq { lock, curr, idle, tree of those that wait }
 *
 *   sleeping --- wake_up_process() --> waiting (in a tree) <--> running
 *       ^                                                          |
 *       +------------- schedule() in a state other than RUNNING ---+
 *
 * Each task counts the time it has run, its vruntime; the one that waits with the
 * least runs next, for a slice of 4 ms while others wait.  A task that slept comes
 * back at most a small bonus behind those that did not, so it runs soon, and yet
 * cannot claim the time it slept.
 *
 * The ends of slices are clock events (timer.c), which are set only while others wait, and at
 * once for a switch that a thread with interrupts off has put off.
 * Which CPU a task runs on is balance.c's to say.
 *
 * Invariants: curr is in no tree; nr_running counts curr, unless it is the idle
 * task, and those in the tree; a task is in the tree of the queue of task->cpu.
 *
 * Locking: a run queue's lock is held over the switch and dropped by the task
 * switched to, so whoever holds it and finds a task off the queue knows that it
 * has left its stack.  It is taken with interrupts off, inside every other lock.
 * Two are held at once only by a trylock of the second.
 *
 * Contexts: waking from anywhere; switching where the preemption count is 0.
 *
 * It has no priorities and no groups.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <cairn/idle.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/switch_to.h>
#include "rq.h"
#include "sched.h"

#define SLICE_NS       4000000ULL
#define WAKE_BONUS_NS  2000000ULL
#define WAKE_MARGIN_NS 500000LL

DEFINE_PER_CPU_ALIGNED(struct rq, runqueues);
DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;

struct task_struct init_task = {
	.comm = "cairn",
	.usage = REFCOUNT_INIT(1),
	.on_rq = true,
	.cpus_mask = {{1}},
};

bool scheduler_running;

void __weak smp_send_reschedule(unsigned int cpu __unused)
{
}

/* ---- The tree -------------------------------------------------------------------------------- */

static void rq_insert(struct rq *rq, struct task_struct *p)
{
	struct rb_node **link = &rq->tree.rb_root.rb_node, *parent = NULL;
	bool first = true;

	while (*link) {
		parent = *link;
		if ((s64)(p->vruntime - rb_entry(parent, struct task_struct, run_node)->vruntime) <
		    0) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			first = false;
		}
	}
	rb_link_node(&p->run_node, parent, link);
	rb_insert_color_cached(&p->run_node, &rq->tree, first);
	p->queued = true;
}

void rq_remove(struct rq *rq, struct task_struct *p)
{
	rb_erase_cached(&p->run_node, &rq->tree);
	p->queued = false;
}

void rq_update(struct rq *rq)
{
	struct task_struct *curr = rq->curr, *first = leftmost(rq);
	u64 now = max(ktime_get_ns(), curr->exec_start), least;
	u64 delta = now - curr->exec_start;

	curr->exec_start = now;
	WRITE_ONCE(curr->sum_exec_runtime, curr->sum_exec_runtime + delta);
	if (curr == rq->idle)
		return;
	curr->vruntime += delta;
	least = curr->vruntime;
	if (first && (s64)(first->vruntime - least) < 0)
		least = first->vruntime;
	if ((s64)(least - rq->min_vruntime) > 0)
		rq->min_vruntime = least;
}

static void resched(struct rq *rq, unsigned int cpu)
{
	if (rq == this_rq()) {
		set_preempt_need_resched();
	} else {
		rq->wanted = true;
		smp_send_reschedule(cpu);
	}
}

/* The running task of this CPU shares it with others: it has a slice. */
static void arm_slice(struct rq *rq)
{
	clock_event_arm(rq->curr->slice_start + SLICE_NS);
}

/* @p has come to @rq: does it take the CPU, or wait for the end of a slice? */
static void check_preempt(struct rq *rq, struct task_struct *p)
{
	if (rq->curr == rq->idle || (s64)(rq->curr->vruntime - p->vruntime) > WAKE_MARGIN_NS)
		resched(rq, p->cpu);
	else if (rq == this_rq())
		arm_slice(rq);
	else if (rq->nr_running == 2)
		smp_send_reschedule(p->cpu); /* it sets its clock */
}

void rq_attach(struct rq *rq, struct task_struct *p)
{
	count_running(rq, 1);
	rq_insert(rq, p);
	check_preempt(rq, p);
}

/* ---- Waking ---------------------------------------------------------------------------------- */

/* Locks the run queue that @p belongs to.  Context: interrupts off. */
static struct rq *task_rq_lock(struct task_struct *p)
{
	for (;;) {
		unsigned int cpu = READ_ONCE(p->cpu);
		struct rq *rq = cpu_rq(cpu);

		arch_spin_lock(&rq->lock);
		if (likely(READ_ONCE(p->cpu) == cpu))
			return rq;
		arch_spin_unlock(&rq->lock);
	}
}

u64 task_runtime(struct task_struct *task)
{
	unsigned long flags;
	struct rq *rq;
	u64 ran, now;

	local_irq_save(flags);
	rq = task_rq_lock(task);
	ran = task->sum_exec_runtime;
	now = ktime_get_ns();
	if (rq->curr == task && now > task->exec_start)
		ran += now - task->exec_start;
	arch_spin_unlock(&rq->lock);
	local_irq_restore(flags);
	return ran;
}

bool cpu_active(unsigned int cpu)
{
	return cpu_online(cpu) && smp_load_acquire(&cpu_rq(cpu)->idle);
}

/* Puts @p, which is in no tree, on @rq.  Context: @rq locked. */
static void activate(struct rq *rq, struct task_struct *p)
{
	u64 floor;

	rq_update(rq); /* who runs alone has no slices, and may have run for long */
	floor = rq->min_vruntime - WAKE_BONUS_NS;
	if ((s64)(p->vruntime - floor) < 0 || (s64)(p->vruntime - rq->min_vruntime) > (s64)SLICE_NS)
		p->vruntime = floor;
	p->on_rq = true;
	rq_attach(rq, p);
}

/*
 * Moves @p, in no tree and not running, to a CPU it may run on.  Until it is there it
 * counts as on a queue, so nobody else moves it.  Context: @rq, its own, locked; drops it.
 */
static void activate_elsewhere(struct rq *rq, struct task_struct *p)
{
	unsigned int cpu = rq_select_cpu(p);

	p->on_rq = true;
	for (;;) {
		WRITE_ONCE(p->cpu, cpu);
		if (rq != cpu_rq(cpu)) {
			arch_spin_unlock(&rq->lock);
			rq = cpu_rq(cpu);
			arch_spin_lock(&rq->lock);
		}
		if (may_run_on(p, cpu) || rq_select_cpu(p) == cpu)
			break;
		cpu = rq_select_cpu(p);
	}
	activate(rq, p);
	arch_spin_unlock(&rq->lock);
}

int wake_up_state(struct task_struct *p, unsigned int state)
{
	unsigned long flags;
	struct rq *rq;
	int woken = 0;

	preempt_disable();
	local_irq_save(flags);
	rq = task_rq_lock(p);
	if (READ_ONCE(p->__state) & state) {
		WRITE_ONCE(p->__state, TASK_RUNNING);
		woken = 1;
	}
	if (woken && !p->on_rq)
		activate_elsewhere(rq, p);
	else
		arch_spin_unlock(&rq->lock);
	local_irq_restore(flags);
	preempt_enable();
	return woken;
}

int wake_up_process(struct task_struct *p)
{
	return wake_up_state(p, TASK_NORMAL);
}

/* ---- Switching ------------------------------------------------------------------------------- */

static struct task_struct *pick_next(struct rq *rq)
{
	struct task_struct *next = leftmost(rq);

	if (next) {
		rq_remove(rq, next);
		return next;
	}
	next = rq_steal(rq);
	return next ? next : rq->idle;
}

/* What is left to do for the task switched from; ends the run queue's lock. */
static void finish_switch(struct task_struct *prev)
{
	struct rq *rq = this_rq();
	bool dead = prev->__state == TASK_DEAD && !prev->on_rq; /* else preempted before its end */

	if (unlikely(prev->on_rq && prev != rq->idle && !may_run_on(prev, prev->cpu))) {
		rq_remove(rq, prev);
		count_running(rq, -1);
		activate_elsewhere(rq, prev);
		return;
	}
	arch_spin_unlock(&rq->lock);
	if (dead)
		task_die(prev);
}

static void switch_to(struct task_struct *prev, struct task_struct *next)
{
	next->exec_start = prev->exec_start;
	this_cpu_write(current_task, next);
	finish_switch(switch_context(&prev->sp, next->sp, prev));
}

/*
 * At the end of a slice; and when none has ended for long, at a switch, since those that wake may
 * take the CPU too often for that.  Context: @rq, this CPU's, locked, and more than one on it.
 */
static void even_out(struct rq *rq, u64 now)
{
	rq_balance(rq, now);
	rq_rotate(rq, now);
}

/* Context: preemption count 1. */
static void __schedule(bool preempted)
{
	struct task_struct *prev, *next;
	unsigned long flags;
	struct rq *rq;
	bool leaves;

	local_irq_save(flags);
	rq = this_rq();
	arch_spin_lock(&rq->lock);
	prev = rq->curr;
	clear_preempt_need_resched();
	rq->wanted = false;
	rq_update(rq);
	leaves = !preempted && READ_ONCE(prev->__state) != TASK_RUNNING;
	if (leaves) {
		prev->on_rq = false;
		count_running(rq, -1);
	}
	if (rq->nr_running > 1 && unlikely(prev->exec_start >= rq->next_balance))
		even_out(rq, prev->exec_start);
	if (!leaves && prev != rq->idle)
		rq_insert(rq, prev); /* not before: it cannot be given away while it runs */
	if (preempted)
		WRITE_ONCE(prev->nivcsw, prev->nivcsw + 1);
	else
		WRITE_ONCE(prev->nvcsw, prev->nvcsw + 1);
	next = pick_next(rq);
	if (next == prev && !may_run_on(prev, prev->cpu) && prev != rq->idle) {
		next = pick_next(rq); /* others may be waiting behind it */
		rq_insert(rq, prev);
	}
	rq->curr = next;
	next->slice_start = prev->exec_start; /* which is now */
	if (rq->nr_running > 1)
		arm_slice(rq);
	if (next != prev)
		switch_to(prev, next);
	else
		arch_spin_unlock(&rq->lock);
	local_irq_restore(flags);
}

void thread_begin(struct task_struct *prev)
{
	finish_switch(prev);
	if (interrupts_expected)
		local_irq_enable();
	preempt_enable();
	kthread_main();
}

/* Is the caller allowed to switch?  If not, it stays runnable, after a report. */
static bool may_schedule(void)
{
	if (!scheduler_running)
		return false;
	if (likely(!sleep_forbidden()))
		return true;
	pr_err("BUG: scheduling while atomic: %s/%d/0x%08x\n", current->comm, current->pid,
	       preempt_count());
	print_atomic_context();
	dump_stack();
	return false;
}

void schedule(void)
{
	if (!may_schedule()) {
		current->nvcsw++;
		__set_current_state(TASK_RUNNING);
		return;
	}
	do {
		preempt_disable();
		__schedule(false);
		preempt_enable_no_resched();
	} while (need_resched());
}

int cond_resched_slow(void)
{
	preempt_schedule();
	return 1;
}

void yield(void)
{
	unsigned long flags;
	struct rb_node *last;
	struct rq *rq;

	local_irq_save(flags);
	rq = this_rq();
	arch_spin_lock(&rq->lock);
	rq_update(rq);
	last = rb_last(&rq->tree.rb_root);
	if (last) {
		u64 vruntime = rb_entry(last, struct task_struct, run_node)->vruntime;

		if ((s64)(vruntime - rq->curr->vruntime) > 0)
			rq->curr->vruntime = vruntime;
	}
	arch_spin_unlock(&rq->lock);
	local_irq_restore(flags);
	schedule();
}

static void preempt_loop(void)
{
	do {
		preempt_disable();
		__schedule(true);
		preempt_enable_no_resched();
	} while (need_resched());
}

/* With interrupts off the clock event comes as soon as they are on, and the switch with it. */
void preempt_schedule(void)
{
	if (!scheduler_running || in_atomic())
		return;
	if (irqs_disabled())
		clock_event_arm(ktime_get_ns());
	else
		preempt_loop();
}

void preempt_schedule_irq(void)
{
	if (scheduler_running && !in_atomic())
		preempt_loop();
}

/* What is due in the slice of the running task.  Context: @rq, this CPU's, locked. */
static void check_slice(struct rq *rq)
{
	u64 now;

	if (rq->nr_running < 2)
		return;
	rq_update(rq);
	now = rq->curr->exec_start;
	if (now - rq->curr->slice_start < SLICE_NS) {
		arm_slice(rq);
		return;
	}
	even_out(rq, now);
	set_preempt_need_resched();
}

void sched_tick(void)
{
	struct rq *rq = this_rq();

	if (!scheduler_running)
		return;
	arch_spin_lock(&rq->lock);
	check_slice(rq);
	arch_spin_unlock(&rq->lock);
}

void scheduler_ipi(void)
{
	struct rq *rq = this_rq();

	arch_spin_lock(&rq->lock);
	if (rq->wanted)
		set_preempt_need_resched();
	rq->wanted = false;
	check_slice(rq);
	arch_spin_unlock(&rq->lock);
}

/* ---- Affinity -------------------------------------------------------------------------------- */

static bool any_active(const struct cpumask *mask)
{
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpumask_test_cpu((unsigned int)cpu, mask) && cpu_active((unsigned int)cpu))
			return true;
	}
	return false;
}

int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *mask)
{
	unsigned long flags;
	struct rq *rq;

	if (!any_active(mask))
		return -EINVAL;
	local_irq_save(flags);
	rq = task_rq_lock(p);
	cpumask_copy(&p->cpus_mask, mask);
	if (p->queued && !may_run_on(p, p->cpu)) {
		rq_remove(rq, p);
		count_running(rq, -1);
		activate_elsewhere(rq, p);
	} else {
		if (rq->curr == p && p != current && !may_run_on(p, p->cpu))
			resched(rq, p->cpu);
		arch_spin_unlock(&rq->lock);
	}
	local_irq_restore(flags);
	while (p == current && scheduler_running &&
	       !cpumask_test_cpu((unsigned int)raw_smp_processor_id(), mask)) {
		schedule();
		if (unlikely(sleep_forbidden())) { /* which schedule() has reported */
			set_preempt_need_resched();
			break;
		}
	}
	return 0;
}

/* ---- Idling ---------------------------------------------------------------------------------- */

void cpu_startup_entry(void)
{
	for (;;) {
		local_irq_disable();
		if (!need_resched())
			idle_wait();
		if (need_resched())
			__schedule(true);
	}
}

static void rq_start(unsigned int cpu, struct task_struct *curr, struct task_struct *idle)
{
	struct rq *rq = cpu_rq(cpu);

	rq->tree = RB_ROOT_CACHED;
	rq->curr = curr;
	count_running(rq, curr != idle);
	curr->exec_start = ktime_get_ns();
	smp_store_release(&rq->idle, idle); /* now others may queue tasks here */
}

struct task_struct *idle_task_create(unsigned int cpu)
{
	char name[TASK_COMM_LEN];
	struct task_struct *idle;

	snprintf(name, sizeof(name), "idle/%u", cpu);
	idle = task_create(name, PF_IDLE | PF_KTHREAD);
	if (!idle)
		return NULL;
	idle->cpu = cpu;
	idle->on_rq = true;
	cpumask_clear(&idle->cpus_mask);
	cpumask_set_cpu(cpu, &idle->cpus_mask);
	WRITE_ONCE(idle->__state, TASK_RUNNING);
	return idle;
}

void sched_init_secondary(struct task_struct *idle)
{
	this_cpu_write(current_task, idle);
	preempt_disable();
	rq_start(idle->cpu, idle, idle);
}

void __init sched_init(void)
{
	struct task_struct *idle;

	threads_init();
	idle = idle_task_create(0);
	if (!idle)
		panic("sched: no memory for the idle task");
	rq_start(0, &init_task, idle);
	scheduler_running = true;
}
