/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_BOOT_INFO_H
#define _CAIRN_BOOT_INFO_H

/*
 * What the boot loader and the firmware told us, copied out of the loader's
 * memory before anything can overwrite it.  boot/multiboot2*.c fill it in.
 */
#include <linux/types.h>

#define BOOT_CMDLINE_MAX  4096
#define BOOT_MAX_RANGES	  1280 /* memory-map entries kept; of more, usable ones are lost first */
#define BOOT_MAX_MODULES  32
#define BOOT_MAX_SECTIONS 64

/* Types of a memory range, weakest first: where two overlap the stricter wins. */
enum mem_type {
	MEM_NONE,	  /* nothing there */
	MEM_USABLE,	  /* RAM, free to use */
	MEM_BOOT_RECLAIM, /* RAM: loader's or boot services' data, free once copied */
	MEM_ACPI_RECLAIM, /* RAM: ACPI tables */
	MEM_ACPI_NVS,	  /* RAM: the firmware keeps it over sleep */
	MEM_PERSISTENT,	  /* non-volatile or special-purpose memory; not general RAM */
	MEM_RUNTIME,	  /* RAM: EFI run-time services */
	MEM_RESERVED,	  /* the firmware's, or a device's */
	MEM_UNUSABLE,	  /* defective RAM */
	MEM_NR_TYPES,
};

/* A range of physical addresses; end is exclusive. */
struct mem_range {
	u64 start;
	u64 end;
	u32 type;     /* enum mem_type */
	u32 raw_type; /* as the firmware spelled it, for the printed map */
};

struct boot_module {
	u64 start;
	u64 end;
	char name[64];
};

/* A section of the kernel's file that no segment loads, such as symbols: the loader's copy. */
struct boot_section {
	u64 start;
	u64 end;
};

/* What a pixel or cell is, in the loader's numbers. */
enum boot_fb_type {
	BOOT_FB_INDEXED, /* an index into a palette */
	BOOT_FB_RGB,
	BOOT_FB_TEXT, /* no pixels: cells of character and attribute, as a VGA's */
};

struct boot_framebuffer {
	u64 phys;
	u32 pitch; /* bytes a line */
	u32 width;
	u32 height;
	u8 bpp;	 /* bits a pixel; 0: no framebuffer */
	u8 type; /* enum boot_fb_type: RGB or TEXT */
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

struct boot_info {
	char cmdline[BOOT_CMDLINE_MAX];
	char loader[64];
	struct mem_range *map; /* as the firmware gave it */
	unsigned int nr_map;
	unsigned int map_cap; /* ranges that @map has room for */
	bool map_from_efi;
	u32 mem_upper_kib;	    /* from 1 MiB up to the first hole, where the loader says so */
	bool efi;		    /* booted by UEFI */
	bool efi_boot_services;	    /* they still run: their memory is not ours */
	u64 efi_system_table;	    /* physical; 0: not known */
	u64 info_start, info_end;   /* the loader's information block */
	u64 image_start, image_end; /* the kernel itself, in physical memory */
	struct boot_module modules[BOOT_MAX_MODULES];
	unsigned int nr_modules;
	struct boot_section sections[BOOT_MAX_SECTIONS];
	unsigned int nr_sections;
	struct boot_framebuffer fb;
	u8 rsdp[36]; /* copy of the ACPI root pointer, rsdp_len bytes */
	unsigned int rsdp_len;
};

extern struct boot_info boot_info;

#endif
