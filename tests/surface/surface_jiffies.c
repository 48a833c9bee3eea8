/* SPDX-License-Identifier: MIT */
/* Ticks. */
#include <linux/jiffies.h>

int init_module(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(2);

	while (time_before(jiffies, end))
		;
	return time_after_eq(jiffies, end) && jiffies_to_msecs(HZ) == 1000 ? 0 : -1;
}
