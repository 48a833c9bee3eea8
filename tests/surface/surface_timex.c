/* SPDX-License-Identifier: MIT */
/* The cycle counter. */
#include <linux/timex.h>

int init_module(void)
{
	cycles_t before = get_cycles();

	return get_cycles() > before ? 0 : -1;
}
