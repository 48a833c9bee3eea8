/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and their handlers.
 *
 *	controller --generic_handle_irq(n)--> irq_desc[n] --> action -> action -> ...
 *	   ^                                     |             (a shared line has several)
 *	   +------- mask, unmask, ack, eoi ------+
 *
 * One course serves every kind of line; a controller's functions make the
 * difference.  ack: the legacy controllers mask the line and acknowledge it, an
 * edge is acknowledged, a level is left alone.  eoi: the legacy controllers unmask
 * the line, a level is acknowledged, for an edge there is nothing left to do.
 *
 * Disabling is lazy: disable_irq() only counts.  An interrupt that comes all the
 * same masks the line and leaves a mark, and enable_irq() has an edge's handlers run
 * for that mark; a level asks again by itself once it is unmasked.
 *
 * Invariants, with desc->lock held:
 *	action == NULL		=>  depth >= 1
 *	in_progress		=>  handlers run on exactly one CPU, without the lock
 *	masked			=>  depth >= 1 or stuck
 *
 * Locking: desc->lock, always with interrupts off.  The list of handlers is changed
 * under it and walked without it while in_progress is set; free_irq() unlinks, waits
 * for in_progress to go, and frees.
 *
 * A line whose interrupts nobody wants, 99,900 out of 100,000, would keep the CPU
 * for itself: it is reported and switched off.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/processor.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <cairn/init.h>

#define STUCK_WINDOW	100000
#define STUCK_UNHANDLED 99900

static struct irq_desc irq_descs[NR_IRQS];
static DEFINE_PER_CPU(u32[NR_IRQS], irq_counts);

struct irq_desc *irq_to_desc(unsigned int irq)
{
	return irq < NR_IRQS && irq_descs[irq].chip ? &irq_descs[irq] : NULL;
}

unsigned int irq_count_of(unsigned int irq, unsigned int cpu)
{
	return irq < NR_IRQS ? per_cpu(irq_counts, cpu)[irq] : 0;
}

/* ---- Lines ----------------------------------------------------------------------------- */

void irq_set_chip(unsigned int irq, const struct irq_chip *chip, void *data, u32 hw, bool level)
{
	struct irq_desc *desc = &irq_descs[irq];

	desc->irq = irq;
	desc->chip_data = data;
	desc->hw = hw;
	desc->level = level;
	desc->cpu = 0;
	desc->depth = 1;
	desc->masked = true;
	desc->stuck = false;
	desc->pending = false;
	WRITE_ONCE(desc->chip, chip);
}

int irq_alloc_range(unsigned int from, unsigned int n)
{
	unsigned int run = 0;

	for (unsigned int irq = from; irq < NR_IRQS; irq++) {
		run = irq_descs[irq].chip ? 0 : run + 1;
		if (run == n)
			return (int)(irq - n + 1);
	}
	return -ENOSPC;
}

void irq_free_number(unsigned int irq)
{
	struct irq_desc *desc = &irq_descs[irq];
	unsigned long flags;

	WARN_ON(desc->action);
	spin_lock_irqsave(&desc->lock, flags);
	WRITE_ONCE(desc->chip, NULL);
	spin_unlock_irqrestore(&desc->lock, flags);
}

static void mask_line(struct irq_desc *desc)
{
	if (!desc->masked)
		desc->chip->irq_mask(desc);
	desc->masked = true;
}

static void unmask_line(struct irq_desc *desc)
{
	if (desc->masked)
		desc->chip->irq_unmask(desc);
	desc->masked = false;
}

/* ---- Service --------------------------------------------------------------------------- */

static irqreturn_t run_actions(struct irq_desc *desc)
{
	unsigned int ret = IRQ_NONE;

	for (struct irqaction *a = READ_ONCE(desc->action); a; a = READ_ONCE(a->next)) {
		note_hardirq_function(a->handler);
		ret |= a->handler((int)desc->irq, a->dev_id);
		if (WARN(!irqs_disabled(), "irq %u: handler %pS switched interrupts on\n",
			 desc->irq, a->handler))
			local_irq_disable();
	}
	return (irqreturn_t)ret;
}

static void report_stuck(struct irq_desc *desc)
{
	pr_err("irq %u: nobody cared; it is switched off\n", desc->irq);
	for (struct irqaction *a = desc->action; a; a = a->next)
		pr_err("irq %u: handler %pS (%s)\n", desc->irq, a->handler, a->name);
	dump_stack();
}

/* Counts what nobody wanted; a line that is all of that kind is switched off. */
static void note_result(struct irq_desc *desc, irqreturn_t ret)
{
	if (ret == IRQ_NONE) {
		desc->unhandled++;
		desc->total_unhandled++;
	}
	if (++desc->window < STUCK_WINDOW)
		return;
	if (desc->unhandled > STUCK_UNHANDLED) {
		desc->stuck = true;
		desc->depth++;
		mask_line(desc);
		report_stuck(desc);
	}
	desc->window = 0;
	desc->unhandled = 0;
}

/* Called and left with the lock held. */
static void serve(struct irq_desc *desc)
{
	WRITE_ONCE(desc->in_progress, true);
	do {
		irqreturn_t ret;

		desc->pending = false;
		spin_unlock(&desc->lock);
		ret = run_actions(desc);
		spin_lock(&desc->lock);
		note_result(desc, ret);
	} while (desc->pending && !desc->depth);
	smp_store_release(&desc->in_progress, false);
}

int generic_handle_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_descs[irq];

	spin_lock(&desc->lock);
	if (unlikely(!desc->chip)) { /* its driver went while it was on its way */
		spin_unlock(&desc->lock);
		return -EINVAL;
	}
	this_cpu_inc(irq_counts[irq]);
	desc->chip->irq_ack(desc);
	if (desc->depth) {
		desc->pending = true;
		mask_line(desc);
	} else if (desc->in_progress) {
		desc->pending = true;
	} else {
		serve(desc);
	}
	if (desc->chip->irq_eoi)
		desc->chip->irq_eoi(desc);
	spin_unlock(&desc->lock);
	return 0;
}

/* An edge that came while the line was disabled, served from softirq context. */
static void replay(struct tasklet_struct *t __unused)
{
	unsigned long flags;

	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		struct irq_desc *desc = irq_to_desc(irq);

		if (!desc || !data_race(desc->pending))
			continue;
		local_irq_save(flags);
		irq_enter();
		spin_lock(&desc->lock);
		if (desc->pending && !desc->depth && !desc->in_progress)
			serve(desc);
		spin_unlock(&desc->lock);
		preempt_count_sub(HARDIRQ_OFFSET);
		local_irq_restore(flags);
	}
}
static DECLARE_TASKLET(replay_tasklet, replay);

/* ---- Drivers' calls -------------------------------------------------------------------- */

void synchronize_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (!desc)
		return;
	while (smp_load_acquire(&desc->in_progress))
		spin_cpu_relax();
}

void disable_irq_nosync(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&desc->lock, flags);
	desc->depth++;
	spin_unlock_irqrestore(&desc->lock, flags);
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	if (!in_hardirq())
		synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	bool again = false;

	if (!desc)
		return;
	spin_lock_irqsave(&desc->lock, flags);
	if (WARN(!desc->depth, "irq %u: unbalanced enable\n", irq))
		goto out;
	if (--desc->depth == 0) {
		again = desc->pending && !desc->level && !desc->in_progress;
		if (!again && !desc->in_progress)
			desc->pending = false;
		unmask_line(desc);
	}
out:
	spin_unlock_irqrestore(&desc->lock, flags);
	if (again)
		tasklet_hi_schedule(&replay_tasklet);
}

int irq_set_affinity(unsigned int irq, const struct cpumask *mask)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	int cpu, err = -EINVAL;

	if (!desc || !desc->chip->irq_set_affinity)
		return -EINVAL;
	spin_lock_irqsave(&desc->lock, flags);
	for_each_cpu(cpu, mask)
	{
		if (!cpu_online(cpu))
			continue;
		err = desc->chip->irq_set_affinity(desc, (unsigned int)cpu);
		break;
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	return err;
}

/* Puts @action behind the others; the lock is held.  The first one gets the line going. */
static int link_action(struct irq_desc *desc, struct irqaction *action)
{
	struct irqaction **link = &desc->action;
	int err;

	if (!*link) {
		err = desc->chip->irq_startup ? desc->chip->irq_startup(desc) : 0;
		if (err)
			return err;
		desc->window = 0;
		desc->unhandled = 0;
		desc->stuck = false;
		desc->pending = false;
		desc->depth = 1;
		WRITE_ONCE(desc->action, action);
		if (!(action->flags & IRQF_NO_AUTOEN)) {
			desc->depth = 0;
			unmask_line(desc);
		}
		return 0;
	}
	if (!((*link)->flags & action->flags & IRQF_SHARED)) {
		pr_err("irq %u: %s wants it, but %s has it and they do not share\n", desc->irq,
		       action->name, (*link)->name);
		return -EBUSY;
	}
	while (*link)
		link = &(*link)->next;
	WRITE_ONCE(*link, action);
	return 0;
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *action;
	unsigned long irqflags;
	int err;

	if (!desc || !handler || (flags & IRQF_SHARED && !dev))
		return -EINVAL;
	action = kmalloc(sizeof(*action), GFP_KERNEL);
	if (!action)
		return -ENOMEM;
	*action = (struct irqaction){
		.handler = handler,
		.dev_id = dev,
		.flags = flags,
		.irq = irq,
		.name = name,
	};
	spin_lock_irqsave(&desc->lock, irqflags);
	err = link_action(desc, action);
	spin_unlock_irqrestore(&desc->lock, irqflags);
	if (err)
		kfree(action);
	return err;
}

/* Takes the action of @dev off the list, and with the last one the line out of service. */
static struct irqaction *unlink_action(struct irq_desc *desc, void *dev)
{
	struct irqaction **link = &desc->action, *action;

	while (*link && (*link)->dev_id != dev)
		link = &(*link)->next;
	action = *link;
	if (!action)
		return NULL;
	WRITE_ONCE(*link, action->next);
	if (!desc->action) {
		desc->depth = 1;
		mask_line(desc);
		if (desc->chip->irq_shutdown)
			desc->chip->irq_shutdown(desc);
	}
	return action;
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *action = NULL;
	const char *name;
	unsigned long flags;

	might_sleep();
	if (WARN(in_interrupt(), "free_irq: irq %u, from an interrupt\n", irq))
		return NULL;
	if (desc) {
		spin_lock_irqsave(&desc->lock, flags);
		action = unlink_action(desc, dev);
		spin_unlock_irqrestore(&desc->lock, flags);
	}
	if (WARN(!action, "free_irq: irq %u has no handler with this dev\n", irq))
		return NULL;
	synchronize_irq(irq);
	name = action->name;
	kfree(action);
	return name;
}

/* ---- /proc/interrupts ------------------------------------------------------------------ */

/* Controller, input, trigger and handlers; false: the line has none.  Drivers come and go. */
static bool describe(struct irq_desc *desc, char *text, size_t size)
{
	unsigned long flags;
	bool used;
	int n;

	spin_lock_irqsave(&desc->lock, flags);
	used = desc->action;
	if (used) {
		n = scnprintf(text, size, " %9s %4u-%s", desc->chip->name, desc->hw,
			      desc->level ? "fasteoi" : "edge");
		for (struct irqaction *a = desc->action; a; a = a->next)
			n += scnprintf(text + n, size - (size_t)n, "%s%s",
				       a == desc->action ? "      " : ", ", a->name);
		scnprintf(text + n, size - (size_t)n, "%s",
			  desc->stuck ? " (switched off: nobody cared)" : "");
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	return used;
}

static void show_line(struct seq_file *m, struct irq_desc *desc)
{
	char text[200];
	int cpu;

	if (!describe(desc, text, sizeof(text)))
		return;
	seq_printf(m, "%3u:", desc->irq);
	for_each_online_cpu(cpu)
		seq_printf(m, " %10u", irq_count_of(desc->irq, (unsigned int)cpu));
	seq_printf(m, "%s\n", text);
}

static int show_interrupts(struct seq_file *m)
{
	int cpu;

	seq_puts(m, "    ");
	for_each_online_cpu(cpu)
		seq_printf(m, "       CPU%d", cpu);
	seq_putc(m, '\n');
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		struct irq_desc *desc = irq_to_desc(irq);

		if (desc)
			show_line(m, desc);
	}
	arch_show_interrupts(m);
	return 0;
}
VIRTUAL_FILE("interrupts", show_interrupts);
