/* SPDX-License-Identifier: MIT */
/* Mapped memory, from <linux/vmalloc.h> alone. */
#include <linux/vmalloc.h>

int init_module(void)
{
	char *p = vmalloc(100000), *q = vzalloc(5000), *r = vmalloc_user(4096);
	int ok = p && q && r && is_vmalloc_addr(p) && vmalloc_to_page(p) && !q[4999] &&
		 (unsigned long)p >= VMALLOC_START && (unsigned long)p < VMALLOC_END;

	vfree(p);
	vfree(q);
	vfree(r);
	vm_unmap_aliases();
	return ok ? 0 : -1;
}
