/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_GUARDED_H
#define _TESTS_GUARDED_H

/*
 * Input for parsers that must not read past its end: a copy that ends where a
 * vmalloc area does, so that the first byte behind it faults.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

struct guarded {
	u8 *area;
	size_t size;
};

static inline bool guarded_init(struct guarded *g, size_t size)
{
	g->size = PAGE_ALIGN(size);
	g->area = vmalloc(g->size);
	return g->area;
}

/* guarded_copy - the @len bytes at @from, right before the guard page. */
static inline u8 *guarded_copy(struct guarded *g, const void *from, size_t len)
{
	return memcpy(g->area + g->size - len, from, len);
}

static inline void guarded_exit(struct guarded *g)
{
	vfree(g->area);
}

/* A small generator for damage: the same on every run. */
static inline u64 guarded_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
