/* SPDX-License-Identifier: MIT */
/*
 * Caches that record who wants their pages, for tests.
 *
 * A cache may be entered by several tasks at once, reclaim threads among them, whose
 * visits are counted apart.  Contexts: may sleep.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/topology.h>
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "pressure.h"

void shrink_all(void)
{
	struct reclaim_control all = {.gfp = GFP_KERNEL};

	shrink_caches(&all);
}

/* Whose reclaim thread is this?  A test may play one. */
static void note_node(struct page_cache *cache)
{
	const struct pglist_data *pgdat;

	for (pgdat = node_data[0]; pgdat; pgdat = pgdat->next) {
		if (pgdat->kswapd == current)
			cache->asked_by_node[pgdat->node_id]++;
	}
}

static unsigned long cache_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct page_cache *cache = container_of(shrinker, struct page_cache, shrinker);
	unsigned long flags, nr;

	spin_lock_irqsave(&cache->lock, flags);
	if (current_is_kswapd()) {
		cache->asked_by_kswapd++;
		note_node(cache);
	} else {
		cache->asked++;
		cache->flags = sc->gfp_mask;
	}
	nr = cache->nr;
	spin_unlock_irqrestore(&cache->lock, flags);
	return nr ? nr : SHRINK_EMPTY;
}

static struct page *cache_pop(struct page_cache *cache)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	page = cache->pages;
	if (page) {
		cache->pages = (struct page *)page->private;
		cache->nr--;
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return page;
}

unsigned long cache_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct page_cache *cache = container_of(shrinker, struct page_cache, shrinker);
	unsigned long n = 0;
	struct page *page;

	while (n < sc->nr_to_scan && (page = cache_pop(cache))) {
		__free_page(page);
		n++;
	}
	if (!current_is_kswapd())
		cache->freed += n;
	return n ? n : SHRINK_STOP;
}

void cache_fill(struct page_cache *cache, unsigned long nr, gfp_t gfp)
{
	unsigned long flags;

	while (nr--) {
		struct page *page = alloc_page(gfp);

		if (!EXPECT(page))
			return;
		spin_lock_irqsave(&cache->lock, flags);
		cache->pages = push_page(cache->pages, page);
		cache->nr++;
		spin_unlock_irqrestore(&cache->lock, flags);
	}
}

void cache_open(struct page_cache *cache, unsigned int flags, unsigned long nr)
{
	*cache = (struct page_cache){
		.shrinker =
			{
				.count_objects = cache_count,
				.scan_objects = cache_scan,
				.seeks = DEFAULT_SEEKS,
				.batch = 16,
				.flags = flags | SHRINKER_PAGES,
			},
	};
	spin_lock_init(&cache->lock);
	cache_fill(cache, nr, GFP_KERNEL);
	register_shrinker(&cache->shrinker, "test");
}

void cache_close(struct page_cache *cache)
{
	struct page *page;

	unregister_shrinker(&cache->shrinker);
	while ((page = cache_pop(cache)))
		__free_page(page);
}

struct zone *home_zone(void)
{
	return first_zone(&node_data[numa_node_id()]->zonelist, ZONE_NORMAL);
}

unsigned long zone_free(const struct zone *zone)
{
	drain_all_pages();
	return data_race(zone->buddy.free);
}
