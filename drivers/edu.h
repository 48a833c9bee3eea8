/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_EDU_H
#define _DRIVERS_EDU_H

/* What the edu driver offers to its command and to the tests. */
#include <linux/types.h>

struct pci_driver;
extern struct pci_driver edu_driver;

/* edu_present - is there an edu device whose registers are mapped? */
bool edu_present(void);

/* edu_liveness - write @x to the liveness register and read it back: ~x. */
u32 edu_liveness(u32 x);

/**
 * edu_factorial - let the device compute
 * @n: factor to start from
 * @result: n! modulo 2^32
 *
 * Return: 0, -ENODEV without a device, -ETIMEDOUT after two seconds.
 */
int edu_factorial(u32 n, u32 *result);

#endif
