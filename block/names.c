/* SPDX-License-Identifier: MIT */
/*
 * Names: a directory on disk, and a cache of what was looked up in it.
 *
 *	names_lookup("a") --> cache: hash of (device, name), least recently used list
 *				| miss
 *				v
 *			      block 0 of the disk, through the block cache
 *
 * The directory is one block (docs/block-cache.md has the format).  What a name
 * stands for is cached in an object of its own, so the cache takes memory that only
 * the names' shrinker can give back.
 *
 * Who may enter: the lock of this file is held while directory blocks are read, which
 * allocates.  An allocation that came back here to free names would wait for its own
 * lock; so everything here allocates with GFP_NOFS, and the shrinker turns away
 * whoever lacks __GFP_FS.  It does not wait for the lock either: names in use by
 * others are freed another time.
 *
 * Nothing on the disk is trusted: magic, terminated names and ranges are checked.
 *
 * Invariant: names on the list = nr_names = names in the hash.
 *
 * Locking: names_lock, a mutex, held over I/O.  Contexts: may sleep.  Not here:
 * directories in directories, allocation of blocks.
 */
#include <cairn/monitor.h>
#include <cairn/names.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "cache.h"

#define DIRECTORY_BLOCK	  0
#define DIRECTORY_ENTRIES 63
#define NR_BUCKETS	  64

static const char magic[8] = {'C', 'a', 'i', 'r', 'n', 'D', 'i', 'r'};

struct disk_entry {
	char name[NAME_LEN_MAX + 1]; /* empty: the entry is free */
	u64 first;
	u64 blocks;
	u64 reserved;
};

struct disk_directory {
	char magic[8];
	u8 reserved[56];
	struct disk_entry entries[DIRECTORY_ENTRIES];
};
_Static_assert(sizeof(struct disk_directory) == BLOCK_SIZE, "a directory is a block");

/* A cached name. */
struct name {
	struct list_head bucket;
	struct list_head lru;
	struct block_device *dev;
	char text[NAME_LEN_MAX + 1];
	struct name_info info;
};

static struct kmem_cache *name_cache;
static DEFINE_MUTEX_RANK(names_lock, LOCK_RANK_NAMES);

/* Under names_lock. */
static struct list_head buckets[NR_BUCKETS];
static LIST_HEAD(lru); /* least recently used first */
static unsigned long nr_names;

/* ---- The cache: inside ----------------------------------------------------------------------- */

static struct list_head *bucket_of(const char *text)
{
	u32 hash = 5381;

	while (*text)
		hash = hash * 33 ^ (u8)*text++;
	return &buckets[hash % NR_BUCKETS];
}

static struct name *find_cached(struct block_device *dev, const char *text)
{
	struct name *name;

	list_for_each_entry(name, bucket_of(text), bucket) {
		if (name->dev == dev && !strcmp(name->text, text))
			return name;
	}
	return NULL;
}

/* Without memory the name is not cached, and that is all. */
static void remember(struct block_device *dev, const struct disk_entry *entry)
{
	struct name *name = kmem_cache_alloc(name_cache, GFP_NOFS | __GFP_NOWARN);

	if (!name)
		return;
	name->dev = dev;
	strscpy(name->text, entry->name, sizeof(name->text));
	name->info = (struct name_info){entry->first, entry->blocks};
	list_add(&name->bucket, bucket_of(name->text));
	list_add_tail(&name->lru, &lru);
	nr_names++;
}

static void forget(struct name *name)
{
	list_del(&name->bucket);
	list_del(&name->lru);
	nr_names--;
	kmem_cache_free(name_cache, name);
}

static unsigned long forget_oldest(unsigned long max)
{
	unsigned long n;

	for (n = 0; n < max && !list_empty(&lru); n++)
		forget(list_first_entry(&lru, struct name, lru));
	return n;
}

/* ---- The directory: inside ------------------------------------------------------------------- */

static struct disk_directory *directory_of(const struct block_page *bp)
{
	return block_page_data(bp);
}

static struct block_page *read_directory(struct block_device *dev)
{
	struct block_page *bp = block_page_get(dev, DIRECTORY_BLOCK, GFP_NOFS);

	if (IS_ERR(bp) || !memcmp(directory_of(bp)->magic, magic, sizeof(magic)))
		return bp;
	block_page_put(bp);
	return ERR_PTR(-EPROTO);
}

static bool good_range(struct block_device *dev, u64 first, u64 blocks)
{
	return first < dev->blocks && blocks <= dev->blocks - first;
}

/* The entry of a name; of "", a free one.  NULL without. */
static struct disk_entry *find_entry(struct block_page *bp, const char *text)
{
	struct disk_directory *directory = directory_of(bp);
	unsigned int i;

	for (i = 0; i < DIRECTORY_ENTRIES; i++) {
		struct disk_entry *entry = &directory->entries[i];

		if (!strncmp(entry->name, text, sizeof(entry->name)))
			return entry;
	}
	return NULL;
}

static int lookup_on_disk(struct block_device *dev, const char *text, struct name_info *info)
{
	struct block_page *bp = read_directory(dev);
	struct disk_entry *entry;
	int err = -ENOENT;

	if (IS_ERR(bp))
		return PTR_ERR(bp);
	entry = find_entry(bp, text);
	if (entry && !good_range(dev, entry->first, entry->blocks)) {
		err = -EPROTO;
	} else if (entry) {
		*info = (struct name_info){entry->first, entry->blocks};
		remember(dev, entry);
		err = 0;
	}
	block_page_put(bp);
	return err;
}

static int enter_on_disk(struct block_device *dev, const char *text, const struct name_info *info)
{
	struct block_page *bp = read_directory(dev);
	struct disk_entry *entry;
	int err = 0;

	if (IS_ERR(bp))
		return PTR_ERR(bp);
	entry = find_entry(bp, "");
	if (find_entry(bp, text)) {
		err = -EEXIST;
	} else if (!entry) {
		err = -ENOSPC;
	} else {
		strscpy(entry->name, text, sizeof(entry->name));
		entry->first = info->first;
		entry->blocks = info->blocks;
		block_page_dirty(bp);
	}
	block_page_put(bp);
	return err;
}

static int remove_on_disk(struct block_device *dev, const char *text)
{
	struct block_page *bp = read_directory(dev);
	struct disk_entry *entry;

	if (IS_ERR(bp))
		return PTR_ERR(bp);
	entry = find_entry(bp, text);
	if (entry) {
		memset(entry, 0, sizeof(*entry));
		block_page_dirty(bp);
	}
	block_page_put(bp);
	return entry ? 0 : -ENOENT;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static bool good_name(const char *text)
{
	return *text && strlen(text) <= NAME_LEN_MAX;
}

int names_format(struct block_device *dev)
{
	struct block_page *bp;

	names_drop();
	bp = block_page_new(dev, DIRECTORY_BLOCK, GFP_NOFS);
	if (IS_ERR(bp))
		return PTR_ERR(bp);
	memcpy(directory_of(bp)->magic, magic, sizeof(magic));
	block_page_dirty(bp);
	block_page_put(bp);
	return 0;
}

int names_create(struct block_device *dev, const char *name, const struct name_info *info)
{
	int err;

	if (!good_name(name) || !good_range(dev, info->first, info->blocks))
		return -EINVAL;
	mutex_lock(&names_lock);
	err = enter_on_disk(dev, name, info);
	mutex_unlock(&names_lock);
	return err;
}

int names_lookup(struct block_device *dev, const char *name, struct name_info *info)
{
	struct name *cached;
	int err = 0;

	if (!good_name(name))
		return -ENOENT;
	mutex_lock(&names_lock);
	cached = find_cached(dev, name);
	if (cached) {
		list_move_tail(&cached->lru, &lru);
		*info = cached->info;
	} else {
		err = lookup_on_disk(dev, name, info);
	}
	mutex_unlock(&names_lock);
	return err;
}

int names_remove(struct block_device *dev, const char *name)
{
	struct name *cached;
	int err;

	if (!good_name(name))
		return -ENOENT;
	mutex_lock(&names_lock);
	cached = find_cached(dev, name);
	if (cached)
		forget(cached);
	err = remove_on_disk(dev, name);
	mutex_unlock(&names_lock);
	return err;
}

unsigned long names_drop(void)
{
	unsigned long n;

	mutex_lock(&names_lock);
	n = forget_oldest(ULONG_MAX);
	mutex_unlock(&names_lock);
	return n;
}

unsigned long names_cached(void)
{
	return READ_ONCE(nr_names);
}

/* ---- The shrinker ---------------------------------------------------------------------------- */

static unsigned long names_count(struct shrinker *shrinker __unused, struct shrink_control *sc)
{
	if (!(sc->gfp_mask & __GFP_FS) || !nr_names)
		return SHRINK_EMPTY;
	return nr_names;
}

static unsigned long names_scan(struct shrinker *shrinker __unused, struct shrink_control *sc)
{
	unsigned long flags, n;

	if (!(sc->gfp_mask & __GFP_FS) || !mutex_trylock(&names_lock))
		return SHRINK_STOP;
	n = forget_oldest(sc->nr_to_scan);
	mutex_unlock(&names_lock);
	spin_lock_irqsave(&block_cache_lock, flags);
	block_stats.names[reclaim_class_of(sc->gfp_mask)] += n;
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return n ? n : SHRINK_STOP;
}

static struct shrinker names_shrinker = {
	.count_objects = names_count,
	.scan_objects = names_scan,
	.seeks = DEFAULT_SEEKS,
};

static int __init names_init(void)
{
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++)
		INIT_LIST_HEAD(&buckets[i]);
	name_cache = kmem_cache_create("name", sizeof(struct name), 0, SLAB_PANIC, NULL);
	return register_shrinker(&names_shrinker, "names");
}
core_initcall(names_init);

/* ---- The command ----------------------------------------------------------------------------- */

static int list_directory(struct block_device *dev)
{
	struct block_page *bp = read_directory(dev);
	unsigned int i;

	if (IS_ERR(bp))
		return PTR_ERR(bp);
	for (i = 0; i < DIRECTORY_ENTRIES; i++) {
		const struct disk_entry *entry = &directory_of(bp)->entries[i];

		if (entry->name[0])
			monitor_printf("%.*s: %llu blocks from %llu\n", NAME_LEN_MAX, entry->name,
				       entry->blocks, entry->first);
	}
	block_page_put(bp);
	return 0;
}

static int cmd_names(int argc, char **argv)
{
	struct block_device *dev;
	int err;

	if (argc != 2)
		return -EINVAL;
	dev = block_find(argv[1]);
	if (!dev) {
		monitor_printf("names: there is no disk %s\n", argv[1]);
		return -ENODEV;
	}
	err = list_directory(dev);
	if (err == -EPROTO)
		monitor_printf("names: block 0 of %s is not a directory\n", dev->name);
	else if (err)
		monitor_printf("names: block 0 of %s cannot be read\n", dev->name);
	return err;
}
MONITOR_COMMAND("names", "DISK", "list the names in a disk's directory", cmd_names);
