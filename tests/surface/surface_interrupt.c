/* SPDX-License-Identifier: MIT */
/* Interrupt lines, softirqs and tasklets in both forms, from <linux/interrupt.h> alone. */
#include <linux/interrupt.h>

static int cookie, ran, in_context;

static irqreturn_t surface_handler(int irq, void *dev)
{
	return dev == &cookie ? IRQ_HANDLED : IRQ_NONE;
}

static void old_form(unsigned long data)
{
	ran += data;
	in_context += in_softirq() && in_interrupt() && !in_irq();
}

static void new_form(struct tasklet_struct *t)
{
	ran += 10;
	in_context += in_serving_softirq();
}

static DECLARE_TASKLET(declared, new_form);
static DECLARE_TASKLET_OLD(declared_old, old_form);

int init_module(void)
{
	static struct tasklet_struct t;
	unsigned long flags;
	int ok = !request_irq(5, surface_handler, IRQF_SHARED, "surface", &cookie);

	if (ok) {
		disable_irq(5);
		enable_irq(5);
		synchronize_irq(5);
		free_irq(5, &cookie);
	}
	tasklet_init(&t, old_form, 7);
	local_bh_disable();
	tasklet_schedule(&t);
	tasklet_schedule(&declared);
	tasklet_hi_schedule(&declared_old);
	ok = ok && !ran && in_softirq() && !in_serving_softirq();
	local_bh_enable();
	tasklet_disable(&declared);
	tasklet_enable(&declared);
	tasklet_kill(&t);
	tasklet_kill(&declared);
	tasklet_kill(&declared_old);
	local_irq_save(flags);
	ok = ok && irqs_disabled();
	local_irq_restore(flags);
	return ok && ran == 17 && in_context == 3 ? 0 : -1;
}
