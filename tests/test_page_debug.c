/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with page_owner=on a page is freed twice, and the report names the function
 * that allocated it and the one that freed it; with page_poison=1 a driver writes to a
 * page that it has freed, and the next who gets the page is told; with debug_pagealloc=on
 * whoever touches a free page faults there, on each CPU, however the page was freed.
 * Boots without these parameters skip what needs them.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/extable.h>
#include <asm/traps.h>
#include "../mm/page_debug.h"

static noinline struct page *allocate_page_here(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	barrier();
	return page;
}

static noinline void free_page_here(struct page *page, unsigned int order)
{
	__free_pages(page, order);
	barrier();
}

static bool tracked(void)
{
	if (!page_debug_tracks())
		ktest_skip("without page_owner=on");
	return page_debug_tracks();
}

KTEST(page_debug, who_allocated_and_who_freed)
{
	if (!tracked())
		return;
	for (unsigned int order = 0; order < 6; order++) {
		struct page *page = allocate_page_here(order);

		ASSERT(page);
		EXPECT_REPORT("\n allocate_page_here+") {
			__free_pages(page, order + 1);
		}
		free_page_here(page, order);
		EXPECT_REPORT("page last allocated via order") {
			__free_pages(page, order);
		}
		EXPECT_REPORT("allocate_page_here") {
			__free_pages(page, order);
		}
		EXPECT_REPORT("free_page_here") {
			__free_pages(page, order);
		}
	}
}

struct allocation {
	struct page *page;
	unsigned int order;
	struct completion done;
};

static int allocate_in_thread(void *data)
{
	struct allocation *a = data;

	a->page = allocate_page_here(a->order);
	complete(&a->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* The report has the order that was asked for, the thread that asked, and its CPU. */
KTEST(page_debug, order_thread_and_cpu)
{
	struct allocation a = {.order = 0};
	char line[80];
	int cpu;

	if (!tracked())
		return;
	for_each_online_cpu(cpu) {
		struct task_struct *thread;

		a.order = 1 + (unsigned int)cpu % 3;
		thread = kthread_create_on_cpu(allocate_in_thread, &a, cpu, "owner/%d", cpu);
		ASSERT(!IS_ERR(thread));
		snprintf(line, sizeof(line), "page last allocated via order %u, pid %d, cpu %d\n",
			 a.order, thread->pid, cpu);
		EXPECT(thread->pid != current->pid);
		init_completion(&a.done);
		wake_up_process(thread);
		wait_for_completion(&a.done);
		kthread_stop(thread);
		ASSERT(a.page);
		for (unsigned int i = 1; i < 1U << a.order; i++) {
			EXPECT_REPORT(line) {
				__free_page(a.page + i);
			}
		}
		__free_pages(a.page, a.order);
	}
}

/* Each page of a block has a record, so the middle of one tells whose it is. */
KTEST(page_debug, pages_of_a_split_block)
{
	struct page *page;

	if (!tracked())
		return;
	page = allocate_page_here(3);
	ASSERT(page);
	EXPECT_REPORT("allocate_page_here") {
		__free_page(page + 5);
	}
	split_page(page, 3);
	for (unsigned int i = 0; i < 8; i++)
		free_page_here(page + i, 0);
	EXPECT_REPORT("free_page_here") {
		__free_page(page + 5);
	}
}

/*
 * What was freed last is handed out first.  The late writer has a mapping of his own, which
 * debug_pagealloc=on does not take away.
 */
struct freed_block {
	struct page *page;
	unsigned int order;
	u8 *bytes;
};

static bool freed_block(struct freed_block *b, unsigned int order)
{
	struct page *pages[8];

	if (!page_debug_poisons()) {
		ktest_skip("without page_poison=1");
		return false;
	}
	b->order = order;
	b->page = alloc_pages(GFP_KERNEL, order);
	if (!EXPECT(b->page))
		return false;
	for (unsigned int i = 0; i < 1U << order; i++)
		pages[i] = b->page + i;
	b->bytes = vmap(pages, 1U << order, VM_MAP, PAGE_KERNEL);
	__free_pages(b->page, order);
	return EXPECT(b->bytes);
}

/* The block is taken, which must give that report, and freed. */
static void take_and_expect(const struct freed_block *b, const char *report)
{
	struct page *again = NULL;

	EXPECT_REPORT(report) {
		again = alloc_pages(GFP_KERNEL, b->order);
	}
	EXPECT(again == b->page);
	EXPECT(!report || ktest_reported("page dumped because: pagealloc: corrupted page details"));
	__free_pages(again, b->order);
}

KTEST(page_debug, a_write_to_a_free_page_is_found)
{
	struct freed_block b;
	struct page *again = NULL;

	if (!freed_block(&b, 0))
		return;
	EXPECT(!memchr_inv(b.bytes, 0xaa, PAGE_SIZE));
	b.bytes[100] = 0x55;
	b.bytes[200] = 0x11;
	take_and_expect(&b, "pagealloc: memory corruption");
	EXPECT(ktest_reported(": 55 aa aa aa"));
	b.bytes[101] = 0xa9; /* a bit more, and one less */
	take_and_expect(&b, "pagealloc: memory corruption");
	EXPECT(ktest_reported(": a9 "));
	EXPECT(!ktest_reported(": a9 aa"));
	b.bytes[7] ^= 4;
	EXPECT_REPORT("pagealloc: single bit error") {
		again = alloc_page(GFP_KERNEL | __GFP_ZERO);
	}
	EXPECT(again == b.page && !memchr_inv(b.bytes, 0, PAGE_SIZE));
	__free_page(again);
	take_and_expect(&b, NULL);
	vunmap(b.bytes);
}

/* No byte of a page, and no page of a block, is too far out to be looked at. */
KTEST(page_debug, a_write_to_either_end_is_found)
{
	static const unsigned long at[] = {0, PAGE_SIZE - 1, PAGE_SIZE, 4 * PAGE_SIZE - 1};
	struct freed_block b;

	if (!freed_block(&b, 2))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT(!memchr_inv(b.bytes, 0xaa, PAGE_SIZE << b.order));
		b.bytes[at[i]] ^= 0x80;
		take_and_expect(&b, "pagealloc: single bit error");
		EXPECT(ktest_reported(": 2a"));
	}
	take_and_expect(&b, NULL);
	vunmap(b.bytes);
}

static bool unmaps(void)
{
	if (!debug_pagealloc_enabled())
		ktest_skip("without debug_pagealloc=on");
	return debug_pagealloc_enabled();
}

static void read_byte(void *at)
{
	*(volatile u8 *)at;
}

static void write_byte(void *at)
{
	*(volatile u8 *)at = 1;
}

/* The fault is at the culprit, and the report says what the page is and who freed it. */
static void touch_free_page(void (*touch)(void *at), u8 *at)
{
	struct trap_info info = {.vector = 0};

	EXPECT_REPORT("BUG: unable to handle page fault for address") {
		EXPECT(trap_catch(touch, at, &info));
	}
	EXPECT(ktest_reported("the page is free"));
	EXPECT(ktest_reported("free_page_here") == page_debug_tracks());
	EXPECT_EQ(info.vector, TRAP_PF);
	EXPECT_EQ(info.address, (unsigned long)at);
}

KTEST(page_debug, a_touch_of_a_free_page_faults)
{
	if (!unmaps())
		return;
	for (unsigned int order = 0; order < 4; order++) {
		struct page *page = allocate_page_here(order);
		unsigned long size = PAGE_SIZE << order;
		u8 *bytes;

		ASSERT(page);
		bytes = page_address(page);
		memset(bytes, 0x17, size);
		free_page_here(page, order);
		touch_free_page(read_byte, bytes);
		touch_free_page(write_byte, bytes + size - 1);
		touch_free_page(write_byte, bytes + size / 2);
		page = alloc_pages(GFP_KERNEL, order);
		ASSERT(page);
		memset(page_address(page), 0x18, size);
		__free_pages(page, order);
	}
}

/* Whether a CPU can read a word; and it does, so that its TLB knows the page. */
struct reading {
	const void *at;
	bool worked;
};

static void read_there(void *info)
{
	struct reading *r = info;
	u64 word;

	r->worked = load_u64_nofault(r->at, &word);
}

static bool cpu_reads(int cpu, const void *at)
{
	struct reading r = {.at = at};

	smp_call_function_single(cpu, read_there, &r, 1);
	return r.worked;
}

/* No CPU goes on reaching a page through what its TLB remembers. */
KTEST(page_debug, a_free_page_is_gone_from_each_cpu)
{
	struct page *page;
	int cpu;

	if (!unmaps())
		return;
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	for_each_online_cpu(cpu)
		EXPECT(cpu_reads(cpu, page_address(page)));
	__free_page(page);
	for_each_online_cpu(cpu)
		EXPECT(!cpu_reads(cpu, page_address(page)));
}

static void free_there(void *info)
{
	__free_page(info);
}

/* Locks held, interrupts off, in an interrupt: the flush waits for others all the same. */
KTEST(page_debug, freed_where_nobody_may_sleep)
{
	static DEFINE_SPINLOCK(lock);
	struct page *page;
	unsigned long flags;
	int cpu;

	if (!unmaps())
		return;
	for_each_online_cpu(cpu) {
		spin_lock_irqsave(&lock, flags);
		page = alloc_page(GFP_ATOMIC);
		if (page)
			__free_page(page);
		spin_unlock_irqrestore(&lock, flags);
		ASSERT(page);
		EXPECT(!cpu_reads(cpu, page_address(page)));
		page = alloc_page(GFP_KERNEL);
		ASSERT(page);
		smp_call_function_single(cpu, free_there, page, 1);
		EXPECT(!cpu_reads(raw_smp_processor_id(), page_address(page)));
	}
}

/* Pages that slabs and vmalloc() give back are no exception, nor are those of compound pages. */
KTEST(page_debug, each_way_of_freeing_unmaps)
{
	struct page *page;
	u64 word;
	void *p;

	if (!unmaps())
		return;
	p = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	ASSERT(p);
	memset(p, 1, 5 * PAGE_SIZE);
	kfree(p);
	EXPECT(!load_u64_nofault(p + 4 * PAGE_SIZE, &word));
	p = vmalloc(PAGE_SIZE);
	ASSERT(p);
	page = vmalloc_to_page(p);
	vfree(p);
	vm_unmap_aliases();
	EXPECT(!load_u64_nofault(page_address(page), &word));
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, 2);
	ASSERT(page);
	get_page(page + 3);
	__free_pages(page, 2);
	EXPECT(load_u64_nofault(page_address(page + 3), &word));
	put_page(page + 3);
	EXPECT(!load_u64_nofault(page_address(page + 3), &word));
}
