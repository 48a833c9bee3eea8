/* SPDX-License-Identifier: MIT */
/*
 * Slab objects that nobody refers to any more.
 *
 *   roots: data and bss, this thread's stack, every page that is    ---> object --> object
 *	    in use but neither a slab's nor a page table: other		      \
 *	    stacks, vmalloc areas, per-CPU areas, large blocks of	       `--> object
 *	    kmalloc(), boot memory, page descriptors
 *
 *   object: in use, and no word of a root, or of an object that is	   object    (white)
 *	     referred to itself, is an address inside it: an orphan
 *
 * Each aligned word is taken for an address (conservative: a number can look like one,
 * and then an orphan is missed).  Only those are suspected whose bytes are the same
 * in two scans, a pass apart, so that what moves from hand to hand meanwhile, and
 * what was allocated since, is not.
 *
 * kmemleak=on gives each object a record behind it, in its place in the slab
 * (slab_debug.c), so no metadata is allocated, and none has to be tracked; it turns
 * the magazines off, as all debugging of slabs does.  From an address to the
 * object: page descriptor, cache, a division.
 *
 * A scan marks grey what is referred to and pushes it on a stack; if that is full
 * the pages are gone through again for grey objects that have not been looked at.
 *
 * Not suspected: pages, vmalloc areas, large blocks and per-CPU objects, which are only
 * looked through.  A cache must not be destroyed while a scan runs.
 *
 * Locking: scan_lock, one scan at a time; slab_cache.lock for an object's flags, since
 * its slab stays while that is held.  Memory is read without, by loads that may
 * fault: it may be freed and unmapped meanwhile.
 */
#include <linux/kmemleak.h>
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <linux/gfp.h>
#include <linux/hexdump.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <asm/extable.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include "kmemleak.h"
#include "memmap.h"
#include "section.h"
#include "slab.h"

#define LEAK_GREY      1u  /* referred to, in this pass */
#define LEAK_SCANNED   2u  /* and looked through */
#define LEAK_CHECKED   4u  /* the checksum is that of the last pass */
#define LEAK_SUSPECTED 8u  /* nobody refers to it */
#define LEAK_ROOT      16u /* never suspected */
#define LEAK_NO_SCAN   32u /* never looked through */

#define STACK_ORDER    4
#define STACK_SLOTS    ((PAGE_SIZE << STACK_ORDER) / sizeof(unsigned long))
#define DUMP_BYTES     32

static bool enabled;
static DEFINE_MUTEX_RANK(scan_lock, LOCK_RANK_LEAK_SCAN);

/* What a scan knows, none of it an address that a scan would take for one. */
static struct {
	unsigned long
		*slot; /* complements of grey objects' addresses, still to be looked through */
	unsigned int used;
	bool overflow;
} todo;

static int set_kmemleak(const char *value)
{
	return kstrtobool(value, &enabled);
}
BOOT_PARAM("kmemleak", set_kmemleak, "on: keep what is needed to find objects nobody refers to");

bool kmemleak_enabled(void)
{
	return enabled;
}

noinline void kmemleak_record(struct leak_record *r)
{
	memset(r, 0, sizeof(*r));
	r->when = ktime_get_ns();
	r->pid = current->pid;
	strscpy(r->comm, current->comm, sizeof(r->comm));
	stack_trace_save(r->frame, LEAK_FRAMES, 2);
}

/* ---- From addresses to objects --------------------------------------------------------- */

static struct leak_record *record_of(struct slab_cache *c, unsigned long obj)
{
	return (struct leak_record *)(obj + c->record_at);
}

/* The cache of an address, if its objects have records. */
static struct slab_cache *cache_of(unsigned long addr)
{
	struct slab_cache *c = slab_find((void *)addr);

	return c && c->g.nr && (c->flags & SLAB_LEAK_RECORD) ? c : NULL;
}

/* The object in use that an address lies in, or 0; c->lock is held. */
static unsigned long object_at(struct slab_cache *c, unsigned long addr)
{
	unsigned long base = (unsigned long)slab_base(c, (void *)addr), obj;
	u32 index = (u32)(addr - base) / c->g.stride;

	obj = base + (unsigned long)index * c->g.stride + c->lead;
	if (index >= c->g.nr || addr - obj >= c->hot.object_size ||
	    slab_in_bitmap(c, (void *)obj, index))
		return 0;
	return obj;
}

/* What to do with an object in use: @r is its record, c->lock is held. */
typedef void (*object_fn)(struct slab_cache *c, unsigned long obj, struct leak_record *r,
			  void *arg);

/* Calls @fn for the object in use that @addr lies in, if it is in one. */
static void with_object(unsigned long addr, object_fn fn, void *arg)
{
	struct slab_cache *c = cache_of(addr);
	unsigned long obj, flags;

	if (!c)
		return;
	spin_lock_irqsave(&c->lock, flags);
	obj = cache_of(addr) == c ? object_at(c, addr) : 0;
	if (obj)
		fn(c, obj, record_of(c, obj), arg);
	spin_unlock_irqrestore(&c->lock, flags);
}

static void add_flags(struct slab_cache *c __unused, unsigned long obj __unused,
		      struct leak_record *r, void *arg)
{
	r->flags |= *(u32 *)arg;
}

void kmemleak_not_leak(const void *ptr)
{
	if (enabled)
		with_object((unsigned long)ptr, add_flags, &(u32){LEAK_ROOT});
}

void kmemleak_ignore(const void *ptr)
{
	if (enabled)
		with_object((unsigned long)ptr, add_flags, &(u32){LEAK_ROOT | LEAK_NO_SCAN});
}

void kmemleak_no_scan(const void *ptr)
{
	if (enabled)
		with_object((unsigned long)ptr, add_flags, &(u32){LEAK_NO_SCAN});
}

/* ---- Pages ----------------------------------------------------------------------------- */

static void for_each_frame(void (*fn)(struct page *page, void *arg), void *arg)
{
	unsigned long pfn, end = PHYS_PFN(memblock_end_of_DRAM());

	for (pfn = 0; pfn < end; pfn++) {
		if (!section_is_open(pfn_to_section(pfn))) {
			pfn = section_to_pfn(pfn_to_section(pfn) + 1) - 1;
			continue;
		}
		if (pfn_valid(pfn))
			fn(pfn_to_page(pfn), arg);
		if (pfn % 1024 == 0)
			cond_resched();
	}
}

struct object_walk {
	object_fn fn;
	void *arg;
};

static void walk_slab(struct page *page, void *arg)
{
	const struct object_walk *walk = arg;
	unsigned long addr = (unsigned long)page_to_virt(page);
	struct slab_cache *c;

	if (page->state != PAGE_ALLOCATED || !(page->flags & PGF_SLAB) || !(c = cache_of(addr)))
		return;
	for (u32 i = 0; i < c->g.nr; i++)
		with_object(addr + (unsigned long)i * c->g.stride + c->lead, walk->fn, walk->arg);
}

static void for_each_object(object_fn fn, void *arg)
{
	for_each_frame(walk_slab, &(struct object_walk){fn, arg});
}

/* ---- Looking through memory ------------------------------------------------------------ */

static void push(unsigned long obj)
{
	if (todo.used < STACK_SLOTS)
		todo.slot[todo.used++] = ~obj;
	else
		todo.overflow = true;
}

static void mark(struct slab_cache *c __unused, unsigned long obj, struct leak_record *r,
		 void *arg __unused)
{
	if (r->flags & LEAK_GREY)
		return;
	r->flags |= LEAK_GREY;
	push(obj);
}

static void look_through(unsigned long from, unsigned long to)
{
	u64 word;

	for (from = ALIGN(from, 8); from + 8 <= to; from += 8)
		if (load_u64_nofault((void *)from, &word) && word - PAGE_OFFSET < DIRECT_MAP_SIZE)
			with_object(word, mark, NULL);
}

struct span {
	unsigned long from, to;
};

/* Takes a grey object as looked through; which words of it to look at. */
static void begin_object(struct slab_cache *c, unsigned long obj, struct leak_record *r, void *arg)
{
	if ((r->flags & (LEAK_GREY | LEAK_SCANNED)) != LEAK_GREY)
		return;
	r->flags |= LEAK_SCANNED;
	if (!(r->flags & LEAK_NO_SCAN))
		*(struct span *)arg = (struct span){obj, obj + c->hot.object_size};
}

static void look_through_todo(void)
{
	while (todo.used) {
		struct span span = {0, 0};

		with_object(~todo.slot[--todo.used], begin_object, &span);
		look_through(span.from, span.to);
	}
}

static bool in_image(const struct page *page)
{
	phys_addr_t phys = page_to_phys(page);

	return phys >= __pa(_stext) && phys < __pa(_end);
}

/* Pages in use that belong to no slab; image and stack of this thread are looked at by address. */
static void look_through_page(struct page *page, void *arg __unused)
{
	unsigned long addr = (unsigned long)page_to_virt(page);
	unsigned int order = page->state == PAGE_ALLOCATED ? page->order : 0;

	if ((page->state != PAGE_ALLOCATED && page->state != PAGE_RESERVED) || PageHighMem(page) ||
	    (page->flags & (PGF_SLAB | PGF_TABLE)) || in_image(page) ||
	    page_to_virt(page) == todo.slot)
		return;
	look_through(addr, addr + (PAGE_SIZE << order));
	look_through_todo();
}

static void look_through_image(unsigned long sp)
{
	struct stack_info stack = {.low = sp};

	stack_find(sp, &stack);
	look_through((unsigned long)_sdata, min(stack.low, (unsigned long)__bss_end));
	look_through(max(sp, (unsigned long)_sdata), (unsigned long)__bss_end);
	look_through(sp, stack.high);
	look_through_todo();
}

static void find_grey(struct slab_cache *c __unused, unsigned long obj, struct leak_record *r,
		      void *arg __unused)
{
	if ((r->flags & (LEAK_GREY | LEAK_SCANNED)) == LEAK_GREY)
		push(obj);
}

/* All objects white, but those that are known to be referred to. */
static void whiten(struct slab_cache *c __unused, unsigned long obj, struct leak_record *r,
		   void *arg __unused)
{
	r->flags &= ~(LEAK_GREY | LEAK_SCANNED);
	if (r->flags & LEAK_ROOT)
		mark(c, obj, r, NULL);
}

/* Everything that was allocated and is not referred to is white afterwards. */
static noinline void mark_all(void)
{
	todo.overflow = false;
	for_each_object(whiten, NULL);
	look_through_todo();
	look_through_image((unsigned long)__builtin_frame_address(0));
	for_each_frame(look_through_page, NULL);
	while (todo.overflow) {
		todo.overflow = false;
		for_each_object(find_grey, NULL);
		look_through_todo();
	}
}

/* ---- Suspects -------------------------------------------------------------------------- */

static u64 checksum(const u8 *bytes, size_t n)
{
	u64 sum = 0xcbf29ce484222325;

	while (n--)
		sum = (sum ^ *bytes++) * 0x100000001b3;
	return sum;
}

/* Suspected is who is white twice with the same bytes in it. */
static void judge(struct slab_cache *c, unsigned long obj, struct leak_record *r, void *arg)
{
	u64 sum;

	if (r->flags & LEAK_GREY) {
		r->flags &= ~(LEAK_CHECKED | LEAK_SUSPECTED);
		return;
	}
	sum = checksum((u8 *)obj, c->hot.object_size);
	if ((r->flags & LEAK_CHECKED) && r->checksum == sum && !(r->flags & LEAK_SUSPECTED)) {
		r->flags |= LEAK_SUSPECTED;
		++*(unsigned long *)arg;
	}
	r->flags |= LEAK_CHECKED;
	r->checksum = sum;
}

unsigned long kmemleak_scan(void)
{
	unsigned long found = 0;
	struct page *page;

	if (!enabled)
		return 0;
	mutex_lock(&scan_lock);
	page = alloc_pages(GFP_KERNEL, STACK_ORDER);
	if (page) {
		todo.slot = page_to_virt(page);
		for (unsigned int pass = 0; pass < 2; pass++) {
			mark_all();
			for_each_object(judge, &found);
		}
		todo.slot = NULL;
		__free_pages(page, STACK_ORDER);
	}
	mutex_unlock(&scan_lock);
	if (found)
		pr_info("kmemleak: %lu new suspected memory leaks (see kmemleak list)\n", found);
	return found;
}

/* ---- The list -------------------------------------------------------------------------- */

struct suspect {
	unsigned long obj; /* 0: none */
	size_t size;
	struct leak_record record;
	u8 bytes[DUMP_BYTES];
};

static void copy_suspect(struct slab_cache *c, unsigned long obj, struct leak_record *r, void *arg)
{
	struct suspect *s = arg;

	if (!(r->flags & LEAK_SUSPECTED))
		return;
	s->obj = obj;
	s->size = c->hot.object_size;
	s->record = *r;
	memcpy(s->bytes, (void *)obj, min_t(size_t, s->size, DUMP_BYTES));
}

static void print_suspect(const struct suspect *s)
{
	u64 age = ktime_get_ns() - s->record.when;
	unsigned int bytes = min_t(unsigned int, (unsigned int)s->size, DUMP_BYTES), n = 0;

	pr_warn("unreferenced object 0x%px (size %zu):\n", (void *)s->obj, s->size);
	pr_warn("  comm \"%s\", pid %d, jiffies %llu (age %llu.%03llus)\n", s->record.comm,
		s->record.pid, (unsigned long long)(s->record.when / (NSEC_PER_SEC / HZ)),
		age / NSEC_PER_SEC, age % NSEC_PER_SEC / NSEC_PER_MSEC);
	pr_warn("  hex dump (first %u bytes):\n", bytes);
	print_hex_dump(KERN_WARNING, "    ", DUMP_PREFIX_NONE, 16, 1, s->bytes, bytes, true);
	pr_warn("  backtrace:\n");
	for (; n < LEAK_FRAMES && s->record.frame[n]; n++)
		pr_warn("    [<%016lx>] %pB\n", s->record.frame[n], (void *)s->record.frame[n]);
}

static void list_slab(struct page *page, void *arg)
{
	unsigned long addr = (unsigned long)page_to_virt(page);
	struct suspect s;
	struct slab_cache *c;

	if (page->state != PAGE_ALLOCATED || !(page->flags & PGF_SLAB) || !(c = cache_of(addr)))
		return;
	for (u32 i = 0; i < c->g.nr; i++) {
		s.obj = 0;
		with_object(addr + (unsigned long)i * c->g.stride + c->lead, copy_suspect, &s);
		if (!s.obj)
			continue;
		print_suspect(&s);
		++*(unsigned long *)arg;
	}
}

unsigned long kmemleak_list(void)
{
	unsigned long nr = 0;

	if (enabled)
		for_each_frame(list_slab, &nr);
	return nr;
}

static void forgive(struct slab_cache *c __unused, unsigned long obj __unused,
		    struct leak_record *r, void *arg __unused)
{
	if (r->flags & LEAK_SUSPECTED)
		r->flags = (r->flags & ~LEAK_SUSPECTED) | LEAK_ROOT;
}

void kmemleak_clear(void)
{
	if (enabled)
		for_each_object(forgive, NULL);
}

static int cmd_kmemleak(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!enabled) {
		monitor_printf("kmemleak=on was not given when the kernel was started\n");
		return -ENODEV;
	}
	if (!strcmp(what, "scan"))
		monitor_printf("%lu new suspected memory leaks\n", kmemleak_scan());
	else if (!strcmp(what, "list"))
		monitor_printf("%lu unreferenced objects\n", kmemleak_list());
	else if (!strcmp(what, "clear"))
		kmemleak_clear();
	else
		return -EINVAL;
	return 0;
}
MONITOR_COMMAND("kmemleak", "scan|list|clear",
		"objects that nobody refers to: look for them, show them, forgive them",
		cmd_kmemleak);
