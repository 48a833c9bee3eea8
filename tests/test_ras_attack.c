/* SPDX-License-Identifier: MIT */
/*
 * Scenario: memory is taken and given back, kind after kind, and a real interrupt
 * comes after each single instruction of each restartable sequence on the way, whose
 * handler takes from, and gives back to, the same cache or list.
 *
 *	trace	the victim runs one instruction at a time, and every instruction in
 *		a sequence, or just behind one, becomes a target
 *	attack	for each target, some rounds: a breakpoint there sends the CPU an
 *		interrupt, which it takes before it goes on; at most one a round, since
 *		one after each instruction would restart a sequence for ever
 *
 * Everything that is out has one owner, the victim or the handler, and holds a word
 * that says so.  What is handed out while it has an owner, or comes back with another
 * word in it, is counted; what is lost shows when all is back: the harness counts
 * pages, objects and areas to the last one.
 *
 * The table of sequences has hundreds of entries, which are places where one of a few was
 * expanded.  When all tests have run, an interrupt has come after each instruction of each
 * of those; no attack may have had to leave a target out.
 *
 * ras.rounds= says how many rounds; the monitor's ras_attack command takes a number.
 */
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <cairn/symbols.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/ras.h>
#include <asm/traps.h>
#include "../mm/slab.h"
#include "../mm/vmap.h"

#define SIZE	     96
#define OWNED	     24 /* at most, by each of the two */
#define TRACE_ROUNDS 40
#define MAX_TARGETS  192
#define PATIENCE     100 /* rounds more for a target that is rarely come by */
#define COLD	     10	 /* once in as many rounds caches are empty */
#define BURST	     40	 /* once in as many interrupts everything is given back, or taken */
#define MARK	     0x0b5e55edc0ffee11ULL

/**
 * struct kind - something that is taken and given back
 * @name: of it
 * @get: takes one; NULL: there is none
 * @put: gives it back
 * @word: a word of one that is its owner's, or NULL
 */
struct kind {
	const char *name;
	void *(*get)(void);
	void (*put)(void *p);
	u64 *(*word)(void *p);
};

/* What a victim and a handler do; they need not do the same. */
struct attack {
	struct kind victim, handler;
};

struct owner {
	void *item[OWNED];
	unsigned int nr;
};

static unsigned long rounds = 2000;

static struct kmem_cache *cache;
static mempool_t *pool;

static const struct attack *attack;
static struct owner mine, his;
static unsigned long doubles, damaged;
static unsigned long interrupts, exact, rounds_made;
static u32 dice;

static unsigned int throw(unsigned int sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

/* ---- Ownership ------------------------------------------------------------------------- */

static bool owns(const struct owner *o, const void *p)
{
	for (unsigned int i = 0; i < o->nr; i++) {
		if (o->item[i] == p)
			return true;
	}
	return false;
}

static void take(struct owner *o, const struct kind *kind)
{
	void *p;

	if (o->nr == OWNED)
		return;
	p = kind->get();
	if (!p)
		return;
	doubles += owns(&mine, p) || owns(&his, p);
	if (kind->word)
		*kind->word(p) = (u64)p ^ MARK;
	o->item[o->nr] = p;
	barrier();
	o->nr++;
}

static void give(struct owner *o, const struct kind *kind, unsigned int i)
{
	void *p = o->item[i];

	if (kind->word)
		damaged += *kind->word(p) != ((u64)p ^ MARK);
	o->item[i] = o->item[o->nr - 1];
	o->nr--;
	barrier();
	kind->put(p);
}

static void give_all(struct owner *o, const struct kind *kind)
{
	while (o->nr)
		give(o, kind, o->nr - 1);
}

/* ---- Victim and handler ---------------------------------------------------------------- */

static void victim_round(void)
{
	take(&mine, &attack->victim);
	if (mine.nr)
		give(&mine, &attack->victim, throw(mine.nr));
	if (!throw(BURST))
		give_all(&mine, &attack->victim);
	else if (throw(2))
		take(&mine, &attack->victim);
}

/* Has the long ways taken: caches are empty, and every other time page lists are, too. */
static void empty_caches(bool pages)
{
	give_all(&mine, &attack->victim);
	local_irq_disable();
	give_all(&his, &attack->handler);
	local_irq_enable();
	vmap_drain();
	kmem_cache_drain_all();
	if (pages)
		drain_all_pages();
}

static unsigned long attacked;
static unsigned int reached;
static bool fired;

/* Of each kind of sequence, the places in it where an interrupt came: bit i, after instruction i. */
static u32 hit[RAS_NR_KINDS];
static u8 attacked_kind, attacked_place;

static void handler(struct pt_regs *regs)
{
	const struct kind *kind = &attack->handler;

	interrupts++;
	if (regs->ip == attacked) {
		exact++;
		hit[attacked_kind] |= BIT(attacked_place);
	}
	if (!throw(BURST))
		give_all(&his, kind);
	for (unsigned int n = throw(BURST) ? 1 : OWNED; n; n--) {
		if (throw(2) && his.nr)
			give(&his, kind, throw(his.nr));
		if (throw(2))
			take(&his, kind);
	}
}

static void send_interrupt(struct pt_regs *regs)
{
	if (fired || !(regs->flags & X86_EFLAGS_IF))
		return;
	fired = true;
	apic_send_ipi_self(SELF_VECTOR);
}

/* ---- Targets --------------------------------------------------------------------------- */

static struct target {
	unsigned long ip;
	unsigned int seen; /* while tracing */
} targets[MAX_TARGETS];
static unsigned int nr_targets;

/* In a sequence, or where one has just ended? */
static bool after_some_of_one(unsigned long ip)
{
	return ras_fixup(ip) != ip || ras_fixup(ip - 1) != ip - 1;
}

static void note_target(unsigned long ip)
{
	for (unsigned int i = 0; i < nr_targets; i++) {
		if (targets[i].ip == ip) {
			targets[i].seen++;
			return;
		}
	}
	if (EXPECT(nr_targets < MAX_TARGETS))
		targets[nr_targets++] = (struct target){ip, 1};
}

static const struct ras_range *sequence_of(unsigned long ip)
{
	size_t n = (size_t)(__ras_table_end - __ras_table_start);
	const struct ras_range *r = ras_find(__ras_table_start, n, ip);

	return r ? r : ras_find(__ras_table_start, n, ip - 1);
}

/* After which instruction of its sequence a target lies: those before it are targets, too. */
static unsigned int place_in(const struct ras_range *r, unsigned long ip)
{
	unsigned int place = 0;

	for (unsigned int i = 0; i < nr_targets; i++)
		place += targets[i].ip > r->start && targets[i].ip <= ip;
	return place;
}

static bool look(struct pt_regs *regs)
{
	if (after_some_of_one(regs->ip) && regs->flags & X86_EFLAGS_IF)
		note_target(regs->ip);
	return false;
}

static void trace(void)
{
	nr_targets = 0;
	for (unsigned int i = 0; i < TRACE_ROUNDS; i++) {
		if (i % COLD == 0)
			empty_caches(i & 1);
		single_step_run(victim_round, look);
	}
}

/* False if the victim never came by, though it did so often before. */
static bool attack_target(const struct target *t, unsigned long n)
{
	unsigned long before = exact;

	attacked = t->ip;
	attacked_kind = (u8)sequence_of(t->ip)->kind;
	attacked_place = (u8)place_in(sequence_of(t->ip), t->ip);
	breakpoint_set(t->ip, send_interrupt);
	for (unsigned long i = 0; i < n || (exact == before && i < n + PATIENCE); i++) {
		if (i >= n)
			empty_caches(i & 1);
		fired = false;
		victim_round();
		rounds_made++;
	}
	breakpoint_set(0, NULL);
	reached += exact != before;
	return exact != before || t->seen < TRACE_ROUNDS / 2;
}

static void attack_targets(void)
{
	unsigned int missed = 0;

	for (unsigned int i = 0; i < nr_targets; i++)
		missed += !attack_target(&targets[i], rounds / nr_targets + 1);
	EXPECT_EQ(missed, 0);
}

/* ---- Have they been everywhere? -------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned int instructions;
} kinds[RAS_NR_KINDS] = {
	[RAS_POP_TAGGED] = {"pop of an object", 5},
	[RAS_POP_ANY] = {"pop", 5},
	[RAS_PUSH] = {"push", 5},
	[RAS_LIST_POP] = {"pop from a list", 5},
	[RAS_LIST_PUSH] = {"push to a list", 3},
	[RAS_FREE] = {"release of an object", 8},
};

/* Some boot parameters close magazines or lists, so that the sequences there end early. */
static bool everything_is_open(void)
{
	return !page_lists_are_off() && !want_init_on_free() && !kasan_enabled() &&
	       !slab_debug_flags("kmalloc-96", 0) && !slab_debug_flags("ras_attack", 0);
}

static u32 finished; /* a bit for each test below */

#define ALL_FINISHED 0x7f

/*
 * The whole table consists of these kinds.  When all tests have run, in whatever order, an
 * interrupt has come after every instruction of each.
 */
static void finish(unsigned int test)
{
	unsigned int uses[RAS_NR_KINDS] = {0}, whole = 0;

	finished |= BIT(test);
	if (finished != ALL_FINISHED || !everything_is_open())
		return;
	for (const struct ras_range *r = __ras_table_start; r < __ras_table_end; r++) {
		if (EXPECT(r->kind < RAS_NR_KINDS))
			uses[r->kind]++;
	}
	for (unsigned int i = 0; i < RAS_NR_KINDS; i++) {
		pr_info("ras_attack: %s, in %u places: interrupted after instructions 0x%x\n",
			kinds[i].name, uses[i], hit[i]);
		whole += EXPECT_EQ(hit[i], (2U << kinds[i].instructions) - 2);
	}
	if (whole == RAS_NR_KINDS)
		pr_info("ras_attack: every instruction of every kind of sequence\n");
}

static void run(const struct attack *what)
{
	attack = what;
	mine.nr = his.nr = reached = 0;
	doubles = damaged = interrupts = exact = rounds_made = 0;
	dice = get_random_u32();
	system_vector_set(SELF_VECTOR, handler);
	trace();
	attack_targets();
	give_all(&mine, &what->victim);
	give_all(&his, &what->handler);
	pr_info("ras_attack: %s: %lu rounds, %lu interrupts at %u of %u instructions\n",
		what->victim.name, rounds_made, interrupts, reached, nr_targets);
	if (!nr_targets)
		ktest_skip("no fast path, as with debugging switched on");
	EXPECT_EQ(exact, interrupts);
	EXPECT_EQ(doubles, 0);
	EXPECT_EQ(damaged, 0);
}

static bool possible(void)
{
	if (!apic_enabled())
		ktest_skip("no local APIC");
	return apic_enabled();
}

/* ---- kmalloc and caches ---------------------------------------------------------------- */

static u64 *second_word(void *p)
{
	return (u64 *)p + 1;
}

static size_t size = SIZE;

static void *get_kmalloc(void)
{
	return kmalloc(READ_ONCE(size), GFP_ATOMIC);
}

static void *get_kmalloc_constant(void)
{
	return kmalloc(SIZE, GFP_ATOMIC);
}

static void put_kmalloc(void *p)
{
	kfree(p);
}

#define KMALLOC_IN_HANDLER                                       \
	{                                                        \
		"kmalloc", get_kmalloc, put_kmalloc, second_word \
	}

KTEST(ras_attack, kmalloc)
{
	static const struct attack what = {KMALLOC_IN_HANDLER, KMALLOC_IN_HANDLER};
	static const struct attack constant = {
		{"kmalloc of a constant", get_kmalloc_constant, put_kmalloc, second_word},
		KMALLOC_IN_HANDLER,
	};

	if (!possible())
		return;
	run(&what);
	run(&constant);
	finish(0);
}

static void *get_object(void)
{
	return kmem_cache_alloc(cache, GFP_ATOMIC);
}

static void *get_zeroed_object(void)
{
	u64 *p = kmem_cache_zalloc(cache, GFP_ATOMIC);

	damaged += p && (p[0] || p[1] || p[SIZE / 8 - 1]);
	return p;
}

static void put_object(void *p)
{
	kmem_cache_free(cache, p);
}

#define OBJECT_IN_HANDLER                                         \
	{                                                         \
		"kmem_cache", get_object, put_object, second_word \
	}

KTEST(ras_attack, kmem_cache)
{
	static const struct attack what = {OBJECT_IN_HANDLER, OBJECT_IN_HANDLER};
	static const struct attack zeroed = {
		{"kmem_cache, zeroed", get_zeroed_object, put_object, second_word},
		OBJECT_IN_HANDLER,
	};

	if (!possible())
		return;
	cache = kmem_cache_create("ras_attack", SIZE, 0, 0, NULL);
	ASSERT(cache);
	run(&what);
	run(&zeroed);
	kmem_cache_destroy(cache);
	finish(1);
}

#define BULK 8

/* Eight at once, of which one is kept. */
static void *get_bulk(void)
{
	void *p[BULK];
	int n = kmem_cache_alloc_bulk(cache, GFP_ATOMIC, BULK, p);

	if (!n)
		return NULL;
	for (int i = 1; i < n; i++) {
		doubles += owns(&mine, p[i]) || owns(&his, p[i]);
		*second_word(p[i]) = (u64)p[i];
	}
	for (int i = 1; i < n; i++)
		damaged += *second_word(p[i]) != (u64)p[i];
	kmem_cache_free_bulk(cache, (size_t)n - 1, p + 1);
	return p[0];
}

KTEST(ras_attack, kmem_cache_bulk)
{
	static const struct attack what = {
		{"kmem_cache, in bulk", get_bulk, put_object, second_word},
		OBJECT_IN_HANDLER,
	};

	if (!possible())
		return;
	cache = kmem_cache_create("ras_attack", SIZE, 0, 0, NULL);
	ASSERT(cache);
	run(&what);
	kmem_cache_destroy(cache);
	finish(2);
}

static void *get_element(void)
{
	return mempool_alloc(pool, GFP_ATOMIC);
}

static void put_element(void *p)
{
	mempool_free(p, pool);
}

KTEST(ras_attack, mempool)
{
	static const struct attack what = {
		{"mempool", get_element, put_element, second_word},
		{"mempool", get_element, put_element, second_word},
	};

	if (!possible())
		return;
	cache = kmem_cache_create("ras_attack", SIZE, 0, 0, NULL);
	ASSERT(cache);
	pool = mempool_create_slab_pool(4, cache);
	if (EXPECT(pool)) {
		run(&what);
		mempool_destroy(pool);
	}
	kmem_cache_destroy(cache);
	finish(3);
}

/* ---- Pages ----------------------------------------------------------------------------- */

static u64 *page_word(void *p)
{
	return page_to_virt((struct page *)p);
}

static void *get_page_of_order_0(void)
{
	return alloc_page(GFP_ATOMIC);
}

static void put_page_of_order_0(void *p)
{
	__free_page(p);
}

static void *get_pages_of_order_1(void)
{
	return alloc_pages(GFP_ATOMIC, 1);
}

static void put_pages_of_order_1(void *p)
{
	__free_pages(p, 1);
}

static unsigned int order = 1;

static void *get_pages_of_any_order(void)
{
	return alloc_pages(GFP_ATOMIC, READ_ONCE(order));
}

static void put_pages_of_any_order(void *p)
{
	__free_pages(p, READ_ONCE(order));
}

#define PAGE_IN_HANDLER                                                               \
	{                                                                             \
		"pages, order 0", get_page_of_order_0, put_page_of_order_0, page_word \
	}
#define PAGES_IN_HANDLER                                                                \
	{                                                                               \
		"pages, order 1", get_pages_of_order_1, put_pages_of_order_1, page_word \
	}

KTEST(ras_attack, pages)
{
	static const struct attack ones = {PAGE_IN_HANDLER, PAGE_IN_HANDLER};
	static const struct attack pairs = {PAGES_IN_HANDLER, PAGES_IN_HANDLER};
	static const struct attack any = {
		{"pages, any order", get_pages_of_any_order, put_pages_of_any_order, page_word},
		PAGES_IN_HANDLER,
	};

	if (!possible())
		return;
	run(&ones);
	run(&pairs);
	run(&any);
	finish(4);
}

/* ---- Per-CPU objects ------------------------------------------------------------------- */

static u64 *percpu_word(void *p)
{
	return raw_cpu_ptr((u64 __percpu *)p);
}

static void *get_percpu(void)
{
	return (__force void *)__alloc_percpu_gfp(16, 8, GFP_ATOMIC | __GFP_NOWARN);
}

static void put_percpu(void *p)
{
	free_percpu((void __percpu __force *)p);
}

#define PERCPU_IN_HANDLER                                     \
	{                                                     \
		"percpu", get_percpu, put_percpu, percpu_word \
	}

KTEST(ras_attack, percpu)
{
	static const struct attack what = {PERCPU_IN_HANDLER, PERCPU_IN_HANDLER};

	if (!possible())
		return;
	run(&what);
	finish(5);
}

/* ---- Areas ----------------------------------------------------------------------------- */

static u64 *area_word(void *p)
{
	return p;
}

static void *get_area(void)
{
	return vmalloc(PAGE_SIZE);
}

static void put_area(void *p)
{
	vfree(p);
}

/* A range that is somebody's area is not free to be taken. */
static void *get_range(void)
{
	struct vmap_area *va = vmap_cache_pop(0);

	if (va)
		doubles += owns(&mine, (void *)vmap_addr(va)) || vmap_kind(va) != VMAP_CACHED;
	return va;
}

/* One that is cached, or a new one where there is none. */
static void *get_range_or_new(void)
{
	struct vmap_area *va = vmap_area_get_any(1, GFP_KERNEL);

	if (va)
		doubles += vmap_kind(va) != VMAP_CACHED;
	return va;
}

static void put_range(void *p)
{
	vmap_cache_push(p, 0);
}

KTEST(ras_attack, vmalloc)
{
	static const struct attack ranges = {
		{"vmalloc, its ranges", get_area, put_area, area_word},
		{"ranges", get_range, put_range, NULL},
	};
	static const struct attack pages = {
		{"vmalloc, its pages", get_area, put_area, area_word},
		PAGE_IN_HANDLER,
	};
	static const struct attack lists = {
		{"ranges", get_range_or_new, put_range, NULL},
		{"ranges", get_range, put_range, NULL},
	};

	if (!possible())
		return;
	run(&lists);
	EXPECT(!vmap_check());
	run(&ranges);
	EXPECT(!vmap_check());
	run(&pages);
	EXPECT(!vmap_check());
	finish(6);
}

/* ---- How long -------------------------------------------------------------------------- */

static int set_rounds(const char *value)
{
	return kstrtoul(value, 0, &rounds);
}
BOOT_PARAM("ras.rounds", set_rounds, "rounds of each attack on restartable sequences, in tests");

static int cmd_ras_attack(int argc, char **argv)
{
	u64 n;

	if (argc > 2 || (argc == 2 && monitor_number(argv[1], &n)))
		return -EINVAL;
	if (argc == 2)
		rounds = n;
	return ktest_run("ras_attack") ? -EIO : 0;
}
MONITOR_COMMAND("ras_attack", "[ROUNDS]", "interrupt each instruction of the fast paths",
		cmd_ras_attack);
