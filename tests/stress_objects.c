/* SPDX-License-Identifier: MIT */
/*
 * Objects of every kind for the stress test, and what proves that they are whole.
 *
 *	slots   [ kmalloc ][ empty ][ vmalloc ][ busy ][ page ] ...
 *	            ^                              ^
 *	     anybody claims one            somebody is at it
 *
 * Whoever acts, thread or interrupt, claims a slot at random.  An empty one gets a
 * new object, a full one loses its own, so objects are given back on any CPU and in
 * any context, whoever took them.
 *
 * An object is filled with words that are a function of a key, which only its slot
 * knows, and of their own address.  Memory that has two owners, was moved, or was
 * written by somebody else, has a wrong word when it is given back.  Large objects
 * have their words some way apart, never at the same place of each page.
 *
 * Invariant: slot->busy is set by exactly one actor while it looks at the rest.
 * Locking: none.  Nobody waits for a slot; an interrupt that finds the one it wants
 * busy goes elsewhere.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "stress.h"

#define CHANGES	       (__GFP_NOWARN | __GFP_ZERO | __GFP_NORETRY)
#define SLOTS	       1024
#define FAILURES_SHOWN 8
#define SMALL	       512  /* what is always within the budget */
#define CLOSE	       4096 /* up to here every word is written */
#define FEW_WORDS      512
#define HUGE	       (PAGE_SIZE << (MAX_ORDER - 1))
#define CONSTRUCTED    328 /* bytes of an object with a constructor */

struct slot {
	u8 busy;
	u8 kind;
	u8 which; /* cache or pool; order of pages */
	u8 cpu;	  /* that took it */
	bool from_interrupt;
	size_t size;
	u64 key;
	u64 handle; /* for a device; physical address of registers */
	void *object;
};

const char *const stress_kind_name[STRESS_NR_KINDS] = {
	"kmalloc", "kmalloc_node", "cache",    "pages",	   "high_page", "vmalloc",   "percpu",
	"mempool", "kvmalloc",	   "coherent", "dma_pool", "vmap",	"registers",
};

struct kmem_cache *stress_caches[STRESS_CACHES];
unsigned long stress_budget;

static const struct {
	unsigned int size;
	slab_flags_t flags;
	bool constructed;
} cache_kinds[STRESS_CACHES] = {
	{24, 0, false},
	{64, SLAB_HWCACHE_ALIGN, false},
	{200, SLAB_TYPESAFE_BY_RCU, false},
	{CONSTRUCTED, 0, true},
	{1000, SLAB_RECLAIM_ACCOUNT, false},
	{2100, 0, false},
};

static mempool_t *pools[STRESS_POOLS];
static const size_t pool_size[STRESS_POOLS] = {64, 700, 2 * PAGE_SIZE};

static struct slot slots[SLOTS];
static u64 constructed_key;
static unsigned int failures;
static unsigned long bytes_taken; /* less those given */
static DEFINE_PER_CPU(struct stress_counts, counts);

#define count(what, n) this_cpu_add(counts.what, n)

static void count_bytes(long n)
{
	__atomic_fetch_add(&bytes_taken, (unsigned long)n, __ATOMIC_RELAXED);
}

void stress_failed(const char *fmt, ...)
{
	char text[160];
	va_list args;

	if (__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED) >= FAILURES_SHOWN)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pr_err("stress: CPU %d: %s\n", raw_smp_processor_id(), text);
}

unsigned int stress_failures(void)
{
	return READ_ONCE(failures);
}

/* ---- Contents -------------------------------------------------------------------------------- */

static u64 word_at(u64 key, unsigned long at)
{
	u64 x = (key ^ at) * 0x9e3779b97f4a7c15ULL;

	return x ^ x >> 31;
}

/* How far apart the words of an object are: an odd number of words. */
static size_t step_of(size_t size)
{
	return size <= CLOSE ? 8 : (size / FEW_WORDS / 8 | 1) * 8;
}

/* @at is what names the memory: its address, or that of its descriptor where it may have none. */
static void fill(u64 key, const void *at, void *memory, size_t size)
{
	size_t step = step_of(size), i;
	u8 *bytes = memory;

	for (i = 0; i + 8 <= size; i += step)
		*(u64 *)(bytes + i) = word_at(key, (unsigned long)at + i);
	for (i = size & ~7UL; i < size; i++)
		bytes[i] = (u8)word_at(key, (unsigned long)at + i);
}

/* Offset of the first wrong word, or -1. */
static long compare(u64 key, const void *at, const void *memory, size_t size)
{
	size_t step = step_of(size), i;
	const u8 *bytes = memory;

	for (i = 0; i + 8 <= size; i += step) {
		if (*(const u64 *)(bytes + i) != word_at(key, (unsigned long)at + i))
			return (long)i;
	}
	for (i = size & ~7UL; i < size; i++) {
		if (bytes[i] != (u8)word_at(key, (unsigned long)at + i))
			return (long)i;
	}
	return -1;
}

static void verify(const struct slot *s, const void *at, const void *memory)
{
	long wrong = compare(s->key, at, memory, s->size);

	if (wrong < 0)
		return;
	stress_failed("%s 0x%px, %lu bytes, taken by CPU %u%s: byte %ld is 0x%02x, not 0x%02x",
		      stress_kind_name[s->kind], at, s->size, s->cpu,
		      s->from_interrupt ? " in an interrupt" : "", wrong,
		      ((const u8 *)memory)[wrong],
		      (u8)word_at(s->key, (unsigned long)at + (unsigned long)wrong));
}

/* An object that was asked for with zeroes has nothing else. */
static void verify_zero(const struct slot *s, const void *memory)
{
	if (memchr_inv(memory, 0, s->size))
		stress_failed("%s 0x%px, %lu bytes, is not zeroed", stress_kind_name[s->kind],
			      memory, s->size);
}

static void construct(void *object)
{
	fill(constructed_key, object, object, CONSTRUCTED);
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static gfp_t random_gfp(struct stress_actor *a)
{
	static const gfp_t sleeping[] = {GFP_KERNEL, GFP_KERNEL, GFP_NOFS,
					 GFP_NOIO,   GFP_USER,	 GFP_KERNEL | __GFP_NORETRY};
	static const gfp_t atomic[] = {GFP_ATOMIC, GFP_NOWAIT};
	gfp_t gfp;

	if (a->may_sleep && stress_random(a, 4))
		gfp = sleeping[stress_random(a, ARRAY_SIZE(sleeping))];
	else
		gfp = atomic[stress_random(a, ARRAY_SIZE(atomic))];
	if (stress_random(a, 4) == 0)
		gfp |= __GFP_ZERO;
	return gfp | __GFP_NOWARN;
}

static int random_node(struct stress_actor *a)
{
	int node = (int)stress_random(a, (u32)num_possible_nodes() + 1) - 1;

	return node < 0 || !node_online(node) ? NUMA_NO_NODE : node;
}

/* Small sizes far more often than large ones; beyond the budget small ones only. */
static size_t random_size(struct stress_actor *a, unsigned int shift)
{
	size_t size = 1 + (prandom_u32_state(&a->rnd) & ((8U << stress_random(a, shift)) - 1));

	return size <= SMALL || READ_ONCE(bytes_taken) < stress_budget ? size : 1 + size % SMALL;
}

static void *take_cache(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	struct kmem_cache *cache;

	s->which = (u8)stress_random(a, STRESS_CACHES);
	cache = stress_caches[s->which];
	s->size = cache_kinds[s->which].size;
	if (cache_kinds[s->which].constructed)
		gfp &= ~__GFP_ZERO;
	if (stress_random(a, 4) == 0)
		return kmem_cache_alloc_node(cache, gfp, random_node(a));
	return kmem_cache_alloc(cache, gfp);
}

/* Any order, the large ones seldom and without going to great lengths. */
static void *take_pages(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	size_t pages = random_size(a, 10) / 16;
	struct page *page;

	s->which = (u8)get_order(max(pages, 1UL) * PAGE_SIZE);
	if (pages > 8 && stress_random(a, 64) == 0) {
		s->which = MAX_ORDER - 1;
		gfp &= ~__GFP_ZERO;
	}
	s->size = PAGE_SIZE << s->which;
	if (s->which > 2)
		gfp |= __GFP_NORETRY;
	page = stress_random(a, 4) ? alloc_pages(gfp, s->which)
				   : alloc_pages_node(random_node(a), gfp, s->which);
	return page ? page_to_virt(page) : NULL;
}

static void *take_high_page(struct slot *s, gfp_t gfp)
{
	s->size = PAGE_SIZE;
	return alloc_page(gfp | __GFP_HIGHMEM);
}

static void *take_vmalloc(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	s->size = random_size(a, 12) * 8;
	if (!a->may_sleep)
		return NULL;
	return __vmalloc_node(s->size, PAGE_SIZE, GFP_KERNEL | (gfp & CHANGES), random_node(a),
			      take_vmalloc);
}

static void *take_percpu(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	u32 most = 8U << stress_random(a, stress_random(a, 64) ? 9 : 13);

	s->size = ALIGN(1 + stress_random(a, most), 8);
	return (void __force *)__alloc_percpu_gfp(
		s->size, 8, (a->may_sleep ? GFP_KERNEL : GFP_ATOMIC) | (gfp & __GFP_NOWARN));
}

static void *take_mempool(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	void *element;

	s->which = (u8)stress_random(a, STRESS_POOLS);
	s->size = pool_size[s->which];
	element = mempool_alloc(pools[s->which], gfp & ~__GFP_ZERO);
	return element && s->which == 2 ? page_to_virt((struct page *)element) : element;
}

static void *take_kind(struct stress_actor *a, struct slot *s, gfp_t gfp)
{
	switch (s->kind) {
	case STRESS_KMALLOC:
		s->size = random_size(a, 14);
		return kmalloc(s->size, gfp);
	case STRESS_KMALLOC_NODE:
		s->size = random_size(a, 11);
		return kmalloc_node(s->size, gfp, random_node(a));
	case STRESS_CACHE:
		return take_cache(a, s, gfp);
	case STRESS_PAGES:
		return take_pages(a, s, gfp);
	case STRESS_HIGH_PAGE:
		return take_high_page(s, gfp);
	case STRESS_VMALLOC:
		return take_vmalloc(a, s, gfp);
	case STRESS_PERCPU:
		return take_percpu(a, s, gfp);
	case STRESS_KVMALLOC:
		s->size = random_size(a, 14) * 2;
		return a->may_sleep ? kvmalloc(s->size, GFP_KERNEL | (gfp & CHANGES)) : NULL;
	case STRESS_COHERENT:
		return stress_take_coherent(a, gfp, &s->size, &s->handle);
	case STRESS_DMA_POOL:
		return stress_take_block(gfp, &s->size, &s->handle);
	case STRESS_VMAP:
		return stress_take_vmap(a, gfp & ~__GFP_ZERO, &s->size);
	case STRESS_REGISTERS:
		return stress_take_registers(a, &s->size, &s->handle);
	default:
		return take_mempool(a, s, gfp);
	}
}

static void fill_percpu(const struct slot *s)
{
	void __percpu *object = (void __percpu __force *)s->object;
	int cpu;

	for_each_possible_cpu(cpu) {
		void *copy = per_cpu_ptr(object, cpu);

		verify_zero(s, copy);
		fill(s->key, copy, copy, s->size);
	}
}

/* Was it asked for with zeroes?  (Clearing the largest blocks takes too long.) */
static bool is_zeroed(const struct slot *s, gfp_t gfp)
{
	if (s->kind == STRESS_MEMPOOL || s->kind == STRESS_VMAP ||
	    (s->kind == STRESS_CACHE && cache_kinds[s->which].constructed))
		return false;
	return gfp & __GFP_ZERO && s->size < HUGE;
}

static void fill_slot(const struct slot *s, gfp_t gfp)
{
	bool constructed = s->kind == STRESS_CACHE && cache_kinds[s->which].constructed;
	void *memory = s->object;

	if (s->kind == STRESS_REGISTERS)
		return;
	if (s->kind == STRESS_PERCPU) {
		fill_percpu(s);
		return;
	}
	if (s->kind == STRESS_HIGH_PAGE)
		memory = kmap_local_page(s->object);
	if (constructed && compare(constructed_key, memory, memory, s->size) >= 0)
		stress_failed("cache %u: 0x%px is not as constructed", s->which, memory);
	if (is_zeroed(s, gfp))
		verify_zero(s, memory);
	fill(s->key, s->object, memory, s->size);
	if (s->kind == STRESS_HIGH_PAGE)
		kunmap_local(memory);
}

static void take(struct stress_actor *a, struct slot *s)
{
	/* Of 64: the frequent kinds are those whose fast paths race. */
	static const u8 kind_of[64] = {
		[0 ... 16] = STRESS_KMALLOC,	[17 ... 31] = STRESS_CACHE,
		[32 ... 40] = STRESS_PAGES,	[41 ... 43] = STRESS_KMALLOC_NODE,
		[44 ... 45] = STRESS_HIGH_PAGE, [46 ... 48] = STRESS_VMALLOC,
		[49 ... 51] = STRESS_MEMPOOL,	[52 ... 56] = STRESS_PERCPU,
		[57] = STRESS_KVMALLOC,		[58 ... 59] = STRESS_COHERENT,
		[60 ... 61] = STRESS_DMA_POOL,	[62] = STRESS_VMAP,
		[63] = STRESS_REGISTERS,
	};
	gfp_t gfp = random_gfp(a);

	s->kind = kind_of[stress_random(a, ARRAY_SIZE(kind_of))];
	s->object = take_kind(a, s, gfp);
	if (!s->object) {
		count(refused[s->kind], 1);
		return;
	}
	s->key = (u64)prandom_u32_state(&a->rnd) << 32 | prandom_u32_state(&a->rnd);
	s->cpu = (u8)raw_smp_processor_id();
	s->from_interrupt = in_interrupt();
	fill_slot(s, gfp);
	count(taken[s->kind], 1);
	count_bytes((long)s->size);
}

/* ---- Giving ---------------------------------------------------------------------------------- */

static void verify_slot(const struct slot *s)
{
	void *memory;
	int cpu;

	if (s->kind == STRESS_REGISTERS) {
		stress_check_registers(s->object, s->size, s->handle);
	} else if (s->kind == STRESS_PERCPU) {
		for_each_possible_cpu(cpu) {
			memory = per_cpu_ptr((void __percpu __force *)s->object, cpu);
			verify(s, memory, memory);
		}
	} else if (s->kind == STRESS_HIGH_PAGE) {
		memory = kmap_local_page(s->object);
		verify(s, s->object, memory);
		kunmap_local(memory);
	} else {
		verify(s, s->object, s->object);
	}
}

static void give_kind(struct slot *s)
{
	switch (s->kind) {
	case STRESS_KMALLOC:
	case STRESS_KMALLOC_NODE:
		kfree(s->object);
		break;
	case STRESS_CACHE:
		if (cache_kinds[s->which].constructed)
			construct(s->object);
		kmem_cache_free(stress_caches[s->which], s->object);
		break;
	case STRESS_PAGES:
		free_pages((unsigned long)s->object, s->which);
		break;
	case STRESS_HIGH_PAGE:
		__free_page(s->object);
		break;
	case STRESS_VMALLOC:
	case STRESS_VMAP:
		vfree(s->object);
		break;
	case STRESS_KVMALLOC:
		kvfree(s->object);
		break;
	case STRESS_COHERENT:
		stress_give_coherent(s->object, s->size, s->handle);
		break;
	case STRESS_DMA_POOL:
		stress_give_block(s->object, s->handle);
		break;
	case STRESS_REGISTERS:
		stress_give_registers(s->object);
		break;
	case STRESS_PERCPU:
		free_percpu((void __percpu __force *)s->object);
		break;
	default:
		mempool_free(s->which == 2 ? (void *)virt_to_page(s->object) : s->object,
			     pools[s->which]);
	}
}

static void give(struct slot *s)
{
	verify_slot(s);
	count(given[s->kind], 1);
	count_bytes(-(long)s->size);
	if (s->cpu != (u8)raw_smp_processor_id())
		count(remote, 1);
	give_kind(s);
	s->object = NULL;
}

/* What a kmalloc object held it still holds when it has grown or shrunk. */
static void resize(struct stress_actor *a, struct slot *s)
{
	size_t size = random_size(a, 12), kept = min(size, s->size) & ~7UL;
	void *old = s->object, *object;
	u64 first, last;

	verify_slot(s);
	if (kept < 8 || s->size > CLOSE)
		return;
	first = word_at(s->key, (unsigned long)old);
	last = word_at(s->key, (unsigned long)old + kept - 8);
	object = krealloc(old, size, random_gfp(a) & ~__GFP_ZERO);
	if (!object)
		return;
	if (*(u64 *)object != first || *(u64 *)((u8 *)object + kept - 8) != last)
		stress_failed("krealloc of 0x%px, %lu bytes, to 0x%px, %lu bytes, lost its content",
			      old, s->size, object, size);
	count_bytes((long)size - (long)s->size);
	count(resized, 1);
	s->object = object;
	s->size = size;
	fill(s->key, object, object, size);
}

/* ---- Operations ------------------------------------------------------------------------------ */

static bool claim(struct slot *s)
{
	return !READ_ONCE(s->busy) && !__atomic_exchange_n(&s->busy, 1, __ATOMIC_ACQUIRE);
}

void stress_operate(struct stress_actor *a)
{
	struct slot *s;

	do
		s = &slots[stress_random(a, SLOTS)];
	while (!claim(s));
	if (s->object && s->kind >= STRESS_REGISTERS && !a->may_sleep)
		; /* not here */
	else if (!s->object)
		take(a, s);
	else if (s->kind == STRESS_KMALLOC && stress_random(a, 8) == 0)
		resize(a, s);
	else
		give(s);
	__atomic_store_n(&s->busy, 0, __ATOMIC_RELEASE);
	if (in_interrupt())
		count(in_interrupt, 1);
}

#define BULK 24

void stress_bulk(struct stress_actor *a)
{
	unsigned int which = stress_random(a, 2), n = 1 + stress_random(a, BULK), i;
	u64 key = prandom_u32_state(&a->rnd);
	void *objects[BULK];

	if (!kmem_cache_alloc_bulk(stress_caches[which], random_gfp(a) & ~__GFP_ZERO, n, objects)) {
		count(refused[STRESS_CACHE], n);
		return;
	}
	for (i = 0; i < n; i++)
		fill(key, objects[i], objects[i], cache_kinds[which].size);
	for (i = 0; i < n; i++) {
		if (compare(key, objects[i], objects[i], cache_kinds[which].size) >= 0)
			stress_failed("bulk: 0x%px is somebody else's too", objects[i]);
	}
	kmem_cache_free_bulk(stress_caches[which], n, objects);
	count(taken[STRESS_CACHE], n);
	count(given[STRESS_CACHE], n);
}

struct stress_counts stress_sum(void)
{
	struct stress_counts sum = {0};
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct stress_counts *c = per_cpu_ptr(&counts, cpu);

		for (i = 0; i < STRESS_NR_KINDS; i++) {
			sum.taken[i] += READ_ONCE(c->taken[i]);
			sum.given[i] += READ_ONCE(c->given[i]);
			sum.refused[i] += READ_ONCE(c->refused[i]);
		}
		sum.remote += READ_ONCE(c->remote);
		sum.in_interrupt += READ_ONCE(c->in_interrupt);
		sum.resized += READ_ONCE(c->resized);
	}
	sum.bytes = READ_ONCE(bytes_taken);
	return sum;
}

unsigned long stress_operations(const struct stress_counts *sum)
{
	unsigned long n = sum->resized;
	unsigned int i;

	for (i = 0; i < STRESS_NR_KINDS; i++)
		n += sum->taken[i] + sum->given[i] + sum->refused[i];
	return n;
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

static bool make_caches(void)
{
	static const char *const name[STRESS_CACHES] = {"stress-24",   "stress-64",
							"stress-rcu",  "stress-ctor",
							"stress-1000", "stress-2100"};
	unsigned int i;

	for (i = 0; i < STRESS_CACHES; i++) {
		stress_caches[i] =
			kmem_cache_create(name[i], cache_kinds[i].size, 0, cache_kinds[i].flags,
					  cache_kinds[i].constructed ? construct : NULL);
		if (!stress_caches[i])
			return false;
	}
	return true;
}

bool stress_objects_init(u64 seed)
{
	int cpu;

	constructed_key = seed;
	failures = 0;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&counts, cpu), 0, sizeof(struct stress_counts));
	if (!make_caches())
		return false;
	pools[0] = mempool_create_slab_pool(8, stress_caches[1]);
	pools[1] = mempool_create_kmalloc_pool(8, pool_size[1]);
	pools[2] = mempool_create_page_pool(4, 1);
	return pools[0] && pools[1] && pools[2] && stress_mapped_init();
}

void stress_objects_exit(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (slots[i].busy)
			stress_failed("slot %u is busy at the end", i);
		else if (slots[i].object)
			give(&slots[i]);
	}
	stress_mapped_exit();
	for (i = 0; i < STRESS_POOLS; i++)
		mempool_destroy(pools[i]);
	for (i = 0; i < STRESS_CACHES; i++) {
		if (kmem_cache_destroy(stress_caches[i]))
			stress_failed("cache %u has objects left", i);
	}
}
