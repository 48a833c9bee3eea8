/* SPDX-License-Identifier: MIT */
/*
 * The slab page: a block of page frames cut into equal places, and a bitmap of
 * the free ones.  Pure: state comes in by pointers, nothing is locked,
 * printed or allocated here, and the contents of the places are nobody's but
 * the caller's.
 *
 *   base                                                     base + mask + 1
 *   | place 0 | place 1 | ...                | place nr-1 |.....| bitmap |
 *   |<------->|                                             waste   only if
 *     stride                                                        nr > 64
 *
 * Up to 64 places the bitmap is the one word @free in the descriptor of the
 * slab's first page, bit i for place i, set while the place is free.  Of more
 * places, the bitmap lies at the slab's end, and bit w of @free says that word w
 * of it is not 0.  Taking a place is two bit scans at most in either case.
 *
 * Invariants (slab_bitmap_check):
 *   nr * stride + words * 8 <= mask + 1 = PAGE_SIZE << order
 *   no bit of a place beyond nr is set
 *   words > 0: bit w of @free is set exactly if word w is not 0
 *
 * slab_index() turns an offset into the number of a place: a division, done as
 * one 32-bit multiplication.  With recip = floor(2^32 / stride) + 1 and
 * excess = recip * stride - 2^32, 1 <= excess <= stride,
 *
 *   (index * stride + rest) * recip = index * 2^32 + index * excess + rest * recip
 *
 * For rest = 0 the low half is index * excess, below bound = nr * excess exactly
 * for index < nr.  For rest > 0 it is at least recip.  So "low half < bound" says
 * that a place starts there, provided that (mask + 1) * stride < 2^32:
 *   bound <= nr * stride <= mask + 1 < 2^32 / stride < recip, and nothing wraps:
 *   with recip = (2^32 + excess) / stride the low half is
 *   rest * 2^32 / stride + offset * excess / stride
 *   <= 2^32 - 2^32 / stride + mask * stride / stride < 2^32.
 * Larger slabs have bound 0 and are divided the plain way.  With 2^64 for 2^32 the
 * same holds for offsets up to 2^64 / stride, that is for the distance between the
 * slab and any other address of the direct map.
 *
 * It does not choose between slabs, nor know how many CPUs there are.
 */
#include "slab.h"
#include <linux/bitops.h>

static u32 places_that_fit(u32 stride, u32 bytes)
{
	u32 nr = bytes / stride;

	while (nr > 64 && nr * stride + (nr + 63) / 64 * 8 > bytes)
		nr--;
	return nr;
}

/*
 * Wants at least four places in slabs below 8 KiB, and at most an eighth
 * wasted; takes the least waste where that cannot be had within 32 KiB.
 */
unsigned int slab_order(u32 stride)
{
	unsigned int order, best = SLAB_MAX_ORDER + 1;
	unsigned long least = ~0UL;

	for (order = 0; order <= SLAB_MAX_ORDER; order++) {
		unsigned long bytes = PAGE_SIZE << order;
		unsigned long nr = places_that_fit(stride, (u32)bytes);
		unsigned long waste;

		if (order > 3 && best <= SLAB_MAX_ORDER)
			break;
		if (!nr)
			continue;
		waste = (bytes - nr * stride) * 1024 / bytes;
		if (waste <= 128 && (nr >= 4 || order || stride >= PAGE_SIZE))
			return order;
		if (waste < least) {
			least = waste;
			best = order;
		}
	}
	return best;
}

void slab_geometry_init(struct slab_geometry *g, u32 stride, unsigned int order)
{
	u64 bytes = PAGE_SIZE << order;
	u64 excess;

	g->stride = stride;
	g->order = (u16)order;
	g->mask = (u32)(bytes - 1);
	g->nr = places_that_fit(stride, (u32)bytes);
	g->words = g->nr > 64 ? (u16)((g->nr + 63) / 64) : 0;
	g->all = ~0ULL >> (64 - (g->words ? g->words : g->nr));
	g->recip = (u32)((1ULL << 32) / stride) + 1;
	excess = (u64)g->recip * stride - (1ULL << 32);
	g->recip64 = ~0ULL / stride + 1 + !(stride & (stride - 1));
	g->bound64 = (g->recip64 * stride) * g->nr;
	g->bound = bytes * stride < 1ULL << 32 ? (u32)(g->nr * excess) : 0;
}

int slab_index(const struct slab_geometry *g, u32 offset)
{
	if (likely(g->bound)) {
		if (unlikely(offset * g->recip >= g->bound || offset > g->mask))
			return -1;
		return (int)(((u64)offset * g->recip) >> 32);
	}
	if (offset % g->stride || offset / g->stride >= g->nr)
		return -1;
	return (int)(offset / g->stride);
}

static u64 *bitmap(const struct slab_geometry *g, const void *base)
{
	return (u64 *)((char *)base + g->mask + 1) - g->words;
}

/* The bits of word @w that stand for places. */
static u64 word_all(const struct slab_geometry *g, unsigned int w)
{
	unsigned int bits = g->nr - w * 64;

	return bits >= 64 ? ~0ULL : ~0ULL >> (64 - bits);
}

void slab_clear(const struct slab_geometry *g, u64 *free, void *base)
{
	unsigned int w;

	*free = g->all;
	for (w = 0; w < g->words; w++)
		bitmap(g, base)[w] = word_all(g, w);
}

/* Takes up to @n places of one word, the first of which has number @first. */
static unsigned int take_word(const struct slab_geometry *g, u64 *word, char *first, void **out,
			      unsigned int n)
{
	unsigned int taken = 0;
	u64 left = *word;

	while (left && taken < n) {
		out[taken++] = first + __ffs(left) * g->stride;
		left &= left - 1;
	}
	*word = left;
	return taken;
}

unsigned int slab_take(const struct slab_geometry *g, u64 *free, void *base, u32 lead, void **out,
		       unsigned int n)
{
	char *first = (char *)base + lead;
	unsigned int taken = 0;

	if (!g->words)
		return take_word(g, free, first, out, n);
	while (*free && taken < n) {
		unsigned int w = (unsigned int)__ffs(*free);
		u64 *word = bitmap(g, base) + w;

		taken += take_word(g, word, first + (unsigned long)w * 64 * g->stride, out + taken,
				   n - taken);
		if (!*word)
			*free &= ~(1ULL << w);
	}
	return taken;
}

bool slab_give(const struct slab_geometry *g, u64 *free, void *base, unsigned int index)
{
	u64 bit = 1ULL << (index % 64);
	u64 *word = free;

	if (g->words) {
		word = bitmap(g, base) + index / 64;
		*free |= 1ULL << (index / 64);
	}
	if (unlikely(*word & bit))
		return false;
	*word |= bit;
	return true;
}

void slab_take_at(const struct slab_geometry *g, u64 *free, void *base, unsigned int index)
{
	u64 *word = g->words ? bitmap(g, base) + index / 64 : free;

	*word &= ~(1ULL << (index % 64));
	if (g->words && !*word)
		*free &= ~(1ULL << (index / 64));
}

bool slab_is_free(const struct slab_geometry *g, const u64 *free, const void *base,
		  unsigned int index)
{
	const u64 *word = g->words ? bitmap(g, base) + index / 64 : free;

	return (data_race(*word) >> (index % 64)) & 1;
}

bool slab_all_free(const struct slab_geometry *g, const u64 *free, const void *base)
{
	unsigned int w;

	if (*free != g->all)
		return false;
	for (w = 0; w < g->words; w++) {
		if (bitmap(g, base)[w] != word_all(g, w))
			return false;
	}
	return true;
}

unsigned int slab_nr_free(const struct slab_geometry *g, const u64 *free, const void *base)
{
	unsigned int w, nr = 0;

	if (!g->words)
		return hweight64(*free);
	for (w = 0; w < g->words; w++)
		nr += hweight64(bitmap(g, base)[w]);
	return nr;
}

const char *slab_bitmap_check(const struct slab_geometry *g, const u64 *free, const void *base)
{
	unsigned int w;

	if (*free & ~g->all)
		return "a bit beyond the bitmap is set";
	for (w = 0; w < g->words; w++) {
		u64 word = bitmap(g, base)[w];

		if (word & ~word_all(g, w))
			return "a bit beyond the last place is set";
		if (!word != !((*free >> w) & 1))
			return "the summary of the bitmap is wrong";
	}
	return NULL;
}
