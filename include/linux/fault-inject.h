/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_FAULT_INJECT_H
#define _LINUX_FAULT_INJECT_H

/*
 * Faults on purpose: when something that can fail shall fail.  lib/fault_inject.c
 * decides; who asks says what is at stake.
 */
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/gfp_types.h>

struct kmem_cache;

/**
 * struct fault_attr - when to fail
 * @probability: of a failure, in percent; 0 switches it off
 * @interval: only every so many of the calls that come so far may fail
 * @times: how many failures are left; -1: any number
 * @space: bytes, pages, ... that are still granted before the first
 * @verbose: of each failure 0: say nothing; 1: one message; 2: and a backtrace
 * @count: calls that came as far as @interval
 * @name: for the message
 */
struct fault_attr {
	unsigned long probability;
	unsigned long interval;
	atomic_t times;
	atomic_t space;
	unsigned long verbose;
	atomic_t count;
	const char *name;
};

#define FAULT_ATTR_INITIALIZER                                       \
	{                                                            \
		.interval = 1, .times = ATOMIC_INIT(1), .verbose = 2 \
	}
#define DECLARE_FAULT_ATTR(_name) struct fault_attr _name = FAULT_ATTR_INITIALIZER

enum fault_flags { FAULT_NOWARN = 1 << 0 };

/**
 * setup_fault_attr - set what a boot parameter sets
 * @attr: to be set; unchanged if @str will not do
 * @str: "interval,probability,space,times", decimal
 *
 * Return: 1, or 0 after a message.
 */
int setup_fault_attr(struct fault_attr *attr, const char *str);

/**
 * fault_is_due - whether this call is one that fails; nothing is printed
 * @attr: counts down
 * @size: what the call is worth of @space
 * @random: a random number; its remainder by 100 is compared with @probability
 *
 * In this order: the probability is not 0, failures are left, @space is used up, the
 * interval is over, luck.
 */
bool fault_is_due(struct fault_attr *attr, ssize_t size, u32 random);

/* should_fail_ex - the same with luck of its own, and a message unless FAULT_NOWARN. */
bool should_fail_ex(struct fault_attr *attr, ssize_t size, int flags);

static inline bool should_fail(struct fault_attr *attr, ssize_t size)
{
	return should_fail_ex(attr, size, 0);
}

/* should_failslab - -ENOMEM if this allocation of an object shall fail, else 0. */
int should_failslab(struct kmem_cache *cache, gfp_t gfp);

/* should_fail_alloc_page - shall this allocation of pages fail? */
bool should_fail_alloc_page(gfp_t gfp, unsigned int order);

#endif
