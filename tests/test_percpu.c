/* SPDX-License-Identifier: MIT */
/*
 * Scenario: static variables are read and changed by every operation, in every
 * width, and seen through per_cpu_ptr(); objects of all sizes and alignments are
 * allocated, found zero and apart from each other for each CPU, and freed; more
 * of them than the first chunk holds; until there is no memory; and with every
 * mistake a caller can make.  The checker runs between steps.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include <cairn/monitor.h>
#include <cairn/test.h>
#include <asm/pgtable.h>
#include "../mm/fault_inject.h"
#include "../mm/percpu.h"

static DEFINE_PER_CPU(u8, var8) = 1;
static DEFINE_PER_CPU(u16, var16) = 2;
static DEFINE_PER_CPU(int, var32) = 3;
static DEFINE_PER_CPU(u64, var64) = 4;
static DEFINE_PER_CPU(void *, var_ptr);
static DEFINE_PER_CPU_ALIGNED(char[3], var_aligned);

static void expect_sound(void)
{
	const char *wrong = pcpu_check();

	EXPECT(!wrong);
	if (wrong)
		pr_info("pcpu_check: %s\n", wrong);
}

/* ---- variables ------------------------------------------------------------------------- */

KTEST(percpu, operations_of_every_width)
{
	this_cpu_write(var8, 250);
	this_cpu_add(var8, 10);
	EXPECT_EQ(this_cpu_read(var8), 4);
	this_cpu_write(var16, 65535);
	this_cpu_inc(var16);
	EXPECT_EQ(this_cpu_read(var16), 0);
	this_cpu_write(var32, -5);
	this_cpu_sub(var32, 7);
	EXPECT(this_cpu_read(var32) == -12);
	EXPECT(this_cpu_add_return(var32, 2) == -10);
	EXPECT(this_cpu_sub_return(var32, 1) == -11);
	EXPECT(this_cpu_inc_return(var32) == -10);
	EXPECT(this_cpu_dec_return(var32) == -11);
	EXPECT(this_cpu_xchg(var32, 9) == -11);
	this_cpu_write(var64, 0xff00ff00ff00ff00);
	this_cpu_and(var64, 0x0ff00ff00ff00ff0);
	this_cpu_or(var64, 0xf);
	EXPECT_EQ(this_cpu_read(var64), 0x0f000f000f000f0f);
	EXPECT_EQ(this_cpu_cmpxchg(var64, 1, 2), 0x0f000f000f000f0f);
	EXPECT_EQ(this_cpu_cmpxchg(var64, 0x0f000f000f000f0f, 2), 0x0f000f000f000f0f);
	preempt_disable();
	EXPECT_EQ(__this_cpu_read(var64), 2);
	preempt_enable();
	this_cpu_dec(var64);
	EXPECT_EQ(raw_cpu_read(var64), 1);
	this_cpu_write(var_ptr, &var_ptr);
	EXPECT(this_cpu_read(var_ptr) == (void __force *)&var_ptr);
}

KTEST(percpu, this_cpus_copy_is_one_of_all)
{
	int cpu = get_cpu();

	EXPECT(preempt_count() > 0);
	EXPECT_EQ(cpu, smp_processor_id());
	per_cpu(var32, cpu) = 4711;
	EXPECT_EQ(this_cpu_read(var32), 4711);
	EXPECT(this_cpu_ptr(&var32) == per_cpu_ptr(&var32, cpu));
	EXPECT(is_kernel_percpu_address((unsigned long)this_cpu_ptr(&var32)));
	EXPECT(!is_kernel_percpu_address((unsigned long)&cpu));
	for_each_possible_cpu(cpu)
		EXPECT(is_kernel_percpu_address((unsigned long)per_cpu_ptr(&var32, cpu)));
	EXPECT(!is_kernel_percpu_address(pcpu_layout.base + pcpu_layout.static_bytes));
	EXPECT(!is_kernel_percpu_address(pcpu_layout.base +
					 ((unsigned long)nr_cpu_ids << pcpu_layout.unit_shift)));
	put_cpu();
	EXPECT_EQ(preempt_count(), 0);

	get_cpu_var(var32)++;
	EXPECT_EQ(preempt_count(), 1);
	put_cpu_var(var32);
	EXPECT_EQ(preempt_count(), 0);
	EXPECT_EQ(this_cpu_read(var32), 4712);
	EXPECT_EQ((unsigned long)raw_cpu_ptr(&var_aligned) % 64, 0);
}

KTEST(percpu, masks_agree)
{
	unsigned int possible = 0, online = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		possible++;
	for_each_online_cpu(cpu)
		online++;
	EXPECT_EQ(possible, num_possible_cpus());
	EXPECT_EQ(online, num_online_cpus());
	EXPECT(online >= 1 && online <= possible);
	EXPECT(cpu_online(raw_smp_processor_id()));
	EXPECT(!cpu_online(nr_cpu_ids));
}

/* ---- objects --------------------------------------------------------------------------- */

/* Fills every CPU's copy; then each must hold its own. */
static bool own_copies(char __percpu *ptr, size_t size, u8 salt)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(ptr, cpu), (u8)(salt + cpu), size);
	for_each_possible_cpu(cpu)
		if (memchr_inv(per_cpu_ptr(ptr, cpu), (u8)(salt + cpu), size))
			return false;
	return true;
}

static bool all_zero(char __percpu *ptr, size_t size)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (memchr_inv(per_cpu_ptr(ptr, cpu), 0, size))
			return false;
	return true;
}

KTEST(percpu, every_size_and_alignment)
{
	for (size_t size = 1; size <= PCPU_MIN_UNIT_SIZE; size = size * 5 / 4 + 1)
		for (size_t align = 1; align <= PAGE_SIZE; align *= 2) {
			char __percpu *p = __alloc_percpu(size, align);
			char __percpu *q = __alloc_percpu(size, align);

			ASSERT(p && q && p != q);
			EXPECT_EQ((unsigned long)p % align, 0);
			EXPECT_EQ((unsigned long)per_cpu_ptr(q, 0) % align, 0);
			ASSERT(all_zero(p, size) && all_zero(q, size));
			ASSERT(own_copies(p, size, 0x11));
			ASSERT(own_copies(q, size, 0x77));
			EXPECT_EQ(*(u8 *)per_cpu_ptr(p, 0), 0x11);
			free_percpu(p);
			free_percpu(q);
		}
	expect_sound();
}

/* Of objects that may begin in the middle of a page, some do. */
KTEST(percpu, half_a_page_is_enough)
{
	char __percpu *p[16];
	unsigned int in_the_middle = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = __alloc_percpu(8, PAGE_SIZE / 2);
		in_the_middle += !!((unsigned long)p[i] & PAGE_SIZE / 2);
	}
	EXPECT(in_the_middle > 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		free_percpu(p[i]);
}

KTEST(percpu, typed_objects)
{
	u64 __percpu *counter = alloc_percpu(u64);

	ASSERT(counter);
	this_cpu_inc(*counter);
	this_cpu_add(*counter, 41);
	EXPECT_EQ(*per_cpu_ptr(counter, get_cpu()), 42);
	EXPECT_EQ(*this_cpu_ptr(counter), 42);
	put_cpu();
	free_percpu(counter);
	free_percpu(NULL);
}

#define OBJECTS 3000

static char __percpu *objects[OBJECTS];

KTEST(percpu, more_than_the_first_chunk_holds)
{
	unsigned long pages;

	pcpu_drain();
	pages = pcpu_nr_pages();
	for (unsigned int i = 0; i < OBJECTS; i++) {
		objects[i] = __alloc_percpu(200, 8);
		ASSERT(objects[i]);
		memset(raw_cpu_ptr(objects[i]), (int)i, 200);
	}
	EXPECT(pcpu_nr_pages() > pages);
	expect_sound();
	EXPECT(pcpu_chunk(1));
	for (unsigned int i = 0; i < OBJECTS; i++) {
		for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
			ASSERT_EQ(pcpu_ptr_of((unsigned long)per_cpu_ptr(objects[i], cpu)),
				  (unsigned long)objects[i]);
		ASSERT(!memchr_inv(raw_cpu_ptr(objects[i]), (int)(u8)i, 200));
		ASSERT_EQ(*(u8 *)phys_to_virt(per_cpu_ptr_to_phys(raw_cpu_ptr(objects[i]))), (u8)i);
	}
	for (unsigned int i = 0; i < OBJECTS; i++)
		free_percpu(objects[(i * 7) % OBJECTS]);
	expect_sound();
	pcpu_drain();
	expect_sound();
	EXPECT_EQ(pcpu_nr_pages(), pages);
}

/* Is @addr mapped or not, and do the walk, a report and a careful read all say so? */
static void expect_mapped(unsigned long addr, bool mapped)
{
	struct page_walk walk;
	char text[192], command[64];
	u64 value;

	EXPECT_EQ(page_walk(addr, &walk), mapped);
	EXPECT_EQ(copy_from_kernel_nofault(&value, (void *)addr, sizeof(value)),
		  mapped ? 0 : -EFAULT);
	address_describe(addr, text, sizeof(text));
	EXPECT(strstarts(text, "per-CPU area"));
	EXPECT_EQ(strstr(text, "no page for it yet") != NULL, !mapped);
	snprintf(command, sizeof(command), "pagewalk %lx", addr);
	EXPECT_REPORT(mapped ? "page is allocated" : "is not mapped") {
		EXPECT_EQ(monitor_execute(command), 0);
	}
}

/* A page of a later chunk that has none behind it, or NULL. */
static struct pcpu_page *absent_page(struct pcpu_chunk *chunk)
{
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++)
		if (chunk->page[i].use == PCPU_ABSENT)
			return &chunk->page[i];
	return NULL;
}

/* No CPU's copy of a chunk has @addr in it, and as CPU 0's it belongs to no page. */
static void expect_no_copy(unsigned long addr)
{
	EXPECT_EQ(pcpu_ptr_of(addr), addr);
	EXPECT(!pcpu_page_of(addr - __per_cpu_offset[0]));
}

/*
 * Enough is allocated for a second chunk.  Of it, pages that objects lie in are there for
 * every CPU, the others for none: pagewalk and reports tell the two apart, wherever in
 * the window they lie, and so they do where there is no chunk at all.  An object in a page
 * that is not there was freed; what lies beside all CPUs' copies is no object.
 */
KTEST(percpu, addresses_without_memory_get_an_answer)
{
	struct pcpu_page *absent;
	unsigned int n = 0;

	while (!pcpu_chunk(0) && n < OBJECTS) {
		objects[n] = __alloc_percpu(200, 8);
		ASSERT(objects[n++]);
	}
	ASSERT(pcpu_chunk(0));
	objects[n] = __alloc_percpu(PAGE_SIZE, PAGE_SIZE);
	ASSERT(objects[n++]);
	absent = absent_page(pcpu_chunk(0));
	ASSERT(absent);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		unsigned long there = (unsigned long)per_cpu_ptr(objects[n - 1], cpu);

		if (is_vmalloc_addr((void *)there))
			expect_mapped(there, true);
		expect_mapped(pcpu_page_ptr(absent) + __per_cpu_offset[cpu] + 8, false);
	}
	expect_mapped(pcpu_layout.window +
			      ((unsigned long)PCPU_MAX_CHUNKS / 2 << pcpu_layout.unit_shift),
		      false);
	EXPECT_REPORT(": freed already") {
		free_percpu((void __percpu *)pcpu_page_ptr(absent));
	}
	expect_no_copy(pcpu_layout.base + ((unsigned long)nr_cpu_ids << pcpu_layout.unit_shift));
	expect_no_copy(pcpu_layout.window - 1);
	expect_no_copy(pcpu_layout.window + pcpu_layout.window_size);
	if (!is_power_of_2(nr_cpu_ids))
		expect_no_copy(pcpu_layout.window +
			       ((unsigned long)nr_cpu_ids << pcpu_layout.unit_shift));
	while (n)
		free_percpu(objects[--n]);
	pcpu_drain();
}

KTEST(percpu, random_use_keeps_every_byte)
{
	static u16 sizes[256];
	u64 state = 88172645463325252ULL;

	memset(objects, 0, sizeof(objects));
	for (unsigned int i = 0; i < ktest_rounds(40000); i++) {
		unsigned int k;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		k = (unsigned int)(state >> 20) % 256;
		if (objects[k]) {
			ASSERT(!memchr_inv(raw_cpu_ptr(objects[k]), (int)k, sizes[k]));
			free_percpu(objects[k]);
			objects[k] = NULL;
			continue;
		}
		sizes[k] = (u16)(1 + (state >> 30) % ((state & 15) ? 300 : 12000));
		objects[k] = __alloc_percpu(sizes[k], 1UL << (state >> 50) % 8);
		ASSERT(objects[k]);
		ASSERT(all_zero(objects[k], sizes[k]));
		memset(raw_cpu_ptr(objects[k]), (int)k, sizes[k]);
		if (i % 4000 == 0)
			expect_sound();
	}
	for (unsigned int k = 0; k < 256; k++)
		free_percpu(objects[k]);
	expect_sound();
}

KTEST(percpu, until_there_is_no_more)
{
	struct link {
		struct link __percpu *next;
		char rest[32000];
	};
	struct link __percpu *list = NULL;
	struct link __percpu *p;
	unsigned long n = 0;

	while ((p = __alloc_percpu_gfp(sizeof(*p), 8, GFP_KERNEL | __GFP_NOWARN))) {
		raw_cpu_ptr(p)->next = list;
		list = p;
		n++;
	}
	EXPECT(n > 100);
	EXPECT(!pcpu_chunk(PCPU_MAX_CHUNKS)); /* the window ends before it */
	expect_sound();
	while ((p = list)) {
		list = raw_cpu_ptr(p)->next;
		free_percpu(p);
	}
	expect_sound();
}

/*
 * A request that cannot wait, and for which there are no pages at hand, says what it wanted,
 * unless it was told not to.
 */
KTEST(percpu, a_failure_is_reported)
{
	struct link {
		struct link __percpu *next;
		char rest[16000];
	};
	struct link __percpu *list = NULL;
	struct link __percpu *p;

	pcpu_drain();
	EXPECT_REPORT("percpu: allocation failed, size=16008 align=8 atomic=1") {
		while ((p = __alloc_percpu_gfp(sizeof(*p), 8, GFP_NOWAIT))) {
			raw_cpu_ptr(p)->next = list;
			list = p;
		}
	}
	EXPECT_NO_REPORT() {
		while ((p = __alloc_percpu_gfp(sizeof(*p), 8, GFP_NOWAIT | __GFP_NOWARN))) {
			raw_cpu_ptr(p)->next = list;
			list = p;
		}
	}
	flush_scheduled_work(); /* which finds memory for the next such request */
	while ((p = list)) {
		list = raw_cpu_ptr(p)->next;
		free_percpu(p);
	}
	expect_sound();
}

KTEST(percpu, atomic_requests_use_what_is_there)
{
	u64 __percpu *p = alloc_percpu(u64);

	ASSERT(p);
	free_percpu(p); /* one is there now, whatever was drained before */
	preempt_disable();
	p = alloc_percpu_gfp(u64, GFP_ATOMIC);
	preempt_enable();
	EXPECT(p);
	preempt_disable();
	free_percpu(p);
	preempt_enable();
	EXPECT_REPORT("BUG: sleeping function called from invalid context") {
		preempt_disable();
		p = alloc_percpu(u64);
		preempt_enable();
	}
	free_percpu(p);
}

/*
 * Requests that cannot wait take every page that has memory; the next one fails.  When
 * the workers have run there is memory for it again, and nobody had to ask for it.
 */
KTEST(percpu, memory_is_readied_for_atomic_requests)
{
	struct link {
		struct link __percpu *next;
		char rest[2040];
	};
	struct link __percpu *list = NULL;
	struct link __percpu *p;
	gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	unsigned int round;

	pcpu_drain();
	for (round = 0; round < 3; round++) {
		while ((p = __alloc_percpu_gfp(sizeof(*p), 8, gfp))) {
			raw_cpu_ptr(p)->next = list;
			list = p;
		}
		flush_scheduled_work();
		p = (__alloc_percpu_gfp)(sizeof(*p), 8, gfp); /* once */
		if (!p && fault_nth_passed()) { /* the worker got no page; from here on it does */
			p = (__alloc_percpu_gfp)(sizeof(*p), 8, gfp);
			if (!p) {
				flush_scheduled_work();
				p = (__alloc_percpu_gfp)(sizeof(*p), 8, gfp);
			}
		}
		EXPECT(p);
		free_percpu(p);
		expect_sound();
	}
	while ((p = list)) {
		list = raw_cpu_ptr(p)->next;
		free_percpu(p);
	}
	expect_sound();
}

/* ---- mistakes -------------------------------------------------------------------------- */

KTEST(percpu, impossible_requests_are_reported)
{
	EXPECT_REPORT("illegal size (0)") {
		EXPECT(!__alloc_percpu(0, 8));
	}
	EXPECT_REPORT("too large") {
		EXPECT(!__alloc_percpu(PCPU_MIN_UNIT_SIZE + 1, 8));
	}
	EXPECT_REPORT("too large") {
		EXPECT(!__alloc_percpu(~0UL, 8));
	}
	EXPECT_REPORT("alignment above a page") {
		EXPECT(!__alloc_percpu(8, 2 * PAGE_SIZE));
	}
	EXPECT_REPORT("alignment is no power of two") {
		EXPECT(!__alloc_percpu(8, 3));
	}
	EXPECT_REPORT("alignment is no power of two") {
		EXPECT(!__alloc_percpu(8, 0));
	}
}

KTEST(percpu, wrong_frees_are_reported_and_refused)
{
	char __percpu *p = __alloc_percpu(100, 8);
	char __percpu *run = __alloc_percpu(3 * PAGE_SIZE, 8);
	void *object = kmalloc(64, GFP_KERNEL);

	ASSERT(p && run && object);
	own_copies(p, 100, 1);
	EXPECT_REPORT("in the middle of an object") {
		free_percpu(p + 8);
	}
	EXPECT_REPORT("in the middle of an object") {
		free_percpu(p + 1);
	}
	EXPECT_REPORT("in the middle of an object") {
		free_percpu(run + PAGE_SIZE);
	}
	EXPECT_REPORT("in the middle of an object") {
		free_percpu(run + 8);
	}
	EXPECT_REPORT("not an address of alloc_percpu()") {
		free_percpu(&var32);
	}
	EXPECT_REPORT("not an address of alloc_percpu()") {
		free_percpu((void __percpu __force *)object);
	}
	EXPECT_REPORT("not an address of alloc_percpu()") {
		free_percpu((void __percpu *)0x4141414141414141UL);
	}
	EXPECT_EQ(*(u8 *)per_cpu_ptr(p, 0), 1); /* still there */
	free_percpu(p);
	EXPECT_REPORT("freed already") {
		free_percpu(p);
	}
	free_percpu(run);
	EXPECT_REPORT("freed already") {
		free_percpu(run);
	}
	pcpu_drain();
	EXPECT_REPORT("BUG: free_percpu()") {
		free_percpu(p);
	}
	kfree(object);
	expect_sound();
}
