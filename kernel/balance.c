/* SPDX-License-Identifier: MIT */
/*
 * Which CPU a task runs on.
 *
 *   wakes up              where it ran last, if that idles, else on any that idles
 *   a CPU runs dry        it takes one that waits elsewhere, and only then idles
 *   the end of a slice,   to a CPU that has at least two fewer: the load gets even
 *     each 20 ms          while all are busy
 *   the end of a slice,   to a CPU that has one fewer: with one task more than CPUs no
 *     each 60 ms          gift makes it even, so the one that came first goes on to the
 *                         next CPU, and each has one to itself as often as all others
 *   any other switch      both as well, when no slice has ended for 20 ms
 *
 * Nobody looks at how much time a task takes, nor at which CPUs share a cache or a node.
 *
 * Locking: this CPU's run queue is locked, and another's is only tried: of two CPUs that
 * want to give to each other, both may go without.  How many tasks another queue has is
 * read without its lock and may be old; what is given too much comes back by the same
 * ways.  Contexts: as rq.h says of each function.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include "rq.h"

#define BALANCE_NS 20000000ULL
#define ROTATE_NS  60000000ULL

/* Where it ran last if that is idle, else an idle CPU, else where it ran last. */
unsigned int rq_select_cpu(const struct task_struct *p)
{
	unsigned int last = p->cpu, any = nr_cpu_ids;
	int cpu;

	if (may_run_on(p, last) && !READ_ONCE(cpu_rq(last)->nr_running))
		return last;
	for_each_online_cpu(cpu) {
		if (!may_run_on(p, (unsigned int)cpu))
			continue;
		if (!READ_ONCE(cpu_rq(cpu)->nr_running))
			return (unsigned int)cpu;
		if (any == nr_cpu_ids)
			any = (unsigned int)cpu;
	}
	if (may_run_on(p, last) || any == nr_cpu_ids)
		return last;
	return any;
}

/* The first task in @from's tree that may run on @cpu, off the queue and @cpu's. */
static struct task_struct *detach_for(struct rq *from, struct rq *to, unsigned int cpu)
{
	struct rb_node *node;

	for (node = rb_first_cached(&from->tree); node; node = rb_next(node)) {
		struct task_struct *p = rb_entry(node, struct task_struct, run_node);

		if (!cpumask_test_cpu(cpu, &p->cpus_mask))
			continue;
		rq_remove(from, p);
		count_running(from, -1);
		p->vruntime += to->min_vruntime - from->min_vruntime;
		p->arrived = ktime_get_ns();
		WRITE_ONCE(p->cpu, cpu);
		return p;
	}
	return NULL;
}

struct task_struct *rq_steal(struct rq *rq)
{
	unsigned int this_cpu = (unsigned int)raw_smp_processor_id();
	struct task_struct *p = NULL;
	int cpu;

	for_each_online_cpu(cpu) {
		struct rq *from = cpu_rq(cpu);

		if (from == rq || READ_ONCE(from->nr_running) < 2 ||
		    !arch_spin_trylock(&from->lock))
			continue;
		p = detach_for(from, rq, this_cpu);
		arch_spin_unlock(&from->lock);
		if (p)
			break;
	}
	if (p)
		count_running(rq, 1);
	return p;
}

static bool give_one(struct rq *rq, int cpu)
{
	struct rq *to = cpu_rq(cpu);
	struct task_struct *p;

	if (!arch_spin_trylock(&to->lock))
		return false;
	rq_update(to);
	p = detach_for(rq, to, (unsigned int)cpu);
	if (p)
		rq_attach(to, p);
	arch_spin_unlock(&to->lock);
	return p;
}

/*
 * Gives a task that waits to a CPU with at least two fewer, from time to time; the
 * one with the fewest that one of them may run on.  Context: @rq, this CPU's, locked.
 */
void rq_balance(struct rq *rq, u64 now)
{
	unsigned int fewest;
	int cpu;

	if (now < rq->next_balance)
		return;
	rq->next_balance = now + BALANCE_NS;
	for (fewest = 0; fewest + 2 <= rq->nr_running; fewest++) {
		for_each_online_cpu(cpu) {
			if (READ_ONCE(cpu_rq(cpu)->nr_running) == fewest &&
			    cpu_active((unsigned int)cpu) && give_one(rq, cpu))
				return;
		}
	}
}

/* May the first that waits go to @cpu, where there is one task fewer, and is it its turn? */
static bool its_turn(const struct rq *rq, const struct task_struct *first, unsigned int cpu)
{
	if (READ_ONCE(cpu_rq(cpu)->nr_running) + 1 != rq->nr_running || !may_run_on(first, cpu))
		return false;
	return first->arrived <= rq->curr->arrived || !may_run_on(rq->curr, cpu);
}

/*
 * Where this CPU has one task more than another, passes on the one that came first; when it
 * is not waiting, at the end of the next slice.  Context: @rq, this CPU's, locked.
 */
void rq_rotate(struct rq *rq, u64 now)
{
	const struct task_struct *first = leftmost(rq);
	unsigned int here = (unsigned int)raw_smp_processor_id(), cpu = here;

	if (!first || now < READ_ONCE(rq->next_rotation))
		return;
	do {
		cpu = cpumask_next((int)cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		if (cpu != here && its_turn(rq, first, cpu) && give_one(rq, (int)cpu)) {
			WRITE_ONCE(cpu_rq(cpu)->next_rotation, now + ROTATE_NS);
			return;
		}
	} while (cpu != here);
}
