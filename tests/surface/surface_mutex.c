/* SPDX-License-Identifier: MIT */
/* Mutexes, from <linux/mutex.h> alone. */
#include <linux/mutex.h>

static DEFINE_MUTEX(lock);

int init_module(void)
{
	struct mutex other;
	int ok;

	mutex_init(&other);
	mutex_lock(&lock);
	ok = mutex_is_locked(&lock) && !mutex_lock_interruptible(&other);
	mutex_unlock(&other);
	mutex_unlock(&lock);
	if (!mutex_trylock(&lock))
		return -1;
	mutex_unlock(&lock);
	mutex_destroy(&other);
	return ok && !mutex_is_locked(&lock) ? 0 : -1;
}
