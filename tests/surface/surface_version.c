/* SPDX-License-Identifier: MIT */
/* The version that #if chooses by. */
#include <linux/version.h>

#if LINUX_VERSION_CODE != KERNEL_VERSION(6, 1, 0)
#error "not the level of the headers"
#endif

int init_module(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(2, 6, 0) ? 0 : -1;
}
