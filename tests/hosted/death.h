/* SPDX-License-Identifier: MIT */
/* A misuse of memory that has a process of its own; see death.c. */
#ifndef CAIRN_TESTS_HOSTED_DEATH_H
#define CAIRN_TESTS_HOSTED_DEATH_H

#include <linux/compiler.h>
#include <linux/slab.h>
#include <cairn/console.h>

#define DEBUG  "slub_debug=FZPU"
#define POISON "page_poison=1"
#define OWNER  "page_owner=on"

struct death_case {
	const char *name;
	const char *cmdline; /* what the kernel is started with */
	void (*fn)(void);
};

/* DEATH_CASE - a name for what @_fn does with that command line */
#define DEATH_CASE(_name, _cmdline, _fn)                                 \
	static const struct death_case death_##_name __used __aligned(8) \
		__section("death_cases") = {#_name, _cmdline, _fn}

/* DEATH_WITH, DEATH - the head of a function that makes the mistake */
#define DEATH_WITH(_name, _cmdline)         \
	static void _name(void);            \
	DEATH_CASE(_name, _cmdline, _name); \
	static void _name(void)
#define DEATH(_name) DEATH_WITH(_name, "")

/* Everything is ready, and @p is what the report is about. */
static inline void mistake_with(const void *p)
{
	console_printf("p=0x%px\nbegin\n", p);
}

static inline struct kmem_cache *cache_of(const char *name)
{
	return kmem_cache_create(name, 96, 0, 0, NULL);
}

#endif
