/* SPDX-License-Identifier: MIT */
/*
 * Giving the block cache's memory back: the shrinker, the counters, the commands.
 *
 *	flags of the allocation	   clean pages	  dirty pages		  names
 *	GFP_NOIO		   dropped	  left alone		  left alone
 *	GFP_NOFS		   dropped	  written, waited for,	  left alone
 *						  then dropped
 *	GFP_KERNEL		   dropped	  the same		  freed (names.c)
 *
 * What costs nothing comes first: dirty pages are written only when there are not
 * enough clean ones.  Each thing done is counted for the class of flags on whose
 * behalf it was done, so that a test can tell that nothing else happened.
 *
 * Writing takes a request of the pool and allocates nothing else.  Pages that
 * cannot be written stay and do not count as something that could be freed, so a broken
 * disk ends in out of memory and not in an endless search.
 *
 * Locking: the cache's.  Contexts: inside an allocation that may sleep.
 */
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/shrinker.h>
#include <linux/vmstat.h>
#include "cache.h"

enum reclaim_class reclaim_class_of(gfp_t gfp)
{
	if (!(gfp & __GFP_IO))
		return RECLAIM_NOIO;
	return gfp & __GFP_FS ? RECLAIM_FULL : RECLAIM_NOFS;
}

static unsigned long cache_count(struct shrinker *shrinker __unused, struct shrink_control *sc)
{
	unsigned long n = READ_ONCE(block_stats.nr[BLOCK_CLEAN]);

	if (sc->gfp_mask & __GFP_IO)
		n += READ_ONCE(block_stats.nr[BLOCK_DIRTY]) +
		     READ_ONCE(block_stats.nr[BLOCK_WRITING]);
	return n ? n : SHRINK_EMPTY;
}

static void account(enum reclaim_class class, unsigned long dropped, unsigned long written)
{
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	block_stats.scans[class]++;
	block_stats.dropped[class] += dropped;
	block_stats.written[class] += written;
	spin_unlock_irqrestore(&block_cache_lock, flags);
}

static unsigned long cache_scan(struct shrinker *shrinker __unused, struct shrink_control *sc)
{
	unsigned long freed = block_drop_clean(NULL, sc->nr_to_scan), written = 0;

	if (freed < sc->nr_to_scan && sc->gfp_mask & __GFP_IO) {
		written = block_write_oldest(NULL, sc->nr_to_scan - freed);
		block_wait_writes(0, sc->nr_to_scan - freed);
		freed += block_drop_clean(NULL, sc->nr_to_scan - freed);
	}
	count_vm_events(NR_VMSCAN_WRITE, written);
	account(reclaim_class_of(sc->gfp_mask), freed, written);
	return freed ? freed : SHRINK_STOP;
}

static struct shrinker cache_shrinker = {
	.count_objects = cache_count,
	.scan_objects = cache_scan,
	.seeks = DEFAULT_SEEKS,
};

static int __init reclaim_init(void)
{
	return register_shrinker(&cache_shrinker, "block-cache");
}
core_initcall(reclaim_init);

/* ---- Display --------------------------------------------------------------------------------- */

static int show_blockcache(struct seq_file *m)
{
	static const char *const states[] = {"clean",	"dirty",  "reading",
					     "writing", "failed", "gone"};
	static const char *const classes[] = {"noio", "nofs", "kernel"};
	struct block_cache_stats s = block_cache_stats();
	unsigned int i;

	for (i = 0; i < BLOCK_NR_STATES; i++)
		seq_printf(m, "nr_%s %lu\n", states[i], s.nr[i]);
	seq_printf(m, "hits %lu\nmisses %lu\nwrites %lu\naged %lu\n", s.hits, s.misses, s.writes,
		   s.aged);
	for (i = 0; i < RECLAIM_NR; i++)
		seq_printf(m, "scans_%s %lu\ndropped_%s %lu\nwritten_%s %lu\nnames_%s %lu\n",
			   classes[i], s.scans[i], classes[i], s.dropped[i], classes[i],
			   s.written[i], classes[i], s.names[i]);
	return 0;
}
VIRTUAL_FILE("blockcache", show_blockcache);

static int cmd_blk(int argc, char **argv __unused)
{
	struct block_device *dev;

	if (argc != 1)
		return -EINVAL;
	if (!block_next(NULL))
		monitor_printf("blk: there is no disk (QEMU: -drive if=virtio,file=...)\n");
	for_each_block_device(dev) monitor_printf(
		"%s: %llu blocks, read %lld, written %lld, flushed %lld, failed %lld\n", dev->name,
		dev->blocks, atomic64_read(&dev->done[BLOCK_READ]),
		atomic64_read(&dev->done[BLOCK_WRITE]), atomic64_read(&dev->done[BLOCK_FLUSH]),
		atomic64_read(&dev->errors));
	return 0;
}
MONITOR_COMMAND("blk", "", "list disks and what they did", cmd_blk);

static int cmd_sync(int argc, char **argv __unused)
{
	int err;

	if (argc != 1)
		return -EINVAL;
	err = block_sync(NULL);
	if (err)
		monitor_printf("sync: not everything could be written\n");
	return err;
}
MONITOR_COMMAND("sync", "", "write dirty blocks to their disks", cmd_sync);
