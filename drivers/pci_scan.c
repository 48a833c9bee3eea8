/* SPDX-License-Identifier: MIT */
/*
 * The walk over the PCI buses.
 *
 * A segment is a tree: bridges on bus n lead to buses above n, as numbered by
 * the firmware.
 *
 *	bus 0   00.0 host bridge   01.0 bridge -----.   04.0 edu
 *						    |
 *	bus 1				00.0 network card
 *
 * The walk is breadth first over a queue of bus numbers.  A bus enters the
 * queue at most once (the "seen" bitmap), and only with a number above its
 * bridge's bus and inside its bridge's range, so the queue never holds more
 * than 256 and the walk ends whatever the bridges claim:
 *
 *	first_bus <= parent < secondary <= subordinate <= limit(parent)
 *
 * It does not number buses that the firmware left alone, does not look for
 * root buses that no bridge leads to, and writes nothing.  Pure: registers are
 * read by a call that it is given.
 */
#include <cairn/pci.h>

/* A device may ask for retries for a second after reset. */
#define RETRY_FIRST_MS 1
#define RETRY_TOTAL_MS 1000

#define PCI_ID_RETRY   0x0001 /* vendor: "not ready, ask again" */

/* The buses still to scan. */
struct bus_queue {
	u8 bus[256];
	u8 limit[256]; /* by bus: highest number behind it */
	unsigned int head, tail;
	u32 seen[256 / 32];
};

static void queue_add(struct bus_queue *queue, u8 bus, u8 limit)
{
	queue->seen[bus / 32] |= 1u << bus % 32;
	queue->limit[bus] = limit;
	queue->bus[queue->tail++] = bus;
}

static bool queue_seen(const struct bus_queue *queue, u8 bus)
{
	return queue->seen[bus / 32] >> bus % 32 & 1;
}

/* Ids that say nobody is there: all ones on a dead bus, or nonsense seen in the field. */
static bool id_absent(u32 id)
{
	return id == 0xffffffff || id == 0 || id == 0x0000ffff || id == 0xffff0000;
}

/* The function's id; waits, within reason, while it asks for retries. */
static u32 read_id(const struct pci_config *cfg, struct pci_address at)
{
	u32 id = pci_config_read(cfg, at, PCI_VENDOR_ID, 4);
	unsigned int ms, waited = 0;

	for (ms = RETRY_FIRST_MS; (id & 0xffff) == PCI_ID_RETRY; ms *= 2) {
		if (waited + ms > RETRY_TOTAL_MS)
			break;
		if (cfg->ops->wait_ms)
			cfg->ops->wait_ms(cfg->ctx, ms);
		waited += ms;
		id = pci_config_read(cfg, at, PCI_VENDOR_ID, 4);
	}
	return id;
}

static void note(const struct pci_visitor *visitor, struct pci_address at, enum pci_scan_note what)
{
	if (visitor->note)
		visitor->note(visitor->ctx, at, what);
}

static void read_subsystem(const struct pci_config *cfg, struct pci_function *fn)
{
	unsigned int where;

	if (fn->header_type == PCI_HEADER_TYPE_NORMAL)
		where = PCI_SUBSYSTEM_VENDOR_ID;
	else if (fn->header_type == PCI_HEADER_TYPE_CARDBUS)
		where = PCI_CB_SUBSYSTEM_VENDOR_ID;
	else
		return;
	fn->subsystem_vendor = pci_config_read(cfg, fn->at, where, 2);
	fn->subsystem_device = pci_config_read(cfg, fn->at, where + 2, 2);
}

/* Reads what the header says; false if nothing usable answers at fn->at. */
static bool read_function(const struct pci_config *cfg, const struct pci_visitor *visitor,
			  struct pci_function *fn)
{
	u32 id = read_id(cfg, fn->at);
	u32 class;
	u8 type;

	if (id_absent(id))
		return false;
	if ((id & 0xffff) == PCI_ID_RETRY) {
		note(visitor, fn->at, PCI_NOTE_NOT_READY);
		return false;
	}
	fn->vendor = id;
	fn->device = id >> 16;
	type = pci_config_read(cfg, fn->at, PCI_HEADER_TYPE, 1);
	fn->header_type = type & PCI_HEADER_TYPE_MASK;
	fn->multifunction = type & PCI_HEADER_TYPE_MFD;
	if (fn->header_type > PCI_HEADER_TYPE_CARDBUS) {
		note(visitor, fn->at, PCI_NOTE_UNKNOWN_HEADER);
		return false;
	}
	class = pci_config_read(cfg, fn->at, PCI_CLASS_REVISION, 4);
	fn->class = class >> 8;
	fn->revision = class;
	fn->interrupt_line = pci_config_read(cfg, fn->at, PCI_INTERRUPT_LINE, 1);
	fn->interrupt_pin = pci_config_read(cfg, fn->at, PCI_INTERRUPT_PIN, 1);
	read_subsystem(cfg, fn);
	return true;
}

/* Queues the far side of a bridge if its bus numbers make sense. */
static void enter_bridge(const struct pci_config *cfg, const struct pci_visitor *visitor,
			 struct bus_queue *queue, struct pci_function *fn)
{
	u8 primary = pci_config_read(cfg, fn->at, PCI_PRIMARY_BUS, 1);
	u8 secondary = pci_config_read(cfg, fn->at, PCI_SECONDARY_BUS, 1);
	u8 subordinate = pci_config_read(cfg, fn->at, PCI_SUBORDINATE_BUS, 1);
	u8 bus = fn->at.bus;

	if ((primary && primary != bus) || secondary <= bus || subordinate < secondary ||
	    secondary > queue->limit[bus]) {
		note(visitor, fn->at, PCI_NOTE_BAD_BRIDGE);
		return;
	}
	if (queue_seen(queue, secondary)) {
		note(visitor, fn->at, PCI_NOTE_BUS_SEEN);
		return;
	}
	if (subordinate > queue->limit[bus])
		subordinate = queue->limit[bus];
	fn->secondary = secondary;
	fn->subordinate = subordinate;
	queue_add(queue, secondary, subordinate);
}

/*
 * One device: function 0 must answer, the others are asked for only where it
 * says there are several.  Returns false when the visitor has had enough.
 */
static bool scan_device(const struct pci_config *cfg, const struct pci_visitor *visitor,
			struct bus_queue *queue, struct pci_address at, unsigned int *found)
{
	unsigned int function, functions = 1;

	for (function = 0; function < functions; function++) {
		struct pci_function fn = {.at = {at.bus, at.devfn | function}};

		if (!read_function(cfg, visitor, &fn))
			continue;
		if (fn.header_type != PCI_HEADER_TYPE_NORMAL)
			enter_bridge(cfg, visitor, queue, &fn);
		if (function == 0 && fn.multifunction)
			functions = 8;
		++*found;
		if (!visitor->found(visitor->ctx, &fn))
			return false;
	}
	return true;
}

unsigned int pci_scan(const struct pci_config *cfg, const struct pci_visitor *visitor)
{
	struct bus_queue queue = {.head = 0};
	unsigned int found = 0;

	queue_add(&queue, cfg->first_bus, cfg->last_bus);
	while (queue.head < queue.tail) {
		struct pci_address at = {.bus = queue.bus[queue.head++]};
		unsigned int device;

		for (device = 0; device < 32; device++) {
			at.devfn = device << 3;
			if (!scan_device(cfg, visitor, &queue, at, &found))
				return found;
		}
	}
	return found;
}
