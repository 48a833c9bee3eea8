/* SPDX-License-Identifier: MIT */
/* The oldest form: functions found by their names, one header, no prototypes, global names. */
#include <linux/module.h>

void *ptr;

int start()
{
	ptr = kmalloc(64, GFP_KERNEL);
	return ptr ? 0 : -1;
}

int init_module(void)
{
	printk("old_names: hello\n");
	return start();
}

void cleanup_module(void)
{
	kfree(ptr);
	printk("old_names: goodbye\n");
}
