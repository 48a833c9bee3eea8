/* SPDX-License-Identifier: MIT */
#ifndef _ASM_ATOMIC_H
#define _ASM_ATOMIC_H

/* The compiler's atomic built-ins serve this machine well: <linux/atomic.h>. */
#include <linux/atomic.h>

#endif
