/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_IDLE_H
#define _CAIRN_IDLE_H

/**
 * idle_wait - let the CPU sleep until the next interrupt
 *
 * Context: interrupts off, so that none comes between the caller's last look for
 * work and the sleep; on when it returns.
 */
void idle_wait(void);

/*
 * tick_start - where no clock event can be set, have one come a hundred times a second
 *
 * Context: start-up.
 */
void tick_start(void);

#endif
