/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

/*
 * What cppcheck reads for include/linux/container_of.h: there, the check of the types
 * names a member of a null pointer, which it takes for an access.
 */
#include <linux/stddef.h>

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define container_of_const		container_of

#endif
