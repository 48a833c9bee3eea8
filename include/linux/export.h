/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

/*
 * Exported symbols.  Everything global in the kernel is visible to modules.
 * What a module defines is its own, unless the module exports it: the mark
 * tells the build to leave that name visible to the others.
 */
#ifdef MODULE
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#define EXPORT_SYMBOL(sym)                       \
	extern const char __module_export_##sym; \
	const char __module_export_##sym __attribute__((__section__(".discard.export")))
#else
#define THIS_MODULE	   ((struct module *)0)
#define EXPORT_SYMBOL(sym) extern __typeof__(sym) sym
#endif

#define EXPORT_SYMBOL_GPL(sym)	      EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS(sym, ns)     EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns) EXPORT_SYMBOL(sym)

#endif
