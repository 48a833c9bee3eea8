/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

/*
 * Modules.  Each source file of the directory that `make M=directory` names
 * becomes one, linked into the image with names of its own.  The build writes
 * a companion file for each that defines its struct module; kernel/module.c
 * initialises the ones that modules= chooses.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/stringify.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/init.h>
#include <linux/export.h>
#include <linux/moduleparam.h>

#define MODULE_NAME_LEN 56

enum module_state {
	MODULE_STATE_UNFORMED,
	MODULE_STATE_COMING,
	MODULE_STATE_LIVE,
	MODULE_STATE_GOING
};

struct module {
	/* Immutable; a null pointer where the source has no such thing. */
	char name[MODULE_NAME_LEN];
	const initcall_t *initcall; /* module_init() */
	const exitcall_t *exitcall; /* module_exit() */
	initcall_t init_module;	    /* the old names */
	exitcall_t cleanup_module;

	/* Start-up and poweroff only, which run on one CPU. */
	enum module_state state;
	int error;	     /* what the init function returned */
	struct module *next; /* the one initialised before this one */

	int refcnt;
};

#ifdef MODULE
/* The old names have these types; another one does not compile, as in Linux. */
extern int init_module(void);
extern void cleanup_module(void);

/* The companion file refers to these two weakly. */
#define module_init(fn)                            \
	extern const initcall_t __module_initcall; \
	const initcall_t __module_initcall = fn
#define module_exit(fn)                            \
	extern const exitcall_t __module_exitcall; \
	const exitcall_t __module_exitcall = fn

/* A module comes when modules= says, whatever level it would have as a part of the kernel. */
#define early_initcall(fn)    module_init(fn)
#define core_initcall(fn)     module_init(fn)
#define postcore_initcall(fn) module_init(fn)
#define arch_initcall(fn)     module_init(fn)
#define subsys_initcall(fn)   module_init(fn)
#define fs_initcall(fn)	      module_init(fn)
#define device_initcall(fn)   module_init(fn)
#define late_initcall(fn)     module_init(fn)
#else
#define module_init(fn) device_initcall(fn)
#define module_exit(fn)                                               \
	static inline __maybe_unused exitcall_t __exitcall_##fn(void) \
	{                                                             \
		return fn;                                            \
	}                                                             \
	extern exitcall_t __exitcall_of_##fn
#endif

#define MODULE_INFO(tag, text)	      __MODULE_INFO(tag, text)
#define MODULE_LICENSE(text)	      __MODULE_INFO(license, text)
#define MODULE_AUTHOR(text)	      __MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text)      __MODULE_INFO(description, text)
#define MODULE_VERSION(text)	      __MODULE_INFO(version, text)
#define MODULE_ALIAS(text)	      __MODULE_INFO(alias, text)
#define MODULE_SOFTDEP(text)	      __MODULE_INFO(softdep, text)
#define MODULE_FIRMWARE(text)	      __MODULE_INFO(firmware, text)
#define MODULE_IMPORT_NS(ns)	      __MODULE_INFO(import_ns, #ns)
#define MODULE_SUPPORTED_DEVICE(text) __MODULE_INFO(device, text)
#define MODULE_DEVICE_TABLE(type, name) \
	__MODULE_DEVICE_TABLE(name, __MODULE_UNIQUE(__module_table_))
#define __MODULE_DEVICE_TABLE(name, unique) static const void *const unique __maybe_unused = &(name)

/*
 * A module stays for as long as the machine runs, so counting its users only
 * shows in /proc/modules.  A built-in file's module is NULL.
 */
static inline void __module_get(struct module *mod)
{
	if (mod)
		mod->refcnt++;
}

static inline bool try_module_get(struct module *mod)
{
	__module_get(mod);
	return true;
}

static inline void module_put(struct module *mod)
{
	if (mod)
		mod->refcnt--;
}

static inline int module_refcount(struct module *mod)
{
	return mod->refcnt;
}

static inline bool module_is_live(struct module *mod)
{
	return mod->state == MODULE_STATE_LIVE;
}

#define module_name(mod) ((mod) ? (mod)->name : "kernel")

#endif
