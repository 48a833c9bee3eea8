/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

/*
 * Tasks: the threads of the kernel, and giving up the CPU to another one.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timex.h>
#include <asm/current.h>

#define TASK_COMM_LEN	     16

#define TASK_RUNNING	     0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_DEAD	     0x0080
#define TASK_KILLABLE	     0x0102
#define TASK_NORMAL	     (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_IDLE		     0x00000002
#define PF_KTHREAD	     0x00200000

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

struct kthread;

/**
 * struct task_struct - a task
 * @__state: TASK_*; written by the task itself and, to TASK_RUNNING, by who wakes it
 * @flags: PF_*
 * @pid: number of the task
 * @tgid: number of its process
 * @comm: its name
 * @nvcsw: times it gave up the CPU
 * @nivcsw: times the CPU was taken from it
 * @min_flt: page faults without reading
 * @maj_flt: page faults with reading
 * @stack: lowest address of its stack
 * @sp: its stack pointer while it is switched away
 * @usage: references; it holds one itself until it is dead
 * @tasks: link in the list of all tasks
 * @kthread: what kthread_create() keeps of it
 * @cpu: the CPU it runs on, waits for, or ran on last
 * @on_rq: it runs, waits for a CPU, or is on its way to another one
 * @queued: it is in the tree of those who wait for @cpu
 * @run_node: its place there
 * @vruntime: nanoseconds it has run, against those that waited meanwhile
 * @exec_start: when that was last brought up to date
 * @slice_start: when it got the CPU
 * @sum_exec_runtime: nanoseconds it has run
 * @arrived: when it was moved to @cpu while it waited, in nanoseconds; 0: never
 * @cpus_mask: CPUs it may run on
 *
 * From @cpu on everything is under the lock of the run queue of @cpu.
 */
/* struct sleep_lock - a mutex or rw_semaphore that a task holds, with lockdep=1 */
struct sleep_lock {
	const void *lock;
	unsigned long site;
	u8 rank;
};

#define SLEEP_LOCKS_MAX 8

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;

	void *stack;
	unsigned long sp;
	refcount_t usage;
	struct list_head tasks;
	struct kthread *kthread;

	unsigned int cpu;
	bool on_rq;
	bool queued;
	struct rb_node run_node;
	u64 vruntime;
	u64 exec_start;
	u64 slice_start;
	u64 sum_exec_runtime;
	u64 arrived;
	struct cpumask cpus_mask;

	/* The task's own. */
	unsigned int nr_sleep_locks;
	struct sleep_lock sleep_locks[SLEEP_LOCKS_MAX];
};

extern struct task_struct init_task;

/* A condition looked at after it cannot miss a waker that looks at the state after setting it. */
#define set_current_state(state)   smp_store_mb(current->__state, (state))
#define __set_current_state(state) WRITE_ONCE(current->__state, (state))

static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

static inline unsigned int task_cpu(const struct task_struct *task)
{
	return READ_ONCE(task->cpu);
}

/* There are no signals. */
static inline int signal_pending(struct task_struct *task __unused)
{
	return 0;
}

static inline int fatal_signal_pending(struct task_struct *task __unused)
{
	return 0;
}

/**
 * sched_init - the caller becomes a task among others, and this CPU gets an idle task
 *
 * Context: start-up, with kmalloc() and vmalloc() working.
 */
void sched_init(void);

/* scheduler_running - sched_init() is done */
extern bool scheduler_running;

/**
 * schedule - give up the CPU
 *
 * A task in a state other than TASK_RUNNING stays away until somebody wakes it.
 * Called where sleeping is forbidden, it reports and returns at once, in TASK_RUNNING.
 *
 * Context: may sleep.
 */
void schedule(void);

/* yield - let every other task that waits for this CPU go first.  Context: may sleep. */
void yield(void);

/**
 * schedule_timeout - sleep until woken, but no longer than a time
 * @timeout: jiffies, at most MAX_SCHEDULE_TIMEOUT, which has no end
 *
 * The caller has set its state; in TASK_RUNNING it returns at once.  So it does where sleeping
 * is forbidden, after a report, and a @timeout that has an end is then over.
 *
 * Context: may sleep.
 * Return: jiffies left of @timeout.
 */
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
#define schedule_timeout_killable(timeout) schedule_timeout_uninterruptible(timeout)
#define schedule_timeout_idle(timeout)	   schedule_timeout_uninterruptible(timeout)

/**
 * wait_a_turn - schedule_timeout() for a loop that has said might_sleep()
 * @timeout: jiffies, or MAX_SCHEDULE_TIMEOUT
 *
 * Where sleeping is forbidden it reports no more: a wait with an end is over, and one
 * without goes on, by looking again at once; with interrupts off on the only CPU, where nothing
 * can come of that, it is a panic.
 *
 * Context: may sleep.
 * Return: jiffies left of @timeout.
 */
long wait_a_turn(long timeout);

/*
 * wait_a_tick - wait_a_turn() for a loop without an end that nobody wakes: a jiffy, or where
 * sleeping is forbidden no time
 */
void wait_a_tick(void);

/* cond_resched - give up the CPU if somebody waits for it; 1 if it did. */
int cond_resched_slow(void);
#define cond_resched()                                              \
	({                                                          \
		might_sleep();                                      \
		unlikely(need_resched()) ? cond_resched_slow() : 0; \
	})

/**
 * wake_up_process - let a sleeping task run
 * @task: the task; the caller knows that it cannot go away
 *
 * Context: any.
 * Return: 1 if it slept, 0 if it was running or ready already.
 */
int wake_up_process(struct task_struct *task);

/* wake_up_state - the same if it sleeps in one of the states @state */
int wake_up_state(struct task_struct *task, unsigned int state);

/**
 * set_cpus_allowed_ptr - choose the CPUs that a task may run on
 * @task: the task
 * @mask: the CPUs
 *
 * The caller itself is on one of them when this returns; where it must not sleep that is
 * reported, and it moves once it may.
 *
 * Context: may sleep if @task is the caller.
 * Return: 0, or -EINVAL if @mask has no CPU that runs.
 */
int set_cpus_allowed_ptr(struct task_struct *task, const struct cpumask *mask);

/* get_task_struct, put_task_struct - keep a task's description from going away. */
static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}
void put_task_struct(struct task_struct *task);

/**
 * sched_tick - the timer's part in scheduling
 *
 * Asks for a switch where a slice has ended, and sets the clock for one that has not.
 *
 * Context: interrupts off; from each timer interrupt.
 */
void sched_tick(void);

/* scheduler_ipi - another CPU has put a task on this one's run queue.  Context: interrupt. */
void scheduler_ipi(void);

/**
 * smp_send_reschedule - make @cpu run scheduler_ipi()
 * @cpu: another CPU, which runs
 *
 * Context: any; interrupts may be off.
 */
void smp_send_reschedule(unsigned int cpu);

/* cpu_active - does @cpu take part in scheduling? */
bool cpu_active(unsigned int cpu);

/**
 * idle_task_create - the idle task of a CPU that is about to start
 * @cpu: its number
 *
 * The CPU starts on that stack, @task->stack + THREAD_SIZE, and calls
 * sched_init_secondary() and then cpu_startup_entry() with interrupts off.
 *
 * Context: may sleep.
 * Return: the task, or NULL without memory.
 */
struct task_struct *idle_task_create(unsigned int cpu);
void sched_init_secondary(struct task_struct *idle);
void __attribute__((__noreturn__)) cpu_startup_entry(void);

/* threads_reap - free what dead threads have left, also those that are just dying. */
void threads_reap(void);

/* threads_show_stacks - print who holds how many bytes of stacks, the most first.  Context: any. */
void threads_show_stacks(void);

#endif
