/* SPDX-License-Identifier: MIT */
/*
 * What is told about an access that was not allowed: what kind of mistake, who made
 * it, whose memory it was, and what is said of the memory around.
 *
 *   place                                               place + stride
 *   | object                  | red zone ... | struct kasan_meta |
 *
 * Who had an object last is kept behind it, where nobody may write.  Return
 * addresses lie in the image, so their lower halves are enough.
 *
 * One report at a time: what a report does wrong itself, and what another CPU finds
 * meanwhile, is not reported.  The access goes on after it.
 *
 * Contexts: any.
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include "kasan.h"
#include "slab.h"

#define FRAMES	   13
#define IMAGE_HALF 0xffffffff00000000UL

/* Rows of 16 bytes of shadow around the access. */
#define ROW  (16 * 8UL)
#define ROWS 2
#define RULE "==================================================================\n"

struct kasan_track {
	pid_t pid;
	u32 frame[FRAMES];
};

struct kasan_meta {
	struct kasan_track alloc;
	struct kasan_track freed;
};

_Static_assert(sizeof(struct kasan_meta) <= KASAN_METADATA_SIZE, "room behind an object");

/* ---- Who had an object ----------------------------------------------------------------- */

static struct kasan_meta *meta_of(const struct slab_cache *c, void *obj)
{
	return (struct kasan_meta *)((char *)obj + c->g.stride - KASAN_METADATA_SIZE);
}

/* The callers, without the functions of mm/kasan*.c. */
static void set_track(struct kasan_track *track)
{
	unsigned long full[FRAMES] = {0};

	stack_trace_save(full, FRAMES, 2);
	for (unsigned int i = 0; i < FRAMES; i++)
		track->frame[i] = (u32)full[i];
	track->pid = scheduler_running ? current->pid : 0;
}

void kasan_track_alloc(struct slab_cache *c, void *obj)
{
	struct kasan_meta *meta = meta_of(c, obj);

	set_track(&meta->alloc);
	meta->freed.frame[0] = 0;
}

void kasan_track_free(struct slab_cache *c, void *obj)
{
	set_track(&meta_of(c, obj)->freed);
}

static void print_track(const char *what, const struct kasan_track *track)
{
	unsigned long full[FRAMES];
	unsigned int n;

	if (!track->frame[0])
		return;
	for (n = 0; n < FRAMES && track->frame[n]; n++)
		full[n] = IMAGE_HALF | track->frame[n];
	pr_err("%s by task %d:\n", what, track->pid);
	stack_trace_print(full, n, 1);
	pr_err("\n");
}

/* ---- Whose memory ---------------------------------------------------------------------- */

static void describe_object(const struct slab_cache *c, const char *addr)
{
	char *base = slab_base(c, addr);
	size_t place = (size_t)(addr - base) / c->g.stride;
	char *obj = base + place * c->g.stride;
	u32 size = c->hot.object_size;
	long offset = addr - obj;

	if (place >= c->g.nr || c->mode == SLAB_MODE_DEBUG)
		return;
	print_track("Allocated", &meta_of(c, obj)->alloc);
	print_track("Freed", &meta_of(c, obj)->freed);
	pr_err("The buggy address belongs to the object at %px\n"
	       " which belongs to the cache %s of size %u\n",
	       obj, c->name, size);
	pr_err("The buggy address is located %ld bytes %s of\n"
	       " %u-byte region [%px, %px)\n",
	       offset < (long)size ? offset : offset - (long)size,
	       offset < (long)size ? "inside" : "to the right", size, obj, obj + size);
}

static void describe(const void *addr)
{
	struct slab_cache *c = slab_find(addr);
	char what[160];

	if (c && c != &kmalloc_large_cache) {
		describe_object(c, addr);
		return;
	}
	address_describe((unsigned long)addr, what, sizeof(what));
	pr_err("The buggy address is: %s\n", what);
	if (virt_addr_valid(addr))
		dump_page(virt_to_page(addr), "kasan: bad access detected");
}

static void print_shadow(const void *addr)
{
	unsigned long middle = ALIGN_DOWN((unsigned long)addr, ROW);

	pr_err("Memory state around the buggy address:\n");
	for (unsigned long row = middle - ROWS * ROW; row <= middle + ROWS * ROW; row += ROW) {
		pr_err("%s%px:", row == middle ? ">" : " ", (void *)row);
		for (unsigned long at = row; at < row + ROW; at += 8)
			pr_cont(" %02x", (u8)kasan_shadow_of((const void *)at));
		pr_cont("\n");
	}
}

/* ---- The report ------------------------------------------------------------------------ */

static const char *kind_of(const struct kasan_access *access)
{
	const char *bad = access->first_bad;
	s8 shadow = kasan_shadow_of(bad);

	if ((unsigned long)access->addr + access->size < (unsigned long)access->addr)
		return "out-of-bounds";
	if (shadow > 0) /* the last bytes of an object: what is behind tells */
		shadow = kasan_shadow_of(bad + 8);
	switch ((u8)shadow) {
	case KASAN_PAGE_FREE:
		return "use-after-free";
	case KASAN_PAGE_REDZONE:
	case KASAN_SLAB_REDZONE:
		return "slab-out-of-bounds";
	case KASAN_SLAB_FREE:
		return "slab-use-after-free";
	case KASAN_GLOBAL_REDZONE:
		return "global-out-of-bounds";
	case KASAN_VMALLOC_INVALID:
		return "vmalloc-out-of-bounds";
	case KASAN_PERCPU_FREE:
		return "percpu-out-of-bounds";
	default:
		return "unknown-crash";
	}
}

void kasan_report(const struct kasan_access *access)
{
	static atomic_t reporting;
	const char *task = scheduler_running ? current->comm : "start-up";
	pid_t pid = scheduler_running ? current->pid : 0;

	if (atomic_xchg(&reporting, 1))
		return;
	pr_err(RULE);
	pr_err("BUG: KASAN: %s in %pS\n", kind_of(access), (void *)access->ip);
	pr_err("%s of size %zu at addr %px by task %s/%d\n", access->write ? "Write" : "Read",
	       access->size, access->addr, task, pid);
	dump_stack();
	pr_err("\n");
	describe(access->first_bad);
	print_shadow(access->first_bad);
	pr_err(RULE);
	atomic_set(&reporting, 0);
}
