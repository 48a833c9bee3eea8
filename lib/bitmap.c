/* SPDX-License-Identifier: MIT */

/* Bit arrays: searches and set operations, a word at a time. */
#include <linux/bitmap.h>
#include <linux/minmax.h>

/*
 * Index of the first bit set in map(word) at or behind @offset, or @size.
 * WORD is an expression in i, the index of the word.
 */
#define FIND_NEXT(size, offset, WORD)                                                  \
	({                                                                             \
		unsigned long __found = (size);                                        \
                                                                                       \
		if ((offset) < (size)) {                                               \
			unsigned long i = (offset) / BITS_PER_LONG;                    \
			unsigned long __w = (WORD)&BITMAP_FIRST_WORD_MASK(offset);     \
                                                                                       \
			while (!__w && (i + 1) * BITS_PER_LONG < (size)) {             \
				i++;                                                   \
				__w = (WORD);                                          \
			}                                                              \
			if (__w)                                                       \
				__found = min(i * BITS_PER_LONG + __ffs(__w), (size)); \
		}                                                                      \
		__found;                                                               \
	})

unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return FIND_NEXT(size, offset, addr[i]);
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
				 unsigned long offset)
{
	return FIND_NEXT(size, offset, ~addr[i]);
}

unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
				unsigned long offset)
{
	return FIND_NEXT(size, offset, a[i] & b[i]);
}

unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long i = BITS_TO_LONGS(size);
	unsigned long mask = BITMAP_LAST_WORD_MASK(size);

	while (i-- > 0) {
		if (addr[i] & mask)
			return i * BITS_PER_LONG + __fls(addr[i] & mask);
		mask = ~0UL;
	}
	return size;
}

/* The bits [*@start, @end) that lie in one word; *@start moves to the next. */
static unsigned long word_mask(unsigned int *start, unsigned int end)
{
	unsigned int next = min((*start / BITS_PER_LONG + 1) * BITS_PER_LONG, end);
	unsigned long mask = BITMAP_FIRST_WORD_MASK(*start) & BITMAP_LAST_WORD_MASK(next);

	*start = next;
	return mask;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int len)
{
	for (unsigned int at = start, end = start + len; at < end;) {
		unsigned long *word = &map[at / BITS_PER_LONG];

		*word |= word_mask(&at, end);
	}
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len)
{
	for (unsigned int at = start, end = start + len; at < end;) {
		unsigned long *word = &map[at / BITS_PER_LONG];

		*word &= ~word_mask(&at, end);
	}
}

/* Mask of the valid bits of word @i of @nbits. */
static unsigned long valid_mask(unsigned int i, unsigned int nbits)
{
	return (i + 1) * BITS_PER_LONG <= nbits ? ~0UL : BITMAP_LAST_WORD_MASK(nbits);
}

#define for_each_word(i, nbits) for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)

unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	unsigned int weight = 0;

	for_each_word(i, nbits)
		weight += hweight_long(map[i] & valid_mask(i, nbits));
	return weight;
}

bool bitmap_empty(const unsigned long *map, unsigned int nbits)
{
	return find_first_bit(map, nbits) >= nbits;
}

bool bitmap_full(const unsigned long *map, unsigned int nbits)
{
	return find_first_zero_bit(map, nbits) >= nbits;
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long diff = 0;

	for_each_word(i, nbits)
		diff |= (a[i] ^ b[i]) & valid_mask(i, nbits);
	return !diff;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_and_bit(a, b, nbits, 0) < nbits;
}

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long outside = 0;

	for_each_word(i, nbits)
		outside |= a[i] & ~b[i] & valid_mask(i, nbits);
	return !outside;
}

bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	unsigned long any = 0;

	for_each_word(i, nbits)
		any |= dst[i] = a[i] & b[i] & valid_mask(i, nbits);
	return any;
}

bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits)
{
	unsigned long any = 0;

	for_each_word(i, nbits)
		any |= dst[i] = a[i] & ~b[i] & valid_mask(i, nbits);
	return any;
}

void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
	       unsigned int nbits)
{
	for_each_word(i, nbits)
		dst[i] = a[i] | b[i];
}

void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	for_each_word(i, nbits)
		dst[i] = a[i] ^ b[i];
}

void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for_each_word(i, nbits)
		dst[i] = ~src[i];
}

unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask)
{
	for (;;) {
		unsigned long index, used;

		index = find_next_zero_bit(map, size, start);
		index = (index + align_mask) & ~align_mask;
		if (index + nr > size)
			return size;
		used = find_next_bit(map, index + nr, index);
		if (used >= index + nr)
			return index;
		start = used + 1;
	}
}
