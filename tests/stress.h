/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_STRESS_H
#define _TESTS_STRESS_H

/*
 * What the stress test's files share: test_stress.c, who acts; stress_objects.c and
 * stress_mapped.c, objects of every kind; stress_memory.c, how much memory there is;
 * stress_disk.c and stress_edu.c, devices.
 */
#include <linux/gfp_types.h>
#include <linux/prandom.h>
#include <linux/types.h>

enum stress_kind {
	STRESS_KMALLOC,
	STRESS_KMALLOC_NODE,
	STRESS_CACHE,
	STRESS_PAGES,
	STRESS_HIGH_PAGE, /* one page that need not have an address */
	STRESS_VMALLOC,
	STRESS_PERCPU,
	STRESS_MEMPOOL,
	STRESS_KVMALLOC,
	STRESS_COHERENT,
	STRESS_DMA_POOL,
	STRESS_VMAP,
	STRESS_REGISTERS, /* from here on: given back by threads only */
	STRESS_NR_KINDS,
};

extern const char *const stress_kind_name[STRESS_NR_KINDS];

#define STRESS_CACHES 6
#define STRESS_POOLS  3

struct kmem_cache;
extern struct kmem_cache *stress_caches[STRESS_CACHES];

/**
 * struct stress_actor - a thread, or a CPU's interrupts
 * @rnd: its random numbers
 * @may_sleep: it is a thread
 */
struct stress_actor {
	struct rnd_state rnd;
	bool may_sleep;
};

/* struct stress_counts - what happened on a CPU */
struct stress_counts {
	unsigned long taken[STRESS_NR_KINDS];
	unsigned long given[STRESS_NR_KINDS];
	unsigned long refused[STRESS_NR_KINDS]; /* no memory for it */
	unsigned long remote;			/* given by another CPU than took it */
	unsigned long in_interrupt;		/* operations there */
	unsigned long resized;
	unsigned long bytes; /* taken, less those given; of all CPUs only */
};

/* Bytes that may be in objects at a time; more are taken from small ones only. */
extern unsigned long stress_budget;

static inline u32 stress_random(struct stress_actor *a, u32 below)
{
	return (u32)((u64)prandom_u32_state(&a->rnd) * below >> 32);
}

/* stress_seed - what all random numbers depend on. */
extern u64 stress_seed;

/* stress_actor_init - random numbers of its own for actor @number. */
void stress_actor_init(struct stress_actor *a, u64 number, bool may_sleep);

/* stress_objects_init - caches and pools; false without memory.  May sleep. */
bool stress_objects_init(u64 seed);

/* stress_objects_exit - give all objects, caches and pools back.  Nobody else acts. May sleep. */
void stress_objects_exit(void);

/* stress_operate - take, check and give, or resize, one object.  Context: as @a says. */
void stress_operate(struct stress_actor *a);

/* stress_bulk - take many objects of a cache at once, and give them.  Context: as @a says. */
void stress_bulk(struct stress_actor *a);

/* stress_sum - the counts of all CPUs. */
struct stress_counts stress_sum(void);

/* stress_operations - how many of them were operations. */
unsigned long stress_operations(const struct stress_counts *sum);

/* stress_mapped.c: the kinds that are mappings, or memory for a device. */
bool stress_mapped_init(void);
void stress_mapped_exit(void);
void *stress_take_vmap(struct stress_actor *a, gfp_t gfp, size_t *size);
void *stress_take_registers(struct stress_actor *a, size_t *size, u64 *phys);
void stress_check_registers(const void *object, size_t size, u64 phys);
void stress_give_registers(void *object);
void *stress_take_coherent(struct stress_actor *a, gfp_t gfp, size_t *size, u64 *handle);
void stress_give_coherent(void *object, size_t size, u64 handle);
void *stress_take_block(gfp_t gfp, size_t *size, u64 *handle);
void stress_give_block(void *object, u64 handle);

/*
 * stress_memory_init, _start, _stop - make memory short, by a thread; false without memory
 * for that.  Context: may sleep.
 */
bool stress_memory_init(void);
void stress_memory_start(void);
void stress_memory_stop(void);

/* stress_memory_given, stress_famines - pages that reclaim got from it; times without any. */
unsigned long stress_memory_given(void);
unsigned int stress_famines(void);

/* stress_disk_init, _start, _stop - use a disk, by a thread; stopping checks each block of it. */
bool stress_disk_init(void);
void stress_disk_start(void);
void stress_disk_stop(void);

/*
 * stress_plenty_begin - may the caller do what must not fail for want of memory?
 * False: it may not sleep, or there is a famine.  Until stress_plenty_end() there will be none.
 */
bool stress_plenty_begin(struct stress_actor *a);
void stress_plenty_end(void);

/* stress_failed - something was not as it should be: say so, the first few times. */
void stress_failed(const char *fmt, ...) __attribute__((format(__printf__, 1, 2)));

/* stress_failures - how often. */
unsigned int stress_failures(void);

/**
 * struct stress_device - a device whose interrupts come between
 * @start: have them come; true also if there is no such device, false on a mistake
 * @stop: no more of them
 * @job: make the device work, and interrupt when it is done
 *
 * Contexts: may sleep.
 */
struct stress_device {
	bool (*start)(void);
	void (*stop)(void);
	void (*job)(void);
};

/* stress_device - the one there is, or NULL; set by start-up. */
extern const struct stress_device *stress_device;

/* stress_in_interrupt - @n operations of this CPU's interrupts.  Context: an interrupt handler. */
void stress_in_interrupt(unsigned int n);

#endif
