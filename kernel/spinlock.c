/* SPDX-License-Identifier: MIT */
/*
 * The contended half of spin_lock(), and the preemption count that locks raise.
 */
#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

/* Longer than any holder keeps a lock; then the wait is reported, and goes on. */
#define LOCKUP_SPINS (1u << 24)

DEFINE_PER_CPU(u32, __preempt_count) = PREEMPT_NO_RESCHED;
DEFINE_PER_CPU(u32, preempt_site[PREEMPT_SITES]);
DEFINE_PER_CPU(unsigned long, spin_lock_waits);
DEFINE_PER_CPU(unsigned long, spin_lock_spins);

void spin_lock_wait(arch_spinlock_t *lock, u16 ticket)
{
	unsigned int spins = 0;

	this_cpu_inc(spin_lock_waits);
	while (READ_ONCE(lock->serving) != ticket) {
		this_cpu_inc(spin_lock_spins);
		tlb_serve(); /* the holder may be waiting for that */
		cpu_relax();
		if (++spins != LOCKUP_SPINS)
			continue;
		pr_emerg("BUG: spinlock lockup suspected on CPU#%d, lock %pS\n",
			 raw_smp_processor_id(), lock);
		dump_stack();
	}
}
