/* SPDX-License-Identifier: MIT */
/* Device memory, from <linux/io.h> alone: the VGA text memory, which every PC has. */
#include <linux/io.h>

int init_module(void)
{
	void __iomem *vga = ioremap(0xb8000, 4096), *wc;
	u8 line[160];
	u16 old;
	int ok;

	if (!vga)
		return -1;
	old = readw(vga);
	writew(old, vga);
	iowrite8(ioread8(vga), vga);
	iowrite16(old, vga);
	iowrite32(ioread32(vga), vga);
	writeb(readb(vga), vga);
	writel(readl(vga), vga);
	writeq(readq(vga), vga);
	memcpy_fromio(line, vga, sizeof(line));
	memset_io(vga + 3840, 0, 160);
	memcpy_toio(vga, line, sizeof(line));
	ok = ioread16(vga) == (u16)readw(vga) && ioread32(vga) == readl(vga);
	iounmap(vga);
	wc = ioremap_wc(0xb8000, 4096);
	iounmap(wc);
	return ok && wc ? 0 : -1;
}
