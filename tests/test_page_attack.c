/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's fast path under attack: an "interrupt" after each single
 * instruction takes from, and gives to, the list that is being changed.
 */
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <asm/traps.h>
#include "../mm/page_state.h"
#include "../mm/zone.h"

static struct page *attack_page[3];
static unsigned int attack_wrong, attack_runs, attack_steps, attack_period;

static noinline void attacked(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	attack_page[0] = page;
	__free_page(page);
	attack_page[1] = alloc_pages(GFP_KERNEL, 3);
	__free_pages(attack_page[1], 3);
}

/* As an interrupt handler would: takes from, and gives to, the list that is being changed. */
static bool attacker(struct pt_regs *regs)
{
	struct page *a, *b, *c;

	if (regs->ip - (unsigned long)attacked > 0x800 || ++attack_steps % attack_period)
		return false; /* in a function it calls; or let it get on: another run hits it */
	a = alloc_page(GFP_ATOMIC);
	b = alloc_page(GFP_ATOMIC);
	c = alloc_pages(GFP_ATOMIC, 3);
	attack_wrong += !a || !b || !c || a == b;
	attack_runs++;
	if (a)
		__free_page(a);
	if (c)
		__free_pages(c, 3);
	if (b)
		__free_page(b);
	return true;
}

/* An interrupt after every instruction of allocating and freeing, which does the same. */
KTEST(pages, interrupts_between_the_instructions_of_the_fast_path)
{
	struct zone *zone;
	unsigned int i;

	attack_wrong = attack_runs = 0;
	attacked();
	for (i = 0; i < 300; i++) {
		attack_period = 7 + i % 13; /* longer than a sequence, or it would never end */
		attack_steps = i;
		single_step_run(attacked, attacker);
	}
	EXPECT_EQ(attack_wrong, 0);
	EXPECT(attack_runs >
	       (page_lists_are_off() ? 10U : 1000U)); /* the long way is another function */
	for_each_zone(zone)
		EXPECT(!zone_check(zone));
}
