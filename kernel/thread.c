/* SPDX-License-Identifier: MIT */
/*
 * Tasks as objects: their memory, their list, their end.
 *
 *   task_create() --> in the list, own reference --> do_exit() --> task_die()
 *                                                                      |
 *                       threads_reap() <-- list of the dead <-- last reference
 *
 * A stack is 16 KiB from vmalloc(), so the page below it is never mapped: the
 * range before it ends with a guard page.  A dead task cannot free the stack it
 * stands on, and whoever is switched to next must not sleep, so it goes on a list
 * that the next one who may sleep empties.
 *
 * Locking: tasklist_lock guards both lists, innermost but for run queues.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/monitor.h>
#include <asm/stack.h>
#include <asm/switch_to.h>
#include "sched.h"

static DEFINE_SPINLOCK_RANK(tasklist_lock, LOCK_RANK_TASKLIST);
static LIST_HEAD(task_list);
static LIST_HEAD(dead_list);
static struct kmem_cache *task_cache;
static pid_t last_pid;
static atomic_t nr_dying;

void __init threads_init(void)
{
	task_cache =
		kmem_cache_create("task_struct", sizeof(struct task_struct), 0, SLAB_PANIC, NULL);
	list_add_tail(&init_task.tasks, &task_list);
}

static void list_task(struct task_struct *task)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	task->pid = ++last_pid;
	task->tgid = task->pid;
	list_add_tail(&task->tasks, &task_list);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

struct task_struct *task_create(const char *name, unsigned int flags)
{
	struct task_struct *task = kmem_cache_zalloc(task_cache, GFP_KERNEL);

	threads_reap();
	if (!task)
		return NULL;
	task->stack = vmalloc(THREAD_SIZE);
	if (!task->stack) {
		kmem_cache_free(task_cache, task);
		return NULL;
	}
	mod_vm_stat(NR_KERNEL_STACK_PAGES, THREAD_SIZE >> PAGE_SHIFT);
	strscpy(task->comm, name, sizeof(task->comm));
	task->flags = flags;
	task->__state = TASK_UNINTERRUPTIBLE;
	task->sp = switch_prepare((char *)task->stack + THREAD_SIZE);
	refcount_set(&task->usage, 1);
	cpumask_copy(&task->cpus_mask, cpu_possible_mask);
	task->cpu = (unsigned int)raw_smp_processor_id();
	list_task(task);
	return task;
}

void put_task_struct(struct task_struct *task)
{
	unsigned long flags;

	if (!refcount_dec_and_test(&task->usage))
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	list_move(&task->tasks, &dead_list);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void task_die(struct task_struct *task)
{
	put_task_struct(task);
	atomic_dec(&nr_dying);
}

void do_exit(void)
{
	set_current_state(TASK_DEAD);
	schedule();
	BUG();
}

static struct task_struct *take_dead(void)
{
	struct task_struct *task;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	task = list_first_entry_or_null(&dead_list, struct task_struct, tasks);
	if (task)
		list_del(&task->tasks);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return task;
}

void thread_tidy(const char *kind, unsigned long fn)
{
	if (likely(!sleep_forbidden()))
		return;
	WARN(true, "%s: %ps left the preemption count at 0x%x, interrupts %s\n", kind, (void *)fn,
	     preempt_count(), irqs_disabled() ? "off" : "on");
	preempt_count_restore(0);
	local_irq_enable();
}

/* thread_dying - the running thread is about to tell others that it has ended */
void thread_dying(void)
{
	atomic_inc(&nr_dying);
}

void threads_reap(void)
{
	struct task_struct *task;

	if (sleep_forbidden())
		return; /* a dying thread may need this CPU; the next caller does it */
	while (atomic_read(&nr_dying))
		yield();
	while ((task = take_dead())) {
		kthread_free(task);
		vfree(task->stack);
		mod_vm_stat(NR_KERNEL_STACK_PAGES, -(long)(THREAD_SIZE >> PAGE_SHIFT));
		kmem_cache_free(task_cache, task);
	}
}

/* ---- Which stack is this? -------------------------------------------------------------------- */

static bool on_stack_of(const struct task_struct *task, unsigned long addr, struct stack_info *info)
{
	unsigned long low = (unsigned long)task->stack;

	if (!low || addr - (low - PAGE_SIZE) >= PAGE_SIZE + THREAD_SIZE)
		return false;
	info->name = task->comm;
	info->low = low;
	info->high = low + THREAD_SIZE;
	info->in_guard = addr < low;
	return true;
}

bool thread_stack_find(unsigned long addr, struct stack_info *info)
{
	struct task_struct *task;
	unsigned long flags;
	bool found = false;

	if (on_stack_of(current, addr, info))
		return true;
	if (!is_vmalloc_addr((void *)addr) || !spin_trylock_irqsave(&tasklist_lock, flags))
		return false;
	list_for_each_entry(task, &task_list, tasks) {
		found = on_stack_of(task, addr, info);
		if (found)
			break;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return found;
}

struct task_struct *task_from(pid_t pid)
{
	struct task_struct *task, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry(task, &task_list, tasks) {
		if (task->pid >= pid && refcount_inc_not_zero(&task->usage)) {
			found = task;
			break;
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return found;
}

bool task_get_listed(struct task_struct *task)
{
	struct task_struct *other;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry(other, &task_list, tasks) {
		if (other != task)
			continue;
		found = refcount_inc_not_zero(&task->usage);
		break;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return found;
}

/* ---- Who holds stacks ------------------------------------------------------------------------ */

#define GROUPS 12

/* struct stack_group - threads with a name in common, without a number or what follows a slash */
struct stack_group {
	char name[TASK_COMM_LEN];
	unsigned int threads;
};

static void group_name(char *name, const char *comm)
{
	size_t n = strcspn(comm, "/");

	while (n && isdigit(comm[n - 1]))
		n--;
	strscpy(name, comm, min(n + 1, (size_t)TASK_COMM_LEN));
}

/* Those that find no room are counted in the last group. */
static void add_to_group(struct stack_group *groups, const struct task_struct *task)
{
	char name[TASK_COMM_LEN];
	unsigned int i;

	group_name(name, task->comm);
	for (i = 0; i < GROUPS - 1 && groups[i].threads && strcmp(groups[i].name, name); i++)
		;
	if (!groups[i].threads)
		strscpy(groups[i].name, i < GROUPS - 1 ? name : "others", TASK_COMM_LEN);
	groups[i].threads++;
}

static struct stack_group *largest_group(struct stack_group *groups)
{
	struct stack_group *most = groups;

	for (unsigned int i = 1; i < GROUPS; i++)
		most = groups[i].threads > most->threads ? &groups[i] : most;
	return most;
}

void threads_show_stacks(void)
{
	struct stack_group groups[GROUPS] = {0}, *most;
	struct task_struct *task;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry(task, &task_list, tasks)
		if (task->stack)
			add_to_group(groups, task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	while ((most = largest_group(groups))->threads) {
		pr_warn("  thread %-17s %8lukB of stack, %u of that name\n", most->name,
			most->threads * THREAD_SIZE >> 10, most->threads);
		most->threads = 0;
	}
}

/* ---- ps -------------------------------------------------------------------------------------- */

static char state_letter(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	if (task->flags & PF_IDLE)
		return 'I';
	if (state & TASK_DEAD)
		return 'X';
	if (state & TASK_UNINTERRUPTIBLE)
		return 'D';
	return state ? 'S' : 'R';
}

static int ps_command(int argc, char **argv __unused)
{
	struct task_struct *task;
	pid_t pid = 0;

	if (argc > 1)
		return -EINVAL;
	monitor_printf("  PID S CPU      TIME ms  SWITCHES  TAKEN NAME\n");
	while ((task = task_from(pid))) {
		monitor_printf("%5d %c %3u %12llu %9lu %6lu %s\n", task->pid, state_letter(task),
			       task_cpu(task), task_runtime(task) / NSEC_PER_MSEC,
			       data_race(task->nvcsw), data_race(task->nivcsw), task->comm);
		pid = task->pid + 1;
		put_task_struct(task);
	}
	return 0;
}
MONITOR_COMMAND("ps", "", "threads: state, CPU, time, switches", ps_command);
