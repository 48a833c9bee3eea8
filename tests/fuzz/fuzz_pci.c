/* SPDX-License-Identifier: MIT */
/*
 * PCI configuration space, as a scripted device model answers.
 *
 * The input is up to eight functions: where each sits, and its registers: offset,
 * value, and which bits a write changes.  A first byte lets devices misbehave: ask for
 * retries, answer on all function numbers, or go away after so many reads.  The walk
 * must end, every function must be reported once, and sizing must leave the registers of
 * a device that stays as they were.
 *
 *   pci_rom	the images of an expansion ROM: any bytes
 */
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <cairn/pci.h>
#include "fuzz.h"

#define MAX_FUNCTIONS 8
#define MAX_REGS      32
#define MAX_READS     2000000UL

struct reg {
	u16 where; /* multiple of 4 */
	u32 value;
	u32 writable;
};

struct function {
	struct pci_address at;
	struct reg reg[MAX_REGS];
	unsigned int nr;
};

static struct {
	struct function fn[MAX_FUNCTIONS];
	unsigned int nr;
	unsigned long reads;
	unsigned int dies_after; /* reads; 0: never */
	unsigned int retries;
	bool alias;
} model;

static unsigned int visited;

static struct function *function_at(struct pci_address at)
{
	for (unsigned int i = 0; i < model.nr; i++) {
		struct pci_address have = model.fn[i].at;

		if (have.bus == at.bus &&
		    (have.devfn == at.devfn || (model.alias && have.devfn == (at.devfn & ~7))))
			return &model.fn[i];
	}
	return NULL;
}

static struct reg *reg_at(struct function *fn, unsigned int where)
{
	for (unsigned int i = 0; i < fn->nr; i++) {
		if (fn->reg[i].where == (where & ~3u))
			return &fn->reg[i];
	}
	return NULL;
}

static void check_access(unsigned int where, unsigned int size)
{
	fuzz_check(size == 1 || size == 2 || size == 4);
	fuzz_check(where % size == 0 && where + size <= PCI_CFG_SPACE_EXP_SIZE);
	fuzz_check(model.reads < MAX_READS);
}

static u32 model_read(void *ctx __unused, struct pci_address at, unsigned int where,
		      unsigned int size)
{
	struct function *fn = function_at(at);
	struct reg *reg = fn ? reg_at(fn, where) : NULL;
	u32 value = reg ? reg->value : 0;

	check_access(where, size);
	model.reads++;
	if (!fn || (model.dies_after && model.reads > model.dies_after)) {
		value = ~0u;
	} else if (where < 4 && model.retries) {
		model.retries--;
		value = 0xffff0001;
	}
	value >>= where % 4 * 8;
	return size == 4 ? value : value & ((1u << size * 8) - 1);
}

static void model_write(void *ctx __unused, struct pci_address at, unsigned int where,
			unsigned int size, u32 value)
{
	struct function *fn = function_at(at);
	struct reg *reg = fn ? reg_at(fn, where) : NULL;
	u32 mask = size == 4 ? ~0u : (1u << size * 8) - 1;

	check_access(where, size);
	if (!reg || (model.dies_after && model.reads > model.dies_after))
		return;
	mask = mask << where % 4 * 8 & reg->writable;
	reg->value = (reg->value & ~mask) | (value << where % 4 * 8 & mask);
}

static const struct pci_config_ops ops = {model_read, model_write, NULL};

/* ---- what is done with each function --------------------------------------------------- */

static void check_bars(const struct pci_bar bars[PCI_NR_BARS])
{
	for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
		const struct pci_bar *bar = &bars[i];

		if (bar->state != PCI_BAR_OK)
			continue;
		fuzz_check(bar->size && !(bar->size & (bar->size - 1)));
		fuzz_check(!(bar->base & (bar->size - 1)));
		fuzz_check(bar->base + (bar->size - 1) >= bar->base);
		fuzz_check(bar->flags & (IORESOURCE_IO | IORESOURCE_MEM));
		fuzz_check(!(bar->flags & IORESOURCE_UNSET) || !bar->base);
	}
}

static void size_bars(const struct pci_config *cfg, const struct pci_function *fn,
		      struct pci_bar bars[PCI_NR_BARS])
{
	struct function *device = function_at(fn->at), before = *device;

	memset(bars, 0, PCI_NR_BARS * sizeof(*bars));
	if (pci_size_bars(cfg, fn, bars))
		return;
	check_bars(bars);
	if (!model.dies_after)
		fuzz_check(!memcmp(&before, device, sizeof(before)));
}

static void look_at_caps(const struct pci_config *cfg, const struct pci_function *fn)
{
	unsigned int steps = 0;
	u16 ext = 0;

	for (u8 id = 1; id <= PCI_CAP_ID_MSIX; id++) {
		u8 pos = pci_cap_find(cfg, fn, id);

		steps = 0;
		while (pos) {
			fuzz_check(pos >= 0x40 && pos <= 0xfc);
			if (++steps > PCI_CAP_STEPS)
				break; /* a ring: each step goes round anew, and the caller counts */
			pos = pci_cap_next(cfg, fn, pos, id);
		}
	}
	for (u16 id = 0; id < 16; id++) {
		ext = pci_ext_cap_find(cfg, fn, 0, id);
		fuzz_check(!ext || (ext >= 0x100 && ext <= 0xffc && cfg->size > 256));
	}
}

static void look_at_msi(const struct pci_config *cfg, const struct pci_function *fn,
			const struct pci_bar bars[PCI_NR_BARS])
{
	struct pci_msix_table table;
	int vectors = pci_msi_vectors(cfg, fn);

	fuzz_check(vectors == -EINVAL || (vectors >= 0 && vectors <= 32));
	if (pci_msix_parse(cfg, fn, bars, &table))
		return;
	fuzz_check(table.entries >= 1 && table.entries <= 2048 && table.bar < 6);
	fuzz_check(bars[table.bar].state == PCI_BAR_OK);
	fuzz_check(table.offset + table.entries * 16ULL <= bars[table.bar].size);
}

static const struct pci_config *config;

static bool found(void *ctx __unused, const struct pci_function *fn)
{
	struct pci_bar bars[PCI_NR_BARS];

	fuzz_check(++visited <= 65536);
	if (!function_at(fn->at))
		return true; /* all ones from a place that had nothing: the scan's check fails below */
	size_bars(config, fn, bars);
	look_at_caps(config, fn);
	look_at_msi(config, fn, bars);
	return true;
}

/* ---- the script ------------------------------------------------------------------------ */

static void set_reg(struct function *fn, u16 where, u32 value, u32 writable)
{
	struct reg *reg = reg_at(fn, where);

	if (!reg && fn->nr == MAX_REGS)
		return;
	if (!reg)
		reg = &fn->reg[fn->nr++];
	*reg = (struct reg){where & 0xffc, value, writable};
}

static void read_function(struct fuzz_input *in)
{
	struct function *fn = &model.fn[model.nr++];
	u8 kind = fuzz_u8(in), nr = fuzz_u8(in) % MAX_REGS;

	fn->nr = 0;
	fn->at.bus = fuzz_u8(in);
	fn->at.devfn = fuzz_u8(in);
	set_reg(fn, PCI_VENDOR_ID, 0x11e81234, 0);
	set_reg(fn, PCI_COMMAND, 0x00100007, 0x0000ffff);
	set_reg(fn, 0x0c, (u32)kind << 16, 0);
	while (nr-- && in->left) {
		u16 where = fuzz_u8(in) * 4; /* above 256 bytes: by adding to it */
		u8 shape = fuzz_u8(in);
		u32 value = fuzz_u32(in), writable = shape < 32	  ? ~0u << shape
						     : shape < 64 ? 0
								  : fuzz_u32(in);

		set_reg(fn, (u16)(where + (shape & 0x80 ? 256 * (shape & 7) : 0)), value, writable);
	}
}

static void run(const u8 *data, size_t size)
{
	struct fuzz_input in = {data, size};
	struct pci_config cfg = {.ops = &ops, .last_bus = 255};
	struct pci_visitor visitor = {.found = found};
	u8 how = fuzz_u8(&in);

	memset(&model, 0, sizeof(model));
	model.alias = how & 1;
	model.retries = how & 2 ? fuzz_u8(&in) % 16 : 0;
	model.dies_after = how & 4 ? 1 + fuzz_u16(&in) : 0;
	cfg.size = how & 8 ? PCI_CFG_SPACE_SIZE : PCI_CFG_SPACE_EXP_SIZE;
	while (in.left && model.nr < MAX_FUNCTIONS)
		read_function(&in);
	visited = 0;
	config = &cfg;
	fuzz_check(pci_scan(&cfg, &visitor) == visited);
}

const struct fuzz_target fuzz_pci = {.name = "pci", .max_len = 512, .run = run};

/* ---- expansion ROM --------------------------------------------------------------------- */

static size_t rom_size;

static u8 rom_read(const void *rom, size_t offset)
{
	fuzz_check(offset < rom_size);
	return ((const u8 *)rom)[offset];
}

static void run_rom(const u8 *data, size_t size)
{
	rom_size = size;
	fuzz_check(pci_rom_image_size(data, size, rom_read) <= size);
}

const struct fuzz_target fuzz_pci_rom = {.name = "pci_rom", .max_len = 4096, .run = run_rom};
