/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

/* Interrupts of this CPU, off and on; @flags is an unsigned long of the caller's. */
#include <asm/irqflags.h>

#define local_irq_disable() arch_local_irq_disable()
#define local_irq_enable()  arch_local_irq_enable()

#define local_save_flags(flags)                    \
	do {                                       \
		(flags) = arch_local_save_flags(); \
	} while (0)
#define local_irq_save(flags)                    \
	do {                                     \
		(flags) = arch_local_irq_save(); \
	} while (0)
#define local_irq_restore(flags)   arch_local_irq_restore(flags)

#define irqs_disabled_flags(flags) arch_irqs_disabled_flags(flags)
#define irqs_disabled()		   arch_irqs_disabled_flags(arch_local_save_flags())

#endif
