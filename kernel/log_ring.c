/* SPDX-License-Identifier: MIT */

/* The log's ring buffer; see <cairn/log_ring.h>.  Pure. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/log_ring.h>

#define RECORD_ALIGN 8

static void ring_write(struct log_ring *ring, u64 pos, const void *src, size_t n)
{
	size_t at = pos % ring->size, first = min(n, ring->size - at);

	memcpy(ring->buf + at, src, first);
	memcpy(ring->buf, (const u8 *)src + first, n - first);
}

static void ring_copy(const struct log_ring *ring, u64 pos, void *dst, size_t n)
{
	size_t at = pos % ring->size, first = min(n, ring->size - at);

	memcpy(dst, ring->buf + at, first);
	memcpy((u8 *)dst + first, ring->buf, n - first);
}

static u64 record_end(u64 pos, const struct log_record *r)
{
	return pos + sizeof(*r) + ALIGN(r->len, RECORD_ALIGN);
}

/* Gives up old records until the ring reaches to @end. */
static void make_room(struct log_ring *ring, u64 end)
{
	struct log_record r;

	while (end - ring->oldest > ring->size) {
		ring_copy(ring, ring->oldest, &r, sizeof(r));
		ring->oldest = record_end(ring->oldest, &r);
	}
}

void log_ring_add(struct log_ring *ring, u64 ns, int level, const char *text, size_t n)
{
	struct log_record r = {
		.ns = ns,
		.len = (u32)min(n, (size_t)LOG_MESSAGE_MAX),
		.level = level,
	};

	make_room(ring, record_end(ring->end, &r));
	ring_write(ring, ring->end, &r, sizeof(r));
	ring_write(ring, ring->end + sizeof(r), text, r.len);
	ring->newest = ring->end;
	ring->end = record_end(ring->end, &r);
}

bool log_ring_last(const struct log_ring *ring, struct log_record *r)
{
	if (ring->end == ring->oldest)
		return false;
	ring_copy(ring, ring->newest, r, sizeof(*r));
	return true;
}

void log_ring_extend(struct log_ring *ring, const char *text, size_t n)
{
	struct log_record r;
	u64 at;

	if (!log_ring_last(ring, &r))
		return;
	at = ring->newest + sizeof(r) + r.len;
	n = min(n, (size_t)LOG_MESSAGE_MAX - r.len);
	r.len += (u32)n;
	make_room(ring, record_end(ring->newest, &r));
	ring_write(ring, ring->newest, &r, sizeof(r));
	ring_write(ring, at, text, n);
	ring->end = record_end(ring->newest, &r);
}

bool log_ring_read(const struct log_ring *ring, u64 *pos, struct log_record *r, char *text)
{
	*pos = max(*pos, ring->oldest);
	if (*pos >= ring->end)
		return false;
	ring_copy(ring, *pos, r, sizeof(*r));
	ring_copy(ring, *pos + sizeof(*r), text, r->len);
	*pos = record_end(*pos, r);
	return true;
}
