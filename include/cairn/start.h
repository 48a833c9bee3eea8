/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_START_H
#define _CAIRN_START_H

/* Start-up: from the architecture's entry to the monitor's prompt. */
#include <linux/types.h>
#include <linux/compiler.h>

/* start_kernel - the start-up order, in kernel/main.c; runs once, on the boot stack. */
void __noreturn start_kernel(u32 magic, u64 info_phys);

/* x86_64_start - first C function, called by boot/entry.S. */
void __noreturn x86_64_start(u32 magic, u64 info_phys);

/* cycles_since_start - ticks of the time-stamp counter since the kernel's entry. */
u64 cycles_since_start(void);

/* arch_halt - stop this CPU for ever. */
void __noreturn arch_halt(void);

/* early_puts - text on the first serial port, before there is a console. */
void early_puts(const char *text);

#endif
