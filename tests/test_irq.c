/* SPDX-License-Identifier: MIT */
/*
 * Scenario: the boot CPU interrupts itself through its local APIC, and the legacy
 * timer's line is asked for, shared, disabled and given back.  Handlers look at
 * where they run; softirqs and tasklets run after the handler that raised them and
 * never inside local_bh_disable().  Then an object of a cache with a constructor, which
 * has no per-CPU lists, is allocated and freed one instruction at a time, and after the
 * k-th, for every k, the debug exception sends a real interrupt, which is taken before the
 * next instruction; its handler allocates from the same cache and frees to it.  The lists
 * are attacked in test_ras_attack.c.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/irq_regs.h>
#include <asm/traps.h>
#include "irq_line.h"

static unsigned int came;
static bool context_ok;

static void note_context(struct pt_regs *regs)
{
	came++;
	context_ok = in_hardirq() && in_interrupt() && !in_task() && !in_softirq() &&
		     irqs_disabled() && get_irq_regs() == regs && regs->vector == SELF_VECTOR;
}

static bool self_interrupt_possible(void)
{
	if (!apic_enabled())
		ktest_skip("no local APIC");
	return apic_enabled();
}

KTEST(irq, interrupt_to_self)
{
	if (!self_interrupt_possible())
		return;
	came = 0;
	system_vector_set(SELF_VECTOR, note_context);
	for (unsigned int i = 0; i < 1000; i++) {
		apic_send_ipi_self(SELF_VECTOR);
		barrier();
	}
	local_irq_disable();
	apic_send_ipi_self(SELF_VECTOR);
	EXPECT_EQ(came, 1000);
	local_irq_enable();
	asm volatile("nop");
	EXPECT_EQ(came, 1001);
	EXPECT(context_ok);
	EXPECT(in_task() && !in_interrupt() && !in_atomic());
}

/* ---- Lines ----------------------------------------------------------------------------- */

static unsigned int calls_a, calls_b;

static irqreturn_t handler_a(int irq, void *dev)
{
	calls_a += irq == TEST_LINE && dev == &calls_a && in_hardirq();
	return IRQ_HANDLED;
}

static irqreturn_t handler_b(int irq __unused, void *dev __unused)
{
	calls_b++;
	return IRQ_NONE;
}

static bool borrow_line(void)
{
	calls_a = calls_b = 0;
	return test_line_borrow();
}

KTEST(irq, shared_line)
{
	if (!borrow_line())
		return;
	EXPECT_EQ(request_irq(TEST_LINE, handler_a, IRQF_SHARED, "a", NULL), -EINVAL);
	EXPECT_EQ(request_irq(NR_IRQS, handler_a, 0, "a", NULL), -EINVAL);
	EXPECT_EQ(request_irq(TEST_LINE, handler_a, IRQF_SHARED, "a", &calls_a), 0);
	EXPECT_REPORT("they do not share") {
		EXPECT_EQ(request_irq(TEST_LINE, handler_b, 0, "b", &calls_b), -EBUSY);
	}
	EXPECT_EQ(request_irq(TEST_LINE, handler_b, IRQF_SHARED, "b", &calls_b), 0);
	test_line_raise();
	EXPECT_EQ(calls_a, 1);
	EXPECT_EQ(calls_b, 1);
	EXPECT(!strcmp(free_irq(TEST_LINE, &calls_a), "a"));
	test_line_raise();
	EXPECT_EQ(calls_a, 1);
	EXPECT_EQ(calls_b, 2);
	EXPECT_REPORT("has no handler with this dev") {
		EXPECT(!free_irq(TEST_LINE, &calls_a));
	}
	EXPECT(free_irq(TEST_LINE, &calls_b));
	test_line_return();
}

/* What comes while a line is disabled is served, once, when it is enabled again. */
KTEST(irq, disabled_line_replays)
{
	if (!borrow_line())
		return;
	EXPECT_EQ(request_irq(TEST_LINE, handler_a, 0, "a", &calls_a), 0);
	disable_irq(TEST_LINE);
	disable_irq(TEST_LINE);
	test_line_raise();
	test_line_raise();
	enable_irq(TEST_LINE);
	EXPECT_EQ(calls_a, 0);
	enable_irq(TEST_LINE);
	EXPECT_EQ(calls_a, 1);
	test_line_raise();
	EXPECT_EQ(calls_a, 2);
	EXPECT_REPORT("unbalanced enable") {
		enable_irq(TEST_LINE);
	}
	free_irq(TEST_LINE, &calls_a);
	test_line_return();
}

KTEST(irq, line_that_nobody_cares_for_is_switched_off)
{
	if (!borrow_line())
		return;
	EXPECT_EQ(request_irq(TEST_LINE, handler_b, 0, "b", &calls_b), 0);
	for (unsigned int i = 0; i < 99999; i++)
		test_line_raise();
	EXPECT(!irq_to_desc(TEST_LINE)->stuck);
	EXPECT_REPORT("nobody cared") {
		test_line_raise();
	}
	EXPECT(irq_to_desc(TEST_LINE)->stuck);
	EXPECT_EQ(calls_b, 100000);
	test_line_raise();
	EXPECT_EQ(calls_b, 100000);
	free_irq(TEST_LINE, &calls_b);
	test_line_return();
}

/* ---- Softirqs and tasklets ------------------------------------------------------------- */

static unsigned int order, ran_at[2];
static bool soft_ok;

static void old_form(unsigned long which)
{
	ran_at[which] = ++order;
	soft_ok &= in_softirq() && in_serving_softirq() && !in_hardirq() && !irqs_disabled();
}

static struct tasklet_struct first, second;

static void schedule_both(struct pt_regs *regs __unused)
{
	tasklet_schedule(&second);
	tasklet_hi_schedule(&first);
	tasklet_schedule(&second);
	soft_ok &= order == 0;
}

KTEST(irq, tasklets_after_the_handler)
{
	if (!self_interrupt_possible())
		return;
	tasklet_init(&first, old_form, 0);
	tasklet_init(&second, old_form, 1);
	order = 0;
	soft_ok = true;
	system_vector_set(SELF_VECTOR, schedule_both);
	local_bh_disable();
	apic_send_ipi_self(SELF_VECTOR);
	asm volatile("nop");
	EXPECT_EQ(order, 0);
	EXPECT(in_softirq() && !in_serving_softirq());
	local_bh_enable();
	EXPECT_EQ(order, 2);
	EXPECT_EQ(ran_at[0], 1);
	EXPECT_EQ(ran_at[1], 2);
	EXPECT(soft_ok);
	tasklet_disable(&first);
	tasklet_schedule(&first);
	EXPECT_EQ(order, 2);
	tasklet_enable(&first);
	tasklet_kill(&first);
	tasklet_kill(&second);
	EXPECT_EQ(order, 3);
}

/* ---- Real interrupts at every instruction of the fast paths ---------------------------- */

#define OBJECT_SIZE   64
#define VICTIM_ROUNDS 6000
#define HELD_MAX      24
#define SWEEP_ROUNDS  100     /* through the pair: at each instruction, if it has no more */
#define ENOUGH_STEPS  1000000 /* of all rounds: with debugging a pair has thousands */

static struct kmem_cache *cache;
static void *victim_object, *held[HELD_MAX];
static unsigned int nr_held, interrupts, doubles, turn;

/* Marks an object as its owner's; a mark that is there already is a second owner's. */
static void take(u64 *object)
{
	doubles += object[1] == 0x0b5e55ed;
	object[1] = 0x0b5e55ed;
}

static void give(u64 *object)
{
	doubles += object[1] != 0x0b5e55ed;
	object[1] = 0;
	kmem_cache_free(cache, object);
}

/* The handler: allocates from the cache that was being used, frees to it, or both. */
static void allocate_and_free(struct pt_regs *regs __unused)
{
	void *object;

	interrupts++;
	turn = turn * 1103515245 + 12345;
	if (turn >> 16 & 1 && nr_held)
		give(held[--nr_held]);
	if (turn >> 17 & 1 && nr_held < HELD_MAX) {
		object = kmem_cache_alloc(cache, GFP_ATOMIC);
		if (object) {
			take(object);
			held[nr_held++] = object;
		}
	}
}

static unsigned int attack_at, step;

/* One interrupt a round: one after each instruction would restart a sequence for ever. */
static bool send_interrupt(struct pt_regs *regs)
{
	if (++step == attack_at && regs->flags & X86_EFLAGS_IF)
		apic_send_ipi_self(SELF_VECTOR);
	return false;
}

/* The next of a sweep through a pair of @length; a sweep in strides begins anywhere in the first. */
static unsigned int next_attack(unsigned int length)
{
	unsigned int stride = 1 + length / SWEEP_ROUNDS;

	if (attack_at + stride <= length)
		return attack_at + stride;
	return 1 + (turn >> 16) % stride;
}

static void victim_pair(void)
{
	victim_object = kmem_cache_alloc(cache, GFP_ATOMIC);
	take(victim_object);
	give(victim_object);
}

static void clear_mark(void *object)
{
	memset(object, 0, OBJECT_SIZE);
}

KTEST(irq, slab_pair_interrupted_at_each_instruction)
{
	unsigned long steps = 0;
	unsigned int rounds, last = 0;

	if (!self_interrupt_possible())
		return;
	cache = kmem_cache_create("irq_attack", OBJECT_SIZE, 0, 0, clear_mark);
	ASSERT(cache);
	nr_held = interrupts = doubles = attack_at = step = 0;
	system_vector_set(SELF_VECTOR, allocate_and_free);
	for (rounds = 0; rounds < VICTIM_ROUNDS && steps < ENOUGH_STEPS; rounds++) {
		attack_at = next_attack(step);
		last = max(last, attack_at);
		step = 0;
		steps += single_step_run(victim_pair, send_interrupt);
	}
	while (nr_held)
		give(held[--nr_held]);
	EXPECT_EQ(doubles, 0);
	EXPECT(steps > rounds * 30);
	EXPECT(last * 10 > steps / rounds * 9); /* the sweeps went through the whole pair */
	EXPECT(interrupts > rounds / 2);
	kmem_cache_destroy(cache);
}
