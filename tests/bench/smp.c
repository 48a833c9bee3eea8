/* SPDX-License-Identifier: MIT */
/*
 * The monitor's "bench-smp" command: the benchmark on several CPUs at once.
 *
 * Each CPU has a thread of its own that runs an instance of mmbench.c with
 * statics of its own (tests/bench/smp/, linked in by `make bench-smp`).  At the
 * end of each case the threads wait for one another, asleep, so that all are
 * always in the same case.  Then come cases of this file's, where each CPU frees
 * what its neighbour allocated.
 *
 *     cpu 0  |--- case ---|......|--- case ---|
 *     cpu 1  |----- case -----|..|-- case --|..|
 *            ^ begin             ^ all met: one line
 *
 * A line is "smp: CPUS CASE TICKS COST WAITS SPINS": cycles from when the CPUs set
 * out to when the last has come; what one operation cost the first CPU, times
 * 100, 0 if the case failed; how often a CPU found a lock taken and how many
 * rounds it waited for one, all CPUs together.  Where QEMU counts instructions
 * it runs one CPU at a time, and cycles are the instructions of all CPUs together.
 * Where it does not, CPUs really run at once, and spins show who waits for whom.
 *
 * Contexts: the threads are bound, one a CPU; the command sleeps meanwhile.
 */
#include <cairn/bench.h>
#include <cairn/monitor.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#define BATCH  1024
#define ROUNDS 8
#define MAPPED 64 /* areas and per-CPU objects a batch */

static int (*instances[BENCH_SMP_MAX])(void);

/* The case that is running, and who has come to its end. */
static struct {
	unsigned int nr_cpus;
	spinlock_t lock;
	wait_queue_head_t met;
	unsigned int arrived;
	unsigned int rounds; /* meetings so far */
	u64 begin;	     /* when this case began */
	u64 waits, spins;    /* of all CPUs, then */
	char name[48];	     /* from the first CPU */
	unsigned long cost;
} bench;

/* One CPU's objects in the cases of this file. */
static void **batch[BENCH_SMP_MAX];

void bench_smp_add(unsigned int cpu, int (*run)(void))
{
	instances[cpu] = run;
}

static u64 sum_waits(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(spin_lock_waits, cpu));
	return sum;
}

static u64 sum_spins(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(spin_lock_spins, cpu));
	return sum;
}

/* The last CPU has come: print what it took, if it was a case, and set out anew. */
static void end_case(void)
{
	u64 now = get_cycles();

	if (bench.name[0])
		monitor_printf("smp: %u %s %llu %lu %llu %llu\n", bench.nr_cpus, bench.name,
			       now - bench.begin, bench.cost, sum_waits() - bench.waits,
			       sum_spins() - bench.spins);
	bench.name[0] = '\0';
	bench.waits = sum_waits();
	bench.spins = sum_spins();
	bench.begin = get_cycles();
}

/* Waits, asleep, until every CPU has come here. */
static void meet(void)
{
	unsigned int round;
	bool last;

	spin_lock(&bench.lock);
	round = bench.rounds;
	last = ++bench.arrived == bench.nr_cpus;
	if (last) {
		bench.arrived = 0;
		end_case();
		WRITE_ONCE(bench.rounds, round + 1);
	}
	spin_unlock(&bench.lock);
	if (last)
		wake_up_all(&bench.met);
	else
		wait_event(bench.met, READ_ONCE(bench.rounds) != round);
}

/* The first CPU gives the case its name and cost; "begin" and "end" have none. */
static void note_case(const char *name, unsigned long cost)
{
	strscpy(bench.name, name, sizeof(bench.name));
	bench.cost = cost;
}

/* "mmbench: CASE OPS MIN MIN_PER_OP_X100 ..." */
static void note_line(char *line)
{
	char *word[5], *rest = strim(line);
	unsigned int n = 0;
	unsigned long cost;

	while (n < ARRAY_SIZE(word) && (word[n] = strsep(&rest, " ")))
		n++;
	if (n == 5 && !kstrtoul(word[4], 10, &cost))
		note_case(word[1], cost);
	else if (n == 3)
		note_case(word[1], 0);
}

void bench_smp_line(unsigned int cpu, const char *fmt, ...)
{
	char line[128];
	va_list args;

	if (cpu == 0) {
		va_start(args, fmt);
		vscnprintf(line, sizeof(line), fmt, args);
		va_end(args);
		note_line(line);
	}
	meet();
}

/* ---- Freed by the neighbour -------------------------------------------------------------- */

static void *get_kmalloc_64(void)
{
	return kmalloc(64, GFP_KERNEL);
}

static void *get_kmalloc_512(void)
{
	return kmalloc(512, GFP_KERNEL);
}

static void put_kmalloc(void *p)
{
	kfree(p);
}

static void *get_page_0(void)
{
	return alloc_pages(GFP_KERNEL, 0);
}

static void put_page_0(void *p)
{
	__free_pages(p, 0);
}

static void *get_vmalloc_4k(void)
{
	return vmalloc(PAGE_SIZE);
}

static void put_vmalloc(void *p)
{
	vfree(p);
}

static void *get_percpu_8(void)
{
	return (void __force *)alloc_percpu(u64);
}

static void put_percpu(void *p)
{
	free_percpu((void __percpu __force *)p);
}

static const struct remote_case {
	const char *name;
	unsigned int nr; /* objects a round */
	void *(*get)(void);
	void (*put)(void *p);
} remote_cases[] = {
	{"remote_kmalloc_64", BATCH, get_kmalloc_64, put_kmalloc},
	{"remote_kmalloc_512", BATCH, get_kmalloc_512, put_kmalloc},
	{"remote_pages_0", BATCH, get_page_0, put_page_0},
	{"remote_vmalloc_4k", MAPPED, get_vmalloc_4k, put_vmalloc},
	{"remote_percpu_8", MAPPED, get_percpu_8, put_percpu},
};

/*
 * All allocate; all meet; each frees what the CPU before it has; all meet.  Only
 * the meeting after the last round names the case, so its line is about that
 * round: what came before warmed the caches up.
 */
static bool run_remote(const struct remote_case *c, unsigned int cpu)
{
	unsigned int round, i;
	void **mine = batch[cpu], **theirs = batch[(cpu + 1) % bench.nr_cpus];
	bool ok = true;
	u64 begin = 0, ticks = 0;

	for (round = 0; round < ROUNDS; round++) {
		begin = get_cycles();
		for (i = 0; i < c->nr; i++) {
			mine[i] = c->get();
			ok &= mine[i] != NULL;
		}
		ticks = get_cycles() - begin;
		meet();
		begin = get_cycles();
		for (i = 0; i < c->nr; i++) {
			if (theirs[i])
				c->put(theirs[i]);
		}
		ticks += get_cycles() - begin;
		if (cpu == 0 && round == ROUNDS - 1)
			note_case(c->name, ok ? max(ticks * 100 / c->nr, 1ULL) : 0);
		meet();
	}
	return ok;
}

/* ---- Running ----------------------------------------------------------------------------- */

struct bench_thread {
	unsigned int cpu;
	struct completion done;
};

static int bench_thread(void *data)
{
	struct bench_thread *t = data;
	unsigned int i;

	meet();
	instances[t->cpu]();
	for (i = 0; i < ARRAY_SIZE(remote_cases); i++)
		run_remote(&remote_cases[i], t->cpu);
	complete(&t->done);
	return 0;
}

static int start_thread(struct bench_thread *t, unsigned int cpu)
{
	struct task_struct *task;

	t->cpu = cpu;
	init_completion(&t->done);
	task = kthread_create(bench_thread, t, "bench/%u", cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	wake_up_process(task);
	return 0;
}

static void free_batches(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < BENCH_SMP_MAX; cpu++) {
		kfree(batch[cpu]);
		batch[cpu] = NULL;
	}
}

static int alloc_batches(unsigned int nr)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr; cpu++) {
		batch[cpu] = kcalloc(BATCH, sizeof(void *), GFP_KERNEL);
		if (!batch[cpu])
			return -ENOMEM;
	}
	return 0;
}

static int run_on(unsigned int nr)
{
	static struct bench_thread threads[BENCH_SMP_MAX];
	unsigned int cpu;
	int error;

	bench.nr_cpus = nr;
	bench.arrived = 0;
	bench.name[0] = '\0';
	spin_lock_init(&bench.lock);
	init_waitqueue_head(&bench.met);
	for (cpu = 0; cpu < nr; cpu++) {
		error = start_thread(&threads[cpu], cpu);
		if (error)
			panic("bench-smp: no thread for CPU %u: %d", cpu, error);
	}
	for (cpu = 0; cpu < nr; cpu++)
		wait_for_completion(&threads[cpu].done);
	return 0;
}

static int cmd_bench_smp(int argc, char **argv)
{
	unsigned int nr = num_online_cpus();
	int error;

	if (argc > 2 || (argc == 2 && kstrtouint(argv[1], 0, &nr)))
		return -EINVAL;
	if (!nr || nr > num_online_cpus() || nr > BENCH_SMP_MAX) {
		monitor_printf("bench-smp: %u CPUs run here, and %u at most take part\n",
			       num_online_cpus(), BENCH_SMP_MAX);
		return -EINVAL;
	}
	if (!instances[nr - 1]) {
		monitor_printf("bench-smp: this image has no instances of the benchmark: "
			       "make bench-smp\n");
		return -ENODEV;
	}
	error = alloc_batches(nr);
	if (!error)
		error = run_on(nr);
	free_batches();
	return error;
}
MONITOR_COMMAND("bench-smp", "[CPUS]", "run the benchmark on several CPUs at once", cmd_bench_smp);
