/* SPDX-License-Identifier: MIT */
/* A cache that gives memory back, from <linux/shrinker.h>. */
#include <linux/shrinker.h>
#include <linux/errno.h>

static unsigned long surface_count(struct shrinker *s, struct shrink_control *sc)
{
	return SHRINK_EMPTY;
}

static unsigned long surface_scan(struct shrinker *s, struct shrink_control *sc)
{
	return SHRINK_STOP;
}

static struct shrinker surface_shrinker = {
	.count_objects = surface_count,
	.scan_objects = surface_scan,
	.seeks = DEFAULT_SEEKS,
};

int init_module(void)
{
	if (register_shrinker(&surface_shrinker, "surface"))
		return -ENOMEM;
	unregister_shrinker(&surface_shrinker);
	return register_shrinker(&surface_shrinker) ? -ENOMEM
						    : (unregister_shrinker(&surface_shrinker), 0);
}
