// SPDX-License-Identifier: MIT
/*
 * identity - the boot-time allocator in an ordinary program
 *
 * Memory of the C library stands for physical memory, at the same address.  Each case begins
 * with an empty memblock; KTAP on standard output, status 1 if one failed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/memblock.h>

#define RAM (16UL << 20)

static int failures;
static char *ram;
static struct memblock_region *first_memory, *first_reserved;

#define EXPECT(cond)                                                                \
	do {                                                                        \
		if (!(cond)) {                                                      \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			failures++;                                                 \
		}                                                                   \
	} while (0)

static void empty(struct memblock_type *type, struct memblock_region *regions, char *name)
{
	memset(regions, 0, INIT_MEMBLOCK_REGIONS * sizeof(*regions));
	*type = (struct memblock_type){
		.cnt = 1,
		.max = INIT_MEMBLOCK_REGIONS,
		.regions = regions,
		.name = name,
	};
}

static void begin(void)
{
	memblock = (struct memblock){.current_limit = MEMBLOCK_ALLOC_ANYWHERE};
	empty(&memblock.memory, first_memory, "memory");
	empty(&memblock.reserved, first_reserved, "reserved");
}

static phys_addr_t phys(const void *p)
{
	return virt_to_phys(p);
}

/* What the program starts with. */
static void as_linked(void)
{
	EXPECT(memblock.memory.cnt == 1 && memblock.memory.max == 128);
	EXPECT(memblock.reserved.cnt == 1 && memblock.reserved.max == 128);
	EXPECT(!memblock.memory.total_size && !memblock.memory.regions[0].size);
	EXPECT(!strcmp(memblock.memory.name, "memory") &&
	       !strcmp(memblock.reserved.name, "reserved"));
	EXPECT(!memblock.bottom_up && memblock.current_limit == MEMBLOCK_ALLOC_ANYWHERE);
}

/* Ranges are sorted, merged, cut in two and forgotten. */
static void regions(void)
{
	memblock_add(0x3000, 0x1000);
	memblock_add(0x1000, 0x1000);
	EXPECT(memblock.memory.cnt == 2 && memblock.memory.regions[0].base == 0x1000);
	memblock_add(0x2000, 0x1000);
	EXPECT(memblock.memory.cnt == 1 && memblock.memory.total_size == 0x3000);
	memblock_remove(0x2400, 0x200);
	EXPECT(memblock.memory.cnt == 2 && memblock.memory.regions[1].base == 0x2600);
	memblock_reserve(0x1800, 0x1000);
	memblock_phys_free(0x2000, 0x100);
	EXPECT(memblock.reserved.cnt == 2 && memblock.reserved.total_size == 0xf00);
	EXPECT(memblock_overlaps_region(&memblock.reserved, 0x1fff, 2));
	EXPECT(!memblock_overlaps_region(&memblock.reserved, 0x2000, 0x100));
	memblock_add_node(0x4000, 0x1000, 1, MEMBLOCK_HOTPLUG);
	EXPECT(memblock.memory.cnt == 3 && memblock.memory.regions[2].nid == 1);
	memblock_trim_memory(0x1000);
	EXPECT(!memblock_core_check(&memblock));
	memblock_remove(0, ~0ULL);
	EXPECT(memblock.memory.cnt == 1 && !memblock.memory.regions[0].size);
}

/* What is allocated can be written to, is zeroed, apart, aligned, and is free again later. */
static void allocations(void)
{
	char *high, *low, *near;

	memset(ram, 0xa5, RAM);
	memblock_add(phys(ram), RAM);
	high = memblock_alloc(1000, 64);
	EXPECT(high && high >= ram + RAM - 1024 && phys(high) % 64 == 0);
	for (int i = 0; high && i < 1000; i++)
		EXPECT(!high[i]);
	memblock_set_bottom_up(true);
	EXPECT(memblock_bottom_up());
	low = memblock_alloc_raw(5000, SMP_CACHE_BYTES);
	EXPECT(low && low < ram + 64 && low[4999] == (char)0xa5);
	near = memblock_alloc_from(100, 4096, phys(ram) + RAM / 2);
	EXPECT(near && near >= ram + RAM / 2 && phys(near) % 4096 == 0);
	EXPECT(memblock.reserved.total_size == 1000 + 5000 + 100);
	EXPECT(!memblock_alloc(RAM, 64) && !memblock_alloc_node(RAM, 64, 3));
	memblock_free(high, 1000);
	memblock_free(low, 5000);
	memblock_free(near, 100);
	EXPECT(!memblock.reserved.total_size && memblock.reserved.cnt == 1);
	memblock_set_bottom_up(false);
	EXPECT(memblock_alloc(1000, 64) == high);
	EXPECT(!memblock_core_check(&memblock));
}

/* A full table is refused, and grows where that is allowed, in the memory it describes. */
static void growth(void)
{
	unsigned int i;

	memblock_add(phys(ram), RAM);
	for (i = 0; i < INIT_MEMBLOCK_REGIONS; i++)
		EXPECT(!memblock_reserve(phys(ram) + i * 8192, 4096));
	EXPECT(memblock_reserve(phys(ram) + i * 8192, 4096) == -ENOMEM);
	EXPECT(memblock.reserved.cnt == 128 && memblock.reserved.max == 128);
	memblock_allow_resize();
	for (; i < 1000; i++)
		EXPECT(!memblock_reserve(phys(ram) + i * 8192, 4096));
	EXPECT(memblock.reserved.max == 1024 && memblock.reserved.cnt >= 1000);
	EXPECT((char *)memblock.reserved.regions >= ram &&
	       (char *)memblock.reserved.regions < ram + RAM);
	EXPECT(memblock_is_reserved(phys(memblock.reserved.regions)));
	EXPECT(memblock_is_reserved(phys(ram) + 999 * 8192) &&
	       !memblock_is_reserved(phys(ram) + 4096));
	EXPECT(!memblock_core_check(&memblock));
}

/* Free memory and what is reserved of it make up all there is. */
static void account(void)
{
	phys_addr_t start, end, free = 0;
	u64 i;

	memblock_add(phys(ram), RAM);
	for (unsigned int n = 0; n < 50; n++)
		EXPECT(memblock_alloc(1000 + n * 777, 64));
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) free +=
		end - start;
	EXPECT(free + memblock_reserved_size() == memblock_phys_mem_size());
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"as_linked", as_linked}, {"regions", regions}, {"allocations", allocations},
	{"growth", growth},	  {"account", account},
};

int main(void)
{
	int failed = 0;

	ram = aligned_alloc(2UL << 20, RAM);
	first_memory = memblock.memory.regions;
	first_reserved = memblock.reserved.regions;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		failures = 0;
		if (i)
			begin();
		cases[i].run();
		failed += failures != 0;
		printf("%sok %u memblock_identity.%s\n", failures ? "not " : "", i + 1,
		       cases[i].name);
	}
	free(ram);
	return failed != 0;
}
