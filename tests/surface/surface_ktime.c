/* SPDX-License-Identifier: MIT */
/* Time, from <linux/ktime.h> alone. */
#include <linux/ktime.h>

int init_module(void)
{
	ktime_t a = ktime_get(), b = ktime_add_ms(a, 5);

	return ktime_us_delta(b, a) == 5000 && ktime_ms_delta(b, a) == 5 && ktime_after(b, a) &&
			       ktime_to_ns(ktime_sub(b, a)) == 5000000 &&
			       ktime_to_ms(ms_to_ktime(3)) == 3 && ktime_get() >= a
		       ? 0
		       : -1;
}
