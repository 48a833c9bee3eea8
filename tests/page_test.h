/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_PAGE_TEST_H
#define _TESTS_PAGE_TEST_H

/* What the tests of the page allocator share. */
#include <cairn/test.h>
#include "../mm/zone.h"

/* MiB of memory in which there are two of the largest blocks, and room beside them. */
#define LARGEST_BLOCKS 14

static inline const char *all_zones_broken(void)
{
	struct zone *zone;

	for_each_zone(zone) {
		const char *what = zone_check(zone);

		if (what)
			return what;
	}
	return NULL;
}

#define EXPECT_SOUND() EXPECT(all_zones_broken() == NULL)

#endif
