/* SPDX-License-Identifier: MIT */
/* Calls what surface_module.c exports; a global name that is not exported stays its module's own. */
#include <linux/config.h>
#include <linux/module.h>
#include <asm/uaccess.h>

int surface_exported(int value);

static int start(void)
{
	WARN_ON(surface_exported(1) != 2);
	return 0;
}

module_init(start);
MODULE_LICENSE("GPL");
