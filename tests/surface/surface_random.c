/* SPDX-License-Identifier: MIT */
/* Random numbers. */
#include <linux/random.h>

int init_module(void)
{
	u32 a = get_random_u32(), b = get_random_u32();
	u64 c = get_random_u64();
	u8 bytes[100] = {0};
	int i, sum = 0;

	get_random_bytes(bytes, sizeof(bytes));
	for (i = 0; i < 100; i++)
		sum += bytes[i];
	return (a != b || c) && sum && prandom_u32_max(10) < 10 && get_random_u32_below(10) < 10 &&
			       get_random_u32_inclusive(5, 5) == 5 && get_random_u32_above(9) > 9 &&
			       !(get_random_u8() >> 8)
		       ? 0
		       : -1;
}
