/* SPDX-License-Identifier: MIT */
/*
 * Small things made of kmalloc() and vmalloc(): copies of strings and memory, and
 * memory that need not be physically contiguous (kvmalloc).
 *
 * kvmalloc() asks kmalloc() first, without letting it try hard or complain above a
 * page, and vmalloc() then, which takes any pages.  vmalloc() maps, so it may
 * sleep whatever the flags say of I/O: flags that forbid sleeping get kmalloc()'s
 * answer only.
 *
 * Contexts: as the flags say; kvfree() where vfree() may be called.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>

/* ---- Copies ---------------------------------------------------------------------------- */

void *kmemdup(const void *src, size_t n, gfp_t gfp)
{
	void *copy = kmalloc(n, gfp);

	return copy ? memcpy(copy, src, n) : NULL;
}

char *kmemdup_nul(const char *s, size_t n, gfp_t gfp)
{
	char *copy;

	if (!s || n == SIZE_MAX)
		return NULL;
	copy = kmalloc(n + 1, gfp);
	if (copy) {
		memcpy(copy, s, n);
		copy[n] = '\0';
	}
	return copy;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strnlen(s, max), gfp) : NULL;
}

static bool is_rodata(const void *p)
{
	return (const char *)p >= __start_rodata && (const char *)p < __end_rodata;
}

const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return is_rodata(s) ? s : kstrdup(s, gfp);
}

void kfree_const(const void *p)
{
	if (!is_rodata(p))
		kfree(p);
}

/* ---- kvmalloc -------------------------------------------------------------------------- */

void *kvmalloc_node(size_t size, gfp_t gfp, int node)
{
	bool may_map = size > PAGE_SIZE && gfpflags_allow_blocking(gfp);
	void *p = NULL;

	if (likely(size <= KMALLOC_MAX_SIZE || !may_map)) {
		p = kmalloc_node(size, may_map ? kvmalloc_try_flags(gfp) : gfp, node);
		if (likely(p) || !may_map)
			return p;
	}
	if (size > INT_MAX) {
		if (!(gfp & __GFP_NOWARN)) {
			pr_warn("kvmalloc: %zu bytes are more than %d\n", size, INT_MAX);
			dump_stack();
		}
		return NULL;
	}
	return __vmalloc_node(size, 1, gfp, node, __builtin_return_address(0));
}

void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}

void kvfree_sensitive(const void *p, size_t size)
{
	if (likely(!ZERO_OR_NULL_PTR(p))) {
		memzero_explicit((void *)p, size);
		kvfree(p);
	}
}

void *kvrealloc(const void *p, size_t old_size, size_t new_size, gfp_t gfp)
{
	void *moved;

	if (old_size >= new_size && p)
		return (void *)p;
	moved = kvmalloc(new_size, gfp);
	if (!moved)
		return NULL;
	if (!ZERO_OR_NULL_PTR(p))
		memcpy(moved, p, old_size);
	kvfree(p);
	return moved;
}
