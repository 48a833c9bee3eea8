/* SPDX-License-Identifier: MIT */
/*
 * Shadow memory, and the checks that the compiler puts before each access.
 *
 *   address >> 3 + KASAN_SHADOW_OFFSET --> a byte, for 8 bytes of memory
 *
 *        0   all of them may be touched
 *   1 .. 7   the first so many
 *      < 0   none; which value says why (KASAN_* in <linux/kasan.h>)
 *
 * The compiler calls __asan_load8_noabort(address) and its like; none of its checks
 * are inline.  So nothing needs to be mapped before there are page tables: until
 * kasan_init() has been, every check returns at once.  Block operations and string
 * instructions, which it does not see, are checked by lib/string_mem.c.
 *
 * RAM in the direct map, the image, and of the vmalloc range what was once allocated have
 * shadow (arch/.../kasan_init.c).  All other addresses are left to the page tables: page
 * descriptors and devices, which nobody poisons, and those where there is nothing.
 *
 * Not checked: what assembly does, per-CPU variables reached through %gs, and
 * variables on the stack.
 *
 * Locking: none.  Memory that changes hands belongs to one, and neighbours within
 * 8 bytes belong together.  Contexts: any.
 */
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <asm/extable.h>
#include <asm/sections.h>
#include "kasan.h"

#define GRANULE	     8UL
#define GRANULE_MASK (GRANULE - 1)
#define LINE	     (GRANULE * 8) /* a word of shadow */

static bool checking;

void kasan_init(void)
{
	kasan_init_shadow();
	checking = true;
	kasan_init_globals();
	pr_info("kasan: shadow memory of %lu KiB; every access is checked\n",
		kasan_shadow_pages() << (PAGE_SHIFT - 10));
}

/* ---- Shadow ---------------------------------------------------------------------------- */

/* Is @addr in a range of which at least parts have shadow? */
static __always_inline bool is_watched(unsigned long addr)
{
	return addr - PAGE_OFFSET <= VMALLOC_END - PAGE_OFFSET ||
	       addr - (unsigned long)_stext < (unsigned long)(_end - _stext);
}

/* 0 where there is no shadow. */
static __always_inline s8 shadow_at(unsigned long addr)
{
	unsigned long shadow = (unsigned long)kasan_mem_to_shadow((const void *)addr);
	u64 word;

	if (unlikely(!load_u64_nofault((const void *)ALIGN_DOWN(shadow, 8), &word)))
		return 0;
	return (s8)(word >> (shadow % 8 * 8));
}

s8 kasan_shadow_of(const void *addr)
{
	return checking && is_watched((unsigned long)addr) ? shadow_at((unsigned long)addr) : 0;
}

/* Sets the shadow of whole granules, page of shadow by page: in the vmalloc range some have none. */
static void set_shadow(const void *addr, size_t size, u8 value)
{
	u8 *shadow = kasan_mem_to_shadow(addr), *end = shadow + size / GRANULE;

	while (shadow < end) {
		size_t n =
			min((size_t)(end - shadow), PAGE_SIZE - (unsigned long)shadow % PAGE_SIZE);

		if (!is_vmalloc_addr(addr)) {
			kasan_fill(shadow, value, (size_t)(end - shadow));
			return;
		}
		if (kasan_shadow_backed(shadow))
			kasan_fill(shadow, value, n);
		shadow += n;
	}
}

void kasan_poison(const void *addr, size_t size, u8 why)
{
	if (checking)
		set_shadow(addr, ALIGN(size, GRANULE), why);
}

void kasan_unpoison(const void *addr, size_t size)
{
	const char *rest = (const char *)addr + ALIGN_DOWN(size, GRANULE);

	if (!checking)
		return;
	if (is_vmalloc_addr(addr))
		kasan_back_shadow(addr, size);
	set_shadow(addr, ALIGN_DOWN(size, GRANULE), 0);
	if (size % GRANULE)
		set_shadow(rest, GRANULE, (u8)(size % GRANULE));
}

/* ---- Checks ---------------------------------------------------------------------------- */

static __always_inline bool byte_is_poisoned(unsigned long addr)
{
	s8 shadow = shadow_at(addr);

	return unlikely(shadow) && (s8)(addr & GRANULE_MASK) >= shadow;
}

/* Are the 64 bytes from @at, a multiple of that, all free to be touched, as far as is known? */
static bool line_is_clean(unsigned long at)
{
	u64 word;

	return !load_u64_nofault(kasan_mem_to_shadow((const void *)at), &word) || !word;
}

static const void *first_poisoned(unsigned long addr, size_t size)
{
	unsigned long end = addr + size, next;

	for (unsigned long at = addr; at < end; at = next) {
		unsigned long granule = ALIGN_DOWN(at, GRANULE);
		s8 shadow;

		next = at + LINE;
		if (at % LINE == 0 && line_is_clean(at))
			continue;
		next = granule + GRANULE;
		shadow = shadow_at(at);
		if (shadow && (s8)((min(end, next) - 1) & GRANULE_MASK) >= shadow)
			return (const void *)(shadow < 0 ? at : max(at, granule + (u8)shadow));
	}
	return NULL;
}

static noinline void check_slow(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	const void *bad = first_poisoned(addr, size);

	if (bad)
		kasan_report(&(struct kasan_access){(const void *)addr, size, write, ip, bad});
}

/* Up to 16 bytes at a constant size: the first and the last tell, since 8 bytes are one byte of shadow. */
static __always_inline void check_small(unsigned long addr, size_t size, bool write,
					unsigned long ip)
{
	if (unlikely(!checking) || !is_watched(addr))
		return;
	if (unlikely(byte_is_poisoned(addr + size - 1)) ||
	    (size > 1 && unlikely(((addr & GRANULE_MASK) + size > GRANULE) &&
				  byte_is_poisoned(addr | GRANULE_MASK))))
		check_slow(addr, size, write, ip);
}

void kasan_check_range(const volatile void *p, size_t size, bool write, unsigned long ip)
{
	unsigned long addr = (unsigned long)p;

	if (unlikely(!checking) || !size || !is_watched(addr))
		return;
	if (unlikely(addr + size < addr)) /* a negative number of bytes */
		kasan_report(&(struct kasan_access){(void *)addr, size, write, ip, (void *)addr});
	else
		check_slow(addr, size, write, ip);
}

/* What compilers call; each size has a function, and N any. */
#define DEFINE_CHECKS(n)                                    \
	void __asan_load##n##_noabort(unsigned long addr);  \
	void __asan_store##n##_noabort(unsigned long addr); \
	void __asan_load##n##_noabort(unsigned long addr)   \
	{                                                   \
		check_small(addr, n, false, _RET_IP_);      \
	}                                                   \
	void __asan_store##n##_noabort(unsigned long addr)  \
	{                                                   \
		check_small(addr, n, true, _RET_IP_);       \
	}

DEFINE_CHECKS(1)
DEFINE_CHECKS(2)
DEFINE_CHECKS(4)
DEFINE_CHECKS(8)

void __asan_load16_noabort(unsigned long addr);
void __asan_store16_noabort(unsigned long addr);
void __asan_loadN_noabort(unsigned long addr, size_t size);
void __asan_storeN_noabort(unsigned long addr, size_t size);
void __asan_handle_no_return(void);

void __asan_load16_noabort(unsigned long addr)
{
	kasan_check_range((const void *)addr, 16, false, _RET_IP_);
}

void __asan_store16_noabort(unsigned long addr)
{
	kasan_check_range((const void *)addr, 16, true, _RET_IP_);
}

void __asan_loadN_noabort(unsigned long addr, size_t size)
{
	kasan_check_range((const void *)addr, size, false, _RET_IP_);
}

void __asan_storeN_noabort(unsigned long addr, size_t size)
{
	kasan_check_range((const void *)addr, size, true, _RET_IP_);
}

/* Before a function that never returns: the stack's shadow is none of ours. */
void __asan_handle_no_return(void)
{
}
