/* SPDX-License-Identifier: MIT */
/*
 * Variables: the compiler leaves room behind each, and a constructor a file tells
 * where they are.
 *
 *   | variable | red zone |     size, size_with_redzone
 *
 * Variables with a section of their own, as the tables that files register in, have
 * neither: their place says what they are.
 *
 * Contexts: start-up, one CPU.
 */
#include <linux/align.h>
#include <linux/init.h>
#include "kasan.h"

/* As both compilers lay it out. */
struct kasan_global {
	const void *beg;
	size_t size;
	size_t size_with_redzone;
	const char *name;
	const char *module_name;
	unsigned long has_dynamic_init;
	const void *location;
	const void *odr_indicator;
};

typedef void (*constructor_fn)(void);
extern const constructor_fn __constructors_start[], __constructors_end[];

void __asan_register_globals(const struct kasan_global *globals, size_t n);
void __asan_unregister_globals(const struct kasan_global *globals, size_t n);

void __asan_register_globals(const struct kasan_global *globals, size_t n)
{
	for (const struct kasan_global *g = globals; g < globals + n; g++) {
		size_t used = ALIGN(g->size, 8);

		kasan_unpoison(g->beg, g->size);
		kasan_poison((const char *)g->beg + used, g->size_with_redzone - used,
			     KASAN_GLOBAL_REDZONE);
	}
}

void __asan_unregister_globals(const struct kasan_global *globals __unused, size_t n __unused)
{
}

void __init kasan_init_globals(void)
{
	for (const constructor_fn *fn = __constructors_start; fn < __constructors_end; fn++)
		(*fn)();
}
