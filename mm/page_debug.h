/* SPDX-License-Identifier: MIT */
#ifndef _MM_PAGE_DEBUG_H
#define _MM_PAGE_DEBUG_H

/* Who had a page, and who touches it while it is free.  mm/page_debug.c. */
#include <linux/types.h>

struct page;

/* page_debug_init - make room for the records that the boot parameters ask for.  Start-up. */
void page_debug_init(void);

/* page_debug_alloc - a block is handed out: is it as it was left?  Remember to whom. */
void page_debug_alloc(struct page *page, unsigned int order);

/* page_debug_free - a block comes back: remember from whom, fill it and unmap it. */
void page_debug_free(struct page *page, unsigned int order);

/* page_debug_print - print what is known of the last owner of a page. */
void page_debug_print(const struct page *page);

/* page_debug_poisons - are free pages filled?  That outranks init_on_free=1. */
bool page_debug_poisons(void);

/* page_debug_tracks - is it remembered who allocated and who freed? */
bool page_debug_tracks(void);

#endif
