/* SPDX-License-Identifier: MIT */

/* Heapsort and binary search over arrays of any element. */
#include <linux/sort.h>
#include <linux/minmax.h>
#include <linux/string.h>

static void swap_bytes(void *a, void *b, int size)
{
	u8 buf[64], *p = a, *q = b;

	while (size > 0) {
		size_t n = min((size_t)size, sizeof(buf));

		memcpy(buf, p, n);
		memcpy(p, q, n);
		memcpy(q, buf, n);
		p += n;
		q += n;
		size -= (int)n;
	}
}

struct heap {
	u8 *base;
	size_t num, size;
	int (*cmp)(const void *, const void *);
	void (*swap_fn)(void *, void *, int);
};

static void *heap_at(const struct heap *h, size_t i)
{
	return h->base + i * h->size;
}

/* Moves element @i down until neither child is greater. */
static void sift_down(const struct heap *h, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->num)
			return;
		if (child + 1 < h->num && h->cmp(heap_at(h, child), heap_at(h, child + 1)) < 0)
			child++;
		if (h->cmp(heap_at(h, i), heap_at(h, child)) >= 0)
			return;
		h->swap_fn(heap_at(h, i), heap_at(h, child), (int)h->size);
		i = child;
	}
}

void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_fn)(void *, void *, int))
{
	struct heap h = {base, num, size, cmp, swap_fn ? swap_fn : swap_bytes};

	for (size_t i = num / 2; i-- > 0;)
		sift_down(&h, i);
	while (h.num > 1) {
		h.num--;
		h.swap_fn(heap_at(&h, 0), heap_at(&h, h.num), (int)size);
		sift_down(&h, 0);
	}
}

void *bsearch(const void *key, const void *base, size_t num, size_t size,
	      int (*cmp)(const void *key, const void *elt))
{
	const u8 *lo = base;

	while (num) {
		const u8 *mid = lo + num / 2 * size;
		int c = cmp(key, mid);

		if (c == 0)
			return (void *)mid;
		if (c > 0) {
			lo = mid + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}
