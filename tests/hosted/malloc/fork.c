// SPDX-License-Identifier: MIT
/*
 * Cases of check: fork() in the middle of what threads do, in a library's handlers, in a
 * signal's; and threads that are cancelled.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

#define CHURN_SLOTS 2048
#define CHURN_SIZE  200

/* Releases and takes small objects that lie far apart, now and then many at once. */
static void *churn(void *arg)
{
	uint64_t state = (uintptr_t)arg + 1;
	void **slot = calloc(CHURN_SLOTS, sizeof(*slot));

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		unsigned int burst = next_random(&state) % 16 ? 1 : 300;
		unsigned int at = next_random(&state) % CHURN_SLOTS;

		for (unsigned int i = 0; i < burst; i++)
			free(slot[(at + i * 37) % CHURN_SLOTS]);
		for (unsigned int i = 0; i < burst; i++)
			slot[(at + i * 37) % CHURN_SLOTS] = malloc(CHURN_SIZE);
	}
	for (unsigned int i = 0; i < CHURN_SLOTS; i++)
		free(slot[i]);
	free(slot);
	return NULL;
}

/* Takes what lies ready on this thread's CPU, and more. */
static void *takes_all(void *arg)
{
	void *at[300];

	for (unsigned int i = 0; i < 300; i++) {
		at[i] = malloc(CHURN_SIZE);
		EXPECT(at[i]);
		fill(at[i], CHURN_SIZE, (uintptr_t)arg + i);
	}
	for (unsigned int i = 0; i < 300; i++) {
		EXPECT(filled(at[i], CHURN_SIZE, (uintptr_t)arg + i));
		free(at[i]);
	}
	return NULL;
}

/* In the child: the parent's blocks are there and can be freed, and so can new ones. */
static int child_works(uint64_t state)
{
	pthread_t id[8];

	failures = 0;
	alarm(20);
	for (uintptr_t i = 0; i < 8; i++)
		EXPECT(!pthread_create(&id[i], NULL, takes_all, (void *)(state + i * 1000)));
	for (int i = 0; i < 100; i++)
		exchange(&state);
	drop_shared();
	for (int i = 0; i < 300; i++)
		block_free(block_make(&state));
	for (unsigned int i = 0; i < 8; i++)
		pthread_join(id[i], NULL);
	return failures;
}

static void fork_once(uint64_t state)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(child_works(state) != 0);
	EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

static void *forker(void *arg)
{
	for (unsigned int i = 0; i < 100; i++)
		fork_once((uintptr_t)arg * 1000 + i + 1);
	return NULL;
}

/* Forks in the middle of what other threads do, by a thread of many and by the first one. */
void forks(void)
{
	pthread_t id[7];
	uintptr_t i;

	stop = 0;
	for (i = 0; i < 6; i++)
		EXPECT(!pthread_create(&id[i], NULL, i % 2 ? churn : trader, (void *)i));
	EXPECT(!pthread_create(&id[6], NULL, forker, (void *)7));
	forker((void *)8);
	pthread_join(id[6], NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 6; i++)
		pthread_join(id[i], NULL);
	drop_shared();
}

static void *works_in_library(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		library_works();
	return arg;
}

/* A library has a lock while a fork goes on, which others hold when they allocate. */
void fork_beside_a_library(void)
{
	pthread_t id[4];
	unsigned int i;

	stop = 0;
	for (i = 0; i < 4; i++)
		EXPECT(!pthread_create(&id[i], NULL, works_in_library, NULL));
	for (i = 0; i < 200; i++)
		fork_once(i + 1);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 4; i++)
		pthread_join(id[i], NULL);
}

static volatile int forks_done;

static void fork_in_handler(int sig)
{
	int saved = errno, status = -1;
	pid_t pid = fork();

	(void)sig;
	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		failures++;
	forks_done++;
	errno = saved;
}

/* A handler forks, wherever in malloc() the signal came. */
void fork_in_a_handler(void)
{
	struct sigaction action = {.sa_handler = fork_in_handler, .sa_flags = SA_RESTART}, before;
	uint64_t state = 7;

	forks_done = 0;
	sigaction(SIGALRM, &action, &before);
	for (int i = 0; i < 500; i++) {
		struct itimerval once = {.it_value.tv_usec = 1 + (long)(next_random(&state) % 100)};

		setitimer(ITIMER_REAL, &once, NULL);
		while (forks_done == i) {
			void *p[8];

			for (unsigned int k = 0; k < 8; k++)
				p[k] = malloc(20000 + k * 9000);
			for (unsigned int k = 0; k < 8; k++)
				free(p[k]);
		}
	}
	sigaction(SIGALRM, &before, NULL);
}

static void *is_cancelled(void *arg)
{
	for (;;) {
		void *p[8];

		for (unsigned int i = 0; i < 8; i++)
			p[i] = malloc(20000 + i * 9000);
		for (unsigned int i = 0; i < 8; i++)
			free(p[i]);
		pthread_testcancel();
	}
	return arg;
}

/* malloc() and free() are no places where a thread is cancelled, with the locks it has there. */
void cancelled_threads(void)
{
	pthread_t id[12];

	for (unsigned int round = 0; round < 100; round++) {
		for (unsigned int i = 0; i < 12; i++)
			EXPECT(!pthread_create(&id[i], NULL, is_cancelled, NULL));
		usleep(3000);
		for (unsigned int i = 0; i < 12; i++)
			pthread_cancel(id[i]);
		for (unsigned int i = 0; i < 12; i++)
			pthread_join(id[i], NULL);
	}
}

static void *tree(void *arg)
{
	uint64_t state = (uintptr_t)arg;

	for (int i = 0; i < 2000; i++)
		exchange(&state);
	return NULL;
}

/* A child's threads, and its children. */
void fork_then_threads(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		pthread_t id[NR_THREADS];

		failures = 0;
		for (uintptr_t i = 0; i < NR_THREADS; i++)
			pthread_create(&id[i], NULL, tree, (void *)(i + 1));
		fork_once(99);
		for (uintptr_t i = 0; i < NR_THREADS; i++)
			pthread_join(id[i], NULL);
		drop_shared();
		exit(failures != 0);
	}
	EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

/* What a child writes into its memory its parent does not see. */
void private(void)
{
	char *small = malloc(100), *large = malloc(300 * KIB), *huge = malloc(9 * MIB);
	int status = -1;
	pid_t pid;

	strcpy(small, "parent");
	strcpy(large, "parent");
	strcpy(huge, "parent");
	pid = fork();
	if (!pid) {
		status = strcmp(opaque(small), "parent") || strcmp(large, "parent") ||
			 strcmp(huge, "parent");
		strcpy(small, "child");
		strcpy(large, "child");
		strcpy(huge, "child");
		opaque(huge);
		_exit(status);
	}
	EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	EXPECT(!strcmp(opaque(small), "parent"));
	EXPECT(!strcmp(opaque(large), "parent") && !strcmp(opaque(huge), "parent"));
	free(small);
	free(large);
	free(huge);
}
