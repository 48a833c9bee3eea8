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
/* Written in assembly: debug information would refer to a variable, which the build removes. */
#define EXPORT_SYMBOL(sym)                                         \
	__asm__(".pushsection .discard.export, \"a\", @progbits\n" \
		".globl __module_export_" #sym "\n"                \
		"__module_export_" #sym ": .byte 0\n"              \
		".popsection")
#else
#define THIS_MODULE	   ((struct module *)0)
#define EXPORT_SYMBOL(sym) extern __typeof__(sym) sym
#endif

#define EXPORT_SYMBOL_GPL(sym)	      EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS(sym, ns)     EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns) EXPORT_SYMBOL(sym)

#endif
