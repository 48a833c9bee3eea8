/* SPDX-License-Identifier: MIT */
/*
 * Start-up inside of another program: physical memory that is the host's, and of the order
 * of kernel/main.c what the allocators need.
 *
 *   physical   4 GiB                 8 GiB                                    end
 *              |==  |==  |===  |=====|=========================================|
 *               16   16   32    256   sections of 256 MiB, all RAM
 *
 * RAM is address space that takes no memory until it is touched, so there is plenty.  Its
 * first sections are mostly holes: the descriptors of a section's RAM are written when it
 * is opened, and small programs need few.  Descriptors are no frames of RAM here; the host
 * has them at VMEMMAP_START, where those that were never written read as zero.
 *
 * It all is private memory of the process, so that fork() copies it.
 *
 * Not there: interrupts, threads of the kernel's own, reclaim.  Whatever would wait for
 * memory fails instead.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/irq_regs.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/stack.h>
#include "../../mm/section.h"
#include "../../mm/zone.h"
#include "malloc.h"
#include "preload.h"

#define RAM_START     (4ULL << 30) /* one zone: nobody here wants low memory */
#define SECTION_BYTES (PAGE_SIZE << SECTION_SHIFT)
#define SMALL	      (16UL << 20) /* RAM of the first sections; doubled every SMALL_RUN sections */
#define SMALL_RUN     4
#define NR_SMALL      16
#define LEAST_RAM     SMALL
#define MOST_RAM      (1UL << 40) /* and 8 GiB before it: DIRECT_MAP_SIZE, in the Makefile */
#define AHEAD	      64	  /* free pages below which the next section is opened */

struct cpu_info cpu_info = {.vendor = "Preload", .phys_bits = 46};
const struct hosted_ports *hosted_ports;
pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);
u64 supported_pte_mask = ~0ULL;
unsigned int tsc_khz = 1000000;
DEFINE_PER_CPU(struct pt_regs *, __irq_regs);

/* ---- What the kernel asks of a machine -------------------------------------------------- */

void __noreturn arch_halt(void)
{
	host_abort();
}

void smp_send_stop(void)
{
}

bool stack_find(unsigned long addr __unused, struct stack_info *info __unused)
{
	return false;
}

/*
 * A thread that waits for a lock: its holder runs, or has lost its processor to somebody.
 * Locks are handed on in turn, so the next one in line may be waiting for a processor too;
 * spinning, and yielding to those who spin, would keep it from that.
 */
void cpu_relax(void)
{
	static __thread unsigned int rounds __attribute__((__tls_model__("initial-exec")));

	if (++rounds % 512)
		__builtin_ia32_pause();
	else
		host_nap();
}

u64 ktime_get_ns(void)
{
	return host_ns();
}

/* ---- Physical memory -------------------------------------------------------------------- */

static unsigned long section_ram(unsigned int i)
{
	return SMALL << (i / SMALL_RUN);
}

/*
 * Calls @fn for each piece of @bytes of RAM, until it is false; returns the bytes of those for
 * which it was true.  That many bytes are the same pieces.
 */
static unsigned long for_each_piece(unsigned long bytes, bool (*fn)(u64 start, unsigned long size))
{
	unsigned long done = 0;
	u64 at = RAM_START;

	for (unsigned int i = 0; done < bytes; i++, at += SECTION_BYTES) {
		unsigned long size = bytes - done;

		if (i < NR_SMALL)
			size = min(section_ram(i), size);
		if (!fn(at, size))
			break;
		done += size;
	}
	return done;
}

/* Address space for RAM and its descriptors: both, or none. */
static bool piece_map(u64 start, unsigned long size)
{
	unsigned long descriptors = (unsigned long)pfn_to_page(PHYS_PFN(start));

	if (host_map(PAGE_OFFSET + start, size))
		return false;
	if (!host_map(descriptors, PAGE_ALIGN(PHYS_PFN(size) * sizeof(struct page))))
		return true;
	host_unmap(PAGE_OFFSET + start, size);
	return false;
}

static bool piece_unmap(u64 start, unsigned long size)
{
	host_unmap(PAGE_OFFSET + start, size);
	host_unmap((unsigned long)pfn_to_page(PHYS_PFN(start)),
		   PAGE_ALIGN(PHYS_PFN(size) * sizeof(struct page)));
	return true;
}

static bool piece_add(u64 start, unsigned long size)
{
	return !memblock_add(start, size);
}

/*
 * Descriptors that no RAM has can be read too, so that free() of any address in the direct
 * map finds one.  Where the process has a limit, address space is too dear for that.
 */
static unsigned long empty_from = VMEMMAP_START;

static bool map_empty_before(u64 start, unsigned long size)
{
	unsigned long descriptors = (unsigned long)pfn_to_page(PHYS_PFN(start));

	host_map_empty(empty_from, descriptors - empty_from);
	empty_from = descriptors + PAGE_ALIGN(PHYS_PFN(size) * sizeof(struct page));
	return true;
}

/* Where a piece could not be had, something of the program's may lie: that is not ours to unmap. */
static bool reserve(unsigned long bytes)
{
	unsigned long mapped = for_each_piece(bytes, piece_map);

	if (mapped == bytes)
		return true;
	for_each_piece(mapped, piece_unmap);
	return false;
}

static void memory_init(void)
{
	unsigned long bytes = clamp(host_memory(), LEAST_RAM, MOST_RAM) & ~(SMALL - 1);

	while (!reserve(max(bytes, LEAST_RAM))) {
		if (bytes <= LEAST_RAM)
			panic("no address space for %lu MiB of memory", LEAST_RAM >> 20);
		bytes /= 2;
	}
	for_each_piece(max(bytes, LEAST_RAM), piece_add);
	for_each_piece(max(bytes, LEAST_RAM), map_empty_before);
	host_map_empty(empty_from,
		       (unsigned long)pfn_to_page(PHYS_PFN(DIRECT_MAP_SIZE)) - empty_from);
	memblock_set_current_limit(MEMBLOCK_ALLOC_ANYWHERE);
}

/* One CPU for each thread that may run at a time, a few more, and some to share. */
static unsigned int cpus_find(void)
{
	unsigned int cpus = clamp(host_cpus(), 2u, NR_CPUS / 4u);

	nr_cpu_ids = 3 * cpus;
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++)
		cpumask_set_cpu(cpu, &__cpu_possible_mask);
	return cpus;
}

/* Nobody has a claim to a reserve. */
static void watermarks_init(void)
{
	struct zone *zone;

	for_each_zone(zone) {
		zone->watermark[WMARK_MIN] = 0;
		zone->watermark[WMARK_LOW] = AHEAD;
		zone->watermark[WMARK_HIGH] = 2 * AHEAD;
	}
}

void preload_start(void)
{
	unsigned int shared;

	console_loglevel = LOGLEVEL_WARNING + 1;
	console_init_early();
	memory_init();
	shared = cpus_find();
	setup_per_cpu_areas();
	mem_init();
	watermarks_init();
	kmem_cache_init();
	vmalloc_init();
	classes_init();
	percpu_set_base(0);
	cpus_init(shared);
}
