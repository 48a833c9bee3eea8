/* SPDX-License-Identifier: MIT */
/* Atomics. */
#include <linux/atomic.h>

int init_module(void)
{
	atomic_t a = ATOMIC_INIT(1);
	atomic64_t b = ATOMIC64_INIT(5);

	atomic_inc(&a);
	atomic_add(3, &a);
	atomic64_sub(2, &b);
	return atomic_read(&a) == 5 && atomic64_read(&b) == 3 && !atomic_dec_and_test(&a) ? 0 : -1;
}
