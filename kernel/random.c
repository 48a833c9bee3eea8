/* SPDX-License-Identifier: MIT */
/*
 * Random numbers.
 *
 * A 256-bit key; each request runs ChaCha20 (RFC 8439, 2.3) on it with a fresh
 * counter.  The first 32 bytes of output become the next key before anything is
 * handed out, so a leaked state says nothing about numbers given earlier.
 *
 * The key comes from RDSEED or RDRAND where the CPU has them, always mixed with
 * the cycle counter, which is all there is elsewhere: good enough to spread
 * things and to vary tests, not for secrets that must outlast an attacker.
 *
 * Locking: random_lock, a leaf.  Contexts: any.
 */
#include <asm/processor.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define KEY_WORDS   8
#define BLOCK_WORDS 16
#define TRIES	    10 /* RDRAND may fail for a moment */

static DEFINE_SPINLOCK(random_lock);
static u32 key[KEY_WORDS];
static bool seeded;

static u32 rotate(u32 x, int n)
{
	return x << n | x >> (32 - n);
}

static void quarter_round(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

/* One block of ChaCha20's output for a key and a counter. */
static void chacha_block(const u32 k[KEY_WORDS], u64 counter, u32 out[BLOCK_WORDS])
{
	u32 in[BLOCK_WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	int i;

	memcpy(in + 4, k, KEY_WORDS * sizeof(u32));
	in[12] = counter;
	in[13] = counter >> 32;
	memcpy(out, in, sizeof(in));
	for (i = 0; i < 10; i++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

static bool rdseed(u64 *value)
{
	u8 ok;

	asm volatile("rdseed %0\n\tsetc %1" : "=r"(*value), "=qm"(ok) : : "cc");
	return ok;
}

static bool rdrand(u64 *value)
{
	u8 ok;

	asm volatile("rdrand %0\n\tsetc %1" : "=r"(*value), "=qm"(ok) : : "cc");
	return ok;
}

static u64 hardware_random(void)
{
	u64 value = 0;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (cpu_has(RDSEED) && rdseed(&value))
			return value;
		if (cpu_has(RDRAND) && rdrand(&value))
			return value;
	}
	return 0;
}

/* Mixes 64 bits into the key and stirs. */
static void mix(u64 value)
{
	u32 block[BLOCK_WORDS];

	key[0] ^= value;
	key[1] ^= value >> 32;
	chacha_block(key, ~0ULL, block);
	memcpy(key, block, sizeof(key));
}

static void seed(void)
{
	int i;

	for (i = 0; i < KEY_WORDS / 2; i++) {
		mix(hardware_random());
		mix(rdtsc());
	}
	seeded = true;
}

void get_random_bytes(void *buf, size_t n)
{
	u32 stream[KEY_WORDS], block[BLOCK_WORDS];
	unsigned long flags;
	u64 counter = 0;

	spin_lock_irqsave(&random_lock, flags);
	if (!seeded)
		seed();
	chacha_block(key, 0, block);
	memcpy(key, block, sizeof(key));
	memcpy(stream, block + KEY_WORDS, sizeof(stream));
	spin_unlock_irqrestore(&random_lock, flags);

	while (n) {
		size_t part = min(n, sizeof(block));

		chacha_block(stream, counter++, block);
		memcpy(buf, block, part);
		buf = (u8 *)buf + part;
		n -= part;
	}
	memzero_explicit(stream, sizeof(stream));
	memzero_explicit(block, sizeof(block));
}

void add_device_randomness(const void *buf, size_t n)
{
	const u8 *from = buf;
	unsigned long flags;

	spin_lock_irqsave(&random_lock, flags);
	if (!seeded)
		seed();
	for (; n; n--)
		mix((u64)*from++ << 32 ^ rdtsc());
	spin_unlock_irqrestore(&random_lock, flags);
}

#define DEFINE_GET_RANDOM(type)                          \
	type get_random_##type(void)                     \
	{                                                \
		type value;                              \
                                                         \
		get_random_bytes(&value, sizeof(value)); \
		return value;                            \
	}

DEFINE_GET_RANDOM(u8)
DEFINE_GET_RANDOM(u16)
DEFINE_GET_RANDOM(u32)
DEFINE_GET_RANDOM(u64)
