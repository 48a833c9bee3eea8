/* SPDX-License-Identifier: MIT */
/*
 * Every call that books and articles on allocating memory name, called as they show it:
 * with integers for sizes and flags, six arguments for a cache, and addresses as unsigned
 * long.  Boot memory is taken by an initialiser of the old form, the rest when the module
 * starts; what it finds wrong it prints, and then it is not loaded.
 */
#include <linux/bootmem.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/malloc.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

#define BUF_SIZE 3000

static int wrong;

static void check(int ok, char *what)
{
	if (ok)
		return;
	printk("documents: %s is not as it should be\n", what);
	wrong++;
}

/* ---- Boot memory, and memory that a device keeps ------------------------------------- */

static char *boot[4];
static unsigned long device_memory;

static unsigned long documents_boot(unsigned long mem_start, unsigned long mem_end)
{
	boot[0] = alloc_bootmem(1000);
	boot[1] = alloc_bootmem_low(1000);
	boot[2] = alloc_bootmem_pages(1000);
	boot[3] = alloc_bootmem_low_pages(1000);
	free_bootmem(__pa(boot[0]), 1000);
	device_memory = mem_start;
	return mem_start + 5 * PAGE_SIZE;
}
device_init(documents_boot);

static void use_boot_memory(void)
{
	memset((void *)device_memory, 0x5a, 5 * PAGE_SIZE);
	check(virt_to_phys(boot[1]) < 16 << 20 && virt_to_phys(boot[3]) < 16 << 20, "low memory");
	check(!((unsigned long)boot[2] % PAGE_SIZE + (unsigned long)boot[3] % PAGE_SIZE), "pages");
	check(!boot[2][999] && *((char *)device_memory + 5 * PAGE_SIZE - 1) == 0x5a, "boot memory");
}

/* ---- kmalloc ----------------------------------------------------------------------------- */

struct dog {
	int legs;
	char name[60];
};

static void use_kmalloc(void)
{
	unsigned int size = BUF_SIZE;
	int priority = GFP_KERNEL;
	struct dog *ptr;
	void *p;

	ptr = kmalloc(sizeof(struct dog), GFP_KERNEL);
	check(ptr != NULL, "a dog");
	kfree(ptr);
	ptr = kmalloc(size, __GFP_WAIT | __GFP_IO | __GFP_FS);
	check(ptr != NULL, "modifiers");
	kfree(ptr);
	p = kmalloc(size, priority);
	check(p != NULL, "kmalloc");
	kfree(p);
	p = kmalloc(size, GFP_DMA | GFP_ATOMIC);
	check(p && virt_to_phys(p) + size <= 16 << 20, "memory for DMA");
	kfree(p);
	kfree(NULL);
}

/* ---- Where one cannot sleep -------------------------------------------------------------- */

static spinlock_t lock = SPIN_LOCK_UNLOCKED;
static char *from_tasklet_context, *from_timer_context;
static struct timer_list timer;

static void receive(unsigned long where)
{
	char *buf;

	buf = kmalloc(BUF_SIZE, GFP_ATOMIC);
	if (buf)
		memset(buf, 1, BUF_SIZE);
	*(char **)where = buf;
}

static void use_atomic_contexts(void)
{
	struct tasklet_struct tasklet;
	char *buf;

	spin_lock(&lock);
	buf = kmalloc(BUF_SIZE, GFP_ATOMIC);
	spin_unlock(&lock);
	check(buf != NULL, "a lock");
	kfree(buf);
	tasklet_init(&tasklet, receive, (unsigned long)&from_tasklet_context);
	tasklet_schedule(&tasklet);
	tasklet_kill(&tasklet);
	check(from_tasklet_context && from_tasklet_context[BUF_SIZE - 1] == 1, "a tasklet");
	kfree(from_tasklet_context);
	setup_timer(&timer, receive, (unsigned long)&from_timer_context);
	mod_timer(&timer, jiffies + 1);
	while (timer_pending(&timer))
		schedule();
	del_timer_sync(&timer);
	check(from_timer_context != NULL, "a timer");
	kfree(from_timer_context);
}

/* ---- Pages ------------------------------------------------------------------------------- */

static void use_pages(void)
{
	int flags = GFP_KERNEL;
	unsigned long order = get_order(8 * PAGE_SIZE);
	unsigned long one = __get_free_page(flags), many = __get_free_pages(flags, order);
	unsigned long zeroed = get_zeroed_page(flags), old = get_free_page(flags);
	unsigned long dma = __get_dma_pages(flags, 2);
	struct page *near = alloc_pages_node(0, flags, 1), *block = alloc_pages(flags, 3);
	struct page *hot = alloc_page(flags), *cold = alloc_page(flags);

	check(one && many && zeroed && old && dma && near && block && hot && cold, "pages");
	check(order == 3 && !(many % (8 * PAGE_SIZE)), "eight pages");
	check(!*(long *)zeroed && !*(long *)old, "zeroed pages");
	check(virt_to_phys((void *)dma) < 16 << 20, "pages for DMA");
	free_page(one);
	free_pages(many, order);
	free_page(zeroed);
	free_page(old);
	free_pages(dma, 2);
	__free_pages(near, 1);
	__free_pages(block, 3);
	free_hot_page(hot);
	free_cold_page(cold);
	hot = alloc_page(GFP_HIGHUSER);
	__free_page(hot);
}

/* ---- Caches and pools -------------------------------------------------------------------- */

static int constructed, destroyed;

static void dog_constructor(void *object, kmem_cache_t *cache, unsigned long flags)
{
	struct dog *dog = object;

	if ((flags & (SLAB_CTOR_CONSTRUCTOR | SLAB_CTOR_VERIFY)) == SLAB_CTOR_CONSTRUCTOR) {
		dog->legs = 4;
		constructed++;
	}
}

static void dog_destructor(void *object, kmem_cache_t *cache, unsigned long flags)
{
	destroyed += ((struct dog *)object)->legs == 4;
}

static void use_caches(void)
{
	size_t offset = 0;
	kmem_cache_t *cache =
		kmem_cache_create("dogs", sizeof(struct dog), offset, SLAB_HWCACHE_ALIGN,
				  dog_constructor, dog_destructor);
	mempool_t *pool;
	struct dog *dog, *pooled;

	dog = kmem_cache_alloc(cache, SLAB_KERNEL);
	check(dog && dog->legs == 4, "a constructed object");
	pool = mempool_create(2, mempool_alloc_slab, mempool_free_slab, cache);
	pooled = mempool_alloc(pool, GFP_NOIO);
	check(pooled && pooled->legs == 4, "a pool");
	mempool_free(pooled, pool);
	mempool_destroy(pool);
	kmem_cache_free(cache, dog);
	check(kmem_cache_destroy(cache) == 0, "a cache's end");
	check(constructed && constructed == destroyed, "destruction");
}

/* ---- Mapped memory ----------------------------------------------------------------------- */

static void use_mapped_memory(void)
{
	unsigned long size = 10 * PAGE_SIZE, vga = 0xb8000;
	char *area = vmalloc(size);
	void *screen = ioremap(vga, 4000);

	check(area && screen, "mappings");
	memset(area, 7, size);
	check(readb(screen) == readb(screen), "a device");
	iounmap(screen);
	vfree(area);
}

/* ---- Per-CPU data ------------------------------------------------------------------------ */

DECLARE_PER_CPU(int, documents_counter);
DEFINE_PER_CPU(int, documents_counter);

static void use_per_cpu_data(void)
{
	int *dynamic = alloc_percpu(int), *aligned = __alloc_percpu(sizeof(int), 64);
	int cpu;

	check(dynamic && aligned && !((unsigned long)aligned % 64), "per-CPU objects");
	cpu = get_cpu();
	per_cpu(documents_counter, cpu)++;
	*per_cpu_ptr(dynamic, cpu) += 2;
	check(get_cpu_var(documents_counter) == 1, "a per-CPU variable");
	put_cpu_var(documents_counter);
	put_cpu();
	check(*per_cpu_ptr(dynamic, cpu) == 2 && !*per_cpu_ptr(aligned, cpu), "zeroed copies");
	free_percpu(dynamic);
	free_percpu(aligned);
}

static int __init documents_init(void)
{
	use_boot_memory();
	use_kmalloc();
	use_atomic_contexts();
	use_pages();
	use_caches();
	use_mapped_memory();
	use_per_cpu_data();
	printk("documents: %d wrong\n", wrong);
	return wrong ? -EINVAL : 0;
}

static void __exit documents_exit(void)
{
	printk(KERN_INFO "documents: the end\n");
}

module_init(documents_init);
module_exit(documents_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("the calls of the documents");
