/* SPDX-License-Identifier: MIT */
/*
 * Dynamic per-CPU memory: objects of any size and alignment, a copy for each CPU.
 *
 * The copies of all CPUs are zeroed when they are handed out, aligned, apart from all others,
 * other CPUs' too, and keep what each was filled with.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>
#include "../../mm/percpu.h"
#include "fuzz.h"

#define MAX_HELD 128
#define CPUS	 3

static struct held {
	void __percpu *p;
	size_t size;
	u32 id; /* of the first CPU's copy; the others' follow */
} held[MAX_HELD];
static unsigned int nr_held;
static u32 next_id;

static u8 *copy(const struct held *h, int cpu)
{
	return per_cpu_ptr((u8 __percpu *)h->p, cpu);
}

/* Is a copy of @a apart from all of @b? */
static void check_copy_apart(const struct held *a, int cpu, const struct held *b)
{
	const u8 *p = copy(a, cpu);
	int other;

	for_each_possible_cpu(other) {
		const u8 *q = copy(b, other);

		if (a != b || cpu != other)
			fuzz_check(p + a->size <= q || q + b->size <= p);
	}
}

static void check_apart(const struct held *a)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		check_copy_apart(a, cpu, a);
		for (unsigned int i = 0; i < nr_held; i++)
			check_copy_apart(a, cpu, &held[i]);
	}
}

static void op_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	size_t size = fuzz_size(in, how & 0x80 ? PCPU_MIN_UNIT_SIZE : 1024),
	       align = 1UL << (how & 0xf) % 13;
	struct held h = {.size = size, .id = next_id};
	int cpu;

	if (nr_held == MAX_HELD)
		return;
	h.p = __alloc_percpu_gfp(size, align,
				 (how & 0x40 ? GFP_NOWAIT : GFP_KERNEL) | __GFP_NOWARN);
	fuzz_check(h.p || how & 0x40); /* who may not wait gets no new chunk */
	if (!h.p) {
		flush_scheduled_work(); /* the next one finds pages, each time the input runs */
		return;
	}
	for_each_possible_cpu(cpu) {
		fuzz_check(!((unsigned long)copy(&h, cpu) & (align - 1)));
		fuzz_check(!memchr_inv(copy(&h, cpu), 0, size));
		fuzz_fill(copy(&h, cpu), size, h.id + (u32)cpu);
	}
	next_id += CPUS;
	check_apart(&h);
	held[nr_held++] = h;
}

static void give(unsigned int i)
{
	int cpu;

	for_each_possible_cpu(cpu)
		fuzz_check(fuzz_filled(copy(&held[i], cpu), held[i].size, held[i].id + (u32)cpu));
	free_percpu(held[i].p);
	held[i] = held[--nr_held];
}

static void op_free(struct fuzz_input *in)
{
	if (nr_held)
		give(fuzz_below(in, nr_held));
}

static void op_drain(struct fuzz_input *in)
{
	(void)in;
	pcpu_drain();
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {op_alloc, op_alloc, op_alloc,
							  op_free,  op_free,  op_drain};
	struct fuzz_holdings before = fuzz_holdings();
	struct fuzz_input in = {data, size};

	nr_held = 0;
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		fuzz_sound(pcpu_check());
	}
	while (nr_held)
		give(0);
	fuzz_settled(&before);
}

const struct fuzz_target fuzz_percpu = {.name = "percpu", .max_len = 384, .cpus = CPUS, .run = run};
