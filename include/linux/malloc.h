/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MALLOC_H
#define _LINUX_MALLOC_H

/* What <linux/slab.h> was called before Linux 2.4. */
#include <linux/slab.h>

#endif
