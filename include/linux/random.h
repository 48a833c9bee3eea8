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
