/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RWONCE_H
#define _ASM_RWONCE_H

/* Loads and stores that happen once, and whole, in the program's order. */
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#endif
