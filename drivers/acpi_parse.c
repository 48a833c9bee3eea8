/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables that say what the machine is made of: MADT (CPUs), SRAT and SLIT
 * (which of them is near which memory), MCFG (PCI configuration space), HPET (a timer).
 *
 * MADT and SRAT are lists of items, each with its type in the first byte and its
 * length in the second.  An item too short for its type is skipped, a longer one
 * accepted: later revisions add fields at the end.  A length that is less than
 * two, or reaches past the table, ends the walk, for nothing behind it can be
 * found.  Items lie at any address, so fields are copied byte by byte.
 *
 * Pure: a parser reads its table's bytes, writes its structure, prints nothing.
 * Source: ACPI Specification 6.5, sections 5.2.12, 5.2.16, 5.2.17; PCI Firmware
 * Specification 3.3, section 4.1.2; IA-PC HPET Specification 1.0a, section 3.2.4.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/memory_map.h>
#include <asm/unaligned.h>

#define MADT_ITEMS   44
#define SRAT_ITEMS   48
#define SLIT_FIXED   44
#define MCFG_FIXED   44
#define MCFG_ENTRY   16
#define HPET_FIXED   56

#define ITEM_ENABLED 1
#define ITEM_HOTPLUG 2

static void note(u32 *found, struct acpi_findings *where, enum acpi_finding finding)
{
	if (!(*found & 1u << finding))
		where->at[finding] = where->now;
	*found |= 1u << finding;
}

/* NOTE - a finding in the parser's output, which says where it is. */
#define NOTE(out, finding) note(&(out)->found, &(out)->where, finding)

/* next_item - the item at *@at, moving on; NULL at the end of the table. */
static const u8 *next_item(const u8 *table, u32 length, u32 *at, u32 *found,
			   struct acpi_findings *where)
{
	const u8 *item = table + *at;

	where->now = *at;
	if (*at == length)
		return NULL;
	if (length - *at < 2 || item[1] < 2 || item[1] > length - *at) {
		note(found, where, ACPI_BAD_ITEM);
		return NULL;
	}
	*at += item[1];
	return item;
}

/* long_enough - is an item as long as its type needs? */
static bool long_enough(const u8 *item, u8 need, u32 *found, struct acpi_findings *where)
{
	if (item[1] >= need)
		return true;
	note(found, where, ACPI_SHORT_ITEM);
	return false;
}

/* ---- MADT ------------------------------------------------------------------------------ */

static void madt_add_cpu(struct acpi_madt *madt, u32 apic_id, u32 uid)
{
	unsigned int i;

	for (i = 0; i < madt->nr_cpus; i++) {
		if (madt->cpu[i].apic_id == apic_id) {
			NOTE(madt, ACPI_DUPLICATE);
			return;
		}
	}
	if (madt->nr_cpus == ACPI_MAX_CPUS) {
		NOTE(madt, ACPI_SURPLUS);
		return;
	}
	madt->cpu[madt->nr_cpus].apic_id = apic_id;
	madt->cpu[madt->nr_cpus++].uid = uid;
}

static void madt_add_ioapic(struct acpi_madt *madt, const u8 *item)
{
	u32 phys = get_unaligned_le32(item + 4);
	unsigned int i;

	if (!phys || phys & 0xf) {
		NOTE(madt, ACPI_BAD_VALUE);
		return;
	}
	for (i = 0; i < madt->nr_ioapics; i++) {
		if (madt->ioapic[i].phys == phys) {
			NOTE(madt, ACPI_DUPLICATE);
			return;
		}
	}
	if (madt->nr_ioapics == ACPI_MAX_IOAPIC) {
		NOTE(madt, ACPI_SURPLUS);
		return;
	}
	madt->ioapic[madt->nr_ioapics].id = item[2];
	madt->ioapic[madt->nr_ioapics].phys = phys;
	madt->ioapic[madt->nr_ioapics++].gsi_base = get_unaligned_le32(item + 8);
}

/* Two bits each of polarity and trigger; 2 is reserved in both.  Bus 0 is ISA, and there is no other. */
static void madt_add_override(struct acpi_madt *madt, const u8 *item)
{
	u16 flags = get_unaligned_le16(item + 8);
	struct acpi_override *override;

	if (item[2] || item[3] >= ACPI_ISA_IRQS || (flags & 3) == 2 || (flags >> 2 & 3) == 2) {
		NOTE(madt, ACPI_BAD_VALUE);
		return;
	}
	override = &madt->override[item[3]];
	if (override->present) {
		NOTE(madt, ACPI_DUPLICATE);
		return;
	}
	override->present = true;
	override->gsi = get_unaligned_le32(item + 4);
	override->polarity = flags & 3;
	override->trigger = flags >> 2 & 3;
}

static void madt_item(struct acpi_madt *madt, const u8 *item)
{
	u64 phys;

	switch (item[0]) {
	case 0: /* local APIC */
		if (long_enough(item, 8, &madt->found, &madt->where) &&
		    get_unaligned_le32(item + 4) & ITEM_ENABLED && item[3] != 0xff)
			madt_add_cpu(madt, item[3], item[2]);
		break;
	case 1: /* I/O APIC */
		if (long_enough(item, 12, &madt->found, &madt->where))
			madt_add_ioapic(madt, item);
		break;
	case 2: /* interrupt source override */
		if (long_enough(item, 10, &madt->found, &madt->where))
			madt_add_override(madt, item);
		break;
	case 5: /* 64-bit address of the local APICs */
		if (!long_enough(item, 12, &madt->found, &madt->where))
			break;
		phys = get_unaligned_le64(item + 4);
		if (phys && !(phys & 0xfff))
			madt->lapic_phys = phys;
		else
			NOTE(madt, ACPI_BAD_VALUE);
		break;
	case 9: /* local x2APIC */
		if (long_enough(item, 16, &madt->found, &madt->where) &&
		    get_unaligned_le32(item + 8) & ITEM_ENABLED &&
		    get_unaligned_le32(item + 4) != 0xffffffff)
			madt_add_cpu(madt, get_unaligned_le32(item + 4),
				     get_unaligned_le32(item + 12));
		break;
	}
}

bool acpi_madt_parse(const u8 *table, u32 length, struct acpi_madt *out)
{
	u32 at = MADT_ITEMS;
	const u8 *item;

	memset(out, 0, sizeof(*out));
	if (length < MADT_ITEMS) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	out->lapic_phys = get_unaligned_le32(table + 36);
	while ((item = next_item(table, length, &at, &out->found, &out->where)))
		madt_item(out, item);
	return true;
}

/* ---- SRAT ------------------------------------------------------------------------------ */

/* srat_node - the node of a domain, new if need be; false if there cannot be one. */
static bool srat_node(struct acpi_srat *srat, u32 domain, u32 *nid)
{
	unsigned int i;

	for (i = 0; i < srat->nr_nodes; i++) {
		if (srat->domain[i] == domain)
			break;
	}
	if (domain == 0xffffffff || i == ACPI_MAX_NODES) {
		NOTE(srat, ACPI_SURPLUS);
		return false;
	}
	if (i == srat->nr_nodes)
		srat->domain[srat->nr_nodes++] = domain;
	*nid = i;
	return true;
}

static bool srat_add_cpu(struct acpi_srat *srat, u32 domain, u32 apic_id)
{
	u32 nid;

	if (!srat_node(srat, domain, &nid))
		return false;
	if (srat->nr_cpus == ACPI_MAX_CPUS) {
		NOTE(srat, ACPI_SURPLUS);
		return true;
	}
	srat->cpu[srat->nr_cpus].apic_id = apic_id;
	srat->cpu[srat->nr_cpus++].nid = nid;
	return true;
}

static bool srat_add_memory(struct acpi_srat *srat, u32 domain, const u8 *item)
{
	u64 start = get_unaligned_le64(item + 8), length = get_unaligned_le64(item + 16);
	struct acpi_srat_memory *memory = &srat->memory[srat->nr_memory];

	if (!length || start + length < start) {
		NOTE(srat, ACPI_BAD_VALUE);
		return true;
	}
	if (srat->nr_memory == ACPI_MAX_MEMORY) {
		NOTE(srat, ACPI_SURPLUS);
		return true;
	}
	if (!srat_node(srat, domain, &memory->nid))
		return false;
	memory->start = start;
	memory->end = start + length;
	memory->hotplug = get_unaligned_le32(item + 28) & ITEM_HOTPLUG;
	srat->nr_memory++;
	return true;
}

/* srat_item - false if the whole table cannot be used. */
static bool srat_item(struct acpi_srat *srat, const u8 *item, bool wide)
{
	struct acpi_findings *where = &srat->where;
	u32 *found = &srat->found;

	switch (item[0]) {
	case 0: /* CPU by local APIC; before revision 2 a domain has eight bits */
		if (!long_enough(item, 16, found, where) ||
		    !(get_unaligned_le32(item + 4) & ITEM_ENABLED))
			return true;
		return srat_add_cpu(srat,
				    item[2] | (wide ? (u32)item[9] << 8 | (u32)item[10] << 16 |
							       (u32)item[11] << 24
						    : 0),
				    item[3]);
	case 1: /* memory */
		if (!long_enough(item, 40, found, where))
			return false;
		if (!(get_unaligned_le32(item + 28) & ITEM_ENABLED))
			return true;
		return srat_add_memory(srat, wide ? get_unaligned_le32(item + 2) : item[2], item);
	case 2: /* CPU by local x2APIC */
		if (!long_enough(item, 24, found, where) ||
		    !(get_unaligned_le32(item + 12) & ITEM_ENABLED))
			return true;
		return srat_add_cpu(srat, get_unaligned_le32(item + 4),
				    get_unaligned_le32(item + 8));
	}
	return true;
}

bool acpi_srat_parse(const u8 *table, u32 length, struct acpi_srat *out)
{
	u32 at = SRAT_ITEMS, found;
	struct acpi_findings where;
	const u8 *item;

	memset(out, 0, sizeof(*out));
	if (length < SRAT_ITEMS) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	while ((item = next_item(table, length, &at, &out->found, &out->where))) {
		if (!srat_item(out, item, table[8] >= 2)) {
			found = out->found;
			where = out->where;
			memset(out, 0, sizeof(*out));
			out->found = found;
			out->where = where;
			return false;
		}
	}
	return out->nr_nodes > 0;
}

u32 acpi_srat_node(const struct acpi_srat *srat, u64 start, u64 *end)
{
	unsigned int i;

	for (i = 0; i < srat->nr_memory; i++) {
		const struct acpi_srat_memory *memory = &srat->memory[i];

		if (start >= memory->start && start < memory->end) {
			*end = min(*end, memory->end);
			return memory->nid;
		}
		/* An item that counts before those behind it begins inside the piece. */
		if (memory->start > start)
			*end = min(*end, memory->start);
	}
	return 0;
}

/* ---- SLIT ------------------------------------------------------------------------------ */

bool acpi_slit_parse(const u8 *table, u32 length, struct acpi_slit *out)
{
	const u8 *matrix = table + SLIT_FIXED;
	u64 i, j, n;

	memset(out, 0, sizeof(*out));
	if (length < SLIT_FIXED) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	n = get_unaligned_le64(table + 36);
	if (!n || n > ACPI_MAX_NODES || n * n > length - SLIT_FIXED) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			u8 distance = matrix[i * n + j];

			out->where.now = SLIT_FIXED + i * n + j;
			if (i == j ? distance != 10 : distance <= 10) {
				NOTE(out, ACPI_BAD_VALUE);
				return false;
			}
			out->distance[i][j] = distance;
		}
	}
	out->nr = (unsigned int)n;
	return true;
}

/* ---- MCFG ------------------------------------------------------------------------------ */

static u64 ecam_start(const struct acpi_ecam *ecam)
{
	return ecam->base + ((u64)ecam->start_bus << 20);
}

static u64 ecam_end(const struct acpi_ecam *ecam)
{
	return ecam->base + (((u64)ecam->end_bus + 1) << 20);
}

/* ecam_ok - can this be a window, and one that no other has claimed? */
static bool ecam_ok(const struct acpi_mcfg *mcfg, const struct acpi_ecam *ecam)
{
	unsigned int i;

	if (!ecam->base || ecam->base & 0xfffff || ecam->start_bus > ecam->end_bus)
		return false;
	if (ecam->base >= 1ULL << 32 || ecam_end(ecam) > 1ULL << 32)
		return false;
	for (i = 0; i < mcfg->nr; i++) {
		const struct acpi_ecam *other = &mcfg->ecam[i];

		if (ecam_start(ecam) < ecam_end(other) && ecam_start(other) < ecam_end(ecam))
			return false;
		if (ecam->segment == other->segment && ecam->start_bus <= other->end_bus &&
		    other->start_bus <= ecam->end_bus)
			return false;
	}
	return true;
}

bool acpi_mcfg_parse(const u8 *table, u32 length, struct acpi_mcfg *out)
{
	u32 at;

	memset(out, 0, sizeof(*out));
	if (length < MCFG_FIXED) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	for (at = MCFG_FIXED; length - at >= MCFG_ENTRY; at += MCFG_ENTRY) {
		struct acpi_ecam ecam = {
			.base = get_unaligned_le64(table + at),
			.segment = get_unaligned_le16(table + at + 8),
			.start_bus = table[at + 10],
			.end_bus = table[at + 11],
			.item = at,
		};

		out->where.now = at;
		if (!ecam_ok(out, &ecam))
			NOTE(out, ACPI_BAD_VALUE);
		else if (out->nr == ACPI_MAX_ECAM)
			NOTE(out, ACPI_SURPLUS);
		else
			out->ecam[out->nr++] = ecam;
	}
	out->where.now = at;
	if (at < length)
		NOTE(out, ACPI_TAIL);
	return out->nr > 0;
}

/* in_ram - does any of [@start, @end) lie in RAM? */
static bool in_ram(const struct mem_range *map, unsigned int nr, u64 start, u64 end)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (mem_type_is_ram(map[i].type) && map[i].start < end && start < map[i].end)
			return true;
	}
	return false;
}

void acpi_mcfg_drop_ram(struct acpi_mcfg *mcfg, const struct mem_range *map, unsigned int nr)
{
	unsigned int i, kept = 0;

	for (i = 0; i < mcfg->nr; i++) {
		struct acpi_ecam ecam = mcfg->ecam[i];

		mcfg->where.now = ecam.item;
		if (in_ram(map, nr, ecam_start(&ecam), ecam_end(&ecam)))
			NOTE(mcfg, ACPI_BAD_VALUE);
		else
			mcfg->ecam[kept++] = ecam;
	}
	mcfg->nr = kept;
}

/* ---- HPET ------------------------------------------------------------------------------ */

bool acpi_hpet_parse(const u8 *table, u32 length, struct acpi_hpet *out)
{
	u64 phys;

	memset(out, 0, sizeof(*out));
	if (length < HPET_FIXED) {
		NOTE(out, ACPI_BAD_LENGTH);
		return false;
	}
	out->where.now = 40;
	phys = get_unaligned_le64(table + 44);
	/* Registers are in memory, and need the alignment that the specification gives them. */
	if (table[40] || !phys || phys & (ACPI_HPET_SIZE - 1) || phys + ACPI_HPET_SIZE < phys) {
		NOTE(out, ACPI_BAD_VALUE);
		return false;
	}
	out->phys = phys;
	out->number = table[52];
	out->min_tick = get_unaligned_le16(table + 53);
	return true;
}
