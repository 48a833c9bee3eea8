/* SPDX-License-Identifier: MIT */
/* The ISA bus's DMA controllers, from <asm/dma.h> alone. */
#include <asm/dma.h>

int init_module(void)
{
	unsigned long flags;
	int left;

	if (request_dma(1, "surface") || !request_dma(1, "another") || !request_dma(8, "none"))
		return -1;
	flags = claim_dma_lock();
	disable_dma(1);
	clear_dma_ff(1);
	set_dma_mode(1, DMA_MODE_READ);
	set_dma_addr(1, 0x123456);
	set_dma_count(1, 1000);
	clear_dma_ff(1);
	left = get_dma_residue(1);
	release_dma_lock(flags);
	free_dma(1);
	return left == 1000 && MAX_DMA_CHANNELS == 8 &&
			       virt_to_phys((void *)MAX_DMA_ADDRESS) == 1 << 24
		       ? 0
		       : -1;
}
