/* SPDX-License-Identifier: MIT */
/*
 * What may be touched: in a process AddressSanitizer keeps that, and makes the reports.
 *
 * Nothing is remembered of who had an object.
 */
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <cairn/kasan.h>
#include "hosted.h"

void kasan_poison(const void *addr, size_t size, u8 why __unused)
{
	host_poison((unsigned long)addr, size);
}

void kasan_unpoison(const void *addr, size_t size)
{
	host_fresh((unsigned long)addr, size);
}

void kasan_check_range(const volatile void *p, size_t size, bool write, unsigned long ip __unused)
{
	if (write)
		host_check_write((unsigned long)p, size);
	else
		host_check_read((unsigned long)p, size);
}

void kasan_track_alloc(struct slab_cache *c __unused, void *obj __unused)
{
}

void kasan_track_free(struct slab_cache *c __unused, void *obj __unused)
{
}
