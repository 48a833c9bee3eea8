/* SPDX-License-Identifier: MIT */
/*
 * cairn-death CASE - one misuse of memory, in a process of its own
 *
 * Starts the kernel with the command line that the case wants, prints "p=0x..." for
 * the address in question and "begin", and makes the mistake.  What is reported comes
 * next on standard output, and then "end", if the kernel goes on, and what is wrong with
 * the allocators now, or "intact".  The status is then 0; 85 is a panic.  Without CASE it prints the names of all.
 *
 * tests/hosted/death.py knows what each has to say.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "../../mm/fault_inject.h"
#include "../../mm/internal.h"
#include "../../mm/percpu.h"
#include "../../mm/slab.h"
#include "../../mm/vmap.h"
#include "../../mm/zone.h"

#define DEBUG  "slub_debug=FZPU"
#define POISON "page_poison=1"
#define OWNER  "page_owner=on"

struct death_case {
	const char *name;
	const char *cmdline;
	void (*fn)(void);
};

/* Everything is ready, and @p is what the report is about. */
static void mistake_with(const void *p)
{
	console_printf("p=0x%px\nbegin\n", p);
}

static struct kmem_cache *cache_of(const char *name)
{
	return kmem_cache_create(name, 96, 0, 0, NULL);
}

/* ---- kfree() and krealloc() ------------------------------------------------------------------ */

static noinline void kfree_it(void *p)
{
	mistake_with(p);
	kfree(p);
}

static void kfree_null(void)
{
	kfree_it(NULL);
	kfree(ZERO_SIZE_PTR);
}

static void kfree_twice(void)
{
	void *p = kmalloc(60, GFP_KERNEL);

	kfree(p);
	kfree_it(p);
}

static void kfree_twice_with_one_between(void)
{
	void *p = kmalloc(60, GFP_KERNEL), *other = kmalloc(60, GFP_KERNEL);

	kfree(p);
	kfree(other);
	kfree_it(p);
}

static void kfree_twice_large(void)
{
	void *p = kmalloc(65536, GFP_KERNEL);

	kfree(p);
	kfree_it(p);
}

static void kfree_middle(void)
{
	kfree_it((char *)kmalloc(128, GFP_KERNEL) + 8);
}

static void kfree_middle_large(void)
{
	kfree_it((char *)kmalloc(65536, GFP_KERNEL) + PAGE_SIZE);
}

static void kfree_page(void)
{
	kfree_it((void *)__get_free_page(GFP_KERNEL));
}

static void kfree_static(void)
{
	static u64 not_allocated;

	kfree_it(&not_allocated);
}

static void kfree_stack(void)
{
	u64 local = 0;

	kfree_it(&local);
}

static void kfree_user_address(void)
{
	kfree_it((void *)0x7fff12345678);
}

static void kfree_small_number(void)
{
	kfree_it((void *)24);
}

static void kfree_vmalloc(void)
{
	kfree_it(vmalloc(5000));
}

static void kfree_object_of_a_cache(void)
{
	kfree_it(kmem_cache_alloc(cache_of("t_A"), GFP_KERNEL));
}

static void kfree_percpu(void)
{
	kfree_it((__force void *)alloc_percpu(u64));
}

static void ksize_of_free(void)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	mistake_with(p);
	ksize(p);
}

static void krealloc_of_free(void)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	mistake_with(p);
	(void)!krealloc(p, 1000, GFP_KERNEL);
}

static void kmalloc_too_large(void)
{
	mistake_with(NULL);
	(void)!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL);
}

static void kmalloc_highmem(void)
{
	mistake_with(NULL);
	(void)!kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM);
}

static void sleeping_under_a_lock(void)
{
	mistake_with(NULL);
	preempt_disable();
	kfree(kmalloc(100, GFP_KERNEL));
	preempt_enable();
}

/* ---- Writes where they do not belong ------------------------------------------------------------- */

/* Writes a byte @at bytes from an object in use, and frees it. */
static noinline void overflow(size_t size, long at)
{
	volatile char *p = kmalloc(size, GFP_KERNEL);

	mistake_with((void *)p);
	p[at] ^= 0x55;
	kfree((void *)p);
}

static void overflow_by_one(void)
{
	overflow(64, 64);
}

static void overflow_by_one_in_the_class(void)
{
	overflow(1000, 1024);
}

static void underflow_by_one(void)
{
	overflow(64, -1);
}

/* Writes to a free object, and allocates until it is in turn. */
static noinline void late_write(size_t at)
{
	volatile char *p = kmalloc(64, GFP_KERNEL);

	kfree((void *)p);
	mistake_with((void *)p);
	p[at] ^= 0x55;
	(void)!kmalloc(64, GFP_KERNEL);
}

static void write_after_kfree_first_word(void)
{
	late_write(0);
}

static void write_after_kfree_middle(void)
{
	late_write(33);
}

static void write_after_kfree_last_byte(void)
{
	late_write(63);
}

/* Flips @bits in a free page, which is then handed out again. */
static void late_write_page(char bits)
{
	volatile char *p = (void *)__get_free_page(GFP_KERNEL);

	if (!p)
		return;
	free_page((unsigned long)p);
	mistake_with((void *)p);
	p[100] ^= bits;
	for (int i = 0; i < 100; i++)
		(void)!__get_free_page(GFP_KERNEL);
}

static void write_after_free_page(void)
{
	late_write_page(0x55);
}

static void flipped_bit_in_a_free_page(void)
{
	late_write_page(0x10);
}

/* ---- Caches ---------------------------------------------------------------------------- */

static void cache_free_null(void)
{
	mistake_with(NULL);
	kmem_cache_free(cache_of("t_A"), NULL);
	kmem_cache_destroy(NULL);
}

static void cache_free_twice(void)
{
	struct kmem_cache *a = cache_of("t_A");
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_free(a, p);
	mistake_with(p);
	kmem_cache_free(a, p);
}

static void cache_free_middle(void)
{
	struct kmem_cache *a = cache_of("t_A");
	char *p = kmem_cache_alloc(a, GFP_KERNEL);

	mistake_with(p + 1);
	kmem_cache_free(a, p + 1);
}

static void cache_free_foreign(void)
{
	void *page = (void *)__get_free_page(GFP_KERNEL);

	mistake_with(page);
	kmem_cache_free(cache_of("t_A"), page);
}

static void cache_wrong(void)
{
	struct kmem_cache *a = cache_of("t_A");
	void *p = kmem_cache_alloc(cache_of("t_B"), GFP_KERNEL);

	mistake_with(p);
	kmem_cache_free(a, p);
}

static void cache_wrong_kmalloc(void)
{
	void *p = kmalloc(96, GFP_KERNEL);

	mistake_with(p);
	kmem_cache_free(cache_of("t_A"), p);
}

static void cache_free_bulk_twice(void)
{
	struct kmem_cache *a = cache_of("t_A");
	void *objs[3] = {NULL};

	kmem_cache_alloc_bulk(a, GFP_KERNEL, 2, objs);
	objs[2] = objs[0];
	mistake_with(objs[0]);
	kmem_cache_free_bulk(a, 3, objs);
}

static void cache_destroy_busy(void)
{
	struct kmem_cache *a = cache_of("t_A");

	mistake_with(kmem_cache_alloc(a, GFP_KERNEL));
	kmem_cache_destroy(a);
}

static void cache_destroy_twice(void)
{
	struct kmem_cache *a = cache_of("t_A");

	kmem_cache_destroy(a);
	mistake_with(a);
	kmem_cache_destroy(a);
}

static void cache_destroy_kmalloc(void)
{
	mistake_with(NULL);
	kmem_cache_destroy(&slab_find(kmalloc(64, GFP_KERNEL))->hot);
}

static void cache_without_a_name(void)
{
	mistake_with(NULL);
	kmem_cache_create(NULL, 8, 0, 0, NULL);
}

static void cache_odd_alignment(void)
{
	mistake_with(NULL);
	kmem_cache_create("t_A", 8, 24, 0, NULL);
}

static void cache_must_be(void)
{
	mistake_with(NULL);
	kmem_cache_create("t_A", KMALLOC_MAX_SIZE + 1, 0, SLAB_PANIC, NULL);
}

static void construct(void *obj)
{
	memset(obj, 1, 8);
}

static void cache_zalloc_constructed(void)
{
	mistake_with(NULL);
	(void)!kmem_cache_zalloc(kmem_cache_create("t_A", 96, 0, 0, construct), GFP_KERNEL);
}

static void cache_rcu_free_twice(void)
{
	struct kmem_cache *a = kmem_cache_create("t_A", 96, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_free(a, p);
	mistake_with(p);
	kmem_cache_free(a, p);
}

/* ---- Pages ----------------------------------------------------------------------------- */

static noinline void free_it(struct page *page, unsigned int order)
{
	mistake_with((void *)page_to_pfn(page));
	__free_pages(page, order);
}

static void page_free_twice(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	free_it(page, 0);
}

static void pages_free_twice(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 5);

	__free_pages(page, 5);
	free_it(page, 5);
}

static void page_wrong_order(void)
{
	free_it(alloc_pages(GFP_KERNEL, 3), 2);
}

static void page_order_beyond(void)
{
	mistake_with(NULL);
	(void)!alloc_pages(GFP_KERNEL, MAX_ORDER);
}

static void page_of_no_node(void)
{
	mistake_with(NULL);
	(void)!alloc_pages_node(63, GFP_KERNEL, 0);
}

static void page_inside_a_block(void)
{
	free_it(alloc_pages(GFP_KERNEL, 3) + 1, 0);
}

static void page_reserved(void)
{
	static u64 in_the_image;

	free_it(virt_to_page(&in_the_image), 0);
}

static void page_of_a_slab(void)
{
	free_it(virt_to_page(kmalloc(64, GFP_KERNEL)), 0);
}

static void page_of_a_table(void)
{
	void *area = vmalloc(100);

	free_it(virt_to_page(pte_offset_kernel(pt_pmd((unsigned long)area), (unsigned long)area)),
		0);
}

static void page_none(void)
{
	mistake_with(NULL);
	__free_pages(NULL, 0);
	free_pages(0, 3);
}

static void page_small_address(void)
{
	mistake_with(NULL);
	free_pages(8, 0);
}

static void page_beyond_memory(void)
{
	free_it(pfn_to_page(0x123456), 0);
}

static void page_still_referenced(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	get_page(page);
	mistake_with((void *)page_to_pfn(page));
	free_cold_page(page);
}

static void page_put_too_often(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	mistake_with((void *)page_to_pfn(page));
	put_page(page);
}

static void page_get_free(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	mistake_with((void *)page_to_pfn(page));
	get_page(page);
}

static void page_give_back_unreserved(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	mistake_with((void *)page_to_pfn(page));
	free_reserved_page(page);
}

static void page_compound_tail(void)
{
	free_it(alloc_pages(GFP_KERNEL | __GFP_COMP, 2) + 1, 0);
}

/* ---- vmalloc() and vmap() ------------------------------------------------------------------ */

static noinline void vfree_it(void *p)
{
	mistake_with(p);
	vfree(p);
}

static void vfree_null(void)
{
	vfree_it(NULL);
	vunmap(NULL);
}

static void vfree_twice(void)
{
	void *p = vmalloc(10000);

	vfree(p);
	vfree_it(p);
}

static void vfree_middle(void)
{
	vfree_it((char *)vmalloc(10000) + PAGE_SIZE);
}

static void vfree_unaligned(void)
{
	vfree_it((char *)vmalloc(10000) + 1);
}

static void vfree_kmalloc(void)
{
	vfree_it(kmalloc(100, GFP_KERNEL));
}

static struct page *one_page[1];

static void vfree_vmap(void)
{
	one_page[0] = alloc_page(GFP_KERNEL);
	vfree_it(vmap(one_page, 1, VM_MAP, PAGE_KERNEL));
}

static void vunmap_vmalloc(void)
{
	void *p = vmalloc(100);

	mistake_with(p);
	vunmap(p);
}

static void vmap_no_page(void)
{
	one_page[0] = pfn_to_page(0x123456);
	mistake_with(NULL);
	vmap(one_page, 1, VM_MAP, PAGE_KERNEL);
}

static void vmalloc_nothing(void)
{
	mistake_with(NULL);
	(void)!vmalloc(0);
}

static void vmap_writable_and_executable(void)
{
	mistake_with(NULL);
	one_page[0] = alloc_page(GFP_KERNEL);
	vmap(one_page, 1, VM_MAP, PAGE_KERNEL_EXEC);
}

static void read_after_vfree(void)
{
	volatile char *p = vmalloc(100);

	vfree((void *)p);
	vm_unmap_aliases();
	mistake_with((void *)p);
	(void)*p;
}

static void write_behind_vmalloc(void)
{
	volatile char *p = vmalloc(PAGE_SIZE);

	mistake_with((void *)(p + PAGE_SIZE));
	p[PAGE_SIZE] = 1;
}

static void write_to_null(void)
{
	unsigned long address = 8;

	mistake_with(NULL);
	OPTIMIZER_HIDE_VAR(address);
	*(volatile char *)address = 1;
}

/* ---- ioremap() ------------------------------------------------------------------------- */

#define DEVICE 0xfed00000UL /* nobody's in the machine that a process is */

static void iounmap_null(void)
{
	mistake_with(NULL);
	iounmap(NULL);
}

static void iounmap_twice(void)
{
	void __iomem *p = ioremap(DEVICE, 4096);

	iounmap(p);
	mistake_with((__force void *)p);
	iounmap(p);
}

static void iounmap_kmalloc(void)
{
	void *p = kmalloc(100, GFP_KERNEL);

	mistake_with(p);
	iounmap((__force void __iomem *)p);
}

static void vfree_ioremap(void)
{
	vfree_it((__force void *)ioremap(DEVICE, 4096));
}

static void ioremap_ram(void)
{
	phys_addr_t phys = page_to_phys(alloc_page(GFP_KERNEL));

	mistake_with((void *)phys);
	(void)!ioremap(phys, 4096);
}

static void ioremap_two_ways(void)
{
	(void)!ioremap(DEVICE, 4096);
	mistake_with(NULL);
	(void)!ioremap_wc(DEVICE, 4096);
}

static void memremap_ram(void)
{
	phys_addr_t phys = page_to_phys(alloc_page(GFP_KERNEL));

	mistake_with((void *)phys);
	memremap(phys, 4096, MEMREMAP_WC);
}

/* ---- Per-CPU memory -------------------------------------------------------------------- */

static void percpu_free_null(void)
{
	mistake_with(NULL);
	free_percpu(NULL);
}

static void percpu_free_twice(void)
{
	u64 __percpu *p = alloc_percpu(u64);

	free_percpu(p);
	mistake_with((__force void *)p);
	free_percpu(p);
}

static void percpu_free_middle(void)
{
	char __percpu *p = __alloc_percpu(64, 8);

	mistake_with((__force char *)p + 8);
	free_percpu((void __percpu *)((__force char *)p + 8));
}

static void percpu_free_foreign(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	mistake_with(p);
	free_percpu((__force void __percpu *)p);
}

static void percpu_too_large(void)
{
	mistake_with(NULL);
	(void)!__alloc_percpu(1 << 20, 8);
}

static void percpu_odd_alignment(void)
{
	mistake_with(NULL);
	(void)!__alloc_percpu(8, 24);
}

/* ---- Pools ----------------------------------------------------------------------------- */

static void mempool_free_null(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	mistake_with(NULL);
	mempool_free(NULL, pool);
	mempool_destroy(NULL);
}

/* Two out of the reserve, with nothing to be had elsewhere; it takes them back first. */
static mempool_t *pool_in_use(void **first, void **second)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	setup_fault_attr(&failslab.attr, "1,100,0,-1");
	*first = mempool_alloc(pool, GFP_NOWAIT);
	*second = mempool_alloc(pool, GFP_NOWAIT);
	setup_fault_attr(&failslab.attr, "1,0,0,0");
	mempool_free(*first, pool);
	return pool;
}

static void mempool_free_twice(void)
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	mistake_with(first);
	mempool_free(first, pool);
}

static void mempool_free_of_the_reserve(void)
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	mempool_free(second, pool);
	mistake_with(first);
	mempool_free(first, pool); /* the reserve is full: it goes to kfree() */
	mempool_destroy(pool);
}

static void mempool_free_twice_full(void)
{
	mempool_t *pool = mempool_create_slab_pool(2, cache_of("t_A"));
	void *p = mempool_alloc(pool, GFP_KERNEL);

	mempool_free(p, pool);
	mistake_with(p);
	mempool_free(p, pool);
}

static void mempool_free_wrong_cache(void)
{
	mempool_t *pool = mempool_create_slab_pool(2, cache_of("t_A"));
	void *p = kmalloc(200, GFP_KERNEL);

	mistake_with(p);
	mempool_free(p, pool);
}

static void mempool_of_nothing(void)
{
	mistake_with(NULL);
	mempool_create_kmalloc_pool(0, 100);
}

static void mempool_resize_to_nothing(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	mistake_with(NULL);
	(void)!mempool_resize(pool, 0);
}

/* ---- DMA ------------------------------------------------------------------------------- */

static u64 mask = DMA_BIT_MASK(32);
static struct device device = {.dma_mask = &mask};

static struct device *device_ready(void)
{
	dev_set_name(&device, "t_device");
	return device_register(&device) || dma_set_mask_and_coherent(&device, mask) ? NULL
										    : &device;
}

static void dma_unmap_twice(void)
{
	struct device *dev = device_ready();
	dma_addr_t addr = dma_map_single(dev, kmalloc(512, GFP_KERNEL), 512, DMA_TO_DEVICE);

	dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
	mistake_with((void *)addr);
	dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
}

static void dma_unmap_wrong_size(void)
{
	struct device *dev = device_ready();
	dma_addr_t addr = dma_map_single(dev, kmalloc(512, GFP_KERNEL), 512, DMA_TO_DEVICE);

	mistake_with((void *)addr);
	dma_unmap_single(dev, addr, 256, DMA_TO_DEVICE);
}

static void dma_map_vmalloc(void)
{
	struct device *dev = device_ready();
	void *p = vmalloc(512);

	mistake_with(p);
	dma_map_single(dev, p, 512, DMA_TO_DEVICE);
}

static void dma_free_coherent_twice(void)
{
	struct device *dev = device_ready();
	dma_addr_t addr;
	void *p = dma_alloc_coherent(dev, 4096, &addr, GFP_KERNEL);

	dma_free_coherent(dev, 4096, p, addr);
	mistake_with((void *)addr);
	dma_free_coherent(dev, 4096, p, addr);
}

static void dma_pool_free_twice(void)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	dma_addr_t addr;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &addr);

	dma_pool_free(pool, p, addr);
	mistake_with(p);
	dma_pool_free(pool, p, addr);
}

static void dma_pool_free_foreign(void)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	void *p = kmalloc(64, GFP_KERNEL);

	mistake_with(p);
	dma_pool_free(pool, p, virt_to_phys(p));
}

static void dma_pool_destroy_busy(void)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	dma_addr_t addr;

	mistake_with(dma_pool_alloc(pool, GFP_KERNEL, &addr));
	dma_pool_destroy(pool);
}

/* ---- Address ranges -------------------------------------------------------------------- */

static void region_release_twice(void)
{
	(void)!request_mem_region(DEVICE, 0x1000, "t_region");
	release_mem_region(DEVICE, 0x1000);
	mistake_with(NULL);
	release_mem_region(DEVICE, 0x1000);
}

/* ---------------------------------------------------------------------------------------- */

#define CASE(fn)            \
	{                   \
#fn, "", fn \
	}
#define CASE_WITH(fn, cmdline)   \
	{                        \
#fn, cmdline, fn \
	}

static const struct death_case cases[] = {
	CASE(kfree_null),
	CASE(kfree_twice),
	CASE(kfree_twice_with_one_between),
	CASE(kfree_twice_large),
	CASE(kfree_middle),
	CASE(kfree_middle_large),
	CASE(kfree_page),
	CASE(kfree_static),
	CASE(kfree_stack),
	CASE(kfree_user_address),
	CASE(kfree_small_number),
	CASE(kfree_vmalloc),
	CASE(kfree_object_of_a_cache),
	CASE(kfree_percpu),
	CASE(ksize_of_free),
	CASE(krealloc_of_free),
	CASE(kmalloc_too_large),
	CASE(kmalloc_highmem),
	CASE(sleeping_under_a_lock),
	CASE_WITH(overflow_by_one, DEBUG),
	CASE_WITH(overflow_by_one_in_the_class, DEBUG),
	CASE_WITH(underflow_by_one, DEBUG),
	CASE(write_after_kfree_first_word),
	CASE_WITH(write_after_kfree_middle, DEBUG),
	CASE_WITH(write_after_kfree_last_byte, DEBUG),
	CASE_WITH(write_after_free_page, POISON),
	CASE_WITH(flipped_bit_in_a_free_page, POISON),
	CASE(cache_free_null),
	CASE(cache_free_twice),
	CASE(cache_free_middle),
	CASE(cache_free_foreign),
	CASE(cache_wrong),
	CASE(cache_wrong_kmalloc),
	CASE(cache_free_bulk_twice),
	CASE(cache_destroy_busy),
	CASE(cache_destroy_twice),
	CASE(cache_destroy_kmalloc),
	CASE(cache_without_a_name),
	CASE(cache_odd_alignment),
	CASE(cache_must_be),
	CASE(cache_zalloc_constructed),
	CASE(cache_rcu_free_twice),
	CASE(page_free_twice),
	CASE(pages_free_twice),
	CASE(page_wrong_order),
	CASE(page_order_beyond),
	CASE(page_of_no_node),
	CASE(page_inside_a_block),
	CASE(page_reserved),
	CASE(page_of_a_slab),
	CASE(page_of_a_table),
	CASE(page_none),
	CASE(page_small_address),
	CASE(page_beyond_memory),
	CASE(page_still_referenced),
	CASE(page_put_too_often),
	CASE(page_get_free),
	CASE(page_give_back_unreserved),
	CASE(page_compound_tail),
	{"page_owner_names_both", OWNER, page_free_twice},
	CASE(vfree_null),
	CASE(vfree_twice),
	CASE(vfree_middle),
	CASE(vfree_unaligned),
	CASE(vfree_kmalloc),
	CASE(vfree_vmap),
	CASE(vunmap_vmalloc),
	CASE(vmap_no_page),
	CASE(vmalloc_nothing),
	CASE(vmap_writable_and_executable),
	CASE(read_after_vfree),
	CASE(write_behind_vmalloc),
	CASE(write_to_null),
	CASE(iounmap_null),
	CASE(iounmap_twice),
	CASE(iounmap_kmalloc),
	CASE(vfree_ioremap),
	CASE(ioremap_ram),
	CASE(ioremap_two_ways),
	CASE(memremap_ram),
	CASE(percpu_free_null),
	CASE(percpu_free_twice),
	CASE(percpu_free_middle),
	CASE(percpu_free_foreign),
	CASE(percpu_too_large),
	CASE(percpu_odd_alignment),
	CASE(mempool_free_null),
	CASE_WITH(mempool_free_twice, "failslab=1,0,0,0"),
	CASE_WITH(mempool_free_of_the_reserve, "failslab=1,0,0,0"),
	CASE(mempool_free_twice_full),
	CASE(mempool_free_wrong_cache),
	CASE(mempool_of_nothing),
	CASE(mempool_resize_to_nothing),
	CASE(dma_unmap_twice),
	CASE(dma_unmap_wrong_size),
	CASE(dma_map_vmalloc),
	CASE(dma_free_coherent_twice),
	CASE(dma_pool_free_twice),
	CASE(dma_pool_free_foreign),
	CASE(dma_pool_destroy_busy),
	CASE(region_release_twice),
};

/* What is wrong with the allocators now, or NULL. */
static const char *check_all(void)
{
	const char *wrong = slab_check_all();
	struct zone *zone;

	if (!wrong)
		wrong = vmap_check();
	if (!wrong)
		wrong = pcpu_check();
	for_each_zone(zone) {
		if (!wrong)
			wrong = zone_check(zone);
	}
	return wrong;
}

static int run(const struct death_case *c)
{
	char cmdline[64];
	const char *wrong;

	snprintf(cmdline, sizeof(cmdline), "quiet loglevel=5 %s", c->cmdline);
	machine_start(machine_describe(cmdline, NULL, 0));
	c->fn();
	console_printf("end\n");
	wrong = check_all();
	console_printf("%s\n", wrong ? wrong : "intact");
	return 0;
}

int hosted_program(int argc, char **argv)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		if (argc < 2)
			console_printf("%s\n", cases[i].name);
		else if (!strcmp(argv[1], cases[i].name))
			return run(&cases[i]);
	}
	return argc < 2 ? 0 : 2;
}
