/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_KMEMLEAK_TEST_H
#define _TESTS_KMEMLEAK_TEST_H

/* What the tests of kmemleak share. */
#include <linux/kmemleak.h>
#include <linux/types.h>
#include <cairn/test.h>

struct node {
	struct node *next;
	u64 bytes[8];
};

/* Is there a scan, and nothing lost so far? */
static inline bool watching(void)
{
	if (!kmemleak_enabled()) {
		ktest_skip("without kmemleak=on");
		return false;
	}
	EXPECT_EQ(kmemleak_scan(), 0);
	return true;
}

/* The stack may still hold what a function left there. */
static noinline void wipe_stack(void)
{
	volatile char bytes[4096];

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0;
}

#endif
