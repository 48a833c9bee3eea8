/* SPDX-License-Identifier: MIT */
/*
 * The record of one module: the build compiles this file once for each source
 * of the M= directory, joins the two, and makes every name in them local.
 */
#include <linux/module.h>

extern const initcall_t __module_initcall __weak;
extern const exitcall_t __module_exitcall __weak;
extern int init_module(void) __weak;
extern void cleanup_module(void) __weak;

_Static_assert(sizeof(KBUILD_MODNAME) <= MODULE_NAME_LEN, "the file's name is too long");

struct module __this_module = {
	.name = KBUILD_MODNAME,
	.initcall = &__module_initcall,
	.exitcall = &__module_exitcall,
	.init_module = init_module,
	.cleanup_module = cleanup_module,
};

static struct module *const record __used __section(".module") = &__this_module;
