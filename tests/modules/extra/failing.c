/* SPDX-License-Identifier: MIT */
/* A module whose init fails: it is reported, and its exit never runs. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

void *ptr;

static int __init start(void)
{
	printk("failing: hello\n");
	ptr = kmalloc(100, GFP_KERNEL);
	kfree(ptr);
	return -ENOMEM;
}

static void __exit stop(void)
{
	printk("failing: goodbye\n");
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("Dual MIT/GPL");
