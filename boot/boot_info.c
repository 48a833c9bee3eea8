/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader left, copied: the policy around boot/multiboot2.c.
 *
 * boot_info_init() runs before anything allocates memory, so the loader's block
 * and strings are still where it put them.  Afterwards nothing but the modules'
 * contents is needed from the loader's memory.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/stdarg.h>
#include <cairn/multiboot2.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/page.h>

/* What the boot page tables map at PAGE_OFFSET. */
#define BOOT_MAPPED (4ULL << 30)

/* QEMU's isa-debug-exit device, and what panic() writes there too. */
#define DEBUG_EXIT	 0xf4
#define DEBUG_EXIT_PANIC 0x2a

struct boot_info boot_info;

/* memory_map_init() copies what is in use elsewhere. */
static struct mem_range firmware_map[BOOT_MAX_RANGES] __initdata = {};

extern char _stext[], _end[];

void boot_stop(const char *fmt, ...)
{
	struct va_format reason = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	reason.va = &args;
	printk(KERN_EMERG "cairn: cannot start: %pV\n", &reason);
	va_end(args);
	outb(DEBUG_EXIT_PANIC, DEBUG_EXIT);
	arch_halt();
}

static void __init say_findings(const struct mb2_findings *found)
{
	unsigned int i;

	for (i = 0; i < MB2_NR_FINDINGS; i++) {
		if (found->bits & 1u << i)
			pr_warn("multiboot2: byte %u of the boot information: %s\n", found->at[i],
				mb2_finding_text(i));
	}
	if (found->ranges_lost)
		pr_info("multiboot2: %u memory ranges found no room\n", found->ranges_lost);
}

void __init boot_info_init(u32 magic, u64 info_phys)
{
	enum mb2_status status = mb2_check(magic, info_phys);
	struct mb2_findings found = {};

	boot_info.map = firmware_map;
	boot_info.map_cap = ARRAY_SIZE(firmware_map);
	boot_info.info_start = info_phys;
	boot_info.image_start = __pa(_stext);
	boot_info.image_end = __pa(_end);
	if (status == MB2_OK && info_phys >= BOOT_MAPPED)
		status = MB2_BAD_POINTER;
	if (status == MB2_OK)
		status = mb2_parse(__va(info_phys), BOOT_MAPPED - info_phys, &boot_info, &found);
	switch (status) {
	case MB2_OK:
		break;
	case MB2_BAD_MAGIC:
		boot_stop(
			"not started by a multiboot2 boot loader (magic %#x); use GRUB 2's command "
			"multiboot2",
			magic);
	case MB2_BAD_POINTER:
		boot_stop("no boot information at %#llx; use another boot loader, such as GRUB 2",
			  info_phys);
	case MB2_BAD_SIZE:
		boot_stop("the boot information at %#llx has an impossible size; use another boot "
			  "loader, such as GRUB 2",
			  info_phys);
	}
	pr_info("boot: %s, %s%s, command line: %s\n",
		boot_info.loader[0] ? boot_info.loader : "unnamed loader",
		boot_info.efi ? "UEFI" : "BIOS",
		boot_info.efi_boot_services ? " (boot services still on)" : "", boot_info.cmdline);
	say_findings(&found);
}
