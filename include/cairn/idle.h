/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_IDLE_H
#define _CAIRN_IDLE_H

/**
 * idle_wait - let the CPU rest for a moment
 *
 * For loops that poll a device: returns after an interrupt or a few
 * milliseconds, whichever is first.
 *
 * Context: process context, no lock held.
 */
void idle_wait(void);

#endif
