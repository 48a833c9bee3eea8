/* SPDX-License-Identifier: MIT */
/*
 * The checker of per-CPU memory: the invariants of percpu.c and percpu_chunk.c
 * as code.  Tests call it between steps; pages may come meanwhile, for a request that
 * could not wait for them.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include "percpu.h"

static const char *check_page(const struct pcpu_page *page)
{
	unsigned int nfree = 0;

	if (page->use >= PCPU_CLASSES)
		return NULL;
	for (unsigned int word = 0; word < 8; word++) {
		if (page->free[word] & page->live[word])
			return "an object is both free and live";
		nfree += hweight64(page->free[word]);
	}
	if (nfree != page->nfree)
		return "a page's count of free objects is wrong";
	return nfree <= pcpu_objects_a_page(page->use) ? NULL : "a page has too many objects";
}

static const char *check_chunk(const struct pcpu_chunk *chunk)
{
	unsigned int unused = 0, free = 0, rest = 0;
	const char *wrong;

	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		const struct pcpu_page *page = &chunk->page[i];

		if ((page->use == PCPU_RUN_REST) != (rest > 0))
			return "a run of pages has the wrong length";
		rest = page->use == PCPU_RUN ? page->run - 1u : rest ? rest - 1 : 0;
		unused += pcpu_page_unused(page, true);
		free += pcpu_page_unused(page, false);
		wrong = check_page(page);
		if (wrong)
			return wrong;
	}
	if (unused != chunk->nr_unused || free != chunk->nr_free)
		return "a chunk's count of unused pages is wrong";
	return NULL;
}

static const char *check_lists(void)
{
	struct pcpu_page *page;

	for (unsigned int k = 0; k < PCPU_CLASSES; k++)
		list_for_each_entry(page, &pcpu_partial_pages[k], partial)
			if (page->use != k || !page->nfree)
				return "a page is on the wrong list";
	return NULL;
}

const char *pcpu_check(void)
{
	const char *wrong = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	for (int i = -1; !wrong && i < PCPU_MAX_CHUNKS; i++)
		if (pcpu_chunk(i))
			wrong = check_chunk(pcpu_chunk(i));
	if (!wrong)
		wrong = check_lists();
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return wrong;
}
