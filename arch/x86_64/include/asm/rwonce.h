/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RWONCE_H
#define _ASM_RWONCE_H

/*
 * Loads and stores that happen once, and whole, in the program's order; and a plain
 * load, data_race(), that may meet somebody's store: the old value will do as well,
 * being a hint or a statistic.
 */
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define data_race(x)	 (x)

#endif
