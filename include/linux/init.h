/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

/*
 * Start-up code and the table of functions that run once at the end of it.
 * What is marked __init goes back to the page allocator when start-up is done.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/stringify.h>

#define __init	    __section(".init.text") __cold
#define __initdata  __section(".init.data")
#define __initconst __section(".init.rodata")
#define __exit	    __used __cold
#define __exitdata  __used
#define __meminit
#define __meminitdata
#define __refdata
#define __ref
#define __ro_after_init

#define __exit_p(x)    (x)
#define __devexit_p(x) (x)
#define __devinit
#define __devexit
#define __devinitdata
#define __cpuinit

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/* One function to run at start-up; lower levels first, in link order within a level. */
struct initcall {
	initcall_t fn;
	const char *name;
	unsigned int level;
};

#define __define_initcall(_fn, _level)                                    \
	static const struct initcall __initcall_##_fn __used __aligned(8) \
		__section(".initcall") = {_fn, #_fn, _level}

#ifndef MODULE
#define pure_initcall(fn)     __define_initcall(fn, 0)
#define early_initcall(fn)    __define_initcall(fn, 0)
#define core_initcall(fn)     __define_initcall(fn, 1)
#define postcore_initcall(fn) __define_initcall(fn, 2)
#define arch_initcall(fn)     __define_initcall(fn, 3)
#define subsys_initcall(fn)   __define_initcall(fn, 4)
#define fs_initcall(fn)	      __define_initcall(fn, 5)
#define device_initcall(fn)   __define_initcall(fn, 6)
#define late_initcall(fn)     __define_initcall(fn, 7)
#define __initcall(fn)	      device_initcall(fn)
#endif /* a module has one function, of module_init(): <linux/module.h> */
#define INITCALL_LEVELS 8

/**
 * do_initcalls - run what files registered with device_initcall() and its
 * relatives, then initialise the modules that modules= chooses
 *
 * A function or module that returns an error is reported and passed over.
 *
 * Context: once, by start_kernel(), when all of memory management is up.
 */
void do_initcalls(void);

/**
 * modules_exit - run the exit functions of the modules that are loaded, the
 * last one initialised first
 *
 * Context: before the machine is switched off or restarted. May sleep.
 */
void modules_exit(void);

#endif
