/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_LOG_RING_H
#define _CAIRN_LOG_RING_H

/*
 * A ring buffer of messages: the newest ones, as many as fit.  Pure: no locks,
 * no clock, memory from its user.
 *
 * Records, a header and the text behind it, lie at positions that count bytes
 * since the ring was new; a byte lies at its position modulo the size.
 *
 *	oldest <= newest < end,  end - oldest <= size;  all equal while empty
 */
#include <linux/types.h>

#define LOG_MESSAGE_MAX 1024

struct log_ring {
	u8 *buf;
	size_t size; /* at least that of two messages of full length */
	u64 oldest;  /* position of the first record kept */
	u64 newest;  /* position of the last record */
	u64 end;     /* where the next record goes */
};

/* What is known of a message beside its text. */
struct log_record {
	u64 ns;
	u32 len; /* characters */
	s32 level;
};

/* log_ring_add - keep a message; old ones make room. At most LOG_MESSAGE_MAX characters count. */
void log_ring_add(struct log_ring *ring, u64 ns, int level, const char *text, size_t n);

/* log_ring_extend - add to the last message, or nothing if there is none */
void log_ring_extend(struct log_ring *ring, const char *text, size_t n);

/* log_ring_last - the last message's record; false if there is none */
bool log_ring_last(const struct log_ring *ring, struct log_record *r);

/**
 * log_ring_read - the message at a position
 * @ring: the ring
 * @pos: where to read; moves behind the message. One that is overwritten by now
 *	 moves to the oldest kept first
 * @r: where to put what is known of it
 * @text: where to put LOG_MESSAGE_MAX characters
 *
 * Return: false behind the last message.
 */
bool log_ring_read(const struct log_ring *ring, u64 *pos, struct log_record *r, char *text);

#endif
