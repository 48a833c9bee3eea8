/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/types.h>
#include <linux/compiler.h>

#define typeof_member(T, m) __typeof__(((T *)0)->m)

/**
 * container_of - the structure around a member
 * @ptr: pointer to the member; its type is checked
 * @type: the structure
 * @member: the member's name in it
 */
#define container_of(ptr, type, member)                                    \
	({                                                                 \
		void *__mptr = (void *)(ptr);                              \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) || \
				       __same_type(*(ptr), void),          \
			       "pointer type mismatch in container_of()"); \
		((type *)((char *)__mptr - offsetof(type, member)));       \
	})

#define container_of_const(ptr, type, member) container_of(ptr, type, member)

#endif
