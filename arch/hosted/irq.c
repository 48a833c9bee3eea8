/* SPDX-License-Identifier: MIT */
/*
 * Interrupts as calls, and the clock.
 *
 *   local_irq_enable(), local_irq_restore(),   \
 *   cpu_relax(), idle_wait()                    } --> anything due? --> its handler
 *
 * Due are: what another CPU has asked for (a bit a vector), the clock event, and
 * the scheduler's tick, a hundred times a second.  A handler runs as on a machine:
 * interrupts off, counted, soft interrupts after it, and a switch on the way out
 * if that is wanted and allowed.
 *
 * The clock is looked at only every CLOCK_STRIDE chances, since most switches of
 * the interrupt flag are a few instructions apart.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/irq.h>
#include <linux/seq_file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <cairn/idle.h>
#include <cairn/start.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/irq_regs.h>
#include <asm/processor.h>
#include "hosted.h"

#define CLOCK_STRIDE 64
#define TICK_NS	     (NSEC_PER_SEC / 100)
#define ASLEEP	     0x80000000u /* the CPU waits for the others */

/* Read and written by name in <asm/irqflags.h> and <asm/percpu.h>. */
#define THREAD_WORD __thread unsigned long __used __attribute__((__tls_model__("initial-exec")))
THREAD_WORD hosted_flags_word, hosted_cpu_offset;

DEFINE_PER_CPU(struct pt_regs *, __irq_regs);
static DEFINE_PER_CPU(u32, pending); /* bit v: vector FIRST_SYSTEM_VECTOR + v; ASLEEP */
static DEFINE_PER_CPU(u32, chances);
static DEFINE_PER_CPU(u64, clock_event);
static DEFINE_PER_CPU(u64, next_tick);
u32 cpu_apicid[NR_CPUS];
static bool started;
static u64 ns_at_start;

u64 ktime_get_ns(void)
{
	return host_ns() - ns_at_start;
}

u64 cycles_since_start(void)
{
	return ktime_get_ns();
}

unsigned int tsc_khz = 1000000;

void ndelay(unsigned long nsecs)
{
	u64 until = ktime_get_ns() + nsecs;

	while (ktime_get_ns() < until)
		cpu_relax();
}

void udelay(unsigned long usecs)
{
	ndelay(usecs * NSEC_PER_USEC);
}

void mdelay(unsigned long msecs)
{
	udelay(msecs * USEC_PER_MSEC);
}

void clock_event_set(u64 when)
{
	this_cpu_write(clock_event, when);
}

static void call_function(struct pt_regs *regs __unused)
{
	smp_call_run();
}

static void reschedule(struct pt_regs *regs __unused)
{
	scheduler_ipi();
}

static void (*system_vectors[NR_SYSTEM_VECTORS])(struct pt_regs *regs) = {
	[CALL_FUNCTION_VECTOR - FIRST_SYSTEM_VECTOR] = call_function,
	[RESCHEDULE_VECTOR - FIRST_SYSTEM_VECTOR] = reschedule,
};

void system_vector_set(u8 vector, void (*handler)(struct pt_regs *regs))
{
	WRITE_ONCE(system_vectors[vector - FIRST_SYSTEM_VECTOR], handler);
}

static void handle(u32 vectors, u64 now)
{
	struct pt_regs regs = {.flags = X86_EFLAGS_IF};
	void (*handler)(struct pt_regs * regs);

	for (; vectors; vectors &= vectors - 1) {
		handler = READ_ONCE(system_vectors[__ffs(vectors)]);
		if (handler)
			handler(&regs);
	}
	if (now >= this_cpu_read(clock_event)) {
		this_cpu_write(clock_event, ~0ULL);
		timer_interrupt();
	}
	if (now >= this_cpu_read(next_tick)) {
		this_cpu_write(next_tick, now + TICK_NS);
		sched_tick();
	}
}

void percpu_set_base(unsigned long offset)
{
	hosted_cpu_offset = offset;
}

static u32 *my_pending(void)
{
	return raw_cpu_ptr(&pending);
}

/* Context: interrupts on. */
static void take(u64 now)
{
	hosted_set_flags(0);
	irq_enter();
	handle(__atomic_exchange_n(my_pending(), 0, __ATOMIC_ACQ_REL) & ~ASLEEP, now);
	irq_exit();
	if (!this_cpu_read(__preempt_count))
		preempt_schedule_irq();
	hosted_set_flags(X86_EFLAGS_IF);
}

static bool due(u64 now)
{
	return READ_ONCE(*my_pending()) || now >= this_cpu_read(clock_event) ||
	       now >= this_cpu_read(next_tick);
}

static void look(void)
{
	u64 now = ktime_get_ns();

	this_cpu_write(chances, 0);
	cpus_stop_if_asked();
	if (due(now))
		take(now);
}

void hosted_take_interrupts(void)
{
	if (!started)
		return;
	if (this_cpu_inc_return(chances) >= CLOCK_STRIDE || READ_ONCE(*my_pending()))
		look();
}

void cpu_relax(void)
{
	if (started && hosted_flags() & X86_EFLAGS_IF)
		look();
	else
		cpus_stop_if_asked();
	if (!started || num_online_cpus() > 1 || !(hosted_flags() & X86_EFLAGS_IF))
		host_yield();
}

/* Sleeps until something is asked of this CPU, or its time has come. */
static void sleep_until(u64 until)
{
	u32 *word = my_pending(), none = 0;

	if (!try_cmpxchg(word, &none, ASLEEP))
		return;
	host_wait(word, ASLEEP, ns_at_start + until);
	__atomic_fetch_and(word, ~ASLEEP, __ATOMIC_ACQ_REL);
}

void idle_wait(void)
{
	u64 now = ktime_get_ns();

	if (!due(now))
		sleep_until(min(this_cpu_read(clock_event), this_cpu_read(next_tick)));
	hosted_set_flags(X86_EFLAGS_IF);
	look();
}

void apic_send_ipi(unsigned int cpu, u8 vector)
{
	u32 *word = per_cpu_ptr(&pending, cpu);

	if (__atomic_fetch_or(word, 1u << (vector - FIRST_SYSTEM_VECTOR), __ATOMIC_ACQ_REL) &
	    ASLEEP)
		host_wake(word);
}

void apic_send_ipi_self(u8 vector)
{
	apic_send_ipi((unsigned int)raw_smp_processor_id(), vector);
	if (!irqs_disabled())
		hosted_take_interrupts();
}

/* No device interrupts these CPUs. */
int irq_vector_alloc(unsigned int irq __unused)
{
	return -ENOSPC;
}

void irq_vector_free(unsigned int vector __unused)
{
}

/* Interrupts of the CPUs' own are calls that nobody counts. */
void arch_show_interrupts(struct seq_file *m)
{
	seq_printf(m, "%3s: %10u\n", "ERR", 0);
}

void __init clock_start(void)
{
	ns_at_start = host_ns();
}

void interrupts_start_cpu(void)
{
	this_cpu_write(clock_event, ~0ULL);
	this_cpu_write(next_tick, ktime_get_ns() + TICK_NS);
}

void __init interrupts_start(void)
{
	interrupts_start_cpu();
	interrupts_expected = true;
	started = true;
	local_irq_enable();
}
