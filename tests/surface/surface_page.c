/* SPDX-License-Identifier: MIT */
/* Addresses and frames, from <asm/page.h> alone. */
#include <asm/page.h>

int init_module(void)
{
	void *start = __va(0x100000);

	return PAGE_SIZE == 1UL << PAGE_SHIFT && PAGE_MASK == ~(PAGE_SIZE - 1) &&
			       (unsigned long)start == PAGE_OFFSET + 0x100000 &&
			       __pa(start) == 0x100000 && virt_to_phys(start) == 0x100000 &&
			       phys_to_virt(0x100000) == start && PAGE_ALIGN(5000) == 8192 &&
			       PHYS_PFN(8192) == 2 && PFN_UP(1) == 1 && PFN_DOWN(8191) == 1
		       ? 0
		       : -1;
}
