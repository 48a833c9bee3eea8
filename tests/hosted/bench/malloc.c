// SPDX-License-Identifier: MIT
/*
 * bench-malloc WORKLOAD - nanoseconds an operation of whichever malloc() is preloaded
 *
 * One line a figure: name, value.  An operation is an allocation and its release, and the time
 * that of the processor, of all threads together.  The empty loop is measured too, and not
 * subtracted.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of all threads together: others on the machine cost time, but not processor time. */
static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The compiler must not know that nobody looks at a block. */
static inline void *used(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void figure(const char *name, uint64_t ns, uint64_t ops)
{
	printf("%s %.2f\n", name, (double)ns / (double)ops);
}

/* ---- Hot pairs --------------------------------------------------------------------------- */

static void pairs(void)
{
	static const size_t sizes[] = {8,   16,	 32,   64,   96,   128, 192,
				       256, 512, 1024, 2048, 4096, 8192};
	const unsigned int rounds = 2000000;
	char name[32];
	uint64_t start;
	unsigned int i, r;

	start = now();
	for (r = 0; r < rounds; r++)
		used(&start);
	figure("empty_loop", now() - start, rounds);
	start = now();
	for (r = 0; r < rounds; r++) {
		char *p = used(malloc(64));

		*p = 1; /* a byte only: whoever reads a word of it on release waits for that */
		free(used(p));
	}
	figure("pair_64_byte", now() - start, rounds);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];

		for (r = 0; r < 1000; r++)
			free(used(malloc(size)));
		start = now();
		for (r = 0; r < rounds; r++) {
			uint64_t *p = used(malloc(size));

			*p = r;
			free(used(p));
		}
		snprintf(name, sizeof(name), "pair_%zu", size);
		figure(name, now() - start, rounds);
	}
}

/* ---- Batches of 1024 --------------------------------------------------------------------- */

#define BATCH 1024

enum order { FIFO, LIFO, RANDOM };

static void batch(const char *name, size_t size, enum order order)
{
	static void *at[BATCH];
	static unsigned int turn[BATCH];
	uint64_t state = 88172645463325252, start = 0;
	const unsigned int rounds = 1500;
	unsigned int i, r;

	for (i = 0; i < BATCH; i++)
		turn[i] = order == LIFO ? BATCH - 1 - i : i;
	for (i = BATCH - 1; order == RANDOM && i > 0; i--) {
		unsigned int j = (unsigned int)(next_random(&state) % (i + 1)), t = turn[i];

		turn[i] = turn[j];
		turn[j] = t;
	}
	for (r = 0; r < rounds + 20; r++) {
		if (r == 20)
			start = now();
		for (i = 0; i < BATCH; i++) {
			at[i] = used(malloc(size));
			*(uint64_t *)at[i] = i;
		}
		for (i = 0; i < BATCH; i++)
			free(at[turn[i]]);
	}
	figure(name, now() - start, (uint64_t)rounds * BATCH);
}

static void batches(void)
{
	batch("batch_64_fifo", 64, FIFO);
	batch("batch_64_lifo", 64, LIFO);
	batch("batch_64_random", 64, RANDOM);
	batch("batch_512_fifo", 512, FIFO);
	batch("batch_512_lifo", 512, LIFO);
	batch("batch_512_random", 512, RANDOM);
}

/* ---- A working set of many sizes ---------------------------------------------------------- */

/* From 8 to 8192, each doubling as likely as any other. */
static size_t log_size(uint64_t *state)
{
	uint64_t r = next_random(state);
	size_t low = 8UL << (r % 10);

	return low + (r >> 32) % low;
}

#define SLOTS 4096

static void mixed(void)
{
	static struct {
		unsigned int slot;
		unsigned int size;
	} plan[1 << 16];
	static void *at[SLOTS];
	uint64_t state = 88172645463325252, start = 0;
	const unsigned int n = sizeof(plan) / sizeof(plan[0]), rounds = 24;
	unsigned int i, r;

	for (i = 0; i < n; i++) {
		plan[i].slot = (unsigned int)(next_random(&state) % SLOTS);
		plan[i].size = (unsigned int)log_size(&state);
	}
	for (r = 0; r < rounds + 2; r++) {
		if (r == 2)
			start = now();
		for (i = 0; i < n; i++) {
			free(at[plan[i].slot]);
			at[plan[i].slot] = used(malloc(plan[i].size));
			*(uint64_t *)at[plan[i].slot] = i;
		}
	}
	figure("mixed", now() - start, (uint64_t)rounds * n);
	for (i = 0; i < SLOTS; i++)
		free(at[i]);
}

/* ---- Two threads -------------------------------------------------------------------------- */

#define PARCEL	256 /* blocks that change hands together */
#define PARCELS 8000

static void *parcel[4][PARCEL];
static sem_t full, empty;

static void *consumer(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < PARCELS; i++) {
		sem_wait(&full);
		for (unsigned int j = 0; j < PARCEL; j++)
			free(parcel[i % 4][j]);
		sem_post(&empty);
	}
	return NULL;
}

/* One thread allocates, the other frees. */
static void producer(void)
{
	uint64_t start = now();
	pthread_t id;

	sem_init(&full, 0, 0);
	sem_init(&empty, 0, 4);
	pthread_create(&id, NULL, consumer, NULL);
	for (unsigned int i = 0; i < PARCELS; i++) {
		sem_wait(&empty);
		for (unsigned int j = 0; j < PARCEL; j++) {
			parcel[i % 4][j] = used(malloc(64));
			*(uint64_t *)parcel[i % 4][j] = j;
		}
		sem_post(&full);
	}
	pthread_join(id, NULL);
	figure("producer_consumer", now() - start, PARCELS * PARCEL);
}

/* Larson and Krishnan's server (1998): a thread replaces blocks at random and then leaves
 * all of them to its successor. */
#define LARSON_THREADS 2
#define LARSON_BLOCKS  1000
#define LARSON_ROUNDS  20
#define LARSON_OPS     50000

struct server {
	void *block[LARSON_BLOCKS];
	uint64_t state;
};

static void *serve(void *arg)
{
	struct server *s = arg;

	for (unsigned int i = 0; i < LARSON_OPS; i++) {
		uint64_t r = next_random(&s->state);
		void **block = &s->block[r % LARSON_BLOCKS];

		free(*block);
		*block = used(malloc(10 + (r >> 32) % 491));
		*(uint64_t *)*block = r;
	}
	return NULL;
}

static void *dynasty(void *arg)
{
	for (unsigned int r = 0; r < LARSON_ROUNDS; r++) {
		pthread_t id;

		pthread_create(&id, NULL, serve, arg);
		pthread_join(id, NULL);
	}
	return NULL;
}

static void larson(void)
{
	static struct server servers[LARSON_THREADS];
	pthread_t id[LARSON_THREADS];
	uint64_t start = now();

	for (unsigned int i = 0; i < LARSON_THREADS; i++) {
		servers[i].state = 88172645463325252 + i;
		pthread_create(&id[i], NULL, dynasty, &servers[i]);
	}
	for (unsigned int i = 0; i < LARSON_THREADS; i++)
		pthread_join(id[i], NULL);
	figure("larson", now() - start, (uint64_t)LARSON_THREADS * LARSON_ROUNDS * LARSON_OPS);
}

/* ---- Memory ------------------------------------------------------------------------------- */

static unsigned long status_kib(const char *what)
{
	unsigned long kib = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, what, strlen(what)))
			kib = strtoul(line + strlen(what) + 1, NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

/* Peak memory over what is live at the peak: many sizes, replaced many times, all written to. */
static void resident(unsigned int slots, const char *name)
{
	static void *at[65536];
	static unsigned int size[65536];
	uint64_t state = 88172645463325252, live = 0, most = 0;
	unsigned long before;

	memset(at, 1, sizeof(at));
	memset(at, 0, sizeof(at));
	memset(size, 1, sizeof(size));
	memset(size, 0, sizeof(size));
	before = status_kib("VmRSS:");
	for (unsigned int i = 0; i < slots * 20; i++) {
		unsigned int slot = (unsigned int)(next_random(&state) % slots);

		free(at[slot]);
		live -= size[slot];
		size[slot] = (unsigned int)log_size(&state);
		live += size[slot];
		at[slot] = used(malloc(size[slot]));
		memset(at[slot], 1, size[slot]);
		if (live > most)
			most = live;
	}
	printf("%s %.3f\n", name, (double)(status_kib("VmHWM:") - before) * 1024 / (double)most);
}

static void resident_small(void)
{
	resident(4096, "rss_4096_slots");
}

static void resident_large(void)
{
	resident(65536, "rss_65536_slots");
}

static const struct {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{"pairs", pairs},
	{"batches", batches},
	{"mixed", mixed},
	{"producer", producer},
	{"larson", larson},
	{"rss_small", resident_small},
	{"rss_large", resident_large},
};

int main(int argc, char **argv)
{
	for (unsigned int i = 0; argc > 1 && i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (strcmp(argv[1], workloads[i].name))
			continue;
		workloads[i].run();
		return 0;
	}
	fprintf(stderr, "usage: bench-malloc WORKLOAD\n");
	return 2;
}
