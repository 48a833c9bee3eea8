/* SPDX-License-Identifier: MIT */
/*
 * The line that tests of interrupts raise by themselves.  Its own controller is
 * replaced for as long, and so is not bothered.
 */
#include <linux/interrupt.h>
#include <cairn/test.h>
#include "irq_line.h"

static const struct irq_chip *real_chip;
static bool real_level;

static void no_op(struct irq_desc *desc __unused)
{
}

static const struct irq_chip test_chip = {
	.name = "test",
	.irq_mask = no_op,
	.irq_unmask = no_op,
	.irq_ack = no_op,
};

bool test_line_borrow(void)
{
	struct irq_desc *desc = irq_to_desc(TEST_LINE);

	if (!desc || desc->action) {
		ktest_skip("the line is in use");
		return false;
	}
	real_chip = desc->chip;
	real_level = desc->level;
	desc->chip = &test_chip;
	desc->level = false;
	return true;
}

void test_line_return(void)
{
	irq_to_desc(TEST_LINE)->chip = real_chip;
	irq_to_desc(TEST_LINE)->level = real_level;
}

void test_line_raise(void)
{
	local_irq_disable();
	irq_enter();
	generic_handle_irq(TEST_LINE);
	irq_exit();
	local_irq_enable();
}
