/* SPDX-License-Identifier: MIT */
/* What a misuse must not leave. */
#include "../mm/internal.h"
#include "../mm/percpu.h"
#include "../mm/slab.h"
#include "../mm/vmap.h"
#include "../mm/zone.h"
#include "misuse.h"

const char *misuse_damage(void)
{
	const char *wrong = slab_check_all();
	struct zone *zone;

	if (!wrong)
		wrong = vmap_check();
	if (!wrong)
		wrong = pcpu_check();
	for_each_zone(zone) {
		if (!wrong)
			wrong = zone_check(zone);
	}
	return wrong;
}
