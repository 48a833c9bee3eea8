/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_SLEEP_LOCK_H
#define _CAIRN_SLEEP_LOCK_H

/* With lockdep=1: which locks that sleep the running task holds, and in which order it takes them. */
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * sleep_lock_check - look at a mutex or rw_semaphore that is about to be waited for
 * @lock: its address, which is what a report calls it by
 * @rank: its place in the order of locks, 0: it has none
 * @site: who takes it
 *
 * Reports a lock of a rank that is not above those held, and one that is held already.
 *
 * Context: may sleep; lock_checking.
 */
void sleep_lock_check(const void *lock, u8 rank, unsigned long site) __cold;

/* sleep_lock_note - the running task has it now; otherwise as above. */
void sleep_lock_note(const void *lock, u8 rank, unsigned long site) __cold;

/* sleep_lock_forget - the running task releases it; one that another task took is nobody's here. */
void sleep_lock_forget(const void *lock) __cold;

#endif
