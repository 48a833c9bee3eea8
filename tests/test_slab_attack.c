/* SPDX-License-Identifier: MIT */
/*
 * Slab caches under attack: an "interrupt" after each single instruction of the
 * restartable paths uses the same cache.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <asm/traps.h>
#include "../mm/slab.h"

static u64 rng_state;

static u32 rng(void)
{
	rng_state = rng_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(rng_state >> 33);
}

static struct kmem_cache *stepped;
static u64 *step_objs[8];
static unsigned int step_kind;
static unsigned long step_at; /* counts down to the step to disturb; 0: one in sixteen */
static unsigned long disturbed;
static u64 *handler_objs[64];
static unsigned int handler_used;
static bool step_wrong;

static u64 *step_alloc(gfp_t gfp)
{
	switch (step_kind) {
	case 0:
		return kmalloc(64, gfp);
	case 1:
		return kmem_cache_alloc(stepped, gfp);
	default:
		return __kmalloc(64, gfp);
	}
}

static void step_free(u64 *obj)
{
	if (step_kind == 1)
		kmem_cache_free(stepped, obj);
	else
		kfree(obj);
}

/* What the interrupted code does: each object is marked as its own while it has it. */
static void step_body(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(step_objs); i++) {
		step_objs[i] = step_alloc(GFP_ATOMIC);
		if (step_objs[i])
			step_objs[i][1] = 0x1111000000000000ULL + i;
	}
	for (i = 0; i < ARRAY_SIZE(step_objs); i++) {
		if (!step_objs[i] || step_objs[i][1] != 0x1111000000000000ULL + i)
			step_wrong = true;
		else
			step_free(step_objs[i]);
	}
}

/*
 * The "interrupt": allocates or frees, so that the magazine under the sequence
 * changes in both directions, or is emptied or filled by a transfer.  While a
 * spinlock is held real interrupts are off, so it does nothing then.
 */
static bool step_interrupt(struct pt_regs *regs __unused)
{
	unsigned int i, n = 1 + rng() % 3;

	if (in_atomic() || (step_at ? --step_at != 0 : rng() % 16 != 0))
		return false;
	disturbed++;
	for (i = 0; i < n; i++) {
		if (handler_used == ARRAY_SIZE(handler_objs) || (handler_used && rng() % 2)) {
			u64 *obj = handler_objs[--handler_used];

			if (obj[1] != 0x2222000000000000ULL + (unsigned long)obj)
				step_wrong = true;
			step_free(obj);
		} else {
			u64 *obj = step_alloc(GFP_ATOMIC);

			if (!obj)
				continue;
			obj[1] = 0x2222000000000000ULL + (unsigned long)obj;
			handler_objs[handler_used++] = obj;
		}
	}
	return true;
}

/* Each step in turn, and then some at random. */
static void step_through(void)
{
	unsigned long at, steps = 1;

	/* Each one on the fast paths, some of the many that debugging takes. */
	for (at = 1; at <= steps && !step_wrong; at += 1 + steps * steps / 2000000) {
		step_at = at;
		steps = single_step_run(step_body, step_interrupt);
		step_at = 0;
	}
	for (at = 0; at < 100000 / steps && !step_wrong; at++)
		single_step_run(step_body, step_interrupt);
	while (handler_used)
		step_free(handler_objs[--handler_used]);
	EXPECT(!slab_check_all());
}

KTEST(slab_stress, interrupted_after_each_instruction)
{
	stepped = kmem_cache_create("t_step", 64, 0, 0, NULL);
	ASSERT(stepped);
	rng_state = 7;
	step_wrong = false;
	disturbed = 0;
	for (step_kind = 0; step_kind < 3; step_kind++)
		step_through();
	EXPECT(!step_wrong);
	EXPECT(disturbed > 1000);
	EXPECT_EQ(kmem_cache_destroy(stepped), 0);
}

/* The interrupt frees the very object that is being freed: one of the two is reported. */
static u64 *raced;
static unsigned int race_step, race_at;

static void race_body(void)
{
	kfree(raced);
}

static bool race_interrupt(struct pt_regs *regs __unused)
{
	if (in_atomic() || race_step++ != race_at)
		return false;
	kfree(raced);
	return true;
}

KTEST(slab_stress, double_free_by_an_interrupt)
{
	u64 *a, *b;

	for (race_at = 0; race_at < 60; race_at++) {
		raced = kmalloc(64, GFP_KERNEL);
		ASSERT(raced);
		race_step = 0;
		EXPECT_REPORT("BUG kmalloc-64: Object already free") {
			single_step_run(race_body, race_interrupt);
			if (race_step <= race_at)
				kfree(raced);
		}
		a = kmalloc(64, GFP_KERNEL);
		b = kmalloc(64, GFP_KERNEL);
		EXPECT(a && b && a != b);
		kfree(a);
		kfree(b);
	}
	EXPECT(!slab_check_all());
}
