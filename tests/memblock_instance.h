/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_MEMBLOCK_INSTANCE_H
#define _TESTS_MEMBLOCK_INSTANCE_H

/* An empty memory map of a test's own, with the tables it needs. */
#include <linux/memblock.h>
#include <linux/string.h>

struct memblock_tables {
	struct memblock_region memory[INIT_MEMBLOCK_REGIONS];
	struct memblock_region reserved[INIT_MEMBLOCK_REGIONS];
};

static inline void memblock_make_empty(struct memblock *mb, struct memblock_tables *tables)
{
	memset(tables, 0, sizeof(*tables));
	*mb = (struct memblock){
		.current_limit = MEMBLOCK_ALLOC_ANYWHERE,
		.memory = {.cnt = 1,
			   .max = INIT_MEMBLOCK_REGIONS,
			   .regions = tables->memory,
			   .name = "memory"},
		.reserved = {.cnt = 1,
			     .max = INIT_MEMBLOCK_REGIONS,
			     .regions = tables->reserved,
			     .name = "reserved"},
	};
}

#endif
