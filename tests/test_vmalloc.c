/* SPDX-License-Identifier: MIT */
/*
 * Scenario: memory is asked for in all sizes and alignments, filled, looked at
 * through its pages and through the page tables, and given back; then asked for
 * until there is no more.  Along the way every promise is held against what the
 * tables say: guards, protection, large pages, zeroes, one flush for many.  The
 * checker walks the whole range between steps, and each test ends with as many
 * pages, tables and descriptors as it began with.
 */
#include <linux/align.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include "../mm/vmap.h"
#include "page_chain.h"

static u64 rng_state = 88172645463325252ULL;

static u64 rng(u64 below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 11) % below;
}

static void expect_sound(void)
{
	const char *wrong = vmap_check();

	EXPECT(!wrong);
	if (wrong)
		pr_info("vmap_check: %s\n", wrong);
}

/* Marks every page of an area with its address and a salt. */
static void mark(char *p, unsigned long size, u64 salt)
{
	for (unsigned long at = 0; at < size; at += PAGE_SIZE)
		*(u64 *)(p + at) = (u64)(p + at) ^ salt;
}

static bool marked(const char *p, unsigned long size, u64 salt)
{
	for (unsigned long at = 0; at < size; at += PAGE_SIZE)
		if (*(const u64 *)(p + at) != ((u64)(p + at) ^ salt))
			return false;
	return true;
}

/* The page tables are asked here, and nobody before them. */
static __no_sanitize_address void read_byte(void *p)
{
	READ_ONCE(*(char *)p);
}

static __no_sanitize_address void write_byte(void *p)
{
	WRITE_ONCE(*(char *)p, 1);
}

static void call(void *p)
{
	((void (*)(void))p)();
}

/* @fn on @p must fault at @p; the fault's report must contain @text. */
static void expect_fault(void (*fn)(void *), void *p, const char *text)
{
	struct trap_info info = {0};

	EXPECT_REPORT(text) {
		EXPECT(trap_catch(fn, p, &info));
	}
	EXPECT_EQ(info.vector, 14);
	EXPECT_EQ(info.address, p);
}

/* ---- sizes, guards, protection ---------------------------------------------------------- */

static const unsigned long sizes[] = {
	1,     8,      4095,	4096,	 4097,	  8192,	   12288,   20480,   65536,   65537,
	69632, 262144, 1048576, 2093056, 2097152, 2097153, 2101248, 4194304, 5255168, 8388608,
};

KTEST(vmalloc, every_size_is_whole_and_guarded)
{
	if (ktest_lacks_memory(11))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long size = sizes[i];
		char *p = vmalloc(size);

		ASSERT(p);
		EXPECT(is_vmalloc_addr(p));
		EXPECT_EQ((unsigned long)p % PAGE_SIZE, 0);
		mark(p, ALIGN_DOWN(size, 8), size);
		EXPECT(marked(p, ALIGN_DOWN(size, 8), size));
		p[size - 1] = 0x5a;
		EXPECT_EQ(p[size - 1], 0x5a);
		EXPECT(!vmalloc_entry((unsigned long)p + PAGE_ALIGN(size)));
		expect_sound();
		vfree(p);
		expect_sound();
	}
}

KTEST(vmalloc, guard_page_faults_and_is_named)
{
	char *p = vmalloc(3 * PAGE_SIZE);

	ASSERT(p);
	expect_fault(read_byte, p + 3 * PAGE_SIZE, "guard page, 0 bytes behind vmalloc area of");
	expect_fault(write_byte, p + 3 * PAGE_SIZE + 8, "guard page, 8 bytes behind vmalloc area");
	vfree(p);
}

KTEST(vmalloc, memory_cannot_be_executed)
{
	char *p = vmalloc(100);

	ASSERT(p);
	if (cpu_has(NX)) {
		*p = (char)0xc3; /* ret */
		expect_fault(call, p, "vmalloc area of");
	}
	vfree(p);
}

KTEST(vmalloc, vzalloc_is_zero_after_dirty_use)
{
	for (unsigned long size = PAGE_SIZE; size <= 4 << 20; size *= 4) {
		u64 *p = vmalloc(size);

		ASSERT(p);
		memset(p, 0xaa, size);
		vfree(p);
		vm_unmap_aliases();
		p = vzalloc(size);
		ASSERT(p);
		EXPECT(!memchr_inv(p, 0, size));
		vfree(p);
	}
}

KTEST(vmalloc, relatives_do_what_they_say)
{
	void *p = vmalloc_user(5000), *q = vmalloc_32(5000), *r = vzalloc_node(5000, 0);
	void *s = vmalloc_node(5000, NUMA_NO_NODE), *t = __vmalloc(5000, GFP_NOFS);

	EXPECT(p && q && r && s && t);
	EXPECT(p && !memchr_inv(p, 0, 2 * PAGE_SIZE));
	EXPECT(r && !memchr_inv(r, 0, 5000));
	EXPECT(q && page_to_phys(vmalloc_to_page(q)) < 1ULL << 32);
	vfree(p);
	vfree(q);
	vfree(r);
	vfree(s);
	vfree(t);
	vfree(NULL);
	vunmap(NULL);
}

/* ---- what is refused -------------------------------------------------------------------- */

KTEST(vmalloc, impossible_sizes_are_reported)
{
	EXPECT_REPORT("vmalloc error: size 0, zero size") {
		EXPECT(!vmalloc(0));
	}
	EXPECT_REPORT("exceeds total pages") {
		EXPECT(!vmalloc((totalram_pages() + 1) << PAGE_SHIFT));
	}
	EXPECT_REPORT("too large for the vmalloc range") {
		EXPECT(!vmalloc(ULONG_MAX));
	}
	EXPECT_REPORT("too large for the vmalloc range") {
		EXPECT(!vmalloc(ULONG_MAX - PAGE_SIZE + 2));
	}
	EXPECT_REPORT("too large for the vmalloc range") {
		EXPECT(!vzalloc(1UL << 63));
	}
	EXPECT_REPORT("vmalloc error: size 4096, outside the vmalloc range") {
		EXPECT(!__vmalloc_node_range(PAGE_SIZE, 1, VMALLOC_START - PAGE_SIZE, VMALLOC_END,
					     GFP_KERNEL, PAGE_KERNEL, 0, NUMA_NO_NODE, NULL));
	}
	EXPECT_NO_REPORT() {
		EXPECT(!__vmalloc(0, GFP_KERNEL | __GFP_NOWARN));
		EXPECT(!__vmalloc(1UL << 62, GFP_KERNEL | __GFP_NOWARN));
	}
}

static void *with_prot(pgprot_t prot)
{
	return __vmalloc_node_range(PAGE_SIZE, 1, VMALLOC_START, VMALLOC_END, GFP_KERNEL, prot, 0,
				    NUMA_NO_NODE, __builtin_return_address(0));
}

KTEST(vmalloc, writable_and_executable_is_refused)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p;

	EXPECT_REPORT("both writable and executable is refused") {
		EXPECT(!with_prot(PAGE_KERNEL_EXEC));
	}
	EXPECT_REPORT("both writable and executable is refused") {
		EXPECT(!vmap(&page, 1, VM_MAP, PAGE_KERNEL_EXEC));
	}
	p = with_prot(PAGE_KERNEL_ROX);
	EXPECT(p);
	vfree(p);
	__free_page(page);
}

KTEST(vmalloc, alignments_are_met_or_refused)
{
	for (unsigned int shift = 0; shift < 64; shift++) {
		unsigned long align = 1UL << shift;
		void *p = __vmalloc_node(3 * PAGE_SIZE, align, GFP_KERNEL | __GFP_NOWARN,
					 NUMA_NO_NODE, NULL);

		/* A multiple of it lies in the range, with room behind. */
		EXPECT_EQ(!!p, (VMALLOC_END & -align) >= VMALLOC_START);
		EXPECT_EQ((unsigned long)p & (align - 1), 0);
		if (p)
			mark(p, 3 * PAGE_SIZE, align);
		vfree(p);
	}
	expect_sound();
	EXPECT_REPORT("no address range") {
		EXPECT(!__vmalloc_node(PAGE_SIZE, 1UL << 46, GFP_KERNEL, NUMA_NO_NODE, NULL));
	}
	EXPECT_REPORT("the alignment is no power of two") {
		EXPECT(!__vmalloc_node(PAGE_SIZE, 3 * PAGE_SIZE, GFP_KERNEL, NUMA_NO_NODE, NULL));
	}
}

KTEST(vmalloc, atomic_context_is_reported)
{
	void *p = NULL;

	EXPECT_REPORT("BUG: sleeping function called from invalid context") {
		preempt_disable();
		p = vmalloc(PAGE_SIZE);
		preempt_enable();
	}
	vfree(p);
}

/* ---- pages ------------------------------------------------------------------------------ */

static void expect_pages_match(char *p, unsigned long size)
{
	mark(p, size, 7);
	for (unsigned long at = 0; at < size; at += PAGE_SIZE) {
		struct page *page = vmalloc_to_page(p + at + 123);

		ASSERT(page);
		ASSERT_EQ(*(u64 *)page_address(page), (u64)(p + at) ^ 7);
		ASSERT_EQ(vmalloc_to_pfn(p + at), page_to_pfn(page));
		ASSERT_EQ(page_count(page), 1);
	}
}

KTEST(vmalloc, to_page_finds_every_page)
{
	static const unsigned long lengths[] = {1, 2, 3, 16, 17, 64, 512, 600, 1025};

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		char *p = vmalloc(lengths[i] * PAGE_SIZE);

		ASSERT(p);
		expect_pages_match(p, lengths[i] * PAGE_SIZE);
		EXPECT(!vmalloc_to_page(p + lengths[i] * PAGE_SIZE));
		expect_sound();
		vfree(p);
	}
	EXPECT(!vmalloc_to_page((void *)VMALLOC_END));
	EXPECT(!vmalloc_to_page(&rng_state));
}

KTEST(vmalloc, a_page_taken_outlives_the_area)
{
	char *p = vmalloc(16 * PAGE_SIZE);
	struct page *page;

	ASSERT(p);
	page = vmalloc_to_page(p + 5 * PAGE_SIZE);
	get_page(page);
	strscpy(p + 5 * PAGE_SIZE, "still here", 16);
	vfree(p);
	vm_unmap_aliases();
	EXPECT_EQ(page_count(page), 1);
	EXPECT(!strcmp(page_address(page), "still here"));
	put_page(page);
}

/* Blocks are split by vmalloc_to_page(), and compound pages cannot be. */
KTEST(vmalloc, compound_pages_are_not_taken)
{
	char *p = __vmalloc(16 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP);

	ASSERT(p);
	expect_pages_match(p, 16 * PAGE_SIZE);
	EXPECT_EQ(vmalloc_to_page(p)->order, 0);
	EXPECT_NO_REPORT() {
		vfree(p);
		vm_unmap_aliases();
	}
}

KTEST(vmalloc, large_areas_use_large_pages)
{
	unsigned long size = 3 * PMD_SIZE + 5 * PAGE_SIZE, large = 0;
	char *p = vmalloc(size);

	ASSERT(p);
	EXPECT_EQ((unsigned long)p % PMD_SIZE, 0);
	for (unsigned long at = 0; at < size; at += PMD_SIZE)
		large += pmd_leaf(*pt_pmd((unsigned long)p + at));
	EXPECT(large > 0); /* a machine this empty has blocks of 2 MiB */
	EXPECT(!pmd_leaf(*pt_pmd((unsigned long)p + 3 * PMD_SIZE)));
	expect_pages_match(p, size);
	EXPECT(marked(p, size, 7)); /* splitting the blocks moved nothing */
	expect_sound();
	vfree(p);
}

/* ---- the way back ----------------------------------------------------------------------- */

/* An area may need a table or a slab for its record, or let go of one. */
static unsigned long free_or_metadata(void)
{
	return nr_free_pages() + vm_stat(NR_PAGETABLE_PAGES) + vm_stat(NR_SLAB_PAGES);
}

KTEST(vmalloc, nothing_is_reused_before_the_flush)
{
	char *p, *q;
	unsigned long free;

	if (kfence_enabled()) {
		ktest_skip("sampling has caches put objects away, and take pages for that");
		return;
	}
	p = vmalloc(64 * PAGE_SIZE);
	ASSERT(p);
	mark(p, 64 * PAGE_SIZE, 1);
	vm_unmap_aliases();
	free = free_or_metadata();
	vfree(p);
	EXPECT_EQ(free_or_metadata(), free);
	q = vmalloc(64 * PAGE_SIZE);
	EXPECT(q && q != p);
	EXPECT_EQ(free_or_metadata(), free - 64);
	vfree(q);
	vm_unmap_aliases();
	EXPECT_EQ(free_or_metadata(), free + 64);
	expect_fault(read_byte, p, "vmalloc range");
}

KTEST(vmalloc, addresses_are_used_again)
{
	char *p = vmalloc(PAGE_SIZE), *big = vmalloc(3 << 20), *q;
	unsigned long at = (unsigned long)p, big_at = (unsigned long)big;

	vfree(p);
	vfree(big);
	vm_unmap_aliases();
	q = vmalloc(PAGE_SIZE);
	EXPECT_EQ(q, at);
	vfree(q);
	q = vmalloc(3 << 20);
	EXPECT_EQ(q, big_at);
	vfree(q);
}

KTEST(vmalloc, many_frees_purge_by_themselves)
{
	unsigned long free;

	vmap_drain();
	free = nr_free_pages();
	for (unsigned int i = 0; i < 3000; i++) {
		void *p = vmalloc(16 * PAGE_SIZE);

		ASSERT(p);
		vfree(p);
	}
	/* 48000 pages went through; what waits is bounded. */
	EXPECT(free - nr_free_pages() < 16384);
	expect_sound();
}

/* An address in the page below an area is its guard page's; farther below it is nobody's. */
KTEST(vmalloc, guard_pages_have_a_name)
{
	static char text[256];
	unsigned long p;

	if (VMALLOC_END - VMALLOC_START < 4UL << 40) {
		ktest_skip("the range has no place so far away");
		return;
	}
	p = (unsigned long)__vmalloc_node(PAGE_SIZE, 1UL << 40, GFP_KERNEL, NUMA_NO_NODE, NULL);
	ASSERT(p);
	EXPECT(vmalloc_describe(p - 8, text, sizeof(text)));
	EXPECT(strstarts(text, "guard page, 8 bytes before vmalloc area of"));
	EXPECT(vmalloc_describe(p - PAGE_SIZE, text, sizeof(text)));
	EXPECT(strstarts(text, "guard page, 4096 bytes before"));
	EXPECT(vmalloc_describe(p - PAGE_SIZE - 1, text, sizeof(text)));
	EXPECT(strstr(text, "no area"));
	vfree((void *)p);
}

/*
 * The table of the small area that went last, which lies where nothing else does, is kept for
 * the next one there; a large area elsewhere leaves it alone.
 */
KTEST(vmalloc, the_last_table_is_kept)
{
	const size_t large = 4 * PMD_SIZE;
	unsigned long tables;
	void *p;

	if (VMALLOC_END - VMALLOC_START < 4UL << 40) {
		ktest_skip("the range has no place so far away");
		return;
	}
	if (ktest_lacks_memory(32))
		return;
	vmap_drain();
	tables = vm_stat(NR_PAGETABLE_PAGES);
	vfree(__vmalloc_node(40 * PAGE_SIZE, 1UL << 40, GFP_KERNEL, NUMA_NO_NODE, NULL));
	vm_unmap_aliases();
	EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), tables + 3);
	p = vmalloc(large);
	EXPECT(p);
	vfree(p);
	vm_unmap_aliases();
	EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), tables + 3);
	vmap_drain();
	EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), tables);
}

KTEST(vmalloc, empty_tables_are_freed)
{
	unsigned long tables, used;
	void *p, *q;

	if (VMALLOC_END - VMALLOC_START < 4UL << 40) {
		ktest_skip("the range has no three places so far apart");
		return;
	}
	vmap_drain();
	tables = vm_stat(NR_PAGETABLE_PAGES);
	p = __vmalloc_node(PAGE_SIZE, 1UL << 40, GFP_KERNEL, NUMA_NO_NODE, NULL);
	q = __vmalloc_node(PAGE_SIZE, 1UL << 40, GFP_KERNEL, NUMA_NO_NODE, NULL);
	EXPECT(p && q);
	used = vm_stat(NR_PAGETABLE_PAGES) - tables;
	EXPECT_EQ(used, 6); /* three levels for each, a pgd entry apart */
	vfree(p);
	vmap_drain();
	EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), tables + 3);
	vfree(q);
	vmap_drain();
	EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), tables);
}

KTEST(vmalloc, counts_follow)
{
	unsigned long areas = vmalloc_nr_areas(), pages;
	void *p, *q;

	vm_unmap_aliases();
	pages = vmalloc_nr_pages();
	p = vmalloc(10 * PAGE_SIZE);
	q = vmalloc(PAGE_SIZE);
	EXPECT_EQ(vmalloc_nr_areas(), areas + 2);
	EXPECT_EQ(vmalloc_nr_pages(), pages + 11);
	vfree(p);
	vfree(q);
	EXPECT_EQ(vmalloc_nr_areas(), areas);
	vm_unmap_aliases();
	EXPECT_EQ(vmalloc_nr_pages(), pages);
}

/*
 * A stray write hits the descriptor of the page that is next in turn on this CPU's list: the page
 * is reported and stays where it is, and the area gets another one.
 */
KTEST(vmalloc, a_damaged_page_is_not_taken)
{
	struct page *page;
	char *p = NULL;

	vfree(vmalloc(PAGE_SIZE)); /* from now on there is a range at hand */
	vm_unmap_aliases();
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	__free_page(page);
	if (page->state == PAGE_CACHED) {
		page->state = PAGE_ALLOCATED;
		EXPECT_REPORT("is on a per-CPU list but not free: it was overwritten") {
			p = vmalloc(PAGE_SIZE);
		}
		EXPECT(p && vmalloc_to_page(p) != page);
		vfree(p);
		__free_page(page);
	} else {
		ktest_skip("no CPU keeps pages");
	}
}

/* ---- running out ------------------------------------------------------------------------ */

KTEST(vmalloc, a_failure_half_way_leaves_nothing)
{
	unsigned long free, areas = vmalloc_nr_areas();

	vmap_drain();
	kmem_cache_drain_all();
	drain_all_pages();
	free = nr_free_pages();
	EXPECT_REPORT("failed to allocate pages") {
		EXPECT(!vmalloc(totalram_pages() << PAGE_SHIFT));
	}
	EXPECT_EQ(vmalloc_nr_areas(), areas);
	vmap_drain();
	kmem_cache_drain_all();
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), free);
	expect_sound();
}

/*
 * All memory is in use but for the pages of an area that was freed, which wait for a flush.  An
 * allocation that may not reclaim has the flush made, and gets them.
 */
KTEST(vmalloc, pages_that_wait_for_a_flush_are_used)
{
	struct cpumask here, all = current->cpus_mask;
	struct page *chain;
	void *p;

	cpumask_clear(&here);
	cpumask_set_cpu(raw_smp_processor_id(), &here);
	set_cpus_allowed_ptr(current, &here); /* ranges at hand are a CPU's */
	vfree(vmalloc(8 * PAGE_SIZE));
	vm_unmap_aliases(); /* such a range is at hand, with its table */
	vfree(vmalloc(64 * PAGE_SIZE));
	chain = take_all(NULL, 0);
	EXPECT(!alloc_page(__GFP_NOWARN));
	p = __vmalloc(8 * PAGE_SIZE, __GFP_NOWARN);
	EXPECT(p);
	free_chain(chain);
	vfree(p);
	vm_unmap_aliases();
	set_cpus_allowed_ptr(current, &all);
}

#define MANY 8192

static void *areas_held[MANY];

/*
 * The areas get smaller as they fail, down to a page.  Nothing is written to
 * them, so that the host need not have the memory.
 */
KTEST(vmalloc, to_the_last_page_and_back)
{
	unsigned long pages = totalram_pages() / 1024 + 1, n = 0, got = 0;

	while (pages && n < MANY) {
		void *p = __vmalloc(pages * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);

		if (p) {
			areas_held[n++] = p;
			got += pages;
		} else {
			pages /= 2;
		}
	}
	EXPECT(got > (totalram_pages() - nr_free_highpages()) / 2); /* low memory */
	EXPECT(nr_free_pages() - nr_free_highpages() < totalram_pages() / 16);
	expect_sound();
	for (unsigned int from = 0; from < 7; from++)
		for (unsigned long i = from; i < n; i += 7)
			vfree(areas_held[i]);
	expect_sound();
}

/* ---- everything at once ----------------------------------------------------------------- */

#define SLOTS 128

static struct {
	char *p;
	unsigned long size;
	u64 salt;
} slot[SLOTS];

static unsigned long random_size(void)
{
	static const u32 largest[] = {4096, 65536, 65536, 65536, 1 << 20, 5 << 20};

	return 1 + rng(largest[rng(ARRAY_SIZE(largest))]);
}

static bool swap_slot(unsigned int i)
{
	if (slot[i].p) {
		if (!EXPECT(marked(slot[i].p, slot[i].size, slot[i].salt)))
			return false;
		vfree(slot[i].p);
		slot[i].p = NULL;
		return true;
	}
	slot[i].size = PAGE_ALIGN(random_size());
	slot[i].salt = rng_state;
	slot[i].p = rng(4) ? vmalloc(slot[i].size)
			   : __vmalloc_node(slot[i].size, PAGE_SIZE << rng(12), GFP_KERNEL,
					    NUMA_NO_NODE, NULL);
	if (!EXPECT(slot[i].p))
		return false;
	mark(slot[i].p, slot[i].size, slot[i].salt);
	if (rng(8) == 0)
		EXPECT(vmalloc_to_page(slot[i].p + rng(slot[i].size)));
	return true;
}

KTEST(vmalloc, random_use_keeps_every_mark)
{
	unsigned int slots = totalram_pages() > 60000 ? SLOTS : SLOTS / 4;

	if (ktest_lacks_memory(48))
		return;
	for (unsigned int i = 0; i < ktest_rounds(20000); i++) {
		ASSERT(swap_slot((unsigned int)rng(slots)));
		if (i % 1000 == 0)
			expect_sound();
		if (i % 3000 == 0)
			vmap_drain();
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		vfree(slot[i].p);
		slot[i].p = NULL;
	}
	expect_sound();
}

/* The chains of the hash of areas are short: it has a bucket for 64 pages of RAM, within bounds. */
KTEST(vmalloc, the_hash_suits_the_machine)
{
	unsigned long buckets = vmap_hash_mask + 1;

	EXPECT(is_power_of_2(buckets) && buckets >= 512 && buckets <= 16384);
	EXPECT(buckets == 16384 || buckets * 64 >= totalram_pages());
	EXPECT(buckets == 512 || buckets * 32 < totalram_pages());
}

/* The relatives that few call: huge pages with flags, below 4 GiB for users, freeing from anywhere. */
KTEST(vmalloc, relatives)
{
	u8 *huge = vmalloc_huge(4 << 20, GFP_KERNEL | __GFP_ZERO);
	u8 *user = vmalloc_32_user(3 * PAGE_SIZE);

	ASSERT(huge && user);
	EXPECT(!memchr_inv(huge, 0, 4 << 20));
	EXPECT(!memchr_inv(user, 0, 3 * PAGE_SIZE));
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(page_to_phys(vmalloc_to_page(user + i * PAGE_SIZE)) < 1ULL << 32);
	vfree_atomic(huge);
	preempt_disable();
	vfree_atomic(user);
	preempt_enable();
	vfree_atomic(NULL);
}
