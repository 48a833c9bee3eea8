/* SPDX-License-Identifier: MIT */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

/* The image's parts, as linker.ld lays them out; each starts on a page boundary. */
#include <linux/compiler.h>
#include <linux/types.h>

extern char _stext[], _etext[];
extern char __start_rodata[], __end_rodata[];
extern char _sdata[], _edata[];
extern char __init_begin[], __init_end[];
extern char __init_text_start[], __init_text_end[];
extern char __bss_start[], __bss_end[];
extern char __symbols_start[], __symbols_end[];
extern char _end[];

static inline bool address_between(unsigned long addr, const char *start, const char *end)
{
	return addr >= (unsigned long)start && addr < (unsigned long)end;
}

/* is_kernel_text - can @addr be an instruction of the image? */
static inline bool is_kernel_text(unsigned long addr)
{
	return address_between(addr, _stext, _etext) ||
	       address_between(addr, __init_text_start, __init_text_end);
}

#endif
