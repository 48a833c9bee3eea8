/* SPDX-License-Identifier: MIT */
/*
 * CPUs, for the threads of a program.
 *
 *   thread A ---- owns ----> CPU 4     pops and pushes its magazines without a lock
 *   thread B ---- owns ----> CPU 5     a lock of its own, nobody else's, for everything longer
 *   thread C --.
 *   thread D ---`- by turns -> CPU 0   a lock for everything
 *
 * A CPU is a set of per-CPU data; the allocators of mm/ rely on no two threads using one at
 * the same moment.  The first threads get one each, until they end; those that come when
 * none is left share the first few, one at a time.
 *
 * preload_cpu_offset, thread-local, says which CPU's data this thread may use: that of its
 * own at any time, that of a shared one between cpu_enter() and cpu_leave(), else it is 0.
 *
 * fork().  The thread that forks takes all locks before, so that the child finds every
 * structure whole but the magazines: their owners may be between two instructions of a
 * pop or a push.  An object in the middle of that is lost, or lies in the magazine
 * without its tag: cpu_mend() sets the tags.  The child's CPUs are free again, except
 * for the one of the thread that forked.  Handlers of others, by pthread_atfork(), come before
 * that, for they may wait for who allocates.
 *
 * A signal may interrupt a thread in the middle, between cpu_enter() and cpu_leave(), and the
 * handler fork.  Then no lock is taken, for the thread would wait for itself: parent and child
 * go on from there.  That is all there is to it with one thread; the child of several may call
 * no malloc() after such a fork, says POSIX.
 *
 * Order of locks: claim_lock, then slots in ascending order.  Neither is taken with a lock
 * of mm/ held.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include "malloc.h"
#include "preload.h"

#define TLS __thread __attribute__((__tls_model__("initial-exec")))

struct cpu_slot {
	unsigned int lock;
	bool owned; /* under claim_lock */
} __aligned(64);

static struct cpu_slot slots[NR_CPUS];
static unsigned int claim_lock;
static unsigned int nr_shared;	 /* the first ones; the others are for owners */
static unsigned int nr_free_own; /* of those, how many have none */
static unsigned int next_shared;

TLS unsigned long preload_cpu_offset;
static TLS unsigned int own;  /* number of this thread's CPU; 0, which is shared: it has none */
static TLS unsigned int turn; /* the shared one that it uses, plus 1 */
static TLS bool ending;	      /* so that it gets none any more */
static TLS bool holds_all_locks;
static TLS bool inside; /* it holds a lock, or is about to: what a handler of a signal asks */

void cpus_init(unsigned int shared)
{
	nr_shared = shared;
	nr_free_own = nr_cpu_ids - shared;
}

static noinline void claim(void)
{
	unsigned int cpu;

	host_lock(&claim_lock);
	for (cpu = nr_shared; cpu < nr_cpu_ids && slots[cpu].owned; cpu++)
		;
	if (cpu < nr_cpu_ids) {
		slots[cpu].owned = true;
		nr_free_own--;
		own = cpu;
		preload_cpu_offset = __per_cpu_offset[cpu];
	}
	host_unlock(&claim_lock);
	if (own)
		host_watch_thread();
}

static unsigned int shared_cpu(void)
{
	if (!turn)
		turn = 1 + __atomic_fetch_add(&next_shared, 1, __ATOMIC_RELAXED) % nr_shared;
	return turn - 1;
}

unsigned int cpu_enter(void)
{
	unsigned int cpu;

	if (unlikely(holds_all_locks))
		return own;
	inside = true;
	barrier();
	if (unlikely(!own && !ending && READ_ONCE(nr_free_own)))
		claim();
	cpu = own ? own : shared_cpu();
	host_lock(&slots[cpu].lock);
	if (!own)
		preload_cpu_offset = __per_cpu_offset[cpu];
	return cpu;
}

void cpu_leave(unsigned int cpu)
{
	if (unlikely(holds_all_locks))
		return;
	if (!own)
		preload_cpu_offset = 0;
	host_unlock(&slots[cpu].lock);
	barrier();
	inside = false;
}

void cpus_thread_ends(void)
{
	unsigned int cpu = own;

	ending = true;
	if (!cpu)
		return;
	inside = true;
	barrier();
	preload_cpu_offset = 0;
	own = 0;
	host_lock(&claim_lock);
	slots[cpu].owned = false;
	nr_free_own++;
	host_unlock(&claim_lock);
	barrier();
	inside = false;
}

/* ---- fork ------------------------------------------------------------------------------ */

void cpus_before_fork(void)
{
	if (inside)
		return;
	host_lock(&claim_lock);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		host_lock(&slots[cpu].lock);
	holds_all_locks = true;
	if (!own)
		preload_cpu_offset = __per_cpu_offset[shared_cpu()];
}

static void forget_locks(void)
{
	holds_all_locks = false;
	if (!own)
		preload_cpu_offset = 0;
}

void cpus_after_fork(void)
{
	if (!holds_all_locks)
		return;
	forget_locks();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		host_unlock(&slots[cpu].lock);
	host_unlock(&claim_lock);
}

/* Nobody waits for these locks any more: who did is not here. */
void cpus_after_fork_in_child(void)
{
	if (!holds_all_locks)
		return;
	forget_locks();
	nr_free_own = 0;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		slots[cpu].lock = 0;
		if (slots[cpu].owned && cpu != own) {
			cpu_mend(cpu);
			slots[cpu].owned = false;
		}
		nr_free_own += cpu >= nr_shared && !slots[cpu].owned;
	}
	claim_lock = 0;
}
