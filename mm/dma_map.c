/* SPDX-License-Identifier: MIT */
/*
 * Streaming mappings: a buffer becomes a device's, and the caller's again.
 *
 *   dma_map_single(buf)
 *      the device reaches it        addr = where buf is
 *      it lies above the mask       addr = a bounce buffer, and buf is copied there
 *                                                |
 *                    the device reads or writes at addr
 *                                                |
 *   dma_unmap_single(addr)                       v
 *      bounced, not DMA_TO_DEVICE   the bounce buffer is copied to buf
 *
 * Device addresses are physical addresses: this machine has no IOMMU in use.  Its
 * caches are coherent, so a mapping that is not bounced costs a record and nothing
 * else, and dma_sync_ calls copy for bounced ones only.
 *
 * The whole buffer is copied in even for DMA_FROM_DEVICE: a device may write less
 * than all of it, and the rest must come back as it was.
 *
 * Locking: none here; records and pools have their locks.  Contexts: any;
 * dma_set_mask() may sleep.
 *
 * Not done here: merging pieces of a scatter list, segment boundaries.
 */
#include <linux/dma-map-ops.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>
#include <cairn/dma.h>
#include "dma.h"
#include "internal.h"

void __init dma_init(void)
{
	dma_record_init();
	bounce_init();
}

/* ---- masks ---------------------------------------------------------------------------------- */

static u64 ram_last(void)
{
	return memblock_end_of_DRAM() - 1;
}

u64 dma_get_required_mask(struct device *dev __unused)
{
	return ~0ULL >> __builtin_clzll(ram_last());
}

int dma_supported(struct device *dev __unused, u64 mask)
{
	return mask >= min(DMA_ISA_MASK, (unsigned long long)ram_last());
}

int dma_set_mask(struct device *dev, u64 mask)
{
	if (!dev->dma_mask || !dma_supported(dev, mask))
		return -EIO;
	if (!bounce_reserve(mask))
		pr_warn("dma: no bounce buffers below %#llx for %s\n", mask, dev_name(dev));
	*dev->dma_mask = mask;
	return 0;
}

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	if (!dma_supported(dev, mask))
		return -EIO;
	dev->coherent_dma_mask = mask;
	return 0;
}

int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int err = dma_set_mask(dev, mask);

	return err ? err : dma_set_coherent_mask(dev, mask);
}

static u64 mask_of(const struct device *dev)
{
	return dev ? dma_get_mask(dev) : DMA_ISA_MASK;
}

size_t dma_max_mapping_size(struct device *dev)
{
	return mask_of(dev) < ram_last() || bounce_forced() ? bounce_max() : SIZE_MAX;
}

/* ---- mapping -------------------------------------------------------------------------------- */

static bool copies_in(unsigned int dir)
{
	return dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL;
}

static bool copies_out(unsigned int dir)
{
	return dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL;
}

/* Gives @want its device address; false if the device cannot be made to reach it. */
static bool place(struct dma_record *want, unsigned long attrs)
{
	u64 mask = mask_of(want->dev);
	phys_addr_t at;

	if (want->phys + want->size - 1 <= mask && !bounce_forced()) {
		want->addr = want->phys;
		return true;
	}
	at = bounce_get(mask, want->size);
	if (at == DMA_MAPPING_ERROR)
		return false;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		bounce_copy(at, want->phys, want->size);
	want->addr = at;
	want->bounced = true;
	return true;
}

/* Maps what @want says; its memory has been looked at. */
static dma_addr_t map(struct dma_record *want, unsigned long attrs)
{
	const struct dma_map_ops *ops = get_dma_ops(want->dev);
	struct dma_record *rec;

	if (ops)
		return ops->map_page(want->dev, pfn_to_page(PHYS_PFN(want->phys)),
				     offset_in_page(want->phys), want->size,
				     (enum dma_data_direction)want->dir, attrs);
	if (!place(want, attrs)) {
		dma_count(false, true);
		if (!(attrs & DMA_ATTR_NO_WARN))
			pr_warn_ratelimited("dma: %s: no bounce buffer for %zu bytes at %#llx\n",
					    want->dev ? dev_name(want->dev) : "no device",
					    want->size, want->phys);
		return DMA_MAPPING_ERROR;
	}
	rec = dma_record_new(want);
	if (!rec) {
		if (want->bounced)
			bounce_put(want->addr, want->size);
		dma_count(false, true);
		return DMA_MAPPING_ERROR;
	}
	dma_record_insert(rec);
	dma_count(want->bounced, false);
	return want->addr;
}

/* What is wrong with mapping so much in a direction, or NULL. */
static const char *bad_request(size_t size, unsigned int dir)
{
	if (!size)
		return "there is nothing to map";
	return valid_dma_direction((enum dma_data_direction)dir) ? NULL : "is no direction";
}

/* Is all of [@ptr, @ptr + @size) in one piece of memory that has a physical address? */
static bool mappable(const void *ptr, size_t size)
{
	unsigned long first = (unsigned long)ptr, last = first + size - 1;

	if (first >= KERNEL_BASE)
		return first <= last && last < EARLY_IO_START;
	return first <= last && __virt_addr_valid(first) && __virt_addr_valid(last);
}

dma_addr_t dma_map_single_attrs(struct device *dev, const void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	struct dma_record want = {
		.dev = dev,
		.size = size,
		.dir = (u8)dir,
		.kind = DMA_KIND_SINGLE,
		.caller = RET_IP,
	};
	const char *bad = bad_request(size, dir);

	if (!bad && !mappable(ptr, size))
		bad = "is no memory that a device can be given (vmalloc, a stack, a device?)";
	if (bad) {
		want.addr = (dma_addr_t)ptr;
		dma_misuse(&want, "dma_map_single", bad);
		return DMA_MAPPING_ERROR;
	}
	want.phys = virt_to_phys(ptr);
	return map(&want, attrs);
}

static dma_addr_t map_page(struct dma_record *want, struct page *page, size_t offset,
			   unsigned long attrs)
{
	const char *bad = bad_request(want->size, want->dir);

	want->phys = page_to_phys(page) + offset;
	if (!bad)
		return map(want, attrs);
	want->addr = want->phys;
	dma_misuse(want, "dma_map_page", bad);
	return DMA_MAPPING_ERROR;
}

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct dma_record want = {
		.dev = dev,
		.size = size,
		.dir = (u8)dir,
		.kind = DMA_KIND_PAGE,
		.caller = RET_IP,
	};

	return map_page(&want, page, offset, attrs);
}

/* ---- unmapping ------------------------------------------------------------------------------ */

static void unmap(const struct dma_record *want, const char *call, unsigned long attrs)
{
	const struct dma_map_ops *ops = get_dma_ops(want->dev);
	struct dma_record *rec;

	if (ops) {
		ops->unmap_page(want->dev, want->addr, want->size,
				(enum dma_data_direction)want->dir, attrs);
		return;
	}
	rec = dma_record_take(want, call);
	if (!rec)
		return;
	if (rec->bounced) {
		if (copies_out(rec->dir) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
			bounce_copy(rec->phys, rec->addr, rec->size);
		bounce_put(rec->addr, rec->size);
	}
	dma_record_free(rec);
}

void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	struct dma_record want = {
		.dev = dev,
		.addr = addr,
		.size = size,
		.dir = (u8)dir,
		.kind = DMA_KIND_SINGLE,
	};

	unmap(&want, "dma_unmap_single", attrs);
}

void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	struct dma_record want = {
		.dev = dev,
		.addr = addr,
		.size = size,
		.dir = (u8)dir,
		.kind = DMA_KIND_PAGE,
	};

	unmap(&want, "dma_unmap_page", attrs);
}

/* ---- scatter lists -------------------------------------------------------------------------- */

unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
	{
		struct dma_record want = {
			.dev = dev,
			.size = sg->length,
			.dir = (u8)dir,
			.kind = DMA_KIND_SG,
			.caller = RET_IP,
		};

		sg->dma_address = map_page(&want, sg->page, sg->offset, attrs);
		if (sg->dma_address == DMA_MAPPING_ERROR)
			break;
		sg->dma_length = sg->length;
	}
	if (i == nents)
		return (unsigned int)nents;
	if (i)
		dma_unmap_sg_attrs(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return 0;
}

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
	{
		struct dma_record want = {
			.dev = dev,
			.addr = sg->dma_address,
			.size = sg->dma_length,
			.dir = (u8)dir,
			.kind = DMA_KIND_SG,
		};

		unmap(&want, "dma_unmap_sg", attrs);
	}
}

/* ---- looking at a buffer that stays mapped -------------------------------------------------- */

/* The mapping that a range is in; what is wrong with that is reported. */
static bool find_for_sync(const struct dma_record *want, const char *call, struct dma_record *found)
{
	if (!dma_record_find(want, found)) {
		dma_misuse(want, call, "is not in a mapping of this device");
		return false;
	}
	if (!dma_record_allows(found, want->dir)) {
		dma_misuse(want, call, "is mapped in another direction");
		return false;
	}
	return true;
}

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir)
{
	struct dma_record want = {.dev = dev, .addr = addr, .size = size, .dir = (u8)dir}, rec;
	const struct dma_map_ops *ops = get_dma_ops(dev);

	if (ops) {
		if (ops->sync_single_for_cpu)
			ops->sync_single_for_cpu(dev, addr, size, dir);
		return;
	}
	if (!find_for_sync(&want, "dma_sync_single_for_cpu", &rec))
		return;
	if (rec.bounced && copies_out(dir))
		bounce_copy(rec.phys + (addr - rec.addr), addr, size);
}

void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				enum dma_data_direction dir)
{
	struct dma_record want = {.dev = dev, .addr = addr, .size = size, .dir = (u8)dir}, rec;
	const struct dma_map_ops *ops = get_dma_ops(dev);

	if (ops) {
		if (ops->sync_single_for_device)
			ops->sync_single_for_device(dev, addr, size, dir);
		return;
	}
	if (!find_for_sync(&want, "dma_sync_single_for_device", &rec))
		return;
	if (rec.bounced && copies_in(dir))
		bounce_copy(addr, rec.phys + (addr - rec.addr), size);
}

void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		dma_sync_single_for_cpu(dev, sg->dma_address, sg->dma_length, dir);
}

void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		dma_sync_single_for_device(dev, sg->dma_address, sg->dma_length, dir);
}

bool dma_need_sync(struct device *dev, dma_addr_t addr)
{
	struct dma_record want = {.dev = dev, .addr = addr, .size = 1}, rec;

	return dma_record_find(&want, &rec) && rec.bounced;
}
