/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_IDLE_H
#define _CAIRN_IDLE_H

/**
 * idle_wait - let the CPU sleep until the next interrupt, a hundredth of a second at most
 *
 * Context: process context, interrupts on, no lock held.
 */
void idle_wait(void);

#endif
