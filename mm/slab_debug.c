/* SPDX-License-Identifier: MIT */
/*
 * Debugging of caches, chosen at run time: by flags of kmem_cache_create() or by
 * slub_debug= on the command line.
 *
 *   |<-------------------------------- stride -------------------------------->|
 *   | left red | object        | right red | allocated by | freed by | padding |
 *   |<- lead ->|<-object_size->|           |<------ STORE_USER ----->|
 *   place      obj             ^           ^ track_at = inuse
 *                              8 to 15 bytes
 *
 * With kmemleak=on who has the object is kept behind that, in front of the padding: mm/kmemleak.c.
 *
 * state      red zones   object                     padding
 * free       0xbb        0x6b ... 0x6b 0xa5         0x5a
 * in use     0xcc        the user's (at first as it was free)
 *
 * The contents of objects that keep their state (constructor,
 * SLAB_TYPESAFE_BY_RCU) are not touched; red zones and tracks lie outside.
 *
 * What was overwritten is reported with the bytes around, who allocated and who
 * freed the object, and then mended, so that one mistake gives one report.
 *
 * slub_debug=FZPUT,cache*,...;-,other
 *   F checks on each operation   Z red zones   P poison   U user tracks
 *   T trace                      - none        no letters: FZPU
 * No names: all caches.  Of several blocks the first that names a cache counts,
 * else the last without names, as in Linux.
 *
 * Contexts: as slab_alloc() and slab_free(); no lock is taken: an object that is
 * being allocated or freed is its caller's.
 */
#include <cairn/init.h>
#include <linux/align.h>
#include <linux/hexdump.h>
#include <linux/kmemleak.h>
#include <linux/minmax.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include "kmemleak.h"
#include "slab.h"

#define TRACK_FRAMES 12

struct slab_track {
	unsigned long caller;
	u64 when;
	u32 cpu;
	u32 nr_frames;
	unsigned long frame[TRACK_FRAMES];
};

enum track_kind { TRACK_ALLOC, TRACK_FREE };

/* ---- slub_debug= ----------------------------------------------------------------------- */

#define DEBUG_DEFAULT (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static const char *slub_debug; /* the value, or NULL */

static int slub_debug_param(const char *value)
{
	slub_debug = value;
	return 0;
}
BOOT_PARAM(
	"slub_debug", slub_debug_param,
	"debug slab caches: F checks, Z red zones, P poison, U tracks, T trace[,cache...][;...]");

/* The flags of a block's letters, and where they end. */
static slab_flags_t parse_letters(const char **at)
{
	slab_flags_t flags = 0;
	bool any = false;

	for (; **at && **at != ',' && **at != ';'; (*at)++) {
		any = true;
		switch (**at | 0x20) {
		case 'f':
			flags |= SLAB_CONSISTENCY_CHECKS;
			break;
		case 'z':
			flags |= SLAB_RED_ZONE;
			break;
		case 'p':
			flags |= SLAB_POISON;
			break;
		case 'u':
			flags |= SLAB_STORE_USER;
			break;
		case 't':
			flags |= SLAB_TRACE;
			break;
		case '-' | 0x20:
			return (*at)++, 0;
		case 'o':
		case 'a':
			break;
		default:
			pr_warn_once("slub_debug: option '%c' unknown, skipped\n", **at);
		}
	}
	return any ? flags : DEBUG_DEFAULT;
}

/* Does one of the names up to the end of the block match? */
static bool block_names(const char **at, const char *name, bool *any)
{
	bool found = false;
	char glob[64];

	*any = false;
	while (**at == ',') {
		size_t n = strcspn(++*at, ",;");

		*any = true;
		strscpy(glob, *at, min(n + 1, sizeof(glob)));
		found |= glob_match(glob, name);
		*at += n;
	}
	return found;
}

slab_flags_t slab_debug_parse(const char *setting, const char *name)
{
	slab_flags_t unnamed = 0, block;
	const char *at = setting;
	bool any;

	do {
		block = parse_letters(&at);
		if (block_names(&at, name, &any))
			return block;
		if (!any)
			unnamed = block;
	} while (*at++ == ';');
	return unnamed;
}

slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags)
{
	if (slub_debug)
		flags |= slab_debug_parse(slub_debug, name);
	if (kmemleak_enabled() && !(flags & SLAB_NOLEAKTRACE))
		flags |= SLAB_LEAK_RECORD;
	return flags;
}

/* ---- Layout ---------------------------------------------------------------------------- */

u32 slab_debug_layout(struct slab_cache *c)
{
	u32 end = ALIGN(c->hot.object_size, 8);

	if (c->flags & SLAB_RED_ZONE) {
		c->lead = ALIGN(8, c->align);
		end = ALIGN(c->hot.object_size + 8, 8);
	}
	c->inuse = end;
	c->track_at = end;
	if (c->flags & SLAB_STORE_USER)
		end += 2 * sizeof(struct slab_track);
	c->record_at = end;
	if (c->flags & SLAB_LEAK_RECORD)
		end += sizeof(struct leak_record);
	return c->lead + end;
}

static u32 padding_at(const struct slab_cache *c)
{
	return c->record_at + (c->flags & SLAB_LEAK_RECORD ? sizeof(struct leak_record) : 0);
}

static u32 padding_bytes(const struct slab_cache *c)
{
	return c->g.stride - c->lead - padding_at(c);
}

static bool poisons_object(const struct slab_cache *c)
{
	return (c->flags & SLAB_POISON) && !c->hooks.ctor.kind &&
	       !(c->flags & SLAB_TYPESAFE_BY_RCU);
}

/* ---- Tracks ---------------------------------------------------------------------------- */

static struct slab_track *track_of(struct slab_cache *c, void *obj, enum track_kind kind)
{
	return (struct slab_track *)((char *)obj + c->track_at) + kind;
}

static void set_track(struct slab_cache *c, void *obj, enum track_kind kind, unsigned long caller)
{
	struct slab_track *t = track_of(c, obj, kind);

	if (!(c->flags & SLAB_STORE_USER))
		return;
	t->caller = caller;
	t->when = ktime_get_ns();
	t->cpu = raw_smp_processor_id();
	t->nr_frames = stack_trace_save(t->frame, TRACK_FRAMES, 2);
}

static void print_track(const char *what, const struct slab_track *t)
{
	if (!t->caller)
		return;
	pr_err("%s in %pS age=%llu ms cpu=%u\n", what, (void *)t->caller,
	       (unsigned long long)((ktime_get_ns() - t->when) / 1000000), t->cpu);
	stack_trace_print(t->frame, t->nr_frames, 1);
}

void slab_print_tracks(struct slab_cache *c, void *obj)
{
	if (!(c->flags & SLAB_STORE_USER))
		return;
	print_track("Allocated", track_of(c, obj, TRACK_ALLOC));
	print_track("Freed", track_of(c, obj, TRACK_FREE));
}

/* ---- Red zones and poison -------------------------------------------------------------- */

static void fill_red_zones(struct slab_cache *c, void *obj, u8 value)
{
	if (!(c->flags & SLAB_RED_ZONE))
		return;
	memset((char *)obj - c->lead, value, c->lead);
	memset((char *)obj + c->hot.object_size, value, c->inuse - c->hot.object_size);
}

static void fill_poison(struct slab_cache *c, void *obj)
{
	u8 *bytes = obj;

	if (!poisons_object(c))
		return;
	memset(bytes, POISON_FREE, c->hot.object_size - 1);
	bytes[c->hot.object_size - 1] = POISON_END;
}

void slab_debug_init_object(struct slab_cache *c, void *obj)
{
	fill_red_zones(c, obj, SLUB_RED_INACTIVE);
	fill_poison(c, obj);
	if (c->flags & SLAB_STORE_USER)
		memset(track_of(c, obj, TRACK_ALLOC), 0, 2 * sizeof(struct slab_track));
	if (c->flags & SLAB_POISON)
		memset((char *)obj + padding_at(c), POISON_INUSE, padding_bytes(c));
}

/* Compares @n bytes with @value, and mends them after a report. */
static bool check_bytes(struct slab_cache *c, void *obj, const char *what, u8 *at, u8 value, u32 n)
{
	u8 *first = memchr_inv(at, value, n), *last = at + n - 1;

	if (likely(!first))
		return true;
	while (*last == value)
		last--;
	slab_report(c, obj, "%s overwritten", what);
	pr_err("0x%px-0x%px @offset=%lu. First byte 0x%x instead of 0x%x\n", first, last,
	       (unsigned long)first & c->g.mask, *first, value);
	print_hex_dump(
		KERN_ERR, "Bytes    ", DUMP_PREFIX_ADDRESS, 16, 1,
		(void *)ALIGN_DOWN((unsigned long)first, 16),
		min_t(size_t, ALIGN(last + 1 - (u8 *)ALIGN_DOWN((unsigned long)first, 16), 16), 64),
		true);
	pr_err("FIX %s: Restoring %s 0x%px-0x%px=0x%x\n", c->name, what, first, last, value);
	memset(first, value, (size_t)(last + 1 - first));
	return false;
}

bool slab_debug_check(struct slab_cache *c, void *obj, bool is_free)
{
	u8 red = is_free ? SLUB_RED_INACTIVE : SLUB_RED_ACTIVE;
	u32 size = c->hot.object_size;
	u8 *bytes = obj;
	bool ok = true;

	if (c->flags & SLAB_RED_ZONE) {
		ok &= check_bytes(c, obj, "Left Redzone", bytes - c->lead, red, c->lead);
		ok &= check_bytes(c, obj, "Right Redzone", bytes + size, red, c->inuse - size);
	}
	if (is_free && poisons_object(c)) {
		ok &= check_bytes(c, obj, "Poison", bytes, POISON_FREE, size - 1);
		ok &= check_bytes(c, obj, "End Poison", bytes + size - 1, POISON_END, 1);
	}
	if (c->flags & SLAB_POISON)
		ok &= check_bytes(c, obj, "Object padding", bytes + padding_at(c), POISON_INUSE,
				  padding_bytes(c));
	return ok;
}

/* ---- Allocation and release ------------------------------------------------------------ */

static void trace(struct slab_cache *c, void *obj, const char *what)
{
	if (!(c->flags & SLAB_TRACE))
		return;
	pr_info("TRACE %s %s 0x%px\n", c->name, what, obj);
	dump_stack();
}

void slab_debug_alloc(struct slab_cache *c, void *obj, unsigned long caller)
{
	slab_debug_check(c, obj, true);
	fill_red_zones(c, obj, SLUB_RED_ACTIVE);
	set_track(c, obj, TRACK_ALLOC, caller);
	if (c->flags & SLAB_LEAK_RECORD)
		kmemleak_record((struct leak_record *)((char *)obj + c->record_at));
	trace(c, obj, "alloc");
}

void slab_debug_free(struct slab_cache *c, void *obj, unsigned long caller)
{
	slab_debug_check(c, obj, false);
	fill_red_zones(c, obj, SLUB_RED_INACTIVE);
	fill_poison(c, obj);
	set_track(c, obj, TRACK_FREE, caller);
	trace(c, obj, "free");
}
