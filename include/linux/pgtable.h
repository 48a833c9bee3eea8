/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H

/* Page-table types and protections are the architecture's. */
#include <asm/pgtable.h>

#endif
