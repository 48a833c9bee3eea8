/* SPDX-License-Identifier: MIT */
/* Claims, from <linux/ioport.h> alone. */
#include <linux/ioport.h>

int init_module(void)
{
	static struct resource window = DEFINE_RES_MEM_NAMED(0xf0000000000, 0x1000, "surface");
	struct resource *ports = request_region(0x9300, 8, "surface");
	int ok = ports && resource_size(ports) == 8 && !request_region(0x9304, 8, "surface") &&
		 resource_type(&window) == IORESOURCE_MEM;

	release_region(0x9300, 8);
	return ok ? 0 : -1;
}
