/* SPDX-License-Identifier: MIT */
/* What a tutorial's sample expects of <linux/module.h> alone. */
#include <linux/module.h>

static int count = 1;
static char *who = "nobody";
static int list_of[3];
static int nr_list;
module_param(count, int, S_IRUGO | S_IWUSR);
MODULE_PARM_DESC(count, "how many");
module_param(who, charp, 0);
module_param_array(list_of, int, &nr_list, 0444);

static LIST_HEAD(items);
static DEFINE_PER_CPU(int, hits);

struct item {
	struct list_head node;
	int value;
};

/* The one name of this module that the others see: surface_export.c calls it. */
int surface_exported(int value);
int surface_exported(int value)
{
	return value + 1;
}
EXPORT_SYMBOL_GPL(surface_exported);

static int start(void)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);
	char name[16];

	if (!item)
		return -ENOMEM;
	memset(item, 0, sizeof(*item));
	strcpy(name, "surface");
	list_add(&item->node, &items);
	preempt_disable();
	this_cpu_inc(hits);
	preempt_enable();
	WARN_ON(list_empty(&items));
	printk("%s: %d %s, %zu letters, %p\n", KBUILD_MODNAME, count, who, strlen(name),
	       THIS_MODULE);
	printk(KERN_INFO "limits %d %u %lu\n", INT_MAX, USHRT_MAX, ULONG_MAX);
	list_del(&item->node);
	kfree(item);
	return 0;
}

static void stop(void)
{
	printk("bye\n");
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("nobody");
MODULE_DESCRIPTION("a sample");
MODULE_VERSION("1");
