/* SPDX-License-Identifier: MIT */
/*
 * Reports of what must not happen: warnings, which go on, and panic, the end.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <cairn/panic.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/stacktrace.h>

#define DEBUG_EXIT_PORT 0xf4

bool panic_in_progress;
static int panic_cpu = -1;
static char panic_reason[256];
void (*panic_memory_summary)(void);

void __noreturn cairn_exit(unsigned int code)
{
	outb((u8)code, DEBUG_EXIT_PORT);
	arch_halt();
}

/*
 * The first CPU to panic stops the others and reports; one that panics meanwhile
 * waits to be stopped.  A panic inside a panic says so with the least that can
 * work, and stops.
 */
static void panic_enter(void)
{
	int nobody = -1, this = raw_smp_processor_id();

	local_irq_disable();
	if (try_cmpxchg(&panic_cpu, &nobody, this)) {
		panic_in_progress = true;
		smp_send_stop();
		return;
	}
	if (nobody != this)
		arch_halt();
	early_puts("\ncairn: panic while reporting a panic\n");
	cairn_exit(EXIT_CODE_PANIC);
}

static void __noreturn panic_finish(void)
{
	if (panic_memory_summary)
		panic_memory_summary();
	pr_emerg("---[ end Kernel panic - not syncing: %s ]---\n", panic_reason);
	cairn_exit(EXIT_CODE_PANIC);
}

void panic(const char *fmt, ...)
{
	va_list args;

	panic_enter();
	va_start(args, fmt);
	vscnprintf(panic_reason, sizeof(panic_reason), fmt, args);
	va_end(args);
	pr_emerg("Kernel panic - not syncing: %s\n", panic_reason);
	print_call_trace(KERN_EMERG, (unsigned long)__builtin_frame_address(0));
	panic_finish();
}

void panic_reported(const char *reason)
{
	panic_enter();
	scnprintf(panic_reason, sizeof(panic_reason), "%s", reason);
	pr_emerg("Kernel panic - not syncing: %s\n", panic_reason);
	panic_finish();
}

void warn_report(const char *file, int line, const char *fmt, ...)
{
	struct va_format message = {.fmt = fmt};
	va_list args;

	pr_warn("------------[ cut here ]------------\n");
	pr_warn("WARNING: CPU: %d PID: 0 at %s:%d %pB\n", raw_smp_processor_id(), file, line,
		__builtin_return_address(0));
	if (fmt) {
		va_start(args, fmt);
		message.va = &args;
		pr_warn("%pV\n", &message);
		va_end(args);
	}
	print_call_trace(KERN_WARNING, (unsigned long)__builtin_frame_address(0));
	pr_warn("---[ end trace ]---\n");
}
