/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PCI_DMA_COMPAT_H
#define _LINUX_PCI_DMA_COMPAT_H

/* DMA under the names it had when only PCI devices did it; <linux/pci.h> includes this. */
#include <linux/dma-mapping.h>
#include <linux/pci.h>

#define PCI_DMA_BIDIRECTIONAL DMA_BIDIRECTIONAL
#define PCI_DMA_TODEVICE      DMA_TO_DEVICE
#define PCI_DMA_FROMDEVICE    DMA_FROM_DEVICE
#define PCI_DMA_NONE	      DMA_NONE

static inline struct device *pci_dma_device(struct pci_dev *pdev)
{
	return pdev ? &pdev->dev : NULL;
}

static inline int pci_set_dma_mask(struct pci_dev *pdev, u64 mask)
{
	return dma_set_mask(&pdev->dev, mask);
}

static inline int pci_set_consistent_dma_mask(struct pci_dev *pdev, u64 mask)
{
	return dma_set_coherent_mask(&pdev->dev, mask);
}

static inline int pci_dma_supported(struct pci_dev *pdev, u64 mask)
{
	return dma_supported(&pdev->dev, mask);
}

static inline void *pci_alloc_consistent(struct pci_dev *pdev, size_t size, dma_addr_t *handle)
{
	return dma_alloc_coherent(pci_dma_device(pdev), size, handle, GFP_ATOMIC);
}

static inline void *pci_zalloc_consistent(struct pci_dev *pdev, size_t size, dma_addr_t *handle)
{
	return pci_alloc_consistent(pdev, size, handle);
}

static inline void pci_free_consistent(struct pci_dev *pdev, size_t size, void *vaddr,
				       dma_addr_t handle)
{
	dma_free_coherent(pci_dma_device(pdev), size, vaddr, handle);
}

static inline dma_addr_t pci_map_single(struct pci_dev *pdev, void *ptr, size_t size, int dir)
{
	return dma_map_single(pci_dma_device(pdev), ptr, size, (enum dma_data_direction)dir);
}

static inline void pci_unmap_single(struct pci_dev *pdev, dma_addr_t addr, size_t size, int dir)
{
	dma_unmap_single(pci_dma_device(pdev), addr, size, (enum dma_data_direction)dir);
}

static inline dma_addr_t pci_map_page(struct pci_dev *pdev, struct page *page, unsigned long offset,
				      size_t size, int dir)
{
	return dma_map_page(pci_dma_device(pdev), page, offset, size, (enum dma_data_direction)dir);
}

static inline void pci_unmap_page(struct pci_dev *pdev, dma_addr_t addr, size_t size, int dir)
{
	dma_unmap_page(pci_dma_device(pdev), addr, size, (enum dma_data_direction)dir);
}

static inline int pci_map_sg(struct pci_dev *pdev, struct scatterlist *sg, int nents, int dir)
{
	return (int)dma_map_sg(pci_dma_device(pdev), sg, nents, (enum dma_data_direction)dir);
}

static inline void pci_unmap_sg(struct pci_dev *pdev, struct scatterlist *sg, int nents, int dir)
{
	dma_unmap_sg(pci_dma_device(pdev), sg, nents, (enum dma_data_direction)dir);
}

static inline void pci_dma_sync_single_for_cpu(struct pci_dev *pdev, dma_addr_t addr, size_t size,
					       int dir)
{
	dma_sync_single_for_cpu(pci_dma_device(pdev), addr, size, (enum dma_data_direction)dir);
}

static inline void pci_dma_sync_single_for_device(struct pci_dev *pdev, dma_addr_t addr,
						  size_t size, int dir)
{
	dma_sync_single_for_device(pci_dma_device(pdev), addr, size, (enum dma_data_direction)dir);
}

static inline int pci_dma_mapping_error(struct pci_dev *pdev, dma_addr_t addr)
{
	return dma_mapping_error(pci_dma_device(pdev), addr);
}

#endif
