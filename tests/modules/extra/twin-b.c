/* SPDX-License-Identifier: MIT */
/* The other one. */
#include <linux/module.h>

static int number = 5;
static char text[] = "b";

static int twice(void)
{
	return number *= 2;
}

static int __init start(void)
{
	int first = twice();

	printk("twin_%s: %d, %d\n", text, first, twice());
	return 0;
}

static void __exit stop(void)
{
	printk("twin_%s: %d in the end\n", text, twice());
}

late_initcall(start); /* of a module, the same as module_init() */
module_exit(stop);
MODULE_LICENSE("Dual MIT/GPL");
