/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

/**
 * sort - sort an array in place
 * @base: the array
 * @num: number of elements
 * @size: bytes of one
 * @cmp: negative, 0 or positive as the first goes before, with or behind the second
 * @swap_fn: exchanges two elements, or NULL
 *
 * Heapsort: no recursion, no memory, O(n log n) in the worst case; not stable.
 *
 * Context: any.
 */
void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_fn)(void *, void *, int));

/**
 * bsearch - find an element of a sorted array
 * @key: what to look for, @cmp's first argument
 * @base: the array
 * @num: number of elements
 * @size: bytes of one
 * @cmp: as for sort()
 *
 * Return: an element that compares equal, or NULL.
 */
void *bsearch(const void *key, const void *base, size_t num, size_t size,
	      int (*cmp)(const void *key, const void *elt));

#endif
