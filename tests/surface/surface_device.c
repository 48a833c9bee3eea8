/* SPDX-License-Identifier: MIT */
/* A device of one's own, from <linux/device.h> alone. */
#include <linux/device.h>

static int released;

static void surface_release(struct device *dev)
{
	released = 1;
}

int init_module(void)
{
	static struct device dev;
	char *p;

	dev.release = surface_release;
	if (dev_set_name(&dev, "surface%d", 0) || device_register(&dev))
		return -1;
	p = devm_kzalloc(&dev, 100, GFP_KERNEL);
	dev_info(&dev, "%p\n", p);
	device_del(&dev);
	put_device(&dev);
	return p && released ? 0 : -1;
}
