/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCATTERLIST_H
#define _LINUX_SCATTERLIST_H

/*
 * Scatter lists: an array of pieces of memory that a device handles as one
 * transfer.  The last entry of a list is marked; lists are not chained.
 */
#include <linux/types.h>
#include <linux/mm.h>
#include <linux/string.h>

/**
 * struct scatterlist - one piece
 * @page: where it begins; set by sg_set_page()
 * @last: ends the list
 * @offset: of the first byte, in @page
 * @length: in bytes
 * @dma_address: as the device sees it; set by dma_map_sg()
 * @dma_length: in bytes, likewise
 */
struct scatterlist {
	struct page *page;
	bool last;
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
};

struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;	 /* mapped */
	unsigned int orig_nents; /* in the list */
};

#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg)	   ((sg)->dma_length)

#define for_each_sg(sglist, sg, nr, __i) \
	for ((__i) = 0, (sg) = (sglist); (__i) < (nr); (__i)++, (sg) = sg_next(sg))

static inline bool sg_is_last(const struct scatterlist *sg)
{
	return sg->last;
}

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg_is_last(sg) ? NULL : sg + 1;
}

static inline struct page *sg_page(const struct scatterlist *sg)
{
	return sg->page;
}

static inline void *sg_virt(const struct scatterlist *sg)
{
	return (char *)page_address(sg->page) + sg->offset;
}

static inline phys_addr_t sg_phys(const struct scatterlist *sg)
{
	return page_to_phys(sg->page) + sg->offset;
}

static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->last = true;
}

static inline void sg_unmark_end(struct scatterlist *sg)
{
	sg->last = false;
}

/* sg_init_table - an array of @nents empty entries, the last of them marked. */
static inline void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	memset(sgl, 0, sizeof(*sgl) * nents);
	sg_mark_end(&sgl[nents - 1]);
}

static inline void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len,
			       unsigned int offset)
{
	sg->page = page;
	sg->offset = offset;
	sg->length = len;
}

/* sg_set_buf - an entry for memory in the direct map. */
static inline void sg_set_buf(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg_set_page(sg, virt_to_page(buf), len, offset_in_page(buf));
}

/* sg_init_one - a list of one entry. */
static inline void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buf, len);
}

static inline int sg_nents(struct scatterlist *sg)
{
	int n = 0;

	for (; sg; sg = sg_next(sg))
		n++;
	return n;
}

static inline struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents)
{
	return &sgl[nents - 1];
}

#endif
