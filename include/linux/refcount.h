/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

/*
 * Reference counts that neither overflow nor come back from zero: what should
 * not happen is reported, and the count then stays where it can do no harm.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/types.h>

typedef struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}
#define REFCOUNT_SATURATED (INT_MIN / 2)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static inline void refcount_saturate(refcount_t *r, const char *what)
{
	atomic_set(&r->refs, REFCOUNT_SATURATED);
	WARN(1, "refcount_t: %s\n", what);
}

/* refcount_inc_not_zero - take a reference unless the last one is gone. */
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_fetch_add_unless(&r->refs, 1, 0);

	if (old < 0 || old == INT_MAX)
		refcount_saturate(r, "saturated; leaking memory.");
	return old;
}

static inline void refcount_inc(refcount_t *r)
{
	int old = atomic_fetch_add(1, &r->refs);

	if (old == 0)
		refcount_saturate(r, "addition on 0; use-after-free.");
	else if (old < 0 || old == INT_MAX)
		refcount_saturate(r, "saturated; leaking memory.");
}

/* refcount_dec_and_test - drop a reference; true for the last. */
static inline bool refcount_dec_and_test(refcount_t *r)
{
	int old = atomic_fetch_sub(1, &r->refs);

	if (old <= 0)
		refcount_saturate(r, "underflow; use-after-free.");
	return old == 1;
}

static inline void refcount_dec(refcount_t *r)
{
	if (atomic_fetch_sub(1, &r->refs) <= 1)
		refcount_saturate(r, "decrement hit 0; leaking memory.");
}

#endif
