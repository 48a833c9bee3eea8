/* SPDX-License-Identifier: MIT */
#ifndef MM_VMAP_H
#define MM_VMAP_H

/*
 * Areas of the vmalloc range: what vmalloc.c, vmap_pages.c, ioremap.c and percpu.c
 * share.  mm/vmap.c tells how they live, mm/vmap_purge.c how they come back.
 *
 * Lock order: purge_lock, memtype_lock, vmap_lock, pt_lock.
 */
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/list.h>
#include <linux/percpu-defs.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/pcpu_list.h>
#include "page_table.h"
#include "vmap_arena.h"

/*
 * What an area is, in the low bits of its key.  An address alone is the key of
 * a range that is cached, or not ready yet.
 */
enum vmap_kind {
	VMAP_CACHED = 0,
	VMAP_ALLOC = 1,	 /* vmalloc(): owns its pages */
	VMAP_MAP = 2,	 /* vmap() */
	VMAP_IO = 3,	 /* ioremap() */
	VMAP_PERCPU = 4, /* chunk of the per-CPU allocator */
	VMAP_KIND_MASK = 7,
	VMAP_PENDING = 8, /* or-ed in: freed, waiting for the TLB flush */
};

/* Software bit of an entry: vmalloc() owns the page behind it. */
#define _PAGE_OWNED 0x0000000000000200ULL

/**
 * struct vmap_area - a range of the vmalloc range, and what it is used for
 * @key: address | enum vmap_kind; changed atomically when the area is freed
 * @hash_next: the next one in its hash chain
 * @pte: entry of its first page, if one leaf table holds all of them; else NULL
 * @next: link while pending, or in a depot
 * @nr_pages: pages mapped
 * @blocks: VMAP_ALLOC: frame of the first block it owns, linked by the descriptors
 * @span: VMAP_IO: pages it is for, while @nr_pages is not complete yet
 * @class: which cache its range belongs to, or VMAP_NO_CLASS
 * @cache: VMAP_IO: index of the cache type
 * @flags: VM_* as /proc/vmallocinfo shows them
 * @caller: who asked for it
 * @phys: VMAP_IO: what @key's address maps
 * @memtype: VMAP_IO: its place in the list of its cache type
 * @seg: its range, one page longer at least than what is mapped
 */
struct vmap_area {
	u64 key;
	struct vmap_area *hash_next;
	pte_t *pte;
	struct vmap_area *next;
	u32 nr_pages;
	union {
		u32 blocks;
		u32 span;
	};
	u8 class;
	u8 cache;
	unsigned int flags;
	const void *caller;
	phys_addr_t phys;
	struct list_head memtype;
	struct vseg *seg;
};

/* Ranges for up to this many pages are cached; larger ones come from the arena. */
#define VMAP_CACHED_PAGES 16
#define VMAP_CLASSES	  8
#define VMAP_NO_CLASS	  VMAP_CLASSES

/* Ranges of a class that a CPU, and the depot, keep at most. */
#define VMAP_CACHE_MAX 512

/**
 * struct vmap_cache - a CPU's clean ranges of a class, ready to be mapped
 * @list: linked by their next
 * @nr: their number, roughly
 */
struct vmap_cache {
	struct pcpu_list list;
	long nr;
};

/**
 * struct vmap_cpu - what a CPU keeps to itself
 * @cache: by class
 * @pending: freed areas; others take the list as a whole, so pushes are atomic
 * @pending_room: weight that @pending may still gain before a purge, roughly
 * @nr_areas: live areas made less those freed here
 * @nr_pages: vmalloc() pages taken less those released here
 */
struct vmap_cpu {
	struct vmap_cache cache[VMAP_CLASSES];
	struct vmap_area *pending;
	long pending_room;
	long nr_areas;
	long nr_pages;
};
DECLARE_PER_CPU(struct vmap_cpu, vmap_cpu);

/* struct vmap_depot - clean ranges of a class that their CPU had enough of; under vmap_lock */
struct vmap_depot {
	struct vmap_area *first;
	unsigned int nr;
};
extern struct vmap_depot vmap_depot[VMAP_CLASSES + 1]; /* that of VMAP_NO_CLASS is always full */

extern spinlock_t vmap_lock; /* the arena, the depots, writing the hash */
extern struct varena vmap_arena;
extern struct vmap_area **vmap_hash;
extern unsigned long vmap_hash_mask;
extern const u8 vmap_class_of[VMAP_CACHED_PAGES + 1];

/**
 * struct vmap_request - what range is wanted
 * @pages: to be mapped; the guard comes on top
 * @align: power of two, at least PAGE_SIZE
 * @min: lowest address
 * @max: end of the highest
 * @gfp: how to allocate what describes it
 * @class: its cache, or VMAP_NO_CLASS
 */
struct vmap_request {
	unsigned long pages;
	unsigned long align;
	unsigned long min;
	unsigned long max;
	gfp_t gfp;
	u8 class;
};

/**
 * vmap_area_new - a range from the arena
 * @req: what it must be like
 *
 * Up to PMD_PAGES - 1 pages lie within one leaf table; more start at a multiple
 * of PMD_SIZE.
 *
 * Context: may sleep if @req->gfp allows.
 * Return: an area without mapping whose kind is VMAP_CACHED, or NULL.
 */
struct vmap_area *vmap_area_new(const struct vmap_request *req);

/* vmap_area_refill - a cached range of a class whose cache on this CPU is empty. */
struct vmap_area *vmap_area_refill(unsigned int class, gfp_t gfp);

static __always_inline unsigned long vmap_addr(const struct vmap_area *va)
{
	return va->key & PAGE_MASK;
}

static __always_inline enum vmap_kind vmap_kind(const struct vmap_area *va)
{
	return (enum vmap_kind)(va->key & ~PAGE_MASK);
}

#define VMAP_LINK __builtin_offsetof(struct vmap_area, next)

/* vmap_cache_pop - a clean range of a class, or NULL; vmap_cache_push() is the opposite. */
static __always_inline struct vmap_area *vmap_cache_pop(unsigned int class)
{
	struct vmap_area *va = pcpu_list_pop(&vmap_cpu.cache[class].list, VMAP_LINK);

	if (likely(va))
		this_cpu_dec(vmap_cpu.cache[class].nr);
	return va;
}

static __always_inline void vmap_cache_push(struct vmap_area *va, unsigned int class)
{
	this_cpu_inc(vmap_cpu.cache[class].nr);
	pcpu_list_push(&vmap_cpu.cache[class].list, va, VMAP_LINK);
}

/* vmap_area_get - an area for 1 .. VMAP_CACHED_PAGES pages, all in one leaf table. */
static __always_inline struct vmap_area *vmap_area_get(unsigned long pages, gfp_t gfp)
{
	unsigned int class = vmap_class_of[pages];
	struct vmap_area *va = vmap_cache_pop(class);

	return likely(va) ? va : vmap_area_refill(class, gfp);
}

/* vmap_area_get_any - an area for any number of pages. */
struct vmap_area *vmap_area_get_any(unsigned long pages, gfp_t gfp);

/* vmap_area_live - an area that is mapped now becomes what @kind says. */
static __always_inline void *vmap_area_live(struct vmap_area *va, enum vmap_kind kind)
{
	unsigned long at = va->key;

	this_cpu_inc(vmap_cpu.nr_areas);
	kasan_unpoison_vmalloc((void *)at, (unsigned long)va->nr_pages << PAGE_SHIFT);
	WRITE_ONCE(va->key, at | kind);
	return (void *)at;
}

static __always_inline struct vmap_area **vmap_bucket(unsigned long addr)
{
	return &vmap_hash[(addr >> PAGE_SHIFT ^ addr >> PMD_SHIFT) & vmap_hash_mask];
}

/* vmap_lookup - the area whose key is @key, by no lock; NULL may also mean: look again under it. */
static __always_inline struct vmap_area *vmap_lookup(u64 key)
{
	struct vmap_area *va = smp_load_acquire(vmap_bucket(key));

	while (va && READ_ONCE(va->key) != key)
		va = smp_load_acquire(&va->hash_next);
	return va;
}

/* vmap_area_claim_found - vmap_area_claim() of what vmap_lookup() of @key found. */
static __always_inline bool vmap_area_claim_found(struct vmap_area *va, u64 key)
{
	return __atomic_compare_exchange_n(&va->key, &key, key | VMAP_PENDING, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/**
 * vmap_area_claim - from live to pending, by exactly one caller
 * @addr: its address
 * @kind: what it must be
 *
 * Context: any.
 * Return: the area, still mapped, or NULL if @addr is not a live area of that kind.
 */
static __always_inline struct vmap_area *vmap_area_claim(unsigned long addr, enum vmap_kind kind)
{
	struct vmap_area *va = vmap_lookup(addr | kind);

	if (unlikely(!va) || unlikely(addr & ~PAGE_MASK) ||
	    unlikely(!vmap_area_claim_found(va, addr | kind)))
		return NULL;
	return va;
}

/**
 * vmap_map - map frames that lie side by side behind those mapped already
 * @va: the area; @va->nr_pages grows
 * @pfn: first frame
 * @n: how many; a large page is used where @pfn and the address allow
 * @prot: protection, through pgprot_supported(); may have _PAGE_OWNED
 *
 * Context: any.
 * Return: 0, or -ENOMEM; what is mapped stays so.
 */
int vmap_map(struct vmap_area *va, unsigned long pfn, unsigned long n, pgprot_t prot);

/* vmap_mapped_end - the end of what is mapped of an area. */
static __always_inline unsigned long vmap_mapped_end(const struct vmap_area *va)
{
	return vmap_addr(va) + ((unsigned long)va->nr_pages << PAGE_SHIFT);
}

/* vmap_unmap_many - clear the entries of an area that may need more than one table. */
void vmap_unmap_many(struct vmap_area *va);

/* vmap_unmap - clear an area's entries; the TLB keeps them for now. */
static __always_inline void vmap_unmap(struct vmap_area *va)
{
	if (likely(va->pte))
		clear_ptes(va->pte, va->nr_pages);
	else
		vmap_unmap_many(va);
}

/* Weight of an area beside its pages, and the weight at which a CPU purges. */
#define VMAP_AREA_WEIGHT 32
extern long vmap_pending_max;

/* vmap_pending_full - this CPU has put off enough: purge, now or soon. */
void vmap_pending_full(void);

/*
 * Pushes @va in front of this CPU's pending list.  Migration in the middle does
 * no harm: whatever list the exchange succeeds on begins with @va's next.
 */
static __always_inline void vmap_push_pending(struct vmap_area *va)
{
	struct vmap_area *old = this_cpu_read(vmap_cpu.pending);

	do
		va->next = old;
	while (unlikely(!this_cpu_try_cmpxchg_shared(vmap_cpu.pending, &old, va)));
}

/**
 * vmap_pend - an unmapped area waits for the TLB flush
 * @va: claimed and unmapped
 *
 * Context: any.
 */
static __always_inline void vmap_pend(struct vmap_area *va)
{
	long weight = (long)va->nr_pages + VMAP_AREA_WEIGHT;

	this_cpu_dec(vmap_cpu.nr_areas);
	kasan_poison_vmalloc((const void *)vmap_addr(va),
			     (unsigned long)va->nr_pages << PAGE_SHIFT);
	vmap_push_pending(va);
	if (unlikely(this_cpu_sub_is_negative(vmap_cpu.pending_room, weight)))
		vmap_pending_full();
}

/* vmap_free_claimed - what follows a claim, for any area. */
void vmap_free_claimed(struct vmap_area *va);

/* vmap_free_again - a claim failed: NULL, a chain that changed meanwhile, or a mistake. */
void vmap_free_again(const char *call, const void *addr, enum vmap_kind kind);

/*
 * vmap_area_free - vfree() and its like.  It calls nothing but at its end, so that
 * the compiler saves no registers.
 */
static __always_inline void vmap_area_free(const char *call, const void *addr, enum vmap_kind kind)
{
	struct vmap_area *va = vmap_area_claim((unsigned long)addr, kind);

	if (unlikely(!va)) {
		vmap_free_again(call, addr, kind);
	} else if (unlikely(!va->pte)) {
		vmap_free_claimed(va);
	} else {
		clear_ptes(va->pte, va->nr_pages);
		vmap_pend(va);
	}
}

/* vmap_area_drop - give up an area that never became live, half mapped perhaps, and purge. */
void vmap_area_drop(struct vmap_area *va, enum vmap_kind kind);

/* vmap_depot_pop - a range of the depot, or NULL, under vmap_lock. */
struct vmap_area *vmap_depot_pop(unsigned int class);

/* vmap_depot_push - the opposite, under vmap_lock. */
void vmap_depot_push(struct vmap_area *va);

/* vmap_give_range - the opposite of vmap_area_new(), once the tables are unpinned. */
void vmap_give_range(struct vmap_area *va);

/* vmap_free_tags - frees the arena's spare tags. */
void vmap_free_tags(void);

/* vmap_unpin_idle_slot - a large page may want the place of the idle slot, if in [@start, @end). */
void vmap_unpin_idle_slot(unsigned long start, unsigned long end);

/**
 * vmap_purge - flush the TLB, then release what is pending on all CPUs
 *
 * Context: any but interrupt.
 * Return: whether anything was pending.
 */
bool vmap_purge(void);

/* vmap_purge_init - how much may be pending, and that reclaim may purge it. */
void __init vmap_purge_init(void);

/* vmap_report_bad - "<call>: bad address", with what is known about it, and the stack. */
void __cold vmap_report_bad(const char *call, const volatile void *addr);

/* vmap_report_interrupt - "<call>() in an interrupt", which Linux's do not allow. */
void __cold vmap_report_interrupt(const char *call);

/* vmap_add_block - @va owns the block that begins with @page. */
static __always_inline void vmap_add_block(struct vmap_area *va, struct page *page)
{
	page->next = va->blocks;
	va->blocks = (u32)page_to_pfn(page);
}

/* vmap_release_blocks - free the pages of an area nothing can reach any more; vmalloc.c's. */
void vmap_release_blocks(struct vmap_area *va);

/* vmap_forget_io - purge: a device mapping is gone for good; ioremap.c's. */
void vmap_forget_io(struct vmap_area *va);

/* vmalloc_entry - what maps @addr, as a 4 KiB entry spells it, or 0; vmalloc.c's. */
u64 vmalloc_entry(unsigned long addr);

/**
 * vmap_check - do the invariants of the whole vmalloc range hold?
 *
 * Context: no other user of the range at the same time.
 * Return: NULL, or which one does not.
 */
const char *vmap_check(void);

/* vmap_prot_is_wx - may what is mapped with @prot be both written and executed? */
static __always_inline bool vmap_prot_is_wx(pgprot_t prot)
{
	return (pgprot_val(prot) & (_PAGE_RW | _PAGE_NX)) == _PAGE_RW;
}

/* vmap_prot_ok - is a protection not both writable and executable?  Reports if it is. */
bool vmap_prot_ok(const char *call, pgprot_t prot);

/* struct vmalloc_holder - what a caller of vmalloc() has: its areas, and their pages */
struct vmalloc_holder {
	const void *caller;
	unsigned long pages;
	unsigned long areas;
};

/**
 * vmalloc_holders - who has how much vmalloc() memory
 * @table: filled in, unsorted; the last place stands for all that found no other,
 *	   with a NULL caller
 * @n: its length, at least 2
 *
 * Context: any but under vmap_lock.
 */
void vmalloc_holders(struct vmalloc_holder *table, unsigned int n);

#endif
