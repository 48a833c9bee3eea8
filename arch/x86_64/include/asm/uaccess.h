/* SPDX-License-Identifier: MIT */
#ifndef _ASM_UACCESS_H
#define _ASM_UACCESS_H

/* Where older samples find <linux/uaccess.h>. */
#include <linux/uaccess.h>

#endif
