/* SPDX-License-Identifier: MIT */
/*
 * Everything at once.  Threads on all CPUs, some bound and some moving from CPU to
 * CPU, take, check and give objects of every kind (stress_objects.c).  Meanwhile
 *
 *	timers, one a CPU			each of these does
 *	an interrupt on a shared line, and	a few operations of its
 *	  those of the edu device (stress_edu.c)
 *	tasklets, cross-calls, work items	own, GFP_ATOMIC where it must
 *	caches are made and destroyed, threads started and ended
 *	per-CPU caches are emptied everywhere, addresses put off are flushed
 *	memory is short (stress_memory.c)
 *	with stress.disk=1 blocks of a disk are written and read (stress_disk.c)
 *
 * It ends after a number of operations: stress.operations=.  stress.seed= chooses the
 * random numbers, so that each thread makes the same choices again; who meets whom is
 * the same again only where QEMU counts instructions (docs/debugging.md).
 *
 * At the end everything is given back and everything drained.  Then as many pages are
 * free, objects and areas live and bytes in objects as at the start, and the
 * invariants of all allocators hold.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/init.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include "../mm/percpu.h"
#include "../mm/slab.h"
#include "../mm/vmap.h"
#include "../mm/zone.h"
#include "stress.h"

#define DEFAULT_SEED	20240229
#define WORK_BY_DEFAULT 320000 /* divided by the CPUs and two more */
#define BOUND_A_CPU	2
#define MAX_WORKERS	(2 * BOUND_A_CPU * 16)
#define NR_WORKS	8
#define REPORT_NS	(5 * NSEC_PER_SEC)

u64 stress_seed = DEFAULT_SEED;
static u64 operations;

static int set_seed(const char *value)
{
	return kstrtoull(value, 0, &stress_seed);
}
BOOT_PARAM("stress.seed", set_seed, "random numbers of the stress test");

static int set_operations(const char *value)
{
	return kstrtoull(value, 0, &operations);
}
BOOT_PARAM("stress.operations", set_operations, "how many operations the stress test makes");

/**
 * struct worker - a thread
 * @task: it
 * @share: operations that it makes
 * @made: operations so far
 * @doing: for a report that nothing moves any more
 * @actor: its random numbers
 * @roams: it moves from CPU to CPU
 */
struct worker {
	struct task_struct *task;
	unsigned long share;
	unsigned long made;
	const char *doing;
	struct stress_actor actor;
	bool roams;
};

static struct worker workers[MAX_WORKERS];
static unsigned int nr_workers;
static struct completion workers_done;
static atomic_t nr_working;
static bool stopping;

/* Numbers for each of the contexts of a CPU that can interrupt one another. */
static DEFINE_PER_CPU(struct stress_actor, hard_actor);
static DEFINE_PER_CPU(struct stress_actor, soft_actor);

void stress_actor_init(struct stress_actor *a, u64 number, bool may_sleep)
{
	prandom_seed_state(&a->rnd, stress_seed * 1000003 + number * 2654435761u);
	a->may_sleep = may_sleep;
}

static void operate(struct stress_actor *a, unsigned int n)
{
	while (n--)
		stress_operate(a);
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static int line = -1;
static struct irq_desc *line_desc;
static unsigned int line_devs[2];
static struct timer_list __percpu *timers;
static struct tasklet_struct __percpu *tasklets;
static struct work_struct works[NR_WORKS];
static struct stress_actor work_actor;

static void work_fn(struct work_struct *work __unused)
{
	operate(&work_actor, 8);
}

static void tasklet_fn(struct tasklet_struct *t __unused)
{
	operate(this_cpu_ptr(&soft_actor), 4);
}

static void timer_fn(struct timer_list *t)
{
	struct stress_actor *a = this_cpu_ptr(&soft_actor);

	operate(a, 4);
	if (!READ_ONCE(stopping))
		mod_timer(t, jiffies + 1 + stress_random(a, 3));
}

static irqreturn_t line_handler(int irq __unused, void *dev __unused)
{
	struct stress_actor *a = this_cpu_ptr(&hard_actor);

	operate(a, 1 + stress_random(a, 3));
	if (READ_ONCE(stopping))
		return IRQ_HANDLED;
	if (stress_random(a, 8) == 0)
		tasklet_schedule(this_cpu_ptr(tasklets));
	if (stress_random(a, 16) == 0)
		schedule_work(&works[stress_random(a, NR_WORKS)]);
	return IRQ_HANDLED;
}

static void line_nothing(struct irq_desc *desc __unused)
{
}

static const struct irq_chip line_chip = {
	.name = "stress",
	.irq_mask = line_nothing,
	.irq_unmask = line_nothing,
	.irq_ack = line_nothing,
};

/* The vector stands for a controller that hands the line on. */
static void vector_handler(struct pt_regs *regs __unused)
{
	if (line >= 0)
		generic_handle_irq((unsigned int)line);
}

static void interrupt_cpu(unsigned int cpu)
{
	if (apic_enabled()) {
		apic_send_ipi(cpu, SELF_VECTOR);
		return;
	}
	local_irq_disable();
	irq_enter();
	vector_handler(NULL);
	irq_exit();
	local_irq_enable();
}

static void start_timer(void *info __unused)
{
	mod_timer(this_cpu_ptr(timers), jiffies + 1);
}

static bool line_init(void)
{
	line = irq_alloc_range(16, 1);
	if (line < 0)
		return false;
	irq_set_chip((unsigned int)line, &line_chip, NULL, 0, false);
	line_desc = irq_to_desc((unsigned int)line);
	system_vector_set(SELF_VECTOR, vector_handler);
	return !request_irq((unsigned int)line, line_handler, IRQF_SHARED, "stress-a",
			    &line_devs[0]) &&
	       !request_irq((unsigned int)line, line_handler, IRQF_SHARED, "stress-b",
			    &line_devs[1]);
}

/* ---- A device's ------------------------------------------------------------------------------ */

const struct stress_device *stress_device;

void stress_in_interrupt(unsigned int n)
{
	operate(this_cpu_ptr(&hard_actor), n);
}

static bool interrupts_init(void)
{
	int cpu;

	timers = alloc_percpu(struct timer_list);
	tasklets = alloc_percpu(struct tasklet_struct);
	if (!timers || !tasklets)
		return false;
	for_each_possible_cpu(cpu) {
		stress_actor_init(per_cpu_ptr(&hard_actor, cpu), 1000 + (u64)cpu, false);
		stress_actor_init(per_cpu_ptr(&soft_actor, cpu), 2000 + (u64)cpu, false);
		timer_setup(per_cpu_ptr(timers, cpu), timer_fn, 0);
		tasklet_setup(per_cpu_ptr(tasklets, cpu), tasklet_fn);
	}
	stress_actor_init(&work_actor, 3000, true);
	for (unsigned int i = 0; i < NR_WORKS; i++)
		INIT_WORK(&works[i], work_fn);
	return line_init() && (!stress_device || stress_device->start());
}

static void interrupts_start(void)
{
	on_each_cpu(start_timer, NULL, 1);
}

static void interrupts_stop(void)
{
	int cpu;

	if (stress_device)
		stress_device->stop();
	free_irq((unsigned int)line, &line_devs[0]);
	free_irq((unsigned int)line, &line_devs[1]);
	irq_free_number((unsigned int)line);
	line = -1;
	for_each_possible_cpu(cpu) {
		del_timer_sync(per_cpu_ptr(timers, cpu));
		tasklet_kill(per_cpu_ptr(tasklets, cpu));
	}
	for (unsigned int i = 0; i < NR_WORKS; i++)
		flush_work(&works[i]);
	free_percpu(tasklets);
	free_percpu(timers);
}

/* ---- What threads do beside ------------------------------------------------------------------ */

struct waiting {
	struct rcu_head rcu;
	u64 key;
};

/* A cache of its own: objects taken and given by whoever, then it goes. */
static void cache_comes_and_goes(struct worker *w)
{
	unsigned int size = 16 + stress_random(&w->actor, 1500), n, i;
	slab_flags_t flags = stress_random(&w->actor, 4) ? 0 : SLAB_TYPESAFE_BY_RCU;
	struct kmem_cache *cache = kmem_cache_create("stress-own", size, 0, flags, NULL);
	void *objects[32];

	if (!cache)
		return;
	n = stress_random(&w->actor, ARRAY_SIZE(objects));
	for (i = 0; i < n; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
		if (objects[i])
			memset(objects[i], (int)i, size);
		if (stress_random(&w->actor, 8) == 0)
			cond_resched();
	}
	for (i = 0; i < n; i++) {
		if (objects[i] && memchr_inv(objects[i], (int)i, size))
			stress_failed("an object of a cache of %u bytes was changed", size);
		if (objects[i])
			kmem_cache_free(cache, objects[i]);
	}
	if (kmem_cache_destroy(cache))
		stress_failed("a cache of %u bytes has objects left", size);
}

static int brief_fn(void *data)
{
	struct stress_actor a;

	stress_actor_init(&a, (unsigned long)data, true);
	operate(&a, 4);
	return 0;
}

static void thread_comes_and_goes(struct worker *w)
{
	unsigned long number = prandom_u32_state(&w->actor.rnd);
	struct task_struct *task = kthread_create(brief_fn, (void *)number, "stress/brief");

	if (IS_ERR(task))
		return;
	get_task_struct(task);
	wake_up_process(task);
	cond_resched();
	kthread_stop(task);
	put_task_struct(task);
}

static void leave_to_rcu(void)
{
	struct waiting *w = kmalloc(sizeof(*w), GFP_KERNEL | __GFP_NOWARN);

	if (w)
		kfree_rcu(w, rcu);
}

static void empty_everywhere(struct worker *w)
{
	switch (stress_random(&w->actor, 8)) {
	case 0:
		w->doing = "drain_all_pages";
		drain_all_pages();
		break;
	case 1:
		w->doing = "kmem_cache_drain_all";
		kmem_cache_drain_all();
		break;
	case 2:
	case 3:
		w->doing = "vm_unmap_aliases";
		vm_unmap_aliases();
		break;
	case 4:
		w->doing = "vmap_drain";
		vmap_drain();
		break;
	case 5:
		w->doing = "pcpu_drain";
		pcpu_drain();
		break;
	case 6:
		w->doing = "kmem_cache_shrink";
		kmem_cache_shrink(stress_caches[stress_random(&w->actor, STRESS_CACHES)]);
		break;
	default:
		w->doing = "synchronize_rcu";
		synchronize_rcu();
	}
}

static void call_fn(void *info __unused)
{
	operate(this_cpu_ptr(&hard_actor), 2);
}

static unsigned int random_cpu(struct worker *w)
{
	unsigned int cpu = stress_random(&w->actor, nr_cpu_ids);

	return cpu_online(cpu) ? cpu : cpumask_first(cpu_online_mask);
}

static void disable_line(void)
{
	disable_irq((unsigned int)line);
	cond_resched();
	enable_irq((unsigned int)line);
}

static void move(struct worker *w)
{
	struct cpumask mask = {{0}};

	cpumask_set_cpu(random_cpu(w), &mask);
	set_cpus_allowed_ptr(current, &mask);
}

/* What fails, and says so, if there is no memory. */
static void something_large(struct worker *w)
{
	if (!stress_plenty_begin(&w->actor))
		return;
	if (stress_random(&w->actor, 2)) {
		w->doing = "cache";
		cache_comes_and_goes(w);
	} else {
		w->doing = "thread";
		thread_comes_and_goes(w);
	}
	stress_plenty_end();
}

/* Of 4096 operations these many are followed by something else. */
static void something_else(struct worker *w)
{
	u32 n = stress_random(&w->actor, 4096);

	if (n < 256) {
		w->doing = "interrupt";
		interrupt_cpu(random_cpu(w));
	} else if (n < 288) {
		w->doing = "cross-call";
		smp_call_function_single((int)random_cpu(w), call_fn, NULL, n % 4 == 0);
	} else if (n < 352) {
		w->doing = "bulk";
		stress_bulk(&w->actor);
	} else if (n < 384) {
		leave_to_rcu();
	} else if (n < 400 && w->roams) {
		w->doing = "move";
		move(w);
	} else if (n < 408) {
		w->doing = "disable_irq";
		disable_line();
	} else if (n < 416) {
		something_large(w);
	} else if (n < 419) {
		empty_everywhere(w);
	} else if (n < 450) {
		cond_resched();
	} else if (n < 454 && stress_device) {
		w->doing = "device";
		stress_device->job();
	}
}

static int worker_fn(void *data)
{
	struct worker *w = data;

	for (w->made = 0; w->made < w->share; w->made++) {
		w->doing = "operation";
		stress_operate(&w->actor);
		something_else(w);
	}
	w->doing = "nothing";
	if (atomic_dec_return(&nr_working) == 0)
		complete(&workers_done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(MSEC_PER_SEC);
	return 0;
}

/* ---- Accounts -------------------------------------------------------------------------------- */

struct account {
	unsigned long free_pages;
	unsigned long slab_objects, slab_bytes;
	unsigned long areas, area_pages;
	unsigned long percpu_pages;
};

static void settle(void)
{
	flush_scheduled_work();
	rcu_barrier();
	threads_reap();
	vmap_drain();
	kmem_cache_drain_all();
	drain_all_pages();
}

static struct account take_account(void)
{
	struct account now = {0};
	struct slab_cache *c;

	settle();
	for_each_slab_cache(c)
	{
		now.slab_objects += slab_nr_live(c);
		now.slab_bytes += slab_nr_live(c) * c->hot.object_size;
	}
	now.free_pages = nr_free_pages() + slab_loose_pages();
	now.areas = vmalloc_nr_areas();
	now.area_pages = vmalloc_nr_pages();
	now.percpu_pages = pcpu_nr_pages();
	return now;
}

static void check_account(const struct account *a, const struct account *b)
{
	EXPECT_EQ(b->free_pages, a->free_pages);
	EXPECT_EQ(b->slab_objects, a->slab_objects);
	EXPECT_EQ(b->slab_bytes, a->slab_bytes);
	EXPECT_EQ(b->areas, a->areas);
	EXPECT_EQ(b->area_pages, a->area_pages);
	EXPECT_EQ(b->percpu_pages, a->percpu_pages);
}

static void check_invariants(void)
{
	struct zone *zone;
	const char *wrong;

	wrong = slab_check_all();
	EXPECT(!wrong);
	wrong = vmap_check();
	EXPECT(!wrong);
	wrong = pcpu_check();
	EXPECT(!wrong);
	for_each_zone(zone) {
		wrong = zone_check(zone);
		EXPECT(!wrong);
	}
}

/* ---- The test -------------------------------------------------------------------------------- */

static bool worker_init(u64 share, int cpu)
{
	struct worker *w = &workers[nr_workers];

	*w = (struct worker){.share = share, .roams = cpu < 0, .doing = "nothing"};
	stress_actor_init(&w->actor, nr_workers, true);
	w->task = kthread_create(worker_fn, w, "stress/%u", nr_workers);
	if (IS_ERR(w->task))
		return false;
	if (cpu >= 0)
		kthread_bind(w->task, (unsigned int)cpu);
	nr_workers++;
	return true;
}

/* On each CPU two threads; and one for each CPU that moves about. */
static bool workers_init(void)
{
	u64 share = DIV_ROUND_UP(operations, (BOUND_A_CPU + 1) * num_online_cpus());
	unsigned int i;
	int cpu;

	nr_workers = 0;
	for_each_online_cpu(cpu) {
		for (i = 0; i <= BOUND_A_CPU && nr_workers < MAX_WORKERS; i++) {
			if (!worker_init(share, i < BOUND_A_CPU ? cpu : -1))
				return false;
		}
	}
	return true;
}

static void workers_start(void)
{
	init_completion(&workers_done);
	atomic_set(&nr_working, (int)nr_workers);
	for (unsigned int i = 0; i < nr_workers; i++)
		wake_up_process(workers[i].task);
}

static void report_stall(void)
{
	for (unsigned int i = 0; i < nr_workers; i++)
		pr_info("stress: %u: CPU %u, %s, %lu of %lu\n", i, task_cpu(workers[i].task),
			workers[i].doing, workers[i].made, workers[i].share);
}

/* Says now and then how far they are. */
static void wait_for_workers(void)
{
	u64 next = ktime_get_ns() + REPORT_NS;
	unsigned long before = 0;

	while (!wait_for_completion_timeout(&workers_done, MSEC_PER_SEC / 4)) {
		struct stress_counts sum = stress_sum();
		unsigned long now = stress_operations(&sum);

		if (ktime_get_ns() < next)
			continue;
		next = ktime_get_ns() + REPORT_NS;
		pr_info("stress: %lu operations, %lu kB taken, %lu pages free, %lu reclaimed\n",
			now, sum.bytes >> 10, nr_free_pages(), stress_memory_given());
		if (now - before < 100)
			report_stall();
		before = now;
	}
}

static void report(const struct stress_counts *sum)
{
	unsigned long lost = 0;

	for (unsigned int i = 0; i < STRESS_NR_KINDS; i++) {
		pr_info("stress: %-12s %9lu taken, %9lu given, %7lu refused\n", stress_kind_name[i],
			sum->taken[i], sum->given[i], sum->refused[i]);
		EXPECT_EQ(sum->taken[i], sum->given[i]);
		lost += sum->taken[i] - sum->given[i];
	}
	pr_info("stress: %lu given by another CPU, %lu operations in interrupts, %lu resized\n",
		sum->remote, sum->in_interrupt, sum->resized);
	pr_info("stress: %lu pages reclaimed, %u famines\n", stress_memory_given(),
		stress_famines());
	pr_info("stress: %lu operations, %lu lost, %u damaged\n", stress_operations(sum), lost,
		stress_failures());
}

/* All that must not fail comes before there is anybody who takes memory. */
static bool init(void)
{
	stress_budget = min(totalram_pages() / 8, 16UL << (20 - PAGE_SHIFT)) * PAGE_SIZE;
	stopping = false;
	return EXPECT(stress_objects_init(stress_seed)) && EXPECT(interrupts_init()) &&
	       EXPECT(stress_disk_init()) && EXPECT(workers_init()) && EXPECT(stress_memory_init());
}

static void start(void)
{
	interrupts_start();
	stress_memory_start();
	stress_disk_start();
	workers_start();
}

static void stop(void)
{
	WRITE_ONCE(stopping, true);
	for (unsigned int i = 0; i < nr_workers; i++)
		kthread_stop(workers[i].task);
	interrupts_stop();
	stress_disk_stop();
	stress_memory_stop();
	stress_objects_exit();
}

KTEST(stress, everything_at_once)
{
	struct account before, after;
	struct stress_counts sum;

	if (!operations)
		operations = ktest_rounds(WORK_BY_DEFAULT / (2 + num_online_cpus()));
	pr_info("stress: stress.seed=%llu stress.operations=%llu, %u CPUs, %u nodes\n", stress_seed,
		operations, num_online_cpus(), num_online_nodes());
	before = take_account();
	if (!init())
		return; /* there is no memory to test with */
	start();
	wait_for_workers();
	stop();
	after = take_account();
	check_account(&before, &after);
	check_invariants();
	sum = stress_sum();
	report(&sum);
	EXPECT_EQ(sum.bytes, 0);
	EXPECT_EQ(stress_failures(), 0);
	EXPECT(stress_operations(&sum) >= operations);
}
