/* SPDX-License-Identifier: MIT */
/* Semaphores of readers and writers, from <linux/rwsem.h> alone. */
#include <linux/rwsem.h>

static DECLARE_RWSEM(sem);

int init_module(void)
{
	struct rw_semaphore other;
	int ok;

	init_rwsem(&other);
	down_read(&sem);
	ok = down_read_trylock(&sem) && !down_write_trylock(&sem);
	up_read(&sem);
	up_read(&sem);
	down_write(&sem);
	ok = ok && !down_read_trylock(&sem) && down_write_trylock(&other);
	downgrade_write(&sem);
	up_read(&sem);
	up_write(&other);
	return ok && !rwsem_is_locked(&sem) ? 0 : -1;
}
