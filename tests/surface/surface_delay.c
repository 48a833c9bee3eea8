/* SPDX-License-Identifier: MIT */
/* <linux/delay.h> brings ktime_get(). */
#include <linux/delay.h>

int init_module(void)
{
	ktime_t before = ktime_get();

	udelay(10);
	msleep(1);
	return ktime_us_delta(ktime_get(), before) >= 1010 ? 0 : -1;
}
