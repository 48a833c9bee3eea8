/* SPDX-License-Identifier: MIT */
/*
 * The boot loader's information block: any bytes.  What comes out must be what the
 * rest of start-up relies on: terminated texts, ranges and modules that are not
 * reversed, a framebuffer that fits its own size, nothing beyond the tables' room.
 */
#include <linux/kernel.h>
#include <cairn/acpi.h>
#include <cairn/multiboot2.h>
#include "fuzz.h"

#define ROOM 48 /* few, so that running out of it is tried too */

static struct mem_range map[ROOM];
static struct boot_info info;

static void check_map(const struct mb2_findings *found)
{
	fuzz_check(info.nr_map <= info.map_cap);
	for (unsigned int i = 0; i < info.nr_map; i++) {
		fuzz_check(map[i].start < map[i].end);
		fuzz_check(map[i].type > MEM_NONE && map[i].type < MEM_NR_TYPES);
	}
	fuzz_check(!found->ranges_lost == !(found->bits & 1u << MB2_RANGES_LOST));
}

static void check_modules(void)
{
	fuzz_check(info.nr_modules <= BOOT_MAX_MODULES);
	for (unsigned int i = 0; i < info.nr_modules; i++) {
		fuzz_check(info.modules[i].start < info.modules[i].end);
		fuzz_check(memchr(info.modules[i].name, 0, sizeof(info.modules[i].name)));
	}
}

static void check_framebuffer(void)
{
	const struct boot_framebuffer *fb = &info.fb;
	u64 size = (u64)fb->pitch * fb->height;

	if (!fb->bpp)
		return;
	fuzz_check(fb->phys && fb->width && fb->height);
	fuzz_check(fb->type == BOOT_FB_RGB || fb->type == BOOT_FB_TEXT);
	fuzz_check((u64)fb->width * fb->bpp <= (u64)fb->pitch * 8);
	fuzz_check(fb->phys + size > fb->phys);
}

static void check_texts(void)
{
	fuzz_check(memchr(info.cmdline, 0, sizeof(info.cmdline)));
	fuzz_check(memchr(info.loader, 0, sizeof(info.loader)));
	for (const char *p = info.cmdline; *p; p++)
		fuzz_check((u8)*p >= ' ');
}

static void check_rsdp(void)
{
	struct acpi_rsdp rsdp;

	fuzz_check(!info.rsdp_len || info.rsdp_len == 20 || info.rsdp_len == 36);
	if (info.rsdp_len)
		fuzz_check(acpi_rsdp_parse(info.rsdp, info.rsdp_len, &rsdp) == info.rsdp_len);
}

static void check_sections(void)
{
	fuzz_check(info.nr_sections <= BOOT_MAX_SECTIONS);
	for (u32 i = 0; i < info.nr_sections; i++) {
		fuzz_check(info.sections[i].start < info.sections[i].end);
		fuzz_check(info.sections[i].end <= 1ULL << 32);
	}
}

static void run(const u8 *data, size_t size)
{
	struct mb2_findings found;
	u32 total;

	memset(&info, 0, sizeof(info));
	info.map = map;
	info.map_cap = ROOM;
	info.info_start = 0x10000;
	info.image_start = 0x100000;
	info.image_end = 0x400000;
	if (mb2_parse(data, size, &info, &found) != MB2_OK) {
		fuzz_check(!info.nr_map && !info.nr_modules && !info.cmdline[0]);
		return;
	}
	memcpy(&total, data, sizeof(total));
	fuzz_check(total <= size && info.info_end == info.info_start + total);
	fuzz_check(!(found.bits >> MB2_NR_FINDINGS));
	check_map(&found);
	check_modules();
	check_sections();
	check_framebuffer();
	check_texts();
	check_rsdp();
}

const struct fuzz_target fuzz_multiboot2 = {.name = "multiboot2", .max_len = 1024, .run = run};
