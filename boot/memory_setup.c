/* SPDX-License-Identifier: MIT */
/*
 * From the firmware's memory map to memblock: the policy around
 * boot/memory_map.c.
 *
 *   boot_info.map -> sanitised, in a list of init memory -> changed by memmap=, and
 *   sanitised again -> memory_map, which is just as long as it must be
 *   -> memblock: usable memory, minus what is in use
 *
 * Order matters.  What is in use is reserved before memory is added, and memory is
 * added largest range first, because with more than INIT_MEMBLOCK_REGIONS ranges
 * memblock needs room for a longer list, from itself.  Only the first 4 GiB are
 * mapped here, so that is memblock's limit until acpi_tables_init(): by then all
 * RAM is mapped and the tables in it are reserved.
 *
 * Page descriptors hold frame numbers of 32 bits: RAM from 16 TiB on is left out.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/highmem.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <cairn/multiboot2.h>
#include <cairn/user_map.h>
#include <asm/page.h>
#include <asm/processor.h>

#define SANITISED_MAX 1536
#define FRAMES_END    (1ULL << (32 + PAGE_SHIFT))
#define BOOT_MAPPED   (4ULL << 30)
#define ISA_END	      0x100000ULL

/* With less than this the page allocator cannot be set up. */
#define LEAST_MEMORY (4ULL << 20)

/* Longer lists are summed up on the console. */
#define MAX_LINES 12

/* The real-mode word that says where the extended BIOS data area begins. */
#define EBDA_SEGMENT 0x40eUL
#define EBDA_LOWEST  0x80000ULL
#define EBDA_END     0xa0000ULL

static struct mem_range sanitised[SANITISED_MAX] __initdata = {};
struct mem_range *memory_map = sanitised;
unsigned int nr_memory_map;

enum mem_type memory_map_type(u64 phys)
{
	const struct mem_range *range = memory_map_find(memory_map, nr_memory_map, phys);

	return range ? range->type : MEM_NONE;
}

bool memory_map_is_ram(u64 start, u64 end)
{
	while (start < end) {
		const struct mem_range *range = memory_map_find(memory_map, nr_memory_map, start);

		if (!range || !mem_type_is_ram(range->type))
			return false;
		start = range->end;
	}
	return true;
}

/* ---- printing -------------------------------------------------------------------------- */

static void __init print_range(const struct mem_range *range)
{
	pr_info("  [mem %#018llx-%#018llx] %s\n", range->start, range->end - 1,
		mem_type_name(range->type));
}

/* print_sums - one line: of each type, how much in how many ranges. */
static void __init print_sums(const struct mem_range *map, unsigned int nr)
{
	unsigned int i;
	u32 type;

	pr_info(" ");
	for (type = MEM_USABLE; type < MEM_NR_TYPES; type++) {
		unsigned int ranges = 0;
		u64 bytes = 0;

		for (i = 0; i < nr; i++) {
			if (map[i].type == type) {
				ranges++;
				bytes += map[i].end - map[i].start;
			}
		}
		if (ranges)
			pr_cont(" %s: %llu KiB in %u;", mem_type_name(type), bytes >> 10, ranges);
	}
	pr_cont(" all in /proc/memmap\n");
}

/* print_map - the list if it is short, else sums, and what is usable if that is little. */
static void __init print_map(const char *title, const struct mem_range *map, unsigned int nr)
{
	unsigned int i, usable = 0;

	for (i = 0; i < nr; i++)
		usable += map[i].type == MEM_USABLE;
	pr_info("memory map, %s: %u ranges\n", title, nr);
	if (nr > MAX_LINES)
		print_sums(map, nr);
	if (nr > MAX_LINES && usable > MAX_LINES)
		return;
	for (i = 0; i < nr; i++) {
		if (nr <= MAX_LINES || map[i].type == MEM_USABLE)
			print_range(&map[i]);
	}
}

static void show_map(struct seq_file *m, const struct mem_range *map, unsigned int nr, bool raw)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		seq_printf(m, "%016llx-%016llx %s", map[i].start, map[i].end - 1,
			   mem_type_name(map[i].type));
		if (raw)
			seq_printf(m, " (%u)", map[i].raw_type);
		seq_printf(m, "\n");
	}
}

/* /proc/memmap: what the firmware said, then what became of it. */
static int memmap_show(struct seq_file *m)
{
	seq_printf(m, "firmware's, %s types:\n", boot_info.map_from_efi ? "EFI" : "E820");
	show_map(m, boot_info.map, boot_info.nr_map, true);
	seq_printf(m, "sanitised:\n");
	show_map(m, memory_map, nr_memory_map, false);
	return 0;
}
VIRTUAL_FILE("memmap", memmap_show);

/* ---- sanitising ------------------------------------------------------------------------ */

/* is_memory - does a word of mapped physical memory keep what is written to it? */
static bool __init is_memory(u64 phys)
{
	volatile u64 *word = __va(phys);
	u64 saved = *word, pattern = 0x5aa5c33c0ff09669ULL ^ phys;
	bool kept;

	*word = pattern;
	write_back_caches();
	kept = *word == pattern;
	*word = saved;
	return kept;
}

/*
 * cut_claim - keep what proves to be memory of a claim that cannot be true
 *
 * An entry that calls memory usable beyond the last physical address says nothing
 * about where memory ends.  So look, one word every 2 MiB behind the kernel.
 */
static void __init cut_claim(struct memory_map_list *list)
{
	u64 end = boot_info.image_end, next;
	unsigned int i, kept = 0;

	for (next = ALIGN(end, PMD_SIZE); next < BOOT_MAPPED; next += PMD_SIZE) {
		const struct mem_range *range = memory_map_find(list->range, list->nr, next);

		if (!range || range->type != MEM_USABLE)
			continue;
		if (!is_memory(next))
			break;
		end = next + PMD_SIZE;
	}
	pr_warn("memory map: RAM up to the last physical address cannot be; it ends at %llu MiB\n",
		end >> 20);
	for (i = 0; i < list->nr; i++) {
		struct mem_range range = list->range[i];

		if (range.type == MEM_USABLE)
			range.end = min(range.end, end);
		if (range.start < range.end)
			list->range[kept++] = range;
	}
	list->nr = kept;
}

static void __init sanitise(const struct mem_range *map, unsigned int nr)
{
	struct memory_map_list list = {
		.range = sanitised,
		.cap = ARRAY_SIZE(sanitised),
		.limit = 1ULL << clamp(cpu_info.phys_bits, 32u, 52u),
	};

	memory_map_sanitise(map, nr, &list);
	if (list.dropped)
		pr_warn("memory map: %u entries are empty; dropped them\n", list.dropped);
	if (list.clipped)
		pr_warn("memory map: %u entries reach past the last physical address, %#llx; cut "
			"them there\n",
			list.clipped, list.limit - 1);
	if (list.lost)
		pr_warn("memory map: no room for %u usable ranges, %llu KiB lost\n", list.lost,
			list.lost_bytes >> 10);
	if (list.clipped_usable)
		cut_claim(&list);
	nr_memory_map = list.nr;
}

/* usable_low - usable bytes from 1 to 4 GiB. */
static u64 __init usable_low(void)
{
	const struct mem_range *range;
	u64 bytes = 0;

	for (range = memory_map; range < memory_map + nr_memory_map; range++) {
		u64 start = max(range->start, ISA_END), end = min(range->end, BOOT_MAPPED);

		bytes += range->type == MEM_USABLE && start < end ? end - start : 0;
	}
	return bytes;
}

/* may_be_memory - what holds the image is, and is not to be written to. */
static bool __init may_be_memory(u64 phys)
{
	u64 end = (phys | (PAGE_SIZE - 1)) + 1;

	return (phys < boot_info.image_end && boot_info.image_start < end) || is_memory(phys);
}

/* apply_memmap - the map as memmap= wants it, if a machine can run on that. */
static void __init apply_memmap(void)
{
	const struct user_map *map =
		user_map_make(memory_map, nr_memory_map, may_be_memory, BOOT_MAPPED);
	u64 before = usable_low(), after;

	if (!map)
		return;
	sanitise(map->range, map->nr);
	after = usable_low();
	if (after < LEAST_MEMORY + boot_info.image_end - boot_info.image_start && after < before) {
		pr_warn("memmap=: leaves %llu KiB of usable memory, too little to start; going on with "
			"the firmware's map\n",
			after >> 10);
		sanitise(boot_info.map, boot_info.nr_map);
		return;
	}
	pr_info("memory map, by memmap=: %u ranges\n", map->nr);
}

/* ---- reserving ------------------------------------------------------------------------- */

static void __init reserve(u64 start, u64 end, const char *what)
{
	start &= PAGE_MASK;
	end = PAGE_ALIGN(end);
	if (memblock_reserve(start, end - start))
		boot_stop("no room to reserve %s", what);
}

/* reserve_ebda - the BIOS's data below 640 KiB, which not every firmware's map leaves out. */
static void __init reserve_ebda(void)
{
	u64 start = (u64) * (volatile u16 *)__va(EBDA_SEGMENT) << 4;

	if (!boot_info.efi && start >= EBDA_LOWEST && start < EBDA_END)
		reserve(start, EBDA_END, "the EBDA");
}

static bool __init all_ram(u64 start, u64 end)
{
	return end <= ISA_END || memory_map_is_ram(start, end);
}

static void __init reserve_modules(void)
{
	unsigned int i;

	for (i = 0; i < boot_info.nr_modules; i++) {
		const struct boot_module *module = &boot_info.modules[i];

		if (!all_ram(module->start, module->end))
			pr_warn("boot: module %s at %#llx-%#llx is not in RAM; what it holds may be "
				"damaged\n",
				module->name, module->start, module->end - 1);
		reserve(module->start, module->end, "a module");
	}
}

/* reserve_sections - the loader's copies of the file's symbols and the like. */
static void __init reserve_sections(void)
{
	const struct boot_section *section = boot_info.sections;

	for (; section < boot_info.sections + boot_info.nr_sections; section++)
		reserve(section->start, section->end, "an ELF section");
}

static void __init reserve_in_use(void)
{
	const struct boot_framebuffer *fb = &boot_info.fb;
	u64 fb_end = fb->phys + (u64)fb->pitch * fb->height;

	reserve(boot_info.image_start, boot_info.image_end, "the image");
	reserve(boot_info.info_start, boot_info.info_end, "the boot information");
	reserve_modules();
	reserve_sections();
	reserve_ebda();
	if (fb->bpp && memory_map_type(fb->phys) == MEM_USABLE)
		reserve(fb->phys, fb_end, "the framebuffer");
	acpi_reserve_tables();
}

/* ---- adding ---------------------------------------------------------------------------- */

static void __init add_range(const struct mem_range *range)
{
	u64 end = min(range->end, FRAMES_END);

	if (range->start >= end)
		return;
	if (memblock_add(range->start, end - range->start))
		pr_warn("memory map: no room for [mem %#llx-%#llx]\n", range->start, end - 1);
}

/* largest_low - the largest usable range that is mapped: memblock's own needs come from it. */
static const struct mem_range *__init largest_low(void)
{
	const struct mem_range *range, *best = NULL;

	for (range = memory_map; range < memory_map + nr_memory_map; range++) {
		if (range->type == MEM_USABLE && range->end <= BOOT_MAPPED &&
		    (!best || range->end - range->start > best->end - best->start))
			best = range;
	}
	return best;
}

static void __init add_memory(void)
{
	const struct mem_range *range = largest_low();

	memblock_set_current_limit(min((phys_addr_t)BOOT_MAPPED, lowmem_end()));
	memblock_allow_resize();
	if (range)
		add_range(range);
	for (range = memory_map; range < memory_map + nr_memory_map; range++) {
		if (range->type != MEM_USABLE)
			continue;
		if (range->end > FRAMES_END)
			pr_warn("memory map: RAM from 16 TiB on is left out\n");
		add_range(range);
	}
}

static u64 __init free_low_memory(void)
{
	phys_addr_t start, end;
	u64 i, bytes = 0;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
	{
		end = min(end, BOOT_MAPPED);
		bytes += start < end ? end - start : 0;
	}
	return bytes;
}

/* keep - a copy of a list that stays. */
static struct mem_range *__init keep(const struct mem_range *map, unsigned int nr)
{
	struct mem_range *copy = memblock_alloc_raw(nr * sizeof(*map), SMP_CACHE_BYTES);

	if (!copy)
		boot_stop("no memory for the memory map");
	return memcpy(copy, map, nr * sizeof(*map));
}

void __init memory_map_init(void)
{
	u64 bytes;

	print_map(boot_info.map_from_efi ? "EFI's" : "BIOS's", boot_info.map, boot_info.nr_map);
	sanitise(boot_info.map, boot_info.nr_map);
	apply_memmap();
	reserve_in_use();
	highmem_setup(memory_map, nr_memory_map);
	add_memory();
	bytes = free_low_memory();
	if (!bytes)
		boot_stop("no usable memory below 4 GiB in a map of %u entries (memmap=SIZE@START "
			  "can add some)",
			  boot_info.nr_map);
	if (bytes < LEAST_MEMORY)
		boot_stop(
			"beside the kernel %llu KiB of memory below 4 GiB are too little, %llu are "
			"needed",
			bytes >> 10, LEAST_MEMORY >> 10);
	if (!memory_map_is_ram(boot_info.image_start, boot_info.image_end))
		pr_warn("memory map: the kernel's image, %#llx to %#llx, lies outside of RAM; kept it "
			"all the same\n",
			boot_info.image_start, boot_info.image_end - 1);
	boot_info.map = keep(boot_info.map, boot_info.nr_map);
	boot_info.map_cap = boot_info.nr_map;
	memory_map = keep(memory_map, nr_memory_map);
	print_map("sanitised", memory_map, nr_memory_map);
}
