/* SPDX-License-Identifier: MIT */
/* Mapped memory, from <linux/vmalloc.h> alone. */
#include <linux/vmalloc.h>

int init_module(void)
{
	char *p = vmalloc(100000), *q = vzalloc(5000), *r = vmalloc_user(4096);
	struct page *pages[2] = {vmalloc_to_page(q), vmalloc_to_page(q + 4096)};
	char *twice = vmap(pages, 2, VM_MAP, PAGE_KERNEL), *ram = vm_map_ram(pages, 2, -1);
	char *near = vmalloc_node(5000, 0);
	char *aligned = __vmalloc_node(5000, 1 << 16, GFP_KERNEL, -1, NULL);
	void __iomem *vga = ioremap(0xb8000, 4000); /* which this header declared, once */
	int ok = twice && ram && near && vga && !((unsigned long)aligned & 0xffff) && aligned &&
		 p && q && r && is_vmalloc_addr(p) && vmalloc_to_page(p) && !q[4999] &&
		 (unsigned long)p >= VMALLOC_START && (unsigned long)p < VMALLOC_END;

	if (ok) {
		q[4999] = 5;
		ok = twice[4999] == 5 && ram[4999] == 5;
	}
	vunmap(twice);
	vm_unmap_ram(ram, 2);
	vfree(near);
	vfree(aligned);
	iounmap(vga);
	vfree(p);
	vfree(q);
	vfree(r);
	vm_unmap_aliases();
	return ok ? 0 : -1;
}
