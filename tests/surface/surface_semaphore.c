/* SPDX-License-Identifier: MIT */
/* Counting semaphores, from <linux/semaphore.h> alone. */
#include <linux/semaphore.h>

int init_module(void)
{
	struct semaphore sem;
	int ok;

	sema_init(&sem, 2);
	down(&sem);
	ok = !down_interruptible(&sem) && down_trylock(&sem) && down_timeout(&sem, 2) == -ETIME;
	up(&sem);
	return ok && !down_trylock(&sem) ? 0 : -1;
}
