/* SPDX-License-Identifier: MIT */
/*
 * What is said of a mistake with a sampled object, in Linux's words.
 *
 *   ==================================================================
 *   BUG: KFENCE: what it is in where+0x12/0x40
 *
 *   the same with addresses:
 *   (backtrace)
 *
 *   kfence-#12: 0x...-0x..., size=32, cache=kmalloc-32
 *   allocated by task 1 on cpu 0 at 1.234567s: (its backtrace)
 *   freed by task 1 on cpu 0 at 1.234890s: (its backtrace)
 *   ==================================================================
 *
 * Nothing is changed here but the count of reports: what becomes of the page is
 * kfence.c's to say.
 *
 * Locking: none; an object that changes meanwhile is shown as it is by then.
 * Contexts: any but NMI.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <asm/stacktrace.h>
#include "kfence.h"

#define RULE "=================================================================="

/* Bytes of a damaged stretch that are shown. */
#define SHOWN 16

unsigned long kfence_nr_bugs;

static void print_track(const char *what, const struct kfence_track *t)
{
	pr_err("\n");
	pr_err("%s by task %d on cpu %u at %llu.%06llus:\n", what, t->pid, t->cpu,
	       t->when / NSEC_PER_SEC, t->when % NSEC_PER_SEC / 1000);
	stack_trace_print(t->frame, t->nr, 1);
}

void kfence_print_object(const struct kfence_object *o)
{
	pr_err("kfence-#%ld: 0x%px-0x%px, size=%zu, cache=%s\n", kfence_number(o), (void *)o->addr,
	       (void *)(o->addr + o->size - 1), o->size, o->name);
	print_track("allocated", &o->alloc);
	if (o->state == KFENCE_FREED)
		print_track("freed", &o->freed);
}

static void begin_report(const char *what, unsigned long ip)
{
	__atomic_fetch_add(&kfence_nr_bugs, 1, __ATOMIC_RELAXED);
	pr_err(RULE "\n");
	pr_err("BUG: KFENCE: %s in %pS\n", what, (void *)ip);
	pr_err("\n");
}

static void end_report(const struct kfence_object *o)
{
	pr_err("\n");
	if (o && o->state != KFENCE_UNUSED)
		kfence_print_object(o);
	pr_err(RULE "\n");
}

/* ---- Accesses ---------------------------------------------------------------------------- */

static const char *read_or_write(const struct kfence_access *a)
{
	return a->is_write ? "write" : "read";
}

static void begin_access(const char *what, const struct kfence_access *a)
{
	char text[32];

	snprintf(text, sizeof(text), "%s %s", what, read_or_write(a));
	begin_report(text, a->ip);
}

static void end_access(const struct kfence_access *a, const struct kfence_object *o)
{
	print_call_trace(KERN_ERR, a->bp);
	end_report(o);
}

void kfence_report_out_of_bounds(const struct kfence_access *a, const struct kfence_object *o)
{
	bool left = a->addr < o->addr;

	begin_access("out-of-bounds", a);
	pr_err("Out-of-bounds %s at 0x%px (%luB %s of kfence-#%ld):\n", read_or_write(a),
	       (void *)a->addr, left ? o->addr - a->addr : a->addr - o->addr,
	       left ? "left" : "right", kfence_number(o));
	end_access(a, o);
}

void kfence_report_late(const struct kfence_access *a, const struct kfence_object *o)
{
	begin_access("use-after-free", a);
	pr_err("Use-after-free %s at 0x%px (in kfence-#%ld):\n", read_or_write(a), (void *)a->addr,
	       kfence_number(o));
	end_access(a, o);
}

void kfence_report_nowhere(const struct kfence_access *a)
{
	begin_access("invalid", a);
	pr_err("Invalid %s at 0x%px:\n", read_or_write(a), (void *)a->addr);
	end_access(a, NULL);
}

/* ---- Releases ---------------------------------------------------------------------------- */

void kfence_report_invalid_free(const void *addr, const struct kfence_object *o,
				unsigned long caller)
{
	begin_report("invalid free", caller);
	pr_err("Invalid free of 0x%px%s:\n", addr, o ? "" : " (in a guard page)");
	dump_stack();
	end_report(o);
}

void kfence_report_canary(const struct kfence_object *o, unsigned long addr, unsigned long end,
			  unsigned long caller)
{
	begin_report("memory corruption", caller);
	pr_err("Corrupted memory at 0x%px [", (void *)addr);
	for (unsigned long at = addr; at < min(addr + SHOWN, end); at++) {
		if (*(u8 *)at == kfence_canary(at))
			pr_cont(" .");
		else
			pr_cont(" 0x%02x", *(u8 *)at);
	}
	pr_cont(" ] (in kfence-#%ld):\n", kfence_number(o));
	dump_stack();
	end_report(o);
}
