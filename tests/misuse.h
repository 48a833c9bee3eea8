/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_MISUSE_H
#define _TESTS_MISUSE_H

/*
 * One mistake in the use of memory, with the first line of its report, whole, and what else
 * the report has to name.  The same function is the test misuse.NAME of the kernel
 * (tests/misuse.c) and a process of its own, cairn-death NAME (tests/hosted/death.c).
 * In these texts
 *
 *	{p} {px}	the address in question, with 0x and without
 *	{px_short}	it without leading zeros
 *	{px_line}	it without its last two digits
 *	{pfn}		it as the number of a page: five digits at least
 *	{phys}		it as a physical address
 *	{at:NAME} {at}	a place in the function NAME, in any function
 *	{n} {addr}	any decimal number, any hexadecimal one
 *	{word}		letters and digits
 *
 * Lines of "=" or "-" are no first lines.  A mistake is refused and leaves everything as it
 * was; the function gives back what it took.  What cannot be refused is a MISUSE_FATAL().
 */
#include <linux/compiler.h>
#include <linux/kasan.h>
#include <linux/slab.h>
#include <cairn/test.h>

#define MISUSE_LINES 6

struct misuse {
	const char *name;
	/* What the process is started with; a kernel without it skips the test. */
	const char *cmdline;
	bool fatal; /* the process ends */
	void (*fn)(void);
	const char *lines[MISUSE_LINES]; /* the first, NULL if there must be no report; others */
};

/*
 * MISUSE(name, "first line", "what else is named", ...) { ... MISTAKE(p) { ... } ... }
 * MISUSE_WITH() is for what only a kernel with that command line notices.
 */
#define MISUSE_BODY(_name, _cmdline, _fatal, ...)                \
	static noinline void _name(void);                        \
	static const struct misuse misuse_of_##_name = {         \
		#_name, _cmdline, _fatal, _name, {__VA_ARGS__}}; \
	KTEST(misuse, _name)                                     \
	{                                                        \
		misuse_run(&misuse_of_##_name);                  \
	}                                                        \
	static noinline void _name(void)
#define MISUSE(_name, ...)		  MISUSE_BODY(_name, "", false, __VA_ARGS__)
#define MISUSE_WITH(_name, _cmdline, ...) MISUSE_BODY(_name, _cmdline, false, __VA_ARGS__)
#define MISUSE_FATAL(_name, ...)	  MISUSE_BODY(_name, "", true, __VA_ARGS__)

/* MISTAKE(address) { statements; } - what is reported there is the report */
#define MISTAKE(p) \
	for (bool __made = misuse_begin((unsigned long)(p)); __made; __made = false, misuse_end())

void misuse_run(const struct misuse *m);
bool misuse_begin(unsigned long p);
void misuse_end(void);

/* misuse_fault - @fn(@arg), which faults: in the kernel the test goes on behind it */
void misuse_fault(void (*fn)(void *arg), void *arg);

/* misuse_damage - what is wrong with the allocators, or NULL */
const char *misuse_damage(void);

/* misuse_fits - where @text goes on behind what @pattern says of the address @p, or NULL */
const char *misuse_fits(const char *pattern, const char *text, unsigned long p);

/* Flips bits by an access that nobody checks. */
static __no_kasan_or_inline void flip(void *p, char bits)
{
	*(volatile char *)p ^= bits;
}

static inline struct kmem_cache *cache_of(const char *name)
{
	return kmem_cache_create(name, 96, 0, 0, NULL);
}

/* What the report of an object has behind its first line. */
#define IN_SLAB(cache) "Slab 0x{addr} objects={n} free={n} cache=" cache " size={n}"
#define OBJECT	       "Object {p} @offset={n}"

#endif
