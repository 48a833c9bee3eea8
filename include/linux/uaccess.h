/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

/* Reading memory that may not be there. */
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * copy_from_kernel_nofault - copy from an address that may not be mapped
 * @dst: ordinary memory
 * @src: any kernel address; user and non-canonical ones are refused
 * @size: bytes
 *
 * Context: any, from cpu_init() on.
 * Return: 0, or -EFAULT (then what lies at @dst is undefined).
 */
int __must_check copy_from_kernel_nofault(void *dst, const void *src, size_t size);

/* copy_to_kernel_nofault - the same for writing; -EFAULT for read-only memory too. */
int __must_check copy_to_kernel_nofault(void *dst, const void *src, size_t size);

#endif
