/* SPDX-License-Identifier: MIT */
/*
 * Looking an address up in the kernel's page tables, as the CPU does.
 *
 * Entries are read so that a damaged table ends the walk, not the machine: this
 * runs in reports about exactly that.
 */
#include <linux/kernel.h>
#include <linux/uaccess.h>
#include <asm/extable.h>
#include <asm/pgtable.h>

#define LEVELS 4

static const char *const level_name[LEVELS] = {"PGD", "PUD", "PMD", "PTE"};
static const u8 level_shift[LEVELS] = {PGD_SHIFT, PUD_SHIFT, PMD_SHIFT, PAGE_SHIFT};

static bool is_canonical(unsigned long va)
{
	return (unsigned long)((long)(va << 16) >> 16) == va;
}

static bool read_entry(const u64 *table, unsigned long va, int level, u64 *entry)
{
	return load_u64_nofault(&table[va >> level_shift[level] & (PTRS_PER_TABLE - 1)], entry);
}

bool page_walk(unsigned long va, struct page_walk *walk)
{
	const u64 *table = (const u64 *)swapper_pg_dir;
	unsigned long offset;
	int level;
	u64 e;

	*walk = (struct page_walk){.levels = 0};
	for (level = 0; level < LEVELS && is_canonical(va); level++) {
		if (!read_entry(table, va, level, &e))
			return false;
		walk->entry[walk->levels++] = e;
		if (!(e & _PAGE_PRESENT))
			return false;
		if (level == LEVELS - 1 || (level > 0 && (e & _PAGE_PSE))) {
			walk->shift = level_shift[level];
			offset = va & ((1UL << walk->shift) - 1);
			walk->phys = (e & PTE_PFN_MASK & ~((1ULL << walk->shift) - 1)) | offset;
			walk->present = true;
			return true;
		}
		table = __va(e & PTE_PFN_MASK);
	}
	return false;
}

static const char *cache_name(u64 entry, unsigned int shift)
{
	static const char *const names[8] = {"WB", "WT", "UC-", "UC", "WB", "WP", "WC", "UC"};
	u64 pat = shift == PAGE_SHIFT ? entry & _PAGE_PAT : entry & _PAGE_PAT_LARGE;

	return names[(pat ? 4 : 0) | (entry & _PAGE_PCD ? 2 : 0) | (entry & _PAGE_PWT ? 1 : 0)];
}

void page_walk_print(const char *level, unsigned long va)
{
	struct page_walk walk;
	u64 last;
	int i;

	page_walk(va, &walk);
	printk("%spage walk of %016lx:", level, va);
	for (i = 0; i < walk.levels; i++)
		pr_cont(" %s %llx", level_name[i], walk.entry[i]);
	if (!walk.present) {
		pr_cont("%s\n", walk.levels ? " (not present)" : " none");
		return;
	}
	last = walk.entry[walk.levels - 1];
	pr_cont(" -> physical %#llx, %s page, r%c%c, %s%s\n", walk.phys,
		walk.shift == PUD_SHIFT	  ? "1 GiB"
		: walk.shift == PMD_SHIFT ? "2 MiB"
					  : "4 KiB",
		last & _PAGE_RW ? 'w' : '-', last & _PAGE_NX ? '-' : 'x',
		cache_name(last, walk.shift), last & _PAGE_GLOBAL ? ", global" : "");
}
