/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a function pops from, or pushes to, a per-CPU stack, and an interrupt
 * handler that uses the same stack comes after its k-th instruction; for every k.
 * The debug exception plays the interrupt: single_step_run() stops after each
 * instruction.  Whatever k is, no pointer may be lost and none may come out twice.
 *
 * The last test shows that the attack is one: without the restart, some k does
 * damage.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include <linux/string.h>
#include <cairn/test.h>
#include <asm/ras.h>
#include <asm/traps.h>

#define CAPACITY  8
#define NR_ITEMS  16 /* pointers 1 .. NR_ITEMS */
#define MAX_STEPS 64

static DEFINE_PER_CPU(u64[1 + CAPACITY], victim_words);
#define victim_stack ((struct pcpu_stack __percpu __force *)&victim_words)

/* How often each pointer has come out. */
static unsigned int seen[NR_ITEMS + 1];

static void note(void *item)
{
	unsigned long value = (unsigned long)item;

	if (value <= NR_ITEMS)
		seen[value]++;
	else
		seen[0]++; /* garbage */
}

static void *item(unsigned long value)
{
	return (void *)value;
}

static bool push(unsigned long value)
{
	return pcpu_stack_push(victim_stack, item(value));
}

/* Starts over with 1 .. @n on the stack. */
static void reset(unsigned int n)
{
	struct pcpu_stack *s = raw_cpu_ptr(victim_stack);
	unsigned long i;

	memset(s, 0, sizeof(victim_words));
	s->limit = CAPACITY * sizeof(void *);
	memset(seen, 0, sizeof(seen));
	for (i = 1; i <= n; i++)
		push(i);
}

/* Did 1 .. @n come out exactly once each, and nothing else? */
static bool each_once(unsigned int n)
{
	void *left;
	unsigned int i;

	while ((left = pcpu_stack_pop(victim_stack)))
		note(left);
	if (seen[0])
		return false;
	for (i = 1; i <= NR_ITEMS; i++) {
		if (seen[i] != (i <= n))
			return false;
	}
	return true;
}

static void *popped;
static bool pushed;

static void victim_pop(void)
{
	popped = pcpu_stack_pop(victim_stack);
}

static void victim_push(void)
{
	pushed = pcpu_stack_push(victim_stack, item(5));
}

/* What the handler does, and after which instruction. */
static unsigned int attack_at;
static unsigned int step;
static void (*attack)(void);
static bool restart;

static bool on_step(struct pt_regs *regs)
{
	(void)regs;
	if (++step != attack_at)
		return false;
	attack();
	return restart;
}

static void attack_steal(void)
{
	note(pcpu_stack_pop(victim_stack));
}

static void attack_add(void)
{
	push(6);
}

static void attack_exchange(void)
{
	attack_steal();
	push(6);
}

static void attack_drain(void)
{
	void *p;

	while ((p = pcpu_stack_pop(victim_stack)))
		note(p);
}

static void attack_fill(void)
{
	unsigned long value = 6;

	while (push(value))
		value++;
	/* What was added takes the numbers 6, 7, ...; undo what the test does not count. */
	while (--value > 6)
		pcpu_stack_pop(victim_stack);
}

/* With interrupts off: one that came between would be stepped through and counted. */
static unsigned long run_attacked(void (*victim)(void), void (*what)(void), unsigned int k)
{
	unsigned long flags, steps;

	attack = what;
	attack_at = k;
	step = 0;
	local_irq_save(flags);
	steps = single_step_run(victim, on_step);
	local_irq_restore(flags);
	return steps;
}

/* Four items, @victim, and @what after instruction @k; @more: numbers that exist besides 1..4. */
static bool survives(void (*victim)(void), void (*what)(void), unsigned int k, bool adds)
{
	popped = NULL;
	pushed = false;
	reset(4);
	if (victim == victim_pop && adds)
		push(5); /* so that the numbers in use are 1 .. 6 */
	run_attacked(victim, what, k);
	if (popped)
		note(popped);
	return each_once(victim == victim_push || adds ? adds ? 6 : 5 : 4);
}

static const struct {
	void (*what)(void);
	bool adds;
} attacks[] = {
	{attack_steal, false}, {attack_add, true},  {attack_exchange, true},
	{attack_drain, false}, {attack_fill, true},
};

/* Instructions in an undisturbed run; the attack comes after each of them. */
static unsigned int count_steps(void (*victim)(void))
{
	reset(4);
	return (unsigned int)run_attacked(victim, attack_steal, 0);
}

static void attack_everywhere(void (*victim)(void))
{
	unsigned int k, i, n = count_steps(victim);

	ASSERT(n > 5 && n < MAX_STEPS);
	restart = true;
	for (i = 0; i < ARRAY_SIZE(attacks); i++) {
		for (k = 1; k <= n; k++) {
			if (!EXPECT(survives(victim, attacks[i].what, k, attacks[i].adds)))
				pr_info("attack %u after instruction %u of %u\n", i, k, n);
		}
	}
}

KTEST(ras, pop_attacked_at_each_instruction)
{
	attack_everywhere(victim_pop);
}

KTEST(ras, push_attacked_at_each_instruction)
{
	attack_everywhere(victim_push);
}

KTEST(ras, without_restart_the_attack_succeeds)
{
	unsigned int k, damaged = 0, n = count_steps(victim_pop);

	restart = false;
	for (k = 1; k <= n; k++)
		damaged += !survives(victim_pop, attack_exchange, k, true);
	restart = true;
	EXPECT(damaged > 0);
}

KTEST(ras, full_and_empty)
{
	unsigned long i;

	reset(0);
	EXPECT(!pcpu_stack_pop(victim_stack));
	for (i = 1; i <= CAPACITY; i++)
		EXPECT(push(i));
	EXPECT(!push(CAPACITY + 1));
	for (i = CAPACITY; i >= 1; i--)
		EXPECT_EQ(pcpu_stack_pop(victim_stack), i);
	EXPECT(!pcpu_stack_pop(victim_stack));
	raw_cpu_ptr(victim_stack)->limit = 0;
	EXPECT(!push(1));
}

KTEST(ras, fixup_of_each_sequence)
{
	const struct ras_range *r;
	unsigned long bad = 0;

	EXPECT(&__ras_table_end[0] > &__ras_table_start[0]);
	for (r = __ras_table_start; r < __ras_table_end; r++) {
		bad += r->end <= r->start || r->end - r->start > 64;
		bad += ras_fixup(r->start) != r->start || ras_fixup(r->end) != r->end;
		bad += ras_fixup(r->start + 1) != r->start || ras_fixup(r->end - 1) != r->start;
	}
	EXPECT_EQ(bad, 0);
}

/* Where a walk of the table finds an address. */
static const struct ras_range *walk(const struct ras_range *table, size_t n, unsigned long rip)
{
	for (size_t i = 0; i < n; i++) {
		if (rip > table[i].start && rip < table[i].end)
			return &table[i];
	}
	return NULL;
}

/* A table out of order is sorted; the search finds what a walk finds, at every address. */
KTEST(ras, search_of_a_table_out_of_order)
{
	struct ras_range table[9];
	unsigned int bad = 0;

	for (size_t n = 0; n <= ARRAY_SIZE(table); n++) {
		for (size_t i = 0; i < n; i++) {
			u64 place = (i * 11 + 2) % n;

			table[i] = (struct ras_range){100 + place * 10,
						      105 + place * 10 + place % 6, 0};
		}
		ras_sort(table, n);
		for (unsigned long rip = 90; rip < 220; rip++)
			bad += ras_find(table, n, rip) != walk(table, n, rip);
		for (size_t i = 1; i < n; i++)
			bad += table[i].start < table[i - 1].end;
	}
	EXPECT_EQ(bad, 0);
}
