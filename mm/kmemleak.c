/* SPDX-License-Identifier: MIT */
/*
 * Objects that nobody refers to any more.
 *
 *   roots: data and bss, this thread's stack, every page that is    ---> object --> object
 *	    in use and belongs to no object, slab or page table:	      \
 *	    static per-CPU variables, boot memory, page descriptors,	       `--> object
 *	    what alloc_pages() gave
 *
 *   object: in use, and no word of a root, or of an object that is	   object    (white)
 *	     referred to itself, is an address inside it: an orphan.
 *	     Objects of slabs, large blocks of kmalloc(), areas of vmalloc() (among
 *	     them the stacks of threads), per-CPU objects.
 *
 * Each aligned word is taken for an address (conservative: a number can look like one,
 * and then an orphan is missed).  Only those are suspected whose bytes are the same
 * in two scans, a pass apart, so that what moves from hand to hand meanwhile, and
 * what was allocated since, is not.
 *
 * A per-CPU object is referred to by its per-CPU pointer, and by the address of any
 * CPU's copy.  What the allocators keep is no reference: records, areas and segments
 * lie in caches of SLAB_NOLEAKTRACE, which nobody looks through, other tables hold
 * numbers of pages, and two are left out by name (is_table()).
 *
 * kmemleak=on gives each object a record: behind it, in its place in the slab
 * (slab_debug.c), or beside it (kmemleak_objects.c).  It turns off the magazines, as
 * all debugging of slabs does, and the per-CPU lists of pages.
 *
 * A scan marks grey what is referred to and pushes it on a stack; if that is full
 * everything is gone through again for grey objects that have not been looked at.
 *
 * Not suspected: pages, and what vmap() and ioremap() map.  A cache must not be
 * destroyed while a scan runs.
 *
 * Locking: scan_lock, one scan at a time; those of kmemleak_objects.c for an object's
 * flags.  Memory is read without, by loads that may fault: it may be freed and
 * unmapped meanwhile.
 */
#include <linux/kmemleak.h>
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <linux/gfp.h>
#include <linux/hexdump.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/cpumask.h>
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
#include "percpu.h"
#include "vmap.h"

#define STACK_ORDER 4
#define STACK_SLOTS ((PAGE_SIZE << STACK_ORDER) / sizeof(unsigned long))
#define DUMP_BYTES  32

bool kmemleak_on;
static DEFINE_MUTEX_RANK(scan_lock, LOCK_RANK_LEAK_SCAN);

/* What a scan knows, none of it an address that a scan would take for one. */
static struct {
	unsigned long *slot; /* complements of grey objects' starts, still to be looked through */
	unsigned int used;
	bool overflow;
	unsigned long sp; /* what lies below is what is left of the scan's own calls */
} todo;

static int set_kmemleak(const char *value)
{
	return kstrtobool(value, &kmemleak_on);
}
BOOT_PARAM("kmemleak", set_kmemleak, "on: keep what is needed to find objects nobody refers to");

noinline void kmemleak_record(struct leak_record *r)
{
	memset(r, 0, sizeof(*r));
	r->when = ktime_get_ns();
	r->pid = current->pid;
	strscpy(r->comm, current->comm, sizeof(r->comm));
	stack_trace_save(r->frame, LEAK_FRAMES, 2);
}

/* ---- What is known better ---------------------------------------------------------------- */

static void add_flags(const struct leak_object *o, void *arg)
{
	o->record->flags |= *(u32 *)arg;
}

void kmemleak_not_leak(const void *ptr)
{
	if (kmemleak_on)
		leak_with_object((unsigned long)ptr, add_flags, &(u32){LEAK_ROOT});
}

void kmemleak_ignore(const void *ptr)
{
	if (kmemleak_on)
		leak_with_object((unsigned long)ptr, add_flags, &(u32){LEAK_ROOT | LEAK_NO_SCAN});
}

void kmemleak_no_scan(const void *ptr)
{
	if (kmemleak_on)
		leak_with_object((unsigned long)ptr, add_flags, &(u32){LEAK_NO_SCAN});
}

/* ---- Looking through memory ------------------------------------------------------------ */

static void push(unsigned long obj)
{
	if (todo.used < STACK_SLOTS)
		todo.slot[todo.used++] = ~obj;
	else
		todo.overflow = true;
}

static void mark(const struct leak_object *o, void *arg __unused)
{
	if (o->record->flags & LEAK_GREY)
		return;
	o->record->flags |= LEAK_GREY;
	push(o->start);
}

/* Does @at lie in a table of an allocator that holds addresses? */
static bool is_table(unsigned long at)
{
	return at - (unsigned long)&vmap_arena < sizeof(vmap_arena) ||
	       at - (unsigned long)&pcpu_layout < sizeof(pcpu_layout);
}

static void look_through(unsigned long from, unsigned long to)
{
	u64 word;

	for (from = ALIGN(from, 8); from + 8 <= to; from += 8)
		if (load_u64_nofault((void *)from, &word) && word && !is_table(from))
			leak_with_object(word, mark, NULL);
}

/* Takes a grey object as looked through; which bytes of it to look at. */
static void begin_object(const struct leak_object *o, void *arg)
{
	if ((o->record->flags & (LEAK_GREY | LEAK_SCANNED)) != LEAK_GREY)
		return;
	o->record->flags |= LEAK_SCANNED;
	if (!(o->record->flags & LEAK_NO_SCAN))
		*(struct leak_object *)arg = *o;
}

/* Calls @fn for the bytes of an object: there are several copies of a per-CPU one. */
static void for_each_copy(const struct leak_object *o, void (*fn)(unsigned long, size_t, void *),
			  void *arg)
{
	unsigned int cpu;

	if (!o->percpu)
		fn(o->start, o->size, arg);
	else
		for_each_possible_cpu(cpu)
			fn(o->start + __per_cpu_offset[cpu], o->size, arg);
}

static void look_through_copy(unsigned long from, size_t size, void *arg __unused)
{
	look_through(todo.sp - from < size ? todo.sp : from, from + size);
}

static void look_through_todo(void)
{
	while (todo.used) {
		struct leak_object o = {0};

		leak_with_object(~todo.slot[--todo.used], begin_object, &o);
		for_each_copy(&o, look_through_copy, NULL);
	}
}

/* The image but what free_initmem() takes out of it. */
static bool in_image(const struct page *page)
{
	phys_addr_t phys = page_to_phys(page);

	return phys >= __pa(_stext) && phys < __pa(_end) &&
	       !(phys >= __pa(__init_begin) && phys < __pa(__init_end));
}

/* Are there per-CPU objects in this page of the first chunk? */
static bool has_percpu_objects(unsigned long addr)
{
	const struct pcpu_page *page = pcpu_page_of(pcpu_ptr_of(addr));

	return page && page->use != PCPU_STATIC;
}

/* Pages in use; image and stack of this thread are looked at by address. */
static void look_through_page(struct page *page, void *arg __unused)
{
	unsigned long from = (unsigned long)page_to_virt(page);
	unsigned int order = page->state == PAGE_ALLOCATED ? page->order : 0;
	unsigned long to = from + (PAGE_SIZE << order);
	struct leak_span object;

	if ((page->state != PAGE_ALLOCATED && page->state != PAGE_RESERVED) || PageHighMem(page) ||
	    (page->flags & (PGF_SLAB | PGF_TABLE | PGF_TRACKED)) || in_image(page) ||
	    page_to_virt(page) == todo.slot || has_percpu_objects(from))
		return;
	for (; leak_range_in(from, to, &object); from = object.to)
		look_through(from, object.from);
	look_through(from, to);
	look_through_todo();
}

/* Data from @from to @to, but not what this thread has below its stack pointer. */
static void look_through_data(const char *from, const char *to, const struct stack_info *stack)
{
	look_through((unsigned long)from, min(stack->low, (unsigned long)to));
	look_through(max(todo.sp, (unsigned long)from), (unsigned long)to);
}

static void look_through_image(void)
{
	struct stack_info stack = {.low = todo.sp};

	stack_find(todo.sp, &stack);
	look_through_data(_sdata, __init_begin, &stack);
	look_through_data(__init_end, __bss_end, &stack);
	look_through(todo.sp, stack.high);
	look_through_todo();
}

static void find_grey(const struct leak_object *o, void *arg __unused)
{
	if ((o->record->flags & (LEAK_GREY | LEAK_SCANNED)) == LEAK_GREY)
		push(o->start);
}

/* All objects white, but those that are known to be referred to. */
static void whiten(const struct leak_object *o, void *arg __unused)
{
	o->record->flags &= ~(LEAK_GREY | LEAK_SCANNED);
	if (o->record->flags & LEAK_ROOT)
		mark(o, NULL);
}

static void call_object(unsigned long start, void *arg)
{
	leak_with_object(start, *(leak_fn *)arg, NULL);
}

static void for_each_object(leak_fn fn)
{
	leak_for_each_start(call_object, &fn);
}

/* Everything that was allocated and is not referred to is white afterwards. */
static noinline void mark_all(void)
{
	todo.overflow = false;
	todo.sp = (unsigned long)__builtin_frame_address(0);
	for_each_object(whiten);
	look_through_todo();
	look_through_image();
	leak_for_each_frame(look_through_page, NULL);
	while (todo.overflow) {
		todo.overflow = false;
		for_each_object(find_grey);
		look_through_todo();
	}
}

/* ---- Suspects -------------------------------------------------------------------------- */

/* Goes on with a checksum; bytes that are gone meanwhile do not count. */
static void add_to_checksum(unsigned long at, size_t size, void *arg)
{
	u64 *sum = arg, word;

	for (size_t i = 0; i < size; i += 8)
		if (load_u64_nofault((void *)(at + i), &word))
			*sum = (*sum ^ word) * 0x100000001b3;
}

static void copy_white(const struct leak_object *o, void *arg)
{
	if (o->record->flags & LEAK_GREY)
		o->record->flags &= ~(LEAK_CHECKED | LEAK_SUSPECTED);
	else
		*(struct leak_object *)arg = *o;
}

struct verdict {
	u64 sum;
	bool is_new;
};

/* Suspected is who is white twice with the same bytes in it. */
static void settle(const struct leak_object *o, void *arg)
{
	struct leak_record *r = o->record;
	struct verdict *v = arg;

	if ((r->flags & LEAK_CHECKED) && r->checksum == v->sum && !(r->flags & LEAK_SUSPECTED)) {
		r->flags |= LEAK_SUSPECTED;
		v->is_new = true;
	}
	r->flags |= LEAK_CHECKED;
	r->checksum = v->sum;
}

static void judge(unsigned long start, void *arg)
{
	struct verdict v = {.sum = 0xcbf29ce484222325};
	struct leak_object o = {0};

	leak_with_object(start, copy_white, &o);
	if (!o.start)
		return;
	for_each_copy(&o, add_to_checksum, &v.sum);
	leak_with_object(start, settle, &v);
	*(unsigned long *)arg += v.is_new;
}

unsigned long kmemleak_scan(void)
{
	unsigned long found = 0;
	struct page *page;

	if (!kmemleak_on)
		return 0;
	mutex_lock(&scan_lock);
	page = alloc_pages(GFP_KERNEL, STACK_ORDER);
	if (page) {
		todo.slot = page_to_virt(page);
		for (unsigned int pass = 0; pass < 2; pass++) {
			mark_all();
			leak_for_each_start(judge, &found);
		}
		todo.slot = NULL;
		todo.sp = 0;
		__free_pages(page, STACK_ORDER);
	}
	mutex_unlock(&scan_lock);
	if (found)
		pr_info("kmemleak: %lu new suspected memory leaks (see kmemleak list)\n", found);
	return found;
}

/* ---- The list -------------------------------------------------------------------------- */

struct suspect {
	struct leak_object o; /* start 0: none */
	struct leak_record record;
	u64 bytes[DUMP_BYTES / 8];
};

/* A per-CPU object is shown as this CPU has it. */
static void copy_suspect(const struct leak_object *o, void *arg)
{
	unsigned long at = o->start + (o->percpu ? __per_cpu_offset[raw_smp_processor_id()] : 0);
	struct suspect *s = arg;

	if (!(o->record->flags & LEAK_SUSPECTED))
		return;
	s->o = *o;
	s->record = *o->record;
	for (size_t i = 0; i < DUMP_BYTES / 8 && i * 8 < o->size; i++)
		if (!load_u64_nofault((void *)(at + i * 8), &s->bytes[i]))
			s->bytes[i] = 0;
}

static void print_suspect(const struct suspect *s)
{
	u64 age = ktime_get_ns() - s->record.when;
	unsigned int bytes = (unsigned int)min_t(size_t, s->o.size, DUMP_BYTES), n = 0;

	pr_warn("unreferenced object %s0x%px (size %zu):\n", s->o.percpu ? "(percpu) " : "",
		(void *)s->o.start, s->o.size);
	pr_warn("  comm \"%s\", pid %d, jiffies %llu (age %llu.%03llus)\n", s->record.comm,
		s->record.pid, (unsigned long long)(s->record.when / (NSEC_PER_SEC / HZ)),
		age / NSEC_PER_SEC, age % NSEC_PER_SEC / NSEC_PER_MSEC);
	if (s->o.percpu)
		pr_warn("  hex dump (first %u bytes on cpu %u):\n", bytes, raw_smp_processor_id());
	else
		pr_warn("  hex dump (first %u bytes):\n", bytes);
	print_hex_dump(KERN_WARNING, "    ", DUMP_PREFIX_NONE, 16, 1, s->bytes, bytes, true);
	pr_warn("  backtrace:\n");
	for (; n < LEAK_FRAMES && s->record.frame[n]; n++)
		pr_warn("    [<%016lx>] %pB\n", s->record.frame[n], (void *)s->record.frame[n]);
}

static void list_one(unsigned long start, void *arg)
{
	struct suspect s = {0};

	leak_with_object(start, copy_suspect, &s);
	if (!s.o.start)
		return;
	print_suspect(&s);
	++*(unsigned long *)arg;
}

unsigned long kmemleak_list(void)
{
	unsigned long nr = 0;

	if (kmemleak_on)
		leak_for_each_start(list_one, &nr);
	return nr;
}

static void forgive(const struct leak_object *o, void *arg __unused)
{
	u32 *flags = &o->record->flags;

	if (*flags & LEAK_SUSPECTED)
		*flags = (*flags & ~LEAK_SUSPECTED) | LEAK_ROOT;
}

void kmemleak_clear(void)
{
	if (kmemleak_on)
		for_each_object(forgive);
}

static int cmd_kmemleak(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!kmemleak_on) {
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
