/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands about memory that is short: what stays free, who holds
 * the rest, and making caches give it back.
 */
#include <cairn/monitor.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "vmscan.h"
#include "zone.h"

static int cmd_min_free(int argc, char **argv)
{
	unsigned long total = 0;
	const struct zone *zone;
	u64 kib;

	if (argc > 2)
		return -EINVAL;
	if (argc == 2) {
		if (monitor_number(argv[1], &kib))
			return -EINVAL;
		min_free_kbytes = kib;
		zones_setup_watermarks();
	}
	for_each_zone(zone) {
		total += zone->watermark[WMARK_MIN];
		monitor_printf("node %d %-7s min %6lu low %6lu high %6lu pages\n",
			       zone->pgdat->node_id, zone->name, zone->watermark[WMARK_MIN],
			       zone->watermark[WMARK_LOW], zone->watermark[WMARK_HIGH]);
	}
	monitor_printf("%lu\n", total << (PAGE_SHIFT - 10));
	return 0;
}
MONITOR_COMMAND("min_free_kbytes", "[KIB]", "show or set what stays free; 0: automatic",
		cmd_min_free);

static int cmd_holders(int argc __unused, char **argv __unused)
{
	show_memory_holders();
	return 0;
}
MONITOR_COMMAND("holders", "", "who holds memory, by cache and by caller", cmd_holders);

static int cmd_drop_caches(int argc __unused, char **argv __unused)
{
	struct reclaim_control rc = {.gfp = GFP_KERNEL};

	shrink_caches(&rc);
	monitor_printf("%lu objects freed of %lu looked at\n", rc.freed, rc.scanned);
	return 0;
}
MONITOR_COMMAND("drop_caches", "", "have every cache give back what it can", cmd_drop_caches);
