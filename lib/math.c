/* SPDX-License-Identifier: MIT */

/* Integer square root, one result bit a step. */
#include <linux/math.h>

unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << 62; bit; bit >>= 2) {
		bool fits = x >= root + bit;

		if (fits)
			x -= root + bit;
		root = (root >> 1) + (fits ? bit : 0);
	}
	return root;
}
