/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RANDOM_H
#define _LINUX_RANDOM_H

/*
 * Random numbers: ChaCha20 keyed from RDSEED or RDRAND and the cycle counter.
 * kernel/random.c says what that is worth.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/percpu.h>
#include <linux/prandom.h>

/**
 * get_random_bytes - fill a buffer with random bytes
 * @buf: where to
 * @n: how many
 *
 * Context: any.
 */
void get_random_bytes(void *buf, size_t n);

u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);

/* get_random_u32_below - 0 .. @ceil - 1; 0 for 0. */
static inline u32 get_random_u32_below(u32 ceil)
{
	return prandom_u32_max(ceil);
}

/* get_random_u32_inclusive - @floor .. @ceil. */
static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	return floor + (u32)((u64)get_random_u32() * ((u64)ceil - floor + 1) >> 32);
}

/* get_random_u32_above - @floor + 1 .. U32_MAX. */
static inline u32 get_random_u32_above(u32 floor)
{
	return get_random_u32_inclusive(floor + 1, U32_MAX);
}

static inline unsigned int get_random_int(void)
{
	return get_random_u32();
}

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}

static inline int get_random_bytes_wait(void *buf, size_t n)
{
	get_random_bytes(buf, n);
	return 0;
}

/* Add to the key; what is added is never all that it depends on. */
void add_device_randomness(const void *buf, size_t n);

#endif
