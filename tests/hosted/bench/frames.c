// SPDX-License-Identifier: MIT
/*
 * bench-frames ALLOCATOR WORKLOAD - nanoseconds a call of page-frame allocators
 *
 * cairn is the kernel's own.  bitmap and list are what one writes first: a bit a frame,
 * the first that fits; and a binary buddy system with a list for each
 * order, last in, first out.  Both under one lock.  Time is that of the processor.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "frames.h"

#define FRAMES	  262144u	    /* 1 GiB */
#define MOST	  (3 * 512 * 1024u) /* frame numbers may have gaps */
#define GROUP	  512u
#define MAX_ORDER 10

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static pthread_spinlock_t lock;

/* ---- A bit a frame ------------------------------------------------------------------------ */

static uint64_t bits[FRAMES / 64];
static unsigned int cursor; /* no frame of a word before it is free */

static void bitmap_init(unsigned int frames)
{
	(void)frames;
	pthread_spin_init(&lock, 0);
}

/* Of @count frames, aligned to as many, within one word; -1: none. */
static int find_in_word(uint64_t word, unsigned int count)
{
	uint64_t mask = count == 64 ? ~0ULL : (1ULL << count) - 1;

	if (count == 1)
		return ~word ? __builtin_ctzll(~word) : -1;
	for (unsigned int at = 0; at < 64; at += count)
		if (!(word & mask << at))
			return (int)at;
	return -1;
}

static unsigned int bitmap_small(unsigned int order)
{
	unsigned int count = 1u << order, n = FRAMES / 64;

	while (cursor < n && bits[cursor] == ~0ULL)
		cursor++;
	for (unsigned int i = cursor; i < n; i++) {
		int at = find_in_word(bits[i], count);

		if (at < 0)
			continue;
		bits[i] |= (count == 64 ? ~0ULL : (1ULL << count) - 1) << at;
		return i * 64 + (unsigned int)at;
	}
	return NO_FRAME;
}

static unsigned int bitmap_large(unsigned int order)
{
	unsigned int words = 1u << (order - 6), n = FRAMES / 64;

	for (unsigned int at = cursor / words * words; at < n; at += words) {
		unsigned int k;

		for (k = 0; k < words && !bits[at + k]; k++)
			;
		if (k < words)
			continue;
		memset(&bits[at], 0xff, words * 8);
		return at * 64;
	}
	return NO_FRAME;
}

static unsigned int bitmap_get(unsigned int order)
{
	unsigned int frame;

	pthread_spin_lock(&lock);
	frame = order <= 6 ? bitmap_small(order) : bitmap_large(order);
	pthread_spin_unlock(&lock);
	return frame;
}

static void bitmap_put(unsigned int frame, unsigned int order)
{
	pthread_spin_lock(&lock);
	if (frame / 64 < cursor)
		cursor = frame / 64;
	if (order >= 6)
		memset(&bits[frame / 64], 0, (1u << order) / 8);
	else
		bits[frame / 64] &= ~(((1ULL << (1u << order)) - 1) << frame % 64);
	pthread_spin_unlock(&lock);
}

/* ---- Lists --------------------------------------------------------------------------------- */

struct frame {
	struct frame *next, *prev;
	unsigned int order;
	int free;
	char other[40]; /* a descriptor has more to tell */
};

static struct frame *frame;
static struct frame head[MAX_ORDER + 1];

static void list_add(struct frame *f, unsigned int order)
{
	f->order = order;
	f->free = 1;
	f->next = head[order].next;
	f->prev = &head[order];
	f->next->prev = f;
	head[order].next = f;
}

static void list_del(struct frame *f)
{
	f->free = 0;
	f->next->prev = f->prev;
	f->prev->next = f->next;
}

static void list_init(unsigned int frames)
{
	pthread_spin_init(&lock, 0);
	frame = calloc(frames, sizeof(*frame));
	for (unsigned int k = 0; k <= MAX_ORDER; k++)
		head[k].next = head[k].prev = &head[k];
	for (unsigned int i = frames; i; i -= 1u << MAX_ORDER)
		list_add(&frame[i - (1u << MAX_ORDER)], MAX_ORDER);
}

static unsigned int list_take(unsigned int order)
{
	struct frame *f = NULL;
	unsigned int k;

	for (k = order; k <= MAX_ORDER && !f; k++)
		if (head[k].next != &head[k])
			f = head[k].next;
	if (!f)
		return NO_FRAME;
	list_del(f);
	for (k = f->order; k > order; k--)
		list_add(f + (1u << (k - 1)), k - 1);
	return (unsigned int)(f - frame);
}

static void list_give(unsigned int at, unsigned int order)
{
	for (; order < MAX_ORDER; order++) {
		struct frame *buddy = &frame[at ^ 1u << order];

		if (!buddy->free || buddy->order != order)
			break;
		list_del(buddy);
		at &= ~(1u << order);
	}
	list_add(&frame[at], order);
}

static unsigned int list_get(unsigned int order)
{
	unsigned int at;

	pthread_spin_lock(&lock);
	at = list_take(order);
	pthread_spin_unlock(&lock);
	return at;
}

static void list_put(unsigned int at, unsigned int order)
{
	pthread_spin_lock(&lock);
	list_give(at, order);
	pthread_spin_unlock(&lock);
}

static const struct frame_allocator frames_bitmap = {
	.name = "bitmap",
	.init = bitmap_init,
	.get = bitmap_get,
	.put = bitmap_put,
	.metadata = 1.0 / 8,
};

static const struct frame_allocator frames_list = {
	.name = "list",
	.init = list_init,
	.get = list_get,
	.put = list_put,
	.metadata = sizeof(struct frame),
};

static const struct frame_allocator *a;

/* ---- Workloads ----------------------------------------------------------------------------- */

static unsigned int held[FRAMES];
static unsigned int nr_held;
static uint64_t state = 88172645463325252;

static void figure(const char *name, uint64_t ns, uint64_t calls)
{
	printf("%s %.2f\n", name, (double)ns / (double)calls);
}

static void pair(const char *name, unsigned int order)
{
	const unsigned int rounds = 3000000;
	uint64_t start;

	for (unsigned int i = 0; i < 1000; i++)
		a->put(a->get(order), order);
	start = now();
	for (unsigned int i = 0; i < rounds; i++)
		a->put(a->get(order), order);
	figure(name, now() - start, rounds);
}

static void pairs(void)
{
	pair("pair_order0", 0);
	pair("pair_order3", 3);
	pair("pair_order9", 9);
}

static void take_all(void)
{
	unsigned int f;

	while (nr_held < FRAMES && (f = a->get(0)) != NO_FRAME)
		held[nr_held++] = f;
}

static void shuffle(void)
{
	for (unsigned int i = nr_held; i > 1; i--) {
		unsigned int j = (unsigned int)(next_random(&state) % i), f = held[i - 1];

		held[i - 1] = held[j];
		held[j] = f;
	}
}

static void put_down_to(unsigned int left)
{
	while (nr_held > left)
		a->put(held[--nr_held], 0);
}

/* All frames, taken and released in random order; the second time nothing is new any more. */
static void all(void)
{
	uint64_t start;

	for (int round = 0; round < 2; round++) {
		unsigned int n;

		start = now();
		take_all();
		n = nr_held;
		if (round)
			figure("all_get", now() - start, n);
		shuffle();
		start = now();
		put_down_to(0);
		if (round)
			figure("all_put_random", now() - start, n);
	}
}

struct slots {
	unsigned int frame[4096];
	unsigned char order[4096];
	uint64_t state;
	unsigned int failed;
};

static void mixed_ops(struct slots *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t r = next_random(&s->state);
		unsigned int at = (unsigned int)(r % 4096),
			     order = (unsigned int)__builtin_ctzll(r >> 20 | 1ULL << 9);

		if (s->frame[at] != NO_FRAME)
			a->put(s->frame[at], s->order[at]);
		s->frame[at] = a->get(order);
		s->order[at] = (unsigned char)order;
		s->failed += s->frame[at] == NO_FRAME;
	}
}

static struct slots slots[2];

static void slots_init(struct slots *s, uint64_t seed)
{
	memset(s->frame, 0xff, sizeof(s->frame));
	s->state = seed;
}

#define MIXED_OPS 2000000u

/* Orders 0 to 9, each half as often as the one before. */
static void mixed(void)
{
	uint64_t start;

	slots_init(&slots[0], state);
	mixed_ops(&slots[0], 20000);
	start = now();
	mixed_ops(&slots[0], MIXED_OPS);
	figure("mixed_orders", now() - start, MIXED_OPS);
}

static void *mixed_thread(void *arg)
{
	if (a->enter)
		a->enter();
	mixed_ops(arg, MIXED_OPS);
	if (a->leave)
		a->leave();
	return NULL;
}

static void *put_thread(void *arg)
{
	unsigned int half = arg ? nr_held / 2 : 0, end = arg ? nr_held : nr_held / 2;

	if (a->enter)
		a->enter();
	for (unsigned int i = half; i < end; i++)
		a->put(held[i], 0);
	if (a->leave)
		a->leave();
	return NULL;
}

static void in_two_threads(void *(*fn)(void *), void *first, void *second)
{
	pthread_t id;

	if (a->leave)
		a->leave();
	pthread_create(&id, NULL, fn, first);
	fn(second);
	pthread_join(id, NULL);
	if (a->enter)
		a->enter();
}

/* Frames that one thread took, released by two in random order; then mixed orders. */
static void two_threads(void)
{
	uint64_t start;

	take_all();
	shuffle();
	start = now();
	in_two_threads(put_thread, NULL, held);
	figure("threads_put_random", now() - start, nr_held);
	nr_held = 0;
	slots_init(&slots[0], state);
	slots_init(&slots[1], state + 1);
	start = now();
	in_two_threads(mixed_thread, &slots[0], &slots[1]);
	figure("threads_mixed", now() - start, 2 * (uint64_t)MIXED_OPS);
}

/* ---- Large blocks under churn --------------------------------------------------------------- */

static unsigned char known[MOST], taken[MOST];

static void mark_taken(void)
{
	memset(taken, 0, sizeof(taken));
	for (unsigned int i = 0; i < nr_held; i++)
		taken[held[i]] = 1;
}

/* Aligned groups of 512 frames that are all free. */
static unsigned int free_groups(void)
{
	unsigned int n = 0, i;

	mark_taken();
	for (unsigned int at = 0; at < MOST; at += GROUP) {
		for (i = 0; i < GROUP && known[at + i] && !taken[at + i]; i++)
			;
		n += i == GROUP;
	}
	return n;
}

/* Half of all frames are free, anywhere; then a tenth of the others goes and comes, many times. */
static void churn(void)
{
	take_all();
	for (unsigned int i = 0; i < nr_held; i++)
		known[held[i]] = 1;
	shuffle();
	put_down_to(nr_held / 2);
	for (unsigned int round = 1; round <= 100; round++) {
		unsigned int n = nr_held;

		shuffle();
		put_down_to(n - n / 10);
		while (nr_held < n) {
			held[nr_held] = a->get(0);
			if (held[nr_held++] == NO_FRAME)
				exit(1);
		}
		if (round == 50)
			printf("order9_after_50 %u\n", free_groups());
	}
	printf("order9_after_100 %u\n", free_groups());
}

static void metadata(void)
{
	printf("metadata %.3f\n", a->metadata);
}

static const struct {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{"pairs", pairs},	  {"all", all},	    {"mixed", mixed},
	{"threads", two_threads}, {"churn", churn}, {"metadata", metadata},
};

static const struct frame_allocator *const allocators[] = {&frames_cairn, &frames_bitmap,
							   &frames_list};

/* The kernel takes half of the address space that it is told there is for memory. */
static void init(void)
{
	struct rlimit was, want;

	getrlimit(RLIMIT_AS, &was);
	want = (struct rlimit){2 * 4096UL * FRAMES, was.rlim_max};
	setrlimit(RLIMIT_AS, &want);
	a->init(FRAMES);
	setrlimit(RLIMIT_AS, &was);
	if (a->enter)
		a->enter();
}

int main(int argc, char **argv)
{
	for (unsigned int i = 0; argc > 1 && i < sizeof(allocators) / sizeof(allocators[0]); i++)
		if (!strcmp(argv[1], allocators[i]->name))
			a = allocators[i];
	for (unsigned int i = 0; a && argc > 2 && i < sizeof(workloads) / sizeof(workloads[0]);
	     i++) {
		if (strcmp(argv[2], workloads[i].name))
			continue;
		init();
		workloads[i].run();
		return 0;
	}
	fprintf(stderr, "usage: bench-frames cairn|bitmap|list WORKLOAD\n");
	return 2;
}
