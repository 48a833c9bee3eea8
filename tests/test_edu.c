/* SPDX-License-Identifier: MIT */
/*
 * The edu device and the calls that drivers make, on the machine's own PCI
 * devices: mapping, claiming, enabling, reference counts, managed resources,
 * and the misuse of each.  Skipped where the devices are missing.
 */
#include <cairn/dma.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../drivers/edu.h"

static bool need_edu(void)
{
	if (edu_present())
		return true;
	ktest_skip("no edu device");
	return false;
}

static struct pci_dev *get_edu(void)
{
	return pci_get_device(PCI_VENDOR_ID_QEMU, 0x11e8, NULL);
}

/* The liveness register inverts whatever is written. */
KTEST(edu, inverts)
{
	static const u32 patterns[] = {0, ~0u, 1, 0x80000000, 0x12345678, 0xdeadbeef};
	unsigned int i;

	if (!need_edu())
		return;
	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		EXPECT_EQ(edu_liveness(patterns[i]), (u32)~patterns[i]);
}

/* It computes factorials modulo 2^32. */
KTEST(edu, factorials)
{
	u32 expected = 1, result;
	u32 n;

	if (!need_edu())
		return;
	for (n = 0; n <= 40; n++) {
		expected *= n ? n : 1;
		ASSERT_EQ(edu_factorial(n, &result), 0);
		EXPECT_EQ(result, expected);
	}
}

static void fill(u8 *p, size_t n, u8 seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)(seed + i * 7 + (i >> 8));
}

static bool filled(const u8 *p, size_t n, u8 seed)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (u8)(seed + i * 7 + (i >> 8)))
			return false;
	return true;
}

/* @size bytes into the device and out of it again, to other memory. */
static void there_and_back(u8 *buf, size_t offset, size_t size, u8 seed)
{
	u8 *back = buf + EDU_BUFFER_SIZE + 1;

	fill(buf, size, seed);
	memset(back, 0xcc, PAGE_SIZE);
	EXPECT_EQ(edu_copy(buf, offset, size, DMA_TO_DEVICE), 0);
	EXPECT_EQ(edu_copy(back, offset, size, DMA_FROM_DEVICE), 0);
	EXPECT(filled(back, size, seed) && filled(buf, size, seed));
	EXPECT(!memchr_inv(back + size, 0xcc, PAGE_SIZE - size));
}

/* Memory as far away as there is any. */
static u8 *far_buffer(void)
{
	return (u8 *)__get_free_pages(GFP_KERNEL, 1);
}

static bool out_of_reach(const u8 *buf)
{
	return virt_to_phys(buf) + 2 * PAGE_SIZE - 1 > EDU_DMA_MASK;
}

/*
 * Bytes go into the device and come back, whether it reaches the buffer or not: where there
 * is memory above 4 GiB, pages are of that, and all of them are bounced.
 */
KTEST(edu, dma_both_ways)
{
	struct dma_stats before, after;
	u8 *buf;

	if (!need_edu())
		return;
	buf = far_buffer();
	ASSERT(buf);
	EXPECT(out_of_reach(buf) || memblock_end_of_DRAM() <= DMA_BIT_MASK(32) + 1);
	dma_get_stats(&before);
	there_and_back(buf, 0, EDU_BUFFER_SIZE, 1);
	there_and_back(buf, 100, 1, 2);
	there_and_back(buf, 1000, 2000, 3);
	dma_get_stats(&after);
	EXPECT_EQ(after.mapped - before.mapped, 6);
	EXPECT_EQ(after.bounced - before.bounced, out_of_reach(buf) ? 6 : 0);
	free_pages((unsigned long)buf, 1);
}

/* What of the pools of bounce buffers is in use, and whether @at lies in one. */
static size_t bounce_used(dma_addr_t at, bool *inside)
{
	struct dma_bounce_info pool;
	size_t used = 0;

	*inside = false;
	for (unsigned int i = 0; dma_bounce_pool(i, &pool); i++) {
		used += pool.used;
		*inside |= at - pool.start < pool.bytes;
	}
	return used;
}

/*
 * The device is given the address of a bounce buffer, and reads what was copied there: it
 * gets what the buffer held when it was mapped, and what it writes shows once it is unmapped.
 */
KTEST(edu, dma_by_way_of_a_bounce_buffer)
{
	struct device *dev = edu_device();
	dma_addr_t handle;
	size_t used;
	bool inside;
	u8 *buf;

	if (!need_edu())
		return;
	buf = far_buffer();
	ASSERT(buf);
	if (!out_of_reach(buf)) {
		ktest_skip("no memory that it does not reach");
		free_pages((unsigned long)buf, 1);
		return;
	}
	fill(buf, 3000, 6);
	used = bounce_used(0, &inside);
	handle = dma_map_single(dev, buf, 3000, DMA_BIDIRECTIONAL);
	EXPECT(!dma_mapping_error(dev, handle));
	EXPECT(handle != virt_to_phys(buf) && handle + 3000 - 1 <= EDU_DMA_MASK);
	EXPECT(bounce_used(handle, &inside) >= used + 3000);
	EXPECT(inside);
	memset(buf, 0, 3000); /* the device must not see this */
	EXPECT_EQ(edu_dma(handle, 0, 3000, DMA_TO_DEVICE), 0);
	EXPECT_EQ(edu_dma(handle, 0, 3000, DMA_FROM_DEVICE), 0);
	EXPECT(!memchr_inv(buf, 0, 3000));
	dma_unmap_single(dev, handle, 3000, DMA_BIDIRECTIONAL);
	EXPECT(filled(buf, 3000, 6));
	EXPECT_EQ(bounce_used(0, &inside), used);
	free_pages((unsigned long)buf, 1);
}

/* ---- by interrupt ------------------------------------------------------------------------- */

static const struct {
	unsigned int kinds;
	const char *name;
} ways[] = {
	{PCI_IRQ_LEGACY, "its line"},
	{PCI_IRQ_MSI, "message"},
};

/* Every job ends by one interrupt, and none by polling. */
static void jobs_by_interrupt(u8 *buf)
{
	struct edu_counts before, after;
	u32 expected = 1, result;

	edu_get_counts(&before);
	for (u32 n = 1; n <= 200; n++) {
		expected *= n;
		ASSERT_EQ(edu_factorial(n, &result), 0);
		EXPECT_EQ(result, expected);
	}
	there_and_back(buf, 0, EDU_BUFFER_SIZE, 4);
	there_and_back(buf, 5, 77, 5);
	edu_get_counts(&after);
	EXPECT_EQ(after.factorials - before.factorials, 200);
	EXPECT_EQ(after.transfers - before.transfers, 4);
	EXPECT_EQ(after.polled, before.polled);
	EXPECT_EQ(after.lost, before.lost);
}

/* Is there such a way on this machine?  Then it must work. */
static bool way_exists(const struct pci_dev *dev, unsigned int kind)
{
	if (kind == PCI_IRQ_LEGACY)
		return dev->pin && irq_to_desc(dev->irq);
	return apic_enabled() && pci_find_capability((struct pci_dev *)dev, PCI_CAP_ID_MSI);
}

/*
 * The device interrupts by its line and by message, two hundred times for a factorial
 * and four times for a transfer, out of and into memory that it may not reach.  Which
 * ways a machine must have is for those to know who boot it: they look for the lines.
 */
KTEST(edu, factorials_and_dma_by_interrupt)
{
	const struct pci_dev *dev;
	unsigned int used = 0;
	u8 *buf;

	if (!need_edu())
		return;
	dev = to_pci_dev(edu_device());
	buf = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	ASSERT(buf);
	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!way_exists(dev, ways[i].kinds)) {
			EXPECT(edu_use_interrupt(ways[i].kinds) != 0);
			pr_info("edu: no interrupt by %s here\n", ways[i].name);
			continue;
		}
		if (!EXPECT_EQ(edu_use_interrupt(ways[i].kinds), 0))
			continue;
		used++;
		jobs_by_interrupt(buf);
		pr_info("edu: 204 jobs by %s\n", ways[i].name);
	}
	kfree(buf);
	edu_use_interrupt(PCI_IRQ_ALL_TYPES);
	if (!used)
		ktest_skip("no interrupt");
}

/* Without an interrupt it works all the same; where one was lost the driver finds that out. */
KTEST(edu, polls_without_interrupt)
{
	struct edu_counts before, after;
	u32 result;

	if (!need_edu())
		return;
	EXPECT_EQ(edu_use_interrupt(0), 0);
	edu_get_counts(&before);
	EXPECT_EQ(edu_factorial(6, &result), 0);
	EXPECT_EQ(result, 720);
	edu_get_counts(&after);
	EXPECT_EQ(after.polled - before.polled, 1);
	if (!edu_use_interrupt(PCI_IRQ_ALL_TYPES)) {
		unsigned int irq = (unsigned int)pci_irq_vector(to_pci_dev(edu_device()), 0);

		disable_irq(irq);
		EXPECT_REPORT("its interrupt does not come") {
			EXPECT_EQ(edu_factorial(5, &result), 0);
		}
		EXPECT_EQ(result, 120);
		edu_get_counts(&after);
		EXPECT_EQ(after.lost - before.lost, 1);
	}
	edu_use_interrupt(PCI_IRQ_ALL_TYPES);
}

/* Coherent memory, which both see without being mapped each time, lies within its reach. */
KTEST(edu, dma_coherent)
{
	struct device *dev = edu_device();
	dma_addr_t handle;
	u8 *p;

	if (!need_edu())
		return;
	p = dma_alloc_coherent(dev, 2 * PAGE_SIZE, &handle, GFP_KERNEL);
	ASSERT(p);
	EXPECT(handle + 2 * PAGE_SIZE - 1 <= EDU_DMA_MASK);
	fill(p, 3000, 9);
	EXPECT_EQ(edu_dma(handle, 10, 3000, DMA_TO_DEVICE), 0);
	EXPECT_EQ(edu_dma(handle + PAGE_SIZE, 10, 3000, DMA_FROM_DEVICE), 0);
	EXPECT(filled(p + PAGE_SIZE, 3000, 9));
	dma_free_coherent(dev, 2 * PAGE_SIZE, p, handle);
}

/* What the engine would stop QEMU for, or put in the wrong place, never reaches it. */
KTEST(edu, dma_out_of_range)
{
	if (!need_edu())
		return;
	EXPECT_EQ(edu_dma(0x1000, 0, 0, DMA_TO_DEVICE), -EINVAL);
	EXPECT_EQ(edu_dma(0x1000, 0, EDU_BUFFER_SIZE + 1, DMA_TO_DEVICE), -EINVAL);
	EXPECT_EQ(edu_dma(0x1000, EDU_BUFFER_SIZE, 1, DMA_TO_DEVICE), -EINVAL);
	EXPECT_EQ(edu_dma(0x1000, ~0UL, 2, DMA_TO_DEVICE), -EINVAL);
	EXPECT_EQ(edu_dma(EDU_DMA_MASK, 0, 2, DMA_FROM_DEVICE), -EINVAL);
	EXPECT_EQ(edu_dma(1ULL << 32, 0, 2, DMA_FROM_DEVICE), -EINVAL);
}

/* Registering twice, and unregistering a stranger, change nothing. */
KTEST(edu, registration_misuse)
{
	struct pci_driver stranger = {.name = "stranger"};

	EXPECT_EQ(pci_register_driver(&edu_driver), -EBUSY);
	EXPECT_EQ(pci_register_driver(&stranger), -EINVAL);
	EXPECT_REPORT("is not registered") {
		pci_unregister_driver(&stranger);
	}
}

/* P24: a BAR that does not exist, is empty, or is shorter than asked for. */
KTEST(pci, iomap_misuse)
{
	struct pci_dev *dev = get_edu();
	void __iomem *regs;

	if (!dev) {
		ktest_skip("no edu device");
		return;
	}
	EXPECT(!pci_iomap(dev, -1, 0));
	EXPECT(!pci_iomap(dev, 6, 0));
	EXPECT(!pci_iomap(dev, 1, 0));
	EXPECT(!pci_iomap(dev, 0, pci_resource_len(dev, 0) + 1));
	EXPECT(!pci_iomap_range(dev, 0, pci_resource_len(dev, 0), 0));
	regs = pci_iomap(dev, 0, 16);
	EXPECT(regs && (readl(regs) & 0xff) == 0xed);
	pci_iounmap(dev, regs);
	regs = pci_iomap_range(dev, 0, 4, 4);
	EXPECT(regs != NULL);
	pci_iounmap(dev, regs);
	EXPECT_EQ(pci_request_region(dev, -1, "test"), -EINVAL);
	EXPECT_REPORT("can't reserve") {
		EXPECT_EQ(pci_request_region(dev, 0, "test"), -EBUSY);
	}
	EXPECT_EQ(pci_request_region(dev, 1, "test"), 0);
	pci_dev_put(dev);
}

/* Every device is found once, references balance, one too few is reported. */
KTEST(pci, references)
{
	struct pci_dev *dev = NULL, *again;

	for_each_pci_dev(dev) {
		again = pci_get_domain_bus_and_slot(pci_domain_nr(dev->bus), dev->bus->number,
						    dev->devfn);
		EXPECT(again == dev);
		pci_dev_put(again);
	}
	dev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, NULL);
	if (!dev) {
		ktest_skip("no PCI");
		return;
	}
	pci_dev_put(dev);
	/* What is left is the bus's own reference. */
	ASSERT_EQ(atomic_read(&dev->dev.refcount), 1);
	EXPECT_REPORT("has no reference to drop") {
		pci_dev_put(dev);
	}
	EXPECT_EQ(atomic_read(&dev->dev.refcount), 1);
	EXPECT(!pci_get_device(0xfffe, 0xfffe, NULL));
}

/* Configuration space: sizes agree; what is no register is refused. */
KTEST(pci, config_access)
{
	struct pci_dev *dev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, NULL);
	u32 dword;
	u16 word;
	u8 byte;

	if (!dev) {
		ktest_skip("no PCI");
		return;
	}
	EXPECT_EQ(pci_read_config_dword(dev, PCI_VENDOR_ID, &dword), 0);
	EXPECT_EQ(pci_read_config_word(dev, PCI_DEVICE_ID, &word), 0);
	EXPECT_EQ(pci_read_config_byte(dev, PCI_VENDOR_ID + 1, &byte), 0);
	EXPECT_EQ(dword >> 16, word);
	EXPECT_EQ((dword >> 8) & 0xff, byte);
	EXPECT_EQ(dword & 0xffff, dev->vendor);
	EXPECT_EQ(pci_read_config_dword(dev, 2, &dword), PCIBIOS_BAD_REGISTER_NUMBER);
	EXPECT_EQ(dword, 0xffffffff);
	EXPECT_EQ(pci_read_config_word(dev, dev->cfg_size, &word), PCIBIOS_BAD_REGISTER_NUMBER);
	EXPECT_EQ(pci_read_config_byte(dev, -1, &byte), PCIBIOS_BAD_REGISTER_NUMBER);
	EXPECT_EQ(pci_write_config_word(dev, 1, 0), PCIBIOS_BAD_REGISTER_NUMBER);
	pci_dev_put(dev);
}

/* Enabling counts; one disable too many is reported; only the last ends mastering. */
KTEST(pci, enable)
{
	struct pci_dev *dev = get_edu();
	bool master;
	int held;
	u16 command;

	if (!dev) {
		ktest_skip("no edu device");
		return;
	}
	held = atomic_read(&dev->enable_cnt);
	master = dev->is_busmaster;
	EXPECT_EQ(pci_enable_device(dev), 0);
	pci_set_master(dev);
	EXPECT_EQ(pci_read_config_word(dev, PCI_COMMAND, &command), 0);
	EXPECT_EQ(command & 6, 6);
	if (held) {
		pci_disable_device(dev);
		EXPECT(dev->is_busmaster);
		pci_clear_master(dev);
	} else {
		pci_disable_device(dev);
		EXPECT(!dev->is_busmaster);
		EXPECT_REPORT("disabling already-disabled device") {
			pci_disable_device(dev);
		}
	}
	EXPECT_EQ(atomic_read(&dev->enable_cnt), held);
	EXPECT_EQ(pci_read_config_word(dev, PCI_COMMAND, &command), 0);
	EXPECT_EQ(command & 4, 0);
	if (master)
		pci_set_master(dev);
	pci_dev_put(dev);
}

/* ---- a driver with managed resources ---------------------------------- */

/* QEMU's standard VGA: nobody drives it, and BAR 2 is a page of registers. */
#define VGA_REGISTERS 2

static int managed_probes, managed_error;

static int managed_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	const int bars = 1 << VGA_REGISTERS;
	void __iomem *const *table;

	managed_probes++;
	EXPECT_EQ(id->driver_data, 42);
	EXPECT_EQ(pcim_enable_device(dev), 0);
	EXPECT_EQ(pcim_iomap_regions(dev, bars, "managed"), 0);
	EXPECT_REPORT("can't reserve") {
		EXPECT_EQ(pcim_iomap_regions(dev, bars, "managed"), -EBUSY);
	}
	EXPECT_EQ(pcim_iomap_regions(dev, 1 << 5, "managed"), -EINVAL);
	table = pcim_iomap_table(dev);
	EXPECT(table && table[VGA_REGISTERS] && !table[0]);
	EXPECT(devm_kzalloc(&dev->dev, 100, GFP_KERNEL) != NULL);
	return managed_error;
}

static const struct pci_device_id managed_ids[] = {
	{PCI_DEVICE(PCI_VENDOR_ID_QEMU, 0x1111), .driver_data = 42},
	{},
};

static struct pci_driver managed_driver = {
	.name = "managed",
	.id_table = managed_ids,
	.probe = managed_probe,
};

static bool untouched(const struct pci_dev *dev)
{
	return !dev->driver && !atomic_read(&dev->enable_cnt) &&
	       !dev->resource[VGA_REGISTERS].child;
}

/*
 * A probe that fails and a driver that leaves both find the device as it was:
 * nothing mapped, nothing claimed, not enabled.
 */
KTEST(pci, managed_driver)
{
	struct pci_dev *dev = pci_get_device(PCI_VENDOR_ID_QEMU, 0x1111, NULL);

	if (!dev || !untouched(dev)) {
		pci_dev_put(dev);
		ktest_skip("no idle VGA");
		return;
	}
	managed_probes = 0;
	managed_error = -ENODEV;
	EXPECT_EQ(pci_register_driver(&managed_driver), 0);
	EXPECT(untouched(dev));
	pci_unregister_driver(&managed_driver);
	managed_error = 0;
	EXPECT_EQ(pci_register_driver(&managed_driver), 0);
	EXPECT(dev->driver == &managed_driver && pci_is_enabled(dev));
	EXPECT(dev->resource[VGA_REGISTERS].child != NULL);
	pci_unregister_driver(&managed_driver);
	EXPECT(untouched(dev));
	EXPECT_EQ(managed_probes, 2);
	pci_dev_put(dev);
}

/* ---- devices without a bus --------------------------------------------- */

static int released;

static void count_release(struct device *dev)
{
	(void)dev;
	released++;
}

static void note_order(void *data)
{
	released = released * 10 + *(int *)data;
}

/* Managed resources go last first; the release function runs once, at the end. */
KTEST(device, life)
{
	static struct device dev;
	static int one = 1, two = 2;
	char *kept;

	dev = (struct device){.release = count_release};
	released = 0;
	EXPECT_EQ(device_register(&dev), -EINVAL);
	EXPECT_EQ(dev_set_name(&dev, "test%d", 7), 0);
	ASSERT_EQ(device_register(&dev), 0);
	EXPECT_EQ(devm_add_action(&dev, note_order, &one), 0);
	EXPECT_EQ(devm_add_action(&dev, note_order, &two), 0);
	kept = devm_kstrdup(&dev, "kept", GFP_KERNEL);
	devm_kfree(&dev, devm_kmalloc(&dev, 64, GFP_KERNEL));
	EXPECT_REPORT("is not device test7's") {
		devm_kfree(&dev, kept + 1);
	}
	EXPECT(!devm_kcalloc(&dev, ~0UL, 16, GFP_KERNEL));
	EXPECT_REPORT("has no reference to drop") {
		put_device(&dev);
	}
	get_device(&dev);
	device_del(&dev);
	EXPECT_EQ(released, 21);
	EXPECT_REPORT("is not registered") {
		device_del(&dev);
	}
	put_device(&dev);
	EXPECT_EQ(released, 21);
	put_device(&dev);
	EXPECT_EQ(released, 22);
}
