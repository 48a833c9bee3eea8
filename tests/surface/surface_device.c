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
	void __iomem *vga;
	char *p;

	dev.release = surface_release;
	if (dev_set_name(&dev, "surface%d", 0) || device_register(&dev))
		return -1;
	p = devm_kzalloc(&dev, 100, GFP_KERNEL);
	vga = devm_ioremap(&dev, 0xb8000, 4000);
	dev_set_drvdata(&dev, p);
	if (!vga || dev_get_drvdata(&dev) != p) {
		dev_err(&dev, "not mapped\n");
		dev_warn(&dev, "it goes on\n");
	}
	dev_info(&dev, "%p\n", p);
	device_del(&dev);
	put_device(&dev);
	return p && vga && released ? 0 : -1;
}
