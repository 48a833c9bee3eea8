/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

/* Random numbers of no cryptographic worth, with a state of the caller's. */
#include <linux/types.h>

u32 get_random_u32(void);
void get_random_bytes(void *buf, size_t n);

static inline u32 prandom_u32(void)
{
	return get_random_u32();
}

static inline void prandom_bytes(void *buf, size_t n)
{
	get_random_bytes(buf, n);
}

/* prandom_u32_max - 0 .. @ceil - 1; 0 for 0. */
static inline u32 prandom_u32_max(u32 ceil)
{
	return (u64)get_random_u32() * ceil >> 32;
}

/* Marsaglia's xorshift with 128 bits of state. */
struct rnd_state {
	u32 s1, s2, s3, s4;
};

static inline u32 prandom_u32_state(struct rnd_state *state)
{
	u32 t = state->s1 ^ state->s1 << 11;

	state->s1 = state->s2;
	state->s2 = state->s3;
	state->s3 = state->s4;
	state->s4 ^= state->s4 >> 19 ^ t ^ t >> 8;
	return state->s4;
}

/* prandom_seed_state - the same seed gives the same sequence. */
static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	int i;

	*state = (struct rnd_state){seed | 1, seed >> 32, 0x9e3779b9, 0x7f4a7c15};
	for (i = 0; i < 16; i++)
		prandom_u32_state(state);
}

static inline void prandom_bytes_state(struct rnd_state *state, void *buf, size_t n)
{
	u8 *to = buf;

	while (n--)
		*to++ = prandom_u32_state(state) >> 24;
}

#endif
