/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

/*
 * IS_ENABLED(CONFIG_X) - 1 if CONFIG_X is defined to 1, else 0.  A definition
 * of 1 turns the placeholder into an extra argument that shifts 1 into place.
 */
#define __CONFIG_PLACEHOLDER_1		   0,
#define __config_second(ignored, val, ...) val
#define __config_is(arg1_or_junk)	   __config_second(arg1_or_junk 1, 0, 0)
#define __config_paste(val)		   __config_is(__CONFIG_PLACEHOLDER_##val)
#define __config_defined(x)		   __config_paste(x)

#define IS_BUILTIN(option)		   __config_defined(option)
#define IS_MODULE(option)		   __config_defined(option##_MODULE)
#define IS_REACHABLE(option)		   IS_BUILTIN(option)
#define IS_ENABLED(option)		   (IS_BUILTIN(option) || IS_MODULE(option))

#endif
