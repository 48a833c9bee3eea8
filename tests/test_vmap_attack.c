/* SPDX-License-Identifier: MIT */
/*
 * Scenario: vmalloc(), vfree(), vmap(), vunmap(), alloc_percpu() and
 * free_percpu() run one instruction at a time, on their short ways, and after
 * the k-th instruction, for every k, a handler comes that frees an area, takes
 * ranges off the very list that is being used and puts them back in another
 * order, or allocates and frees a per-CPU object of the same class.  Afterwards
 * nothing may be lost or handed out twice, and the checkers must be content.
 */
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/traps.h>
#include "../mm/percpu.h"
#include "../mm/vmap.h"

/* Of a short way; with init_on_alloc=1 a page comes the long one. */
#define MAX_STEPS (init_on_alloc ? 2000U : 400U)

static unsigned int attack_at, step;
static unsigned long last_ip;
static void (*attack)(void);

/*
 * A repeated string instruction counts once, however often it traps: a page is
 * zeroed by one.  Where a lock is held interrupts are off, so none comes.
 */
static bool on_step(struct pt_regs *regs)
{
	bool repeats = regs->ip == last_ip;

	last_ip = regs->ip;
	if (repeats || preempt_count() || ++step != attack_at)
		return false;
	attack();
	return true;
}

static unsigned int run_attacked(void (*victim)(void), void (*what)(void), unsigned int k)
{
	attack = what;
	attack_at = k;
	step = 0;
	last_ip = 0;
	single_step_run(victim, on_step);
	return step;
}

/* ---- areas ----------------------------------------------------------------------------- */

static char *area, *other, *result;
static struct page *page;

static void victim_vmalloc(void)
{
	result = vmalloc(PAGE_SIZE);
}

static void victim_vfree(void)
{
	vfree(area);
}

static void victim_vmap(void)
{
	result = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
}

static void victim_vunmap(void)
{
	vunmap(result);
}

static void attack_vfree(void)
{
	vfree(other);
	other = NULL;
}

/* Takes three ranges of the class that the victims use and puts them back, first one first. */
static void attack_shuffle(void)
{
	struct vmap_area *va[3];

	for (unsigned int i = 0; i < 3; i++)
		va[i] = vmap_cache_pop(0);
	for (unsigned int i = 0; i < 3; i++)
		if (va[i])
			vmap_cache_push(va[i], 0);
}

/* Warm caches: a few ranges of the class, and pages at hand. */
static bool warm_up(void)
{
	void *p[6];

	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = vmalloc(PAGE_SIZE);
	area = vmalloc(PAGE_SIZE);
	other = vmalloc(PAGE_SIZE);
	result = NULL;
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		vfree(p[i]);
	vm_unmap_aliases();
	return area && other;
}

/* Is everything as it should be?  Gives back what the round left. */
static bool round_ok(unsigned long areas, bool freed)
{
	bool ok = !vmap_check() && vmalloc_nr_areas() == areas;

	if (result)
		*result = 1;
	if (result && vmalloc_to_page(result) == page)
		vunmap(result);
	else
		vfree(result);
	if (!freed)
		vfree(area);
	vfree(other);
	vm_unmap_aliases();
	return ok && !vmap_check();
}

/*
 * One round for each instruction of @victim, which makes @change areas; it ends
 * when @victim is over before the attack comes.
 */
static void attack_area_user(void (*victim)(void), void (*what)(void), int change)
{
	unsigned int k = 1, steps;

	if (kasan_enabled() || kmemleak_enabled()) {
		ktest_skip("with KASAN or kmemleak=on there are too many instructions");
		return;
	}
	do {
		unsigned long areas;

		ASSERT(warm_up());
		if (victim == victim_vunmap)
			victim_vmap();
		areas = vmalloc_nr_areas() + (unsigned long)(long)change;
		steps = run_attacked(victim, what, k);
		if (!other)
			areas--;
		if (victim == victim_vunmap)
			result = NULL;
		if (!EXPECT(round_ok(areas, victim == victim_vfree)))
			pr_info("attack after instruction %u\n", k);
	} while (++k <= steps && k < MAX_STEPS);
	EXPECT(k > 20 && k < MAX_STEPS);
}

static void attack_area_user_in_all_ways(void (*victim)(void), int change)
{
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	attack_area_user(victim, attack_vfree, change);
	attack_area_user(victim, attack_shuffle, change);
	__free_page(page);
}

KTEST(vmap_attack, vmalloc_at_each_instruction)
{
	attack_area_user_in_all_ways(victim_vmalloc, 1);
}

KTEST(vmap_attack, vfree_at_each_instruction)
{
	attack_area_user_in_all_ways(victim_vfree, -1);
}

KTEST(vmap_attack, vmap_at_each_instruction)
{
	attack_area_user_in_all_ways(victim_vmap, 1);
}

KTEST(vmap_attack, vunmap_at_each_instruction)
{
	attack_area_user_in_all_ways(victim_vunmap, -1);
}

/* ---- per-CPU objects ------------------------------------------------------------------- */

static u64 __percpu *object;
static u64 __percpu *stolen;
static u64 __percpu *kept;

static void victim_alloc(void)
{
	object = alloc_percpu(u64);
}

static void victim_free(void)
{
	free_percpu(object);
	object = NULL;
}

static void attack_alloc(void)
{
	stolen = alloc_percpu_gfp(u64, GFP_ATOMIC);
	if (stolen)
		*raw_cpu_ptr(stolen) = 0x5afe;
}

static void attack_free(void)
{
	free_percpu(kept);
	kept = NULL;
}

static void attack_both(void)
{
	attack_free();
	attack_alloc();
}

static bool percpu_round_ok(void)
{
	bool ok = !pcpu_check() && (!object || object != stolen);

	if (stolen)
		ok &= *raw_cpu_ptr(stolen) == 0x5afe;
	if (object)
		ok &= *raw_cpu_ptr(object) == 0;
	free_percpu(object);
	free_percpu(stolen);
	free_percpu(kept);
	object = stolen = kept = NULL;
	return ok && !pcpu_check();
}

static void attack_percpu(void (*victim)(void), void (*what)(void))
{
	unsigned int k = 1, steps;

	if (kasan_enabled() || kmemleak_enabled()) {
		ktest_skip("with KASAN or kmemleak=on there are too many instructions");
		return;
	}
	do {
		u64 __percpu *spare[4];

		for (unsigned int i = 0; i < ARRAY_SIZE(spare); i++)
			spare[i] = alloc_percpu(u64);
		kept = alloc_percpu(u64);
		object = victim == victim_free ? alloc_percpu(u64) : NULL;
		for (unsigned int i = 0; i < ARRAY_SIZE(spare); i++)
			free_percpu(spare[i]);
		steps = run_attacked(victim, what, k);
		if (!EXPECT(percpu_round_ok()))
			pr_info("attack after instruction %u\n", k);
	} while (++k <= steps && k < MAX_STEPS);
	EXPECT(k > 20 && k < MAX_STEPS);
}

KTEST(vmap_attack, percpu_at_each_instruction)
{
	attack_percpu(victim_alloc, attack_alloc);
	attack_percpu(victim_alloc, attack_free);
	attack_percpu(victim_alloc, attack_both);
	attack_percpu(victim_free, attack_alloc);
	attack_percpu(victim_free, attack_free);
	attack_percpu(victim_free, attack_both);
}

/* ---- an interrupt never waits for what it interrupted ---------------------------------- */

static unsigned int steps_locked, lock_with_interrupts;

/* The victim's CPU alone uses the range meanwhile; its lock is held with interrupts off. */
static bool look_at_lock(struct pt_regs *regs)
{
	if (!spin_is_locked(&vmap_lock))
		return false;
	steps_locked++;
	lock_with_interrupts += !!(regs->flags & X86_EFLAGS_IF);
	return false;
}

static void use_the_arena(void)
{
	void *few = vmalloc(3 * PAGE_SIZE), *many = vmalloc(40 * PAGE_SIZE);

	vfree(many);
	vfree(few);
	vmap_drain();
}

KTEST(vfree, interrupts_find_the_lock_free)
{
	vmap_drain();
	steps_locked = lock_with_interrupts = 0;
	single_step_run(use_the_arena, look_at_lock);
	EXPECT(steps_locked > 100);
	EXPECT_EQ(lock_with_interrupts, 0);
}
