// SPDX-License-Identifier: MIT
/*
 * A library with a lock, under which it allocates, and which it holds while somebody forks: so
 * its child finds what it keeps whole.  It registers that before a library that is preloaded
 * without further ado is initialised.
 */
#include <pthread.h>
#include <stdlib.h>
#include "check.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

__attribute__((__constructor__)) static void loaded(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
}

void library_works(void)
{
	pthread_mutex_lock(&lock);
	free(opaque(malloc(100000)));
	pthread_mutex_unlock(&lock);
}
