/* SPDX-License-Identifier: MIT */
/*
 * PCI: the walk over the buses, sizing of base address registers and capability
 * lists, each against scripted configuration spaces that misbehave in the ways
 * real hardware and hypervisors have.
 *
 * A scripted function is a few registers: an offset, what it holds, and which
 * of its bits a write changes.  Reads of anything else give 0; reads where no
 * function is give all ones, as on the bus.
 */
#include <cairn/pci.h>
#include <cairn/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define NR_REGS	     24
#define NR_FUNCTIONS 12

struct script_reg {
	u16 where; /* multiple of 4 */
	u32 value;
	u32 writable;
};

struct script_function {
	struct pci_address at;
	struct script_reg reg[NR_REGS];
	unsigned int nr;
};

/* One scripted segment, and what was done to it. */
static struct script {
	struct script_function fn[NR_FUNCTIONS];
	unsigned int nr;
	unsigned int reads, writes;
	unsigned int dies_after; /* reads; then everything answers all ones */
	unsigned int retries;	 /* ids that read as "not ready" first */
	unsigned int waited_ms;
	bool alias;   /* functions 1..7 answer as function 0 */
	bool exposed; /* a BAR held all ones while decoding was on */
} script;

static struct script_function *script_find(struct pci_address at)
{
	unsigned int i;

	for (i = 0; i < script.nr; i++) {
		struct pci_address have = script.fn[i].at;

		if (have.bus != at.bus)
			continue;
		if (have.devfn == at.devfn || (script.alias && have.devfn == (at.devfn & ~7)))
			return &script.fn[i];
	}
	return NULL;
}

static struct script_reg *script_reg(struct script_function *fn, unsigned int where)
{
	unsigned int i;

	for (i = 0; i < fn->nr; i++)
		if (fn->reg[i].where == (where & ~3u))
			return &fn->reg[i];
	return NULL;
}

static bool script_dead(void)
{
	return script.dies_after && script.reads > script.dies_after;
}

static u32 script_read(void *ctx, struct pci_address at, unsigned int where, unsigned int size)
{
	struct script_function *fn = script_find(at);
	struct script_reg *reg = fn ? script_reg(fn, where) : NULL;
	u32 value = 0;

	(void)ctx;
	script.reads++;
	if (!fn || script_dead()) {
		value = ~0u;
	} else if (where < 4 && script.retries) {
		script.retries--;
		value = 0xffff0001;
	} else if (reg) {
		value = reg->value;
	}
	value >>= where % 4 * 8;
	return size == 4 ? value : value & ((1u << size * 8) - 1);
}

static void script_write(void *ctx, struct pci_address at, unsigned int where, unsigned int size,
			 u32 value)
{
	struct script_function *fn = script_find(at);
	struct script_reg *reg = fn ? script_reg(fn, where) : NULL;
	struct script_reg *command = fn ? script_reg(fn, PCI_COMMAND) : NULL;
	u32 mask = size == 4 ? ~0u : (1u << size * 8) - 1;

	(void)ctx;
	script.writes++;
	if (!reg || script_dead())
		return;
	mask <<= where % 4 * 8;
	mask &= reg->writable;
	reg->value = (reg->value & ~mask) | (value << where % 4 * 8 & mask);
	if (value >= 0xfffff800 && command && command->value & 3)
		script.exposed = true;
}

static void script_wait(void *ctx, unsigned int ms)
{
	(void)ctx;
	script.waited_ms += ms;
}

static const struct pci_config_ops script_ops = {script_read, script_write, script_wait};
static const struct pci_config script_config = {
	.ops = &script_ops,
	.size = PCI_CFG_SPACE_EXP_SIZE,
	.last_bus = 255,
};

static void script_reset(void)
{
	memset(&script, 0, sizeof(script));
}

static void script_set(struct script_function *fn, u16 where, u32 value, u32 writable)
{
	struct script_reg *reg = script_reg(fn, where);

	if (!reg)
		reg = &fn->reg[fn->nr++];
	*reg = (struct script_reg){where & ~3u, value, writable};
}

/* A function with an id and a header type; decoding is on. */
static struct script_function *script_add(u8 bus, u8 devfn, u32 id, u8 header_type)
{
	struct script_function *fn = &script.fn[script.nr++];

	fn->at = (struct pci_address){bus, devfn};
	script_set(fn, PCI_VENDOR_ID, id, 0);
	script_set(fn, PCI_COMMAND, 0x00100007, 0x0000ffff);
	script_set(fn, PCI_CLASS_REVISION, 0x02000000, 0);
	script_set(fn, 0x0c, (u32)header_type << 16, 0);
	return fn;
}

static struct script_function *script_bridge(u8 bus, u8 devfn, u8 secondary, u8 subordinate)
{
	struct script_function *fn = script_add(bus, devfn, 0x00011b36, PCI_HEADER_TYPE_BRIDGE);

	script_set(fn, PCI_PRIMARY_BUS, bus | secondary << 8 | (u32)subordinate << 16, 0);
	return fn;
}

/* ---- the walk --------------------------------------------------------- */

static struct scan_log {
	struct pci_function fn[16];
	unsigned int nr, notes;
	enum pci_scan_note last_note;
} scan_log;

static bool log_found(void *ctx, const struct pci_function *fn)
{
	(void)ctx;
	if (scan_log.nr < ARRAY_SIZE(scan_log.fn))
		scan_log.fn[scan_log.nr] = *fn;
	scan_log.nr++;
	return true;
}

static void log_note(void *ctx, struct pci_address at, enum pci_scan_note what)
{
	(void)ctx;
	(void)at;
	scan_log.notes++;
	scan_log.last_note = what;
}

static unsigned int scan(const struct pci_config *cfg)
{
	const struct pci_visitor visitor = {log_found, log_note, NULL};

	memset(&scan_log, 0, sizeof(scan_log));
	return pci_scan(cfg, &visitor);
}

/*
 * P1: ids that mean "nobody there" are all absent, whichever the hardware
 * answers with, and an honest neighbour is found.
 */
KTEST(pci, scan_absent_ids)
{
	static const u32 absent[] = {0xffffffff, 0, 0x0000ffff, 0xffff0000};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		script_reset();
		script_add(0, 0x00, absent[i], 0);
		script_add(0, 0x08, 0x11e81234, 0);
		EXPECT_EQ(scan(&script_config), 1);
		EXPECT_EQ(scan_log.fn[0].at.devfn, 0x08);
		EXPECT_EQ(scan_log.notes, 0);
	}
}

/* P2: a device that asks for retries is waited for, but not for ever. */
KTEST(pci, scan_retry)
{
	script_reset();
	script_add(0, 0, 0x11e81234, 0);
	script.retries = 3;
	EXPECT_EQ(scan(&script_config), 1);
	EXPECT_EQ(script.waited_ms, 1 + 2 + 4);

	script_reset();
	script_add(0, 0, 0xffff0001, 0);
	script_add(0, 8, 0x11e81234, 0);
	EXPECT_EQ(scan(&script_config), 1);
	EXPECT(script.waited_ms >= 500 && script.waited_ms <= 1000);
	EXPECT_EQ(scan_log.last_note, PCI_NOTE_NOT_READY);
}

/*
 * P3, P4, P5: functions beyond 0 count only where function 0 is there and says
 * so; a header type that nobody defined is left alone.
 */
KTEST(pci, scan_functions)
{
	script_reset();
	script_add(0, 0x01, 0x11e81234, 0x80);
	script_add(0, 0x02, 0x11e81234, 0x80);
	EXPECT_EQ(scan(&script_config), 0);

	script_reset();
	script_add(0, 0x10, 0x11e81234, 0);
	script.alias = true;
	EXPECT_EQ(scan(&script_config), 1);

	script_reset();
	script_add(0, 0x10, 0x11e81234, 0x80);
	script_add(0, 0x13, 0x11e91234, 0);
	script_add(0, 0x17, 0x11ea1234, 0);
	EXPECT_EQ(scan(&script_config), 3);
	EXPECT_EQ(scan_log.fn[2].device, 0x11ea);
	EXPECT(scan_log.fn[0].multifunction);

	script_reset();
	script_add(0, 0, 0x11e81234, 0x7f);
	EXPECT_EQ(scan(&script_config), 0);
	EXPECT_EQ(scan_log.last_note, PCI_NOTE_UNKNOWN_HEADER);
}

/* P7: bus numbers that lead nowhere, backwards or out of the parent's range. */
KTEST(pci, scan_bad_bridges)
{
	static const struct {
		u8 primary, secondary, subordinate;
	} bad[] = {{0, 0, 0}, {0, 0, 5}, {0, 2, 1}, {3, 1, 1}, {0, 9, 9}};
	static const struct pci_config narrow = {
		.ops = &script_ops,
		.size = PCI_CFG_SPACE_SIZE,
		.last_bus = 7,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct script_function *fn;

		script_reset();
		fn = script_bridge(0, 0, 1, 1);
		script_set(fn, PCI_PRIMARY_BUS,
			   bad[i].primary | bad[i].secondary << 8 | (u32)bad[i].subordinate << 16,
			   0);
		script_add(1, 0, 0x11e81234, 0);
		script_add(9, 0, 0x11e81234, 0);
		EXPECT_EQ(scan(&narrow), 1);
		EXPECT_EQ(scan_log.notes, 1);
		EXPECT_EQ(scan_log.last_note, PCI_NOTE_BAD_BRIDGE);
		EXPECT_EQ(scan_log.fn[0].secondary, 0);
	}
}

/* P8: two bridges that claim the same bus: it is scanned once. */
KTEST(pci, scan_same_secondary)
{
	script_reset();
	script_bridge(0, 0x00, 1, 1);
	script_bridge(0, 0x08, 1, 1);
	script_add(1, 0, 0x11e81234, 0);
	EXPECT_EQ(scan(&script_config), 3);
	EXPECT_EQ(scan_log.notes, 1);
	EXPECT_EQ(scan_log.last_note, PCI_NOTE_BUS_SEEN);
}

/* A bridge two levels down may not reach beyond its parent's range. */
KTEST(pci, scan_nested_range)
{
	script_reset();
	script_bridge(0, 0x00, 1, 2);
	script_bridge(1, 0x00, 2, 200);
	script_bridge(2, 0x00, 100, 100);
	script_add(100, 0, 0x11e81234, 0);
	EXPECT_EQ(scan(&script_config), 3);
	EXPECT_EQ(scan_log.fn[1].subordinate, 2);
	EXPECT_EQ(scan_log.last_note, PCI_NOTE_BAD_BRIDGE);
}

/* P9: on each bus, device 0 is a bridge to the next. */
static u32 chain_read(void *ctx, struct pci_address at, unsigned int where, unsigned int size)
{
	(void)ctx;
	(void)size;
	if (at.devfn)
		return ~0u;
	switch (where) {
	case PCI_VENDOR_ID:
		return 0x00011b36;
	case PCI_HEADER_TYPE:
		return PCI_HEADER_TYPE_BRIDGE;
	case PCI_PRIMARY_BUS:
		return at.bus;
	case PCI_SECONDARY_BUS:
		return (u8)(at.bus + 1);
	case PCI_SUBORDINATE_BUS:
		return 255;
	}
	return 0;
}

KTEST(pci, scan_deep_chain)
{
	static const struct pci_config_ops ops = {.read = chain_read};
	static const struct pci_config cfg = {.ops = &ops, .size = 256, .last_bus = 255};

	EXPECT_EQ(scan(&cfg), 256);
	EXPECT_EQ(scan_log.notes, 1);
}

/* ---- base address registers ------------------------------------------- */

#define MEM	 IORESOURCE_MEM
#define MEM64	 (IORESOURCE_MEM | IORESOURCE_MEM_64)
#define UNSET	 IORESOURCE_UNSET
#define PREFETCH IORESOURCE_PREFETCH

/* One register, or two that form one, from @slot on. */
static const struct bar_case {
	const char *what;
	unsigned int slot;
	u32 held[2], writable[2];
	enum pci_bar_state state;
	u64 base, size;
	unsigned long flags;
} bar_cases[] = {
	{"32-bit memory", 0, {0xfea00000}, {0xfff00000}, PCI_BAR_OK, 0xfea00000, 1 << 20, MEM},
	{"prefetchable",
	 0,
	 {0xfd000008},
	 {0xff000000},
	 PCI_BAR_OK,
	 0xfd000000,
	 1 << 24,
	 MEM | PREFETCH},
	{"largest 32-bit", 0, {0x80000000}, {0x80000000}, PCI_BAR_OK, 0x80000000, 1ULL << 31, MEM},
	{"smallest memory", 0, {0xfebf0010}, {0xfffffff0}, PCI_BAR_OK, 0xfebf0010, 16, MEM},
	{"64-bit low",
	 0,
	 {0xfe000004, 0},
	 {0xffffc000, ~0u},
	 PCI_BAR_OK,
	 0xfe000000,
	 0x4000,
	 MEM64},
	{"64-bit high",
	 0,
	 {0x00000004, 0x38},
	 {0xffff0000, ~0u},
	 PCI_BAR_OK,
	 0x3800000000,
	 0x10000,
	 MEM64},
	{"P14 8 GiB: low half reads 0",
	 0,
	 {0x00000004, 0xe0},
	 {0, 0xfffffffe},
	 PCI_BAR_OK,
	 0xe000000000,
	 8ULL << 30,
	 MEM64},
	{"4 GiB exactly",
	 0,
	 {0x0000000c, 0x10},
	 {0, ~0u},
	 PCI_BAR_OK,
	 0x1000000000,
	 1ULL << 32,
	 MEM64 | PREFETCH},
	{"I/O", 0, {0x0000c041}, {0xffffffc0}, PCI_BAR_OK, 0xc040, 64, IORESOURCE_IO},
	{"P18 I/O with upper half hard 0",
	 0,
	 {0x0000c001},
	 {0x0000fff0},
	 PCI_BAR_OK,
	 0xc000,
	 16,
	 IORESOURCE_IO},
	{"P10 reads all ones", 0, {0xffffffff}, {0xffffffff}, PCI_BAR_ABSENT, 0, 0, 0},
	{"P11 reads 0", 0, {0}, {0}, PCI_BAR_ABSENT, 0, 0, 0},
	{"P12 read-only", 0, {0xfe000000}, {0}, PCI_BAR_UNSIZED, 0, 0, MEM},
	{"P12 read-only 64-bit", 0, {0x00000004, 0x10}, {0, 0}, PCI_BAR_UNSIZED, 0, 0, MEM64},
	{"P12 read-only I/O", 0, {0x0000c001}, {0}, PCI_BAR_UNSIZED, 0, 0, IORESOURCE_IO},
	{"P13 holes in the mask",
	 0,
	 {0xa0000000},
	 {0xa5a50000},
	 PCI_BAR_OK,
	 0xa0000000,
	 0x10000,
	 MEM},
	{"P15 64-bit in the last slot", 5, {0xfe000004}, {0xffff0000}, PCI_BAR_BAD_TYPE, 0, 0, MEM},
	{"P17 type 3", 0, {0xfe000006}, {0xffff0000}, PCI_BAR_BAD_TYPE, 0, 0, MEM},
	{"P17 type 1", 0, {0x00000002}, {0xffff0000}, PCI_BAR_BAD_TYPE, 0, 0, MEM},
	{"P19 address 0", 0, {0x00000000}, {0xfff00000}, PCI_BAR_OK, 0, 1 << 20, MEM | UNSET},
	{"P19 64-bit address 0",
	 0,
	 {0x0000000c, 0},
	 {0, 0xfffffffe},
	 PCI_BAR_OK,
	 0,
	 8ULL << 30,
	 MEM64 | PREFETCH | UNSET},
	{"P12 read-only, at the top", 0, {0xff000008}, {0}, PCI_BAR_UNSIZED, 0, 0, MEM | PREFETCH},
	{"no multiple of its size", 0, {0xfe008000}, {0xffff0000}, PCI_BAR_UNSIZED, 0, 0, MEM},
	{"P21 64-bit end wraps",
	 0,
	 {0xffff8004, ~0u},
	 {0xffff0000, ~0u},
	 PCI_BAR_WRAPS,
	 0,
	 0,
	 MEM64},
	{"P21 32-bit end wraps", 0, {0xffff8000}, {0xffff0000}, PCI_BAR_WRAPS, 0, 0, MEM},
};

static struct script_function *script_bars(const struct bar_case *c)
{
	struct script_function *fn = script_add(0, 0x20, 0x11e81234, 0);
	u16 where = PCI_BASE_ADDRESS_0 + 4 * c->slot;

	script_set(fn, where, c->held[0], c->writable[0]);
	if (c->slot < 5)
		script_set(fn, where + 4, c->held[1], c->writable[1]);
	return fn;
}

static const struct pci_function test_function = {
	.at = {0, 0x20},
	.vendor = 0x1234,
	.device = 0x11e8,
	.class = 0x020000,
};

static bool bar_case_holds(const struct bar_case *c)
{
	struct script_function *fn, before;
	struct pci_bar bars[PCI_NR_BARS];
	bool ok;

	script_reset();
	fn = script_bars(c);
	before = *fn;
	ok = EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), 0);
	ok &= EXPECT_EQ(bars[c->slot].state, c->state);
	ok &= EXPECT_EQ(bars[c->slot].flags, c->flags);
	if (c->state == PCI_BAR_OK) {
		ok &= EXPECT_EQ(bars[c->slot].base, c->base);
		ok &= EXPECT_EQ(bars[c->slot].size, c->size);
	}
	ok &= EXPECT(!script.exposed);
	ok &= EXPECT_EQ(memcmp(&before, fn, sizeof(before)), 0);
	return ok;
}

/*
 * P10..P19, P21, P22: each kind of register is sized or refused as stated, with
 * decoding off, and everything holds afterwards what it held before.
 */
KTEST(pci, bar_cases)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bar_cases); i++)
		if (!bar_case_holds(&bar_cases[i]))
			pr_info("# case: %s\n", bar_cases[i].what);
}

/*
 * P16: the slot behind a 64-bit register is its upper half, whatever it looks
 * like, and the register after that is found.
 */
KTEST(pci, bar_upper_half)
{
	struct pci_bar bars[PCI_NR_BARS];
	struct script_function *fn;

	script_reset();
	fn = script_add(0, 0x20, 0x11e81234, 0);
	script_set(fn, 0x10, 0x00000004, 0xfff00000);
	script_set(fn, 0x14, 0x00000038, 0xffffffff);
	script_set(fn, 0x18, 0x0000c001, 0x0000ffe0);
	EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), 0);
	EXPECT_EQ(bars[0].state, PCI_BAR_OK);
	EXPECT_EQ(bars[1].state, PCI_BAR_UPPER_HALF);
	EXPECT_EQ(bars[2].state, PCI_BAR_OK);
	EXPECT_EQ(bars[2].size, 32);
}

/* P6: a bridge has two registers and its ROM elsewhere, a CardBus bridge one. */
KTEST(pci, bar_header_types)
{
	static const u8 nr[] = {6, 2, 1};
	static const u32 rom[] = {0x10000, 0x40000, 0};
	struct pci_function function = test_function;
	struct pci_bar bars[PCI_NR_BARS];
	unsigned int type, slot;

	for (type = 0; type < 3; type++) {
		struct script_function *fn;

		script_reset();
		fn = script_add(0, 0x20, 0x11e81234, type);
		for (slot = 0; slot < 6; slot++)
			script_set(fn, 0x10 + 4 * slot, 0xfe000000, 0xffff0000);
		script_set(fn, PCI_ROM_ADDRESS, 0xfd000001, 0xffff0001);
		script_set(fn, PCI_ROM_ADDRESS1, 0xfc000000, 0xfffc0001);
		function.header_type = type;
		EXPECT_EQ(pci_size_bars(&script_config, &function, bars), 0);
		for (slot = 0; slot < 6; slot++)
			EXPECT_EQ(bars[slot].state, slot < nr[type] ? PCI_BAR_OK : PCI_BAR_ABSENT);
		EXPECT_EQ(bars[PCI_BAR_ROM].state, type < 2 ? PCI_BAR_OK : PCI_BAR_ABSENT);
		EXPECT_EQ(bars[PCI_BAR_ROM].size, rom[type]);
		EXPECT_EQ(script_reg(fn, PCI_ROM_ADDRESS)->value, 0xfd000001);
	}
}

/* A ROM register that the firmware sized and left with all its bits set has no address. */
KTEST(pci, rom_left_as_it_was_sized)
{
	static const struct {
		u32 held;
		bool unset;
	} cases[] = {{0xffff0000, true}, {0xffff0001, true}, {0xfffe0000, false}, {0, true}};
	struct pci_bar bars[PCI_NR_BARS];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct script_function *fn;

		script_reset();
		fn = script_add(0, 0x20, 0x11e81234, 0);
		script_set(fn, PCI_ROM_ADDRESS, cases[i].held, 0xffff0001);
		EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), 0);
		EXPECT_EQ(bars[PCI_BAR_ROM].state, PCI_BAR_OK);
		EXPECT_EQ(bars[PCI_BAR_ROM].size, 0x10000);
		EXPECT_EQ(!!(bars[PCI_BAR_ROM].flags & IORESOURCE_UNSET), cases[i].unset);
		EXPECT_EQ(bars[PCI_BAR_ROM].base, cases[i].unset ? 0 : cases[i].held);
		EXPECT_EQ(script_reg(fn, PCI_ROM_ADDRESS)->value, cases[i].held);
	}
}

/* P23: the device goes away after any number of reads: dropped, no value believed. */
KTEST(pci, bar_vanishing_device)
{
	struct pci_bar bars[PCI_NR_BARS];
	unsigned int reads;

	script_reset();
	script_bars(&bar_cases[0]);
	EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), 0);
	reads = script.reads;
	while (--reads) {
		script_reset();
		script_bars(&bar_cases[0]);
		script.dies_after = reads;
		EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), -ENODEV);
	}
}

/* A host bridge keeps decoding: the path to memory may run through it. */
KTEST(pci, bar_host_bridge)
{
	struct pci_function host = test_function;
	struct pci_bar bars[PCI_NR_BARS];

	host.class = 0x060000;
	script_reset();
	script_bars(&bar_cases[0]);
	EXPECT_EQ(pci_size_bars(&script_config, &host, bars), 0);
	EXPECT(script.exposed);
	EXPECT_EQ(bars[0].size, 1 << 20);
}

/* An address is written whole, with decoding off meanwhile. */
KTEST(pci, bar_write)
{
	struct pci_bar bars[PCI_NR_BARS];
	struct script_function *fn;
	u32 before;

	script_reset();
	fn = script_bars(&bar_cases[6]);
	pci_write_bar(&script_config, &test_function, 0, MEM64, 0x123400000000);
	EXPECT_EQ(pci_size_bars(&script_config, &test_function, bars), 0);
	EXPECT_EQ(bars[0].base, 0x123400000000);
	EXPECT_EQ(script_reg(fn, PCI_COMMAND)->value & 7, 7);

	before = script_reg(fn, PCI_BASE_ADDRESS_0)->value;
	script_set(fn, PCI_ROM_ADDRESS, 0xfd000000, 0xffff0001);
	pci_write_bar(&script_config, &test_function, PCI_BAR_ROM, 0, 0xfc000000);
	EXPECT_EQ(script_reg(fn, PCI_ROM_ADDRESS)->value, 0xfc000000);
	EXPECT_EQ(script_reg(fn, PCI_BASE_ADDRESS_0)->value, before);
}

/* ---- capabilities ----------------------------------------------------- */

static struct script_function *script_caps(u8 pointer)
{
	struct script_function *fn;

	script_reset();
	fn = script_add(0, 0x20, 0x11e81234, 0);
	script_set(fn, PCI_CAPABILITY_LIST, pointer, 0);
	return fn;
}

static u8 find_cap(u8 id)
{
	return pci_cap_find(&script_config, &test_function, id);
}

/* A sound list: found wherever they stand, in whatever order; the rest are not. */
KTEST(pci, caps_found)
{
	struct script_function *fn = script_caps(0x80);

	script_set(fn, 0x80, PCI_CAP_ID_PM | 0x40 << 8, 0);
	script_set(fn, 0x40, PCI_CAP_ID_VNDR | 0xf0 << 8, 0);
	script_set(fn, 0xf0, PCI_CAP_ID_VNDR, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0x80);
	EXPECT_EQ(find_cap(PCI_CAP_ID_VNDR), 0x40);
	EXPECT_EQ(pci_cap_next(&script_config, &test_function, 0x40, PCI_CAP_ID_VNDR), 0xf0);
	EXPECT_EQ(pci_cap_next(&script_config, &test_function, 0xf0, PCI_CAP_ID_VNDR), 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_MSI), 0);

	script_set(fn, PCI_COMMAND, 0x00000007, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0);
}

/* P25, P26: pointers into the header, unaligned, to all ones, and loops. */
KTEST(pci, caps_bad_pointers)
{
	struct script_function *fn;

	fn = script_caps(0x3c);
	script_set(fn, 0x3c, PCI_CAP_ID_PM, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0);

	fn = script_caps(0x53);
	script_set(fn, 0x50, PCI_CAP_ID_PM, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0x50);

	fn = script_caps(0xff);
	script_set(fn, 0xfc, 0xffffffff, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0);

	script_caps(0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_PM), 0);

	fn = script_caps(0x40); /* none goes on from within the header */
	script_set(fn, 0x3c, 0x40 << 8, 0);
	script_set(fn, 0x40, PCI_CAP_ID_PM, 0);
	EXPECT_EQ(pci_cap_next(&script_config, &test_function, 0x3c, PCI_CAP_ID_PM), 0);

	fn = script_caps(0x40);
	script_set(fn, 0x40, PCI_CAP_ID_PM | 0x40 << 8, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_MSI), 0);
	EXPECT(script.reads <= PCI_CAP_STEPS + 2);

	fn = script_caps(0x40);
	script_set(fn, 0x40, PCI_CAP_ID_PM | 0x48 << 8, 0);
	script_set(fn, 0x48, PCI_CAP_ID_VPD | 0x40 << 8, 0);
	EXPECT_EQ(find_cap(PCI_CAP_ID_MSI), 0);
	EXPECT(script.reads <= PCI_CAP_STEPS + 2);
}

static u32 ext_header(u16 id, u16 next)
{
	return id | 1u << 16 | (u32)next << 20;
}

/* P27: the extended list: loops end, links into the first 256 bytes end it. */
KTEST(pci, caps_extended)
{
	const struct pci_config *cfg = &script_config;
	const struct pci_config plain = {.ops = &script_ops, .size = 256, .last_bus = 255};
	struct script_function *fn = script_caps(0);

	script_set(fn, 0x100, ext_header(PCI_EXT_CAP_ID_ERR, 0x150), 0);
	script_set(fn, 0x150, ext_header(PCI_EXT_CAP_ID_DSN, 0xffc), 0);
	script_set(fn, 0xffc, ext_header(PCI_EXT_CAP_ID_ARI, 0), 0);
	EXPECT_EQ(pci_ext_cap_find(cfg, &test_function, 0, PCI_EXT_CAP_ID_ERR), 0x100);
	EXPECT_EQ(pci_ext_cap_find(cfg, &test_function, 0, PCI_EXT_CAP_ID_ARI), 0xffc);
	EXPECT_EQ(pci_ext_cap_find(cfg, &test_function, 0, PCI_EXT_CAP_ID_VC), 0);
	EXPECT_EQ(pci_ext_cap_find(&plain, &test_function, 0, PCI_EXT_CAP_ID_ERR), 0);

	script_set(fn, 0x150, ext_header(PCI_EXT_CAP_ID_DSN, 0x100), 0);
	script.reads = 0;
	EXPECT_EQ(pci_ext_cap_find(cfg, &test_function, 0, PCI_EXT_CAP_ID_ARI), 0);
	EXPECT_EQ(script.reads, PCI_EXT_CAP_STEPS);

	script_set(fn, 0x150, ext_header(PCI_EXT_CAP_ID_DSN, 0x0fc), 0);
	script_set(fn, 0x0fc, ext_header(PCI_EXT_CAP_ID_ARI, 0), 0);
	EXPECT_EQ(pci_ext_cap_find(cfg, &test_function, 0, PCI_EXT_CAP_ID_ARI), 0);
}

/* P28: the MSI-X table must lie in a memory BAR that is there. */
KTEST(pci, caps_msix)
{
	static const struct {
		u32 where;
		int err;
	} cases[] = {
		{0x00000000, 0},       {0x00000ff0, 0},	      {0x00000ff8, -EINVAL},
		{0x00001000, -EINVAL}, {0xfffffff8, -EINVAL}, {0x00000001, -EINVAL},
		{0x00000002, -EINVAL}, {0x00000006, -EINVAL}, {0x00000007, -EINVAL},
	};
	struct pci_bar bars[PCI_NR_BARS] = {
		[0] = {.base = 0xfe000000, .size = 0x1000, .flags = MEM, .state = PCI_BAR_OK},
		[2] = {.base = 0xc000, .size = 0x1000, .flags = IORESOURCE_IO, .state = PCI_BAR_OK},
	};
	struct script_function *fn = script_caps(0x40);
	struct pci_msix_table table;
	unsigned int i;

	EXPECT_EQ(pci_msix_parse(&script_config, &test_function, bars, &table), -ENOENT);
	script_set(fn, 0x40, PCI_CAP_ID_MSIX, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		script_set(fn, 0x44, cases[i].where, 0);
		EXPECT_EQ(pci_msix_parse(&script_config, &test_function, bars, &table),
			  cases[i].err);
	}
	fn = script_caps(0xfc);
	script_set(fn, 0xfc, PCI_CAP_ID_MSIX, 0);
	EXPECT_EQ(pci_msix_parse(&script_config, &test_function, bars, &table), -EINVAL);
}

/* P29: a capability that would run past byte 255 is refused. */
KTEST(pci, caps_msi)
{
	struct script_function *fn = script_caps(0xfc);

	script_set(fn, 0xfc, PCI_CAP_ID_MSI, 0);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), -EINVAL);

	fn = script_caps(0x40);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), 0);
	script_set(fn, 0x40, PCI_CAP_ID_MSI | (u32)(PCI_MSI_FLAGS_64BIT | 2 << 1) << 16, 0);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), 4);
	script_set(fn, 0x40, PCI_CAP_ID_MSI | (u32)(7 << 1) << 16, 0);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), -EINVAL);

	/* With masks it is 24 bytes long. */
	fn = script_caps(0xe8);
	script_set(fn, 0xe8,
		   PCI_CAP_ID_MSI | (u32)(PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT) << 16, 0);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), 1);
	fn = script_caps(0xec);
	script_set(fn, 0xec,
		   PCI_CAP_ID_MSI | (u32)(PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT) << 16, 0);
	EXPECT_EQ(pci_msi_vectors(&script_config, &test_function), -EINVAL);
}
