/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with kfence.sample_interval= an allocation now and then lies on a page of its
 * own.  Somebody reads beyond it on either side, touches it after kfree(), writes over
 * its edge inside the page, frees it twice; each time the report names the culprit and
 * who allocated the object, and the kernel goes on.  Boots without the parameter skip.
 */
#include <linux/kfence.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <cairn/boot_info.h>
#include <cairn/test.h>
#include <cairn/vfile.h>

#define TRIES 64

static bool sampling(void)
{
	if (!kfence_enabled())
		ktest_skip("without kfence.sample_interval=");
	return kfence_enabled();
}

/* Another thread or the timer may take the turn; so try again. */
static noinline void *sampled_kmalloc(size_t size)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		void *p;

		kfence_sample();
		p = kmalloc(size, GFP_KERNEL);
		if (is_kfence_address(p))
			return p;
		kfree(p);
	}
	EXPECT(!"no allocation was sampled");
	return NULL;
}

/* One that begins, or ends, where its page does. */
static u8 *sampled_at_end(size_t size, bool at_end)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		u8 *p = sampled_kmalloc(size);

		if (!p || !PAGE_ALIGNED(p) == at_end)
			return p;
		kfree(p);
	}
	EXPECT(!"objects are always placed at the same end");
	return NULL;
}

static noinline u8 read_here(const u8 *at)
{
	return *(const volatile u8 *)at;
}

static noinline void write_here(u8 *at)
{
	*(volatile u8 *)at = 1;
}

KTEST(kfence, out_of_bounds_on_either_side)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_at_end(64, false);
	ASSERT(p);
	EXPECT_REPORT("BUG: KFENCE: out-of-bounds read in read_here") {
		read_here(p - 1);
	}
	EXPECT(ktest_reported("(1B left of kfence-#"));
	EXPECT(ktest_reported("size=64, cache=kmalloc-64"));
	EXPECT(ktest_reported("sampled_kmalloc"));
	kfree(p);
	p = sampled_at_end(64, true);
	ASSERT(p);
	EXPECT_REPORT("BUG: KFENCE: out-of-bounds write in write_here") {
		write_here(p + 64);
	}
	EXPECT(ktest_reported("(64B right of kfence-#"));
	EXPECT_NO_REPORT() { /* let through, until the object is freed */
		write_here(p + 65);
	}
	kfree(p);
}

/* The guard that an access opened is closed when the object is freed. */
KTEST(kfence, guards_close_again)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_at_end(128, true);
	ASSERT(p);
	EXPECT_REPORT("out-of-bounds read") {
		read_here(p + 128);
	}
	kfree(p);
	EXPECT_REPORT("out-of-bounds read") {
		read_here(p + 128);
	}
}

static noinline void kfree_here(void *p)
{
	kfree(p);
	barrier();
}

KTEST(kfence, use_after_free)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_kmalloc(200);
	ASSERT(p);
	memset(p, 1, 200);
	kfree_here(p);
	EXPECT_REPORT("BUG: KFENCE: use-after-free read in read_here") {
		read_here(p + 100);
	}
	EXPECT(ktest_reported("Use-after-free read at"));
	EXPECT(ktest_reported("freed by task"));
	EXPECT(ktest_reported("kfree_here"));
}

static void read_there(void *p)
{
	read_here(p);
}

/* No CPU goes on using an object that it has used before. */
KTEST(kfence, use_after_free_on_each_cpu)
{
	int cpu;
	u8 *p;

	if (!sampling())
		return;
	for_each_online_cpu(cpu) {
		p = sampled_kmalloc(32);
		ASSERT(p);
		smp_call_function_single(cpu, read_there, p, 1);
		kfree(p);
		EXPECT_REPORT("BUG: KFENCE: use-after-free read") {
			smp_call_function_single(cpu, read_there, p, 1);
		}
	}
}

KTEST(kfence, memory_corruption)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_at_end(72, false);
	ASSERT(p);
	p[75] = 0x11;
	EXPECT_REPORT("BUG: KFENCE: memory corruption in kfence_memory_corruption") {
		kfree(p);
	}
	EXPECT(ktest_reported("[ 0x11 . . ."));
	EXPECT(ktest_reported("size=72, cache=kmalloc-96")); /* the object, and who allocated it */
	EXPECT(ktest_reported("sampled_kmalloc"));
	p = sampled_at_end(72, true);
	ASSERT(p);
	p[-5] = 0x12;
	EXPECT_REPORT("BUG: KFENCE: memory corruption in") {
		kfree(p);
	}
	EXPECT(ktest_reported("[ 0x12 . . ."));
	p = sampled_at_end(72, false);
	ASSERT(p);
	p[PAGE_SIZE - 1] = 0x13;
	EXPECT_REPORT("BUG: KFENCE: memory corruption in") {
		kfree(p);
	}
	EXPECT(ktest_reported("[ 0x13 ]")); /* the page ends there */
}

KTEST(kfence, invalid_free)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_kmalloc(72);
	ASSERT(p);
	EXPECT_REPORT("BUG: KFENCE: invalid free in kfence_invalid_free") {
		kfree(p + 8);
	}
	EXPECT(ktest_reported("Invalid free of"));
	EXPECT_NO_REPORT() {
		kfree(p);
	}
	EXPECT_REPORT("BUG: KFENCE: invalid free in kfence_invalid_free") {
		kfree(p);
	}
	EXPECT(ktest_reported("freed by task"));
	EXPECT_REPORT("(in a guard page)") {
		kfree((void *)(((unsigned long)p & PAGE_MASK) + PAGE_SIZE));
	}
}

static void *sampled_object(struct kmem_cache *cache)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		void *p;

		kfence_sample();
		p = kmem_cache_alloc(cache, GFP_KERNEL);
		if (is_kfence_address(p))
			return p;
		kmem_cache_free(cache, p);
	}
	return NULL;
}

/* The first and the last page of the pool guard nothing, or what lies beside them. */
KTEST(kfence, touching_the_ends_of_the_pool)
{
	if (!sampling())
		return;
	EXPECT_REPORT("BUG: KFENCE: ") {
		read_here((const u8 *)kfence_pool);
	}
	EXPECT(ktest_reported("Invalid read at"));
	EXPECT_REPORT("BUG: KFENCE: ") {
		read_here((const u8 *)kfence_pool + kfence_pool_size - PAGE_SIZE);
	}
}

/* Which object an address is of, and whether it is free; of a guard, that it is of none. */
KTEST(kfence, whose_is_an_address)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_at_end(64, false);
	ASSERT(p);
	EXPECT_REPORT("pointer offset 5 size 64 cache kmalloc-64") {
		pr_warn("address:");
		kmem_dump_obj(p + 5);
	}
	EXPECT(!ktest_reported(", free"));
	EXPECT_REPORT("in kfence's pool, no object") {
		pr_warn("address:");
		kmem_dump_obj(p - 1);
	}
	kfree(p);
	EXPECT_REPORT("pointer offset 0 size 64 cache kmalloc-64, free") {
		pr_warn("address:");
		kmem_dump_obj(p);
	}
}

/* It is on when the command line asks for it, so the tests here are not left out by mistake. */
KTEST(kfence, is_on_when_asked_for)
{
	static const char word[] = "kfence.sample_interval=";
	const char *at = boot_info.cmdline;
	bool asked = false;

	while ((at = strstr(at, word))) {
		at += strlen(word);
		asked = simple_strtoul(at, NULL, 0) != 0;
	}
	EXPECT_EQ(kfence_enabled(), asked && !kasan_enabled());
}

/* An object's size is asked by its first byte, and by no other. */
KTEST(kfence, size_of_an_object)
{
	u8 *p;

	if (!sampling())
		return;
	p = sampled_kmalloc(40);
	ASSERT(p);
	EXPECT(ksize(p) >= 40);
	EXPECT_REPORT("ksize: kmalloc() never gave") {
		EXPECT_EQ(ksize(p + 8), 0);
	}
	EXPECT_REPORT("out-of-bounds read") {
		read_here((u8 *)((unsigned long)p & PAGE_MASK) - 1);
	}
	EXPECT(ktest_reported("Call Trace:"));
	kfree(p);
}

static unsigned long number_in_file(const char *name)
{
	static char text[1024];
	const char *at;

	if (vfile_read("kfence", text, sizeof(text)) < 0 || !(at = strstr(text, name)))
		return ~0UL;
	return simple_strtoul(at + strlen(name), NULL, 10);
}

/* /proc/kfence counts what is sampled, what is given back, and mistakes. */
KTEST(kfence, counts)
{
	unsigned long live, allocs, frees, bugs;
	u8 *p;

	if (!sampling())
		return;
	live = number_in_file("currently allocated: ");
	allocs = number_in_file("total allocations: ");
	frees = number_in_file("total frees: ");
	bugs = number_in_file("total bugs: ");
	p = sampled_kmalloc(40);
	EXPECT(number_in_file("total allocations: ") > allocs);
	EXPECT(number_in_file("total allocations: ") < allocs + 1000);
	EXPECT_EQ(number_in_file("currently allocated: "),
		  number_in_file("total allocations: ") - number_in_file("total frees: "));
	kfree(p);
	EXPECT(number_in_file("total frees: ") > frees &&
	       number_in_file("total frees: ") < frees + 1000);
	EXPECT_REPORT("use-after-free read") {
		read_here(p);
	}
	EXPECT_EQ(number_in_file("total bugs: "), bugs + 1);
	EXPECT_EQ(live == ~0UL, 0);
}

/* A wish for a node comes before the turn to be sampled: the pool is where it is. */
KTEST(kfence, objects_of_a_node_are_not_sampled)
{
	int nid;

	if (!sampling())
		return;
	if (num_online_nodes() < 2) {
		ktest_skip("one node");
		return;
	}
	for_each_node_state(nid, N_NORMAL_MEMORY)
	{
		for (unsigned int i = 0; i < TRIES; i++) {
			void *p;

			kfence_sample();
			p = kmalloc_node(64, GFP_KERNEL, nid);
			ASSERT(p);
			EXPECT(!is_kfence_address(p));
			EXPECT_EQ(virt_to_page(p)->nid, nid);
			kfree(p);
		}
	}
}

KTEST(kfence, objects_of_a_cache)
{
	struct kmem_cache *cache, *other;
	void *p;

	if (!sampling())
		return;
	cache = kmem_cache_create("kfence_test", 104, 32, 0, NULL);
	other = kmem_cache_create("kfence_other", 104, 32, 0, NULL);
	if (EXPECT(cache && other) && EXPECT((p = sampled_object(cache)))) {
		EXPECT_EQ((unsigned long)p % 32, 0);
		EXPECT(kmem_valid_obj(p));
		EXPECT_REPORT("Wrong slab cache. kfence_other but object is from kfence_test") {
			kmem_cache_free(other, p);
		}
		EXPECT_REPORT("is an object of kfence_test, not of kmalloc()") {
			kfree(p);
		}
		EXPECT_REPORT("Objects remaining in kfence_test") {
			EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
		}
		EXPECT(ktest_reported("cache=kfence_test"));
		EXPECT(!ktest_reported(" more"));
		EXPECT(!slab_check(cache));
		kmem_cache_free(cache, p);
		EXPECT_EQ(kmem_cache_destroy(cache), 0);
		cache = NULL;
		EXPECT_REPORT("BUG: KFENCE: use-after-free read") {
			read_here(p);
		}
	}
	kmem_cache_destroy(cache);
	kmem_cache_destroy(other);
}

/* A pool of one element, which is a sampled object. */
static mempool_t *pool_of_sampled(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 64);
	void *p = pool ? sampled_kmalloc(64) : NULL;

	if (!p) {
		mempool_destroy(pool);
		return NULL;
	}
	kfree(pool->elements[0]);
	pool->elements[0] = p;
	return pool;
}

/* A sampled object serves as an element of a reserve; one that was freed there is named. */
KTEST(kfence, element_of_a_reserve)
{
	mempool_t *pool;
	void *p;

	if (!sampling())
		return;
	pool = pool_of_sampled();
	ASSERT(pool);
	p = pool->elements[0];
	EXPECT_NO_REPORT() {
		mempool_destroy(pool);
	}
	EXPECT(!kfence_is_live(p));

	pool = pool_of_sampled();
	ASSERT(pool);
	kfree(pool->elements[0]);
	EXPECT_REPORT("BUG: mempool: element 0x") {
		mempool_destroy(pool);
	}
}

/* What keeps its state while free never is one of them. */
static void construct(void *obj)
{
	*(u32 *)obj = 0x5aa5;
}

KTEST(kfence, objects_that_are_never_sampled)
{
	struct kmem_cache *with_ctor, *rcu;

	if (!sampling())
		return;
	with_ctor = kmem_cache_create("kfence_ctor", 64, 0, 0, construct);
	rcu = kmem_cache_create("kfence_rcu", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	if (EXPECT(with_ctor && rcu)) {
		EXPECT(!sampled_object(with_ctor));
		EXPECT(!sampled_object(rcu));
	}
	kmem_cache_destroy(with_ctor);
	kmem_cache_destroy(rcu);
}

KTEST(kfence, zeroes_sizes_and_alignment)
{
	static const size_t sizes[] = {1, 8, 12, 64, 100, 256, 1024, 4000, 4096};

	if (!sampling())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i];
		u8 *p = NULL;

		for (unsigned int try = 0; try < TRIES && !p; try++) {
			kfence_sample();
			p = kzalloc(size, GFP_KERNEL);
			if (is_kfence_address(p))
				break;
			kfree(p);
			p = NULL;
		}
		ASSERT(p);
		EXPECT_EQ(ksize(p), ALIGN(size, 8));
		EXPECT(!memchr_inv(p, 0, size));
		EXPECT_EQ((unsigned long)p % ((size & (size - 1)) ? 8 : size > 8 ? size : 8), 0);
		memset(p, 0xff, ksize(p));
		p = krealloc(p, size + 100, GFP_KERNEL);
		EXPECT(p && !memchr_inv(p, 0xff, size));
		EXPECT_NO_REPORT() {
			kfree(p);
		}
	}
}

/* Takes what is left of the pool in objects of half a page; how many. */
static unsigned int take_all(u8 **kept)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < 512; i++) {
		kfence_sample();
		kept[n] = kmalloc(2048, GFP_KERNEL);
		if (is_kfence_address(kept[n]))
			n++;
		else
			kfree(kept[n]);
	}
	return n;
}

static bool is_among(const u8 *p, u8 *const *kept, unsigned int n)
{
	while (n--)
		if (kept[n] == p)
			return true;
	return false;
}

static void expect_object(const u8 *at, const char *side, const u8 *object)
{
	char line[64];

	snprintf(line, sizeof(line), "%s of kfence-#%lu):", side,
		 ((unsigned long)object - kfence_pool) / (2 * PAGE_SIZE));
	EXPECT_REPORT(line) {
		read_here(at);
	}
}

/*
 * Somebody reads beyond an object that was freed.  Whoever gets its place next has a guard
 * that is closed, and an access there is reported as his.
 */
KTEST(kfence, the_next_object_has_closed_guards)
{
	static u8 *kept[512];
	unsigned int n;
	u8 *p;

	if (!sampling())
		return;
	p = sampled_at_end(2048, false);
	ASSERT(p);
	kfree(p);
	EXPECT_REPORT("out-of-bounds read") {
		read_here(p + PAGE_SIZE);
	}
	n = take_all(kept); /* whose release would close guards too */
	EXPECT_REPORT("out-of-bounds read") {
		read_here(p + PAGE_SIZE);
	}
	while (n)
		kfree(kept[--n]);
}

/* An access in a guard is put down to the object that is nearer, on either side; or the only one. */
KTEST(kfence, the_nearer_of_two)
{
	u8 *first = (u8 *)kfence_pool + 2 * PAGE_SIZE;
	static u8 *kept[512];
	unsigned int n, pairs = 0;

	if (!sampling())
		return;
	n = take_all(kept);
	for (unsigned int i = 0; i < n; i++) {
		u8 *end = kept[i] + 2048, *next = end + PAGE_SIZE;

		if (PAGE_ALIGNED(kept[i]) || !is_among(next, kept, n))
			continue;
		if (pairs++ % 2) /* the access is let through, so one a guard */
			expect_object(end + PAGE_SIZE / 2 - 1, "right", kept[i]);
		else
			expect_object(end + PAGE_SIZE / 2 + 1, "left", next);
	}
	EXPECT(pairs > 1);
	if (is_among(first, kept, n) || is_among(first + PAGE_SIZE - 2048, kept, n))
		expect_object(first - 1, "left", first);
	while (n)
		kfree(kept[--n]);
}

/* With all of them in use, allocations are served as without; and all of them come back. */
KTEST(kfence, more_than_there_are)
{
	void **kept;
	unsigned long skipped;
	unsigned int n = 0;

	if (!sampling())
		return;
	skipped = number_in_file("skipped allocations (capacity): ");
	kept = kmalloc_array(512, sizeof(*kept), GFP_KERNEL);
	ASSERT(kept);
	for (unsigned int i = 0; i < 512; i++) {
		kfence_sample();
		kept[i] = kmalloc(24, GFP_KERNEL);
		if (EXPECT(kept[i]))
			memset(kept[i], 1, 24);
		n += is_kfence_address(kept[i]);
	}
	EXPECT(n > 200 && n <= 255);
	EXPECT(number_in_file("skipped allocations (capacity): ") > skipped);
	for (unsigned int i = 0; i < 512; i++)
		kfree(kept[i]);
	kfree(kept);
	kfree(sampled_kmalloc(24));
}

/* A CPU that does nothing but take an object and put it back gets its turn all the same. */
KTEST(kfence, the_interval_goes_by)
{
	unsigned int sampled = 0;

	if (!sampling())
		return;
	for (unsigned int round = 0; round < 3000 && sampled < 3; round++) {
		for (unsigned int i = 0; i < 100; i++) {
			void *p = kmalloc(64, GFP_KERNEL);

			sampled += is_kfence_address(p);
			kfree(p);
		}
		mdelay(1);
	}
	EXPECT(sampled >= 3);
}
