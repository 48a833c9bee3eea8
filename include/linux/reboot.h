/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_REBOOT_H
#define _LINUX_REBOOT_H

/* The ways to end a run; kernel/exit.c. */
#include <linux/compiler.h>

/**
 * machine_poweroff - run the modules' exits and switch the machine off
 *
 * Context: process context. Where nothing can switch it off, it halts.
 */
void machine_poweroff(void);

/**
 * machine_restart - start the machine anew
 *
 * Context: any.
 */
void machine_restart(void);

#endif
