/* SPDX-License-Identifier: MIT */
/* Pages that may have no address, from <linux/highmem.h> alone. */
#include <linux/highmem.h>

int init_module(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER), *other = alloc_pages(GFP_HIGHUSER, 0);
	char *p, *q, text[8];
	int ok;

	if (!page || !other)
		return -1;
	p = kmap(page);
	strcpy(p, "surface");
	ok = page_address(page) == p;
	kunmap(page);
	clear_highpage(other);
	copy_highpage(other, page);
	p = kmap_local_page(page);
	q = kmap_local_page(other);
	ok = ok && p != q && !strcmp(q, "surface");
	kunmap_local(q);
	kunmap_local(p);
	p = kmap_atomic(page);
	ok = ok && in_atomic() && !strcmp(p, "surface");
	kunmap_atomic(p);
	memcpy_to_page(page, 100, "xyz", 4);
	memcpy_from_page(text, page, 100, 4);
	ok = ok && !strcmp(text, "xyz");
	__free_page(page);
	__free_page(other);
	return ok ? 0 : -1;
}
