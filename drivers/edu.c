/* SPDX-License-Identifier: MIT */
/*
 * QEMU's educational PCI device: a few registers behind BAR 0.
 *
 *	0x00	identification: 0xMMmm00ed, version MM.mm
 *	0x04	liveness: reads back the inverse of what was written
 *	0x08	factorial: write n, wait, read n! modulo 2^32
 *	0x20	status: bit 0 is set while it computes; bit 7: interrupt when it has
 *	0x24	why it interrupts: bit 0 factorial, bit 8 DMA; 0x64 takes bits away
 *	0x80	DMA: source, destination (0x88), bytes (0x90); 64 bits each
 *	0x98	DMA command: bit 0 starts it and is set until it is done, bit 1: to memory,
 *		bit 2: interrupt when it is done
 *
 * Its DMA engine copies between memory, of which it reaches 28 bits, and a buffer of
 * 4 KiB inside it, which the engine knows as 0x40000.  The engine stops QEMU if it
 * is sent beyond the buffer, and older ones take its last byte for beyond; so the
 * driver offers one byte less.
 *
 * It computes and copies by itself; the driver sleeps until the device interrupts,
 * by message if it can, else by its line.  Each job is waited for before the next is
 * given, so no two interrupts become one.  Where there is no interrupt to be had,
 * and from the first on that does not come, it polls, for a bounded time.  One user at
 * a time: edu_lock.  Source: QEMU, docs/specs/edu.
 */
#include <asm/processor.h>
#include <cairn/dma.h>
#include <cairn/monitor.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/errname.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "edu.h"

#define EDU_ID		  0x00
#define EDU_LIVENESS	  0x04
#define EDU_FACTORIAL	  0x08
#define EDU_STATUS	  0x20
#define EDU_CAUSE	  0x24
#define EDU_ACK		  0x64
#define EDU_DMA_SOURCE	  0x80
#define EDU_DMA_DEST	  0x88
#define EDU_DMA_COUNT	  0x90
#define EDU_DMA_COMMAND	  0x98

#define EDU_DMA_START	  0x1
#define EDU_DMA_TO_MEMORY 0x2
#define EDU_DMA_INTERRUPT 0x4
#define EDU_BUFFER	  0x40000

#define EDU_COMPUTING	  0x01
#define EDU_INTERRUPT	  0x80
#define CAUSE_FACTORIAL	  0x001
#define CAUSE_DMA	  0x100
#define EDU_ID_MASK	  0x0000ffff
#define EDU_ID_VALUE	  0x000000ed

#define LIVENESS_PATTERN  0x12345678u
#define TIMEOUT_NS	  (2 * NSEC_PER_SEC)

static void __iomem *edu_regs; /* of the first edu found; NULL without one */
static struct pci_dev *edu_pci;

/* Guards what follows, and the device's job. */
static DEFINE_MUTEX_RANK(edu_lock, LOCK_RANK_DEVICE);

static unsigned int edu_kind;	 /* PCI_IRQ_*: how it interrupts; 0: the driver polls */
static bool edu_stuck;		 /* its engine never ended, and may still write to memory */
static struct edu_counts counts; /* interrupts: the handler's */

static struct completion factorial_done = COMPLETION_INITIALIZER(factorial_done);
static struct completion dma_done = COMPLETION_INITIALIZER(dma_done);

u32 edu_liveness(u32 x)
{
	writel(x, edu_regs + EDU_LIVENESS);
	return readl(edu_regs + EDU_LIVENESS);
}

bool edu_present(void)
{
	return edu_regs;
}

void edu_get_counts(struct edu_counts *out)
{
	*out = counts;
}

struct device *edu_device(void)
{
	return edu_pci ? &edu_pci->dev : NULL;
}

/* ---- Interrupts ---------------------------------------------------------------------------- */

static irqreturn_t edu_interrupt(int irq __unused, void *data __unused)
{
	u32 cause = readl(edu_regs + EDU_CAUSE) & (CAUSE_FACTORIAL | CAUSE_DMA);

	if (!cause)
		return IRQ_NONE;
	writel(cause, edu_regs + EDU_ACK);
	if (cause & CAUSE_FACTORIAL) {
		counts.factorials++;
		complete(&factorial_done);
	}
	if (cause & CAUSE_DMA) {
		counts.transfers++;
		complete(&dma_done);
	}
	return IRQ_HANDLED;
}

static void drop_interrupt(void)
{
	writel(0, edu_regs + EDU_STATUS);
	if (edu_kind) {
		free_irq((unsigned int)pci_irq_vector(edu_pci, 0), &counts);
		pci_free_irq_vectors(edu_pci);
	}
	edu_kind = 0;
}

static int take_interrupt(unsigned int kinds)
{
	int err = pci_alloc_irq_vectors(edu_pci, 1, 1, kinds);

	if (err < 0)
		return err;
	writel(CAUSE_FACTORIAL | CAUSE_DMA, edu_regs + EDU_ACK);
	err = request_irq((unsigned int)pci_irq_vector(edu_pci, 0), edu_interrupt, IRQF_SHARED,
			  "edu", &counts);
	if (err) {
		pci_free_irq_vectors(edu_pci);
		return err;
	}
	edu_kind = edu_pci->msi ? PCI_IRQ_MSI : PCI_IRQ_LEGACY;
	writel(EDU_INTERRUPT, edu_regs + EDU_STATUS);
	return 0;
}

int edu_use_interrupt(unsigned int kinds)
{
	int err = 0;

	if (!edu_pci)
		return -ENODEV;
	mutex_lock(&edu_lock);
	drop_interrupt();
	if (kinds)
		err = take_interrupt(kinds);
	mutex_unlock(&edu_lock);
	return err;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

static bool computing(void)
{
	return readl(edu_regs + EDU_STATUS) & EDU_COMPUTING;
}

static bool copying(void)
{
	return readq(edu_regs + EDU_DMA_COMMAND) & EDU_DMA_START;
}

/* Looks until it is done; false after two seconds. */
static bool poll(bool (*busy)(void))
{
	u64 start = ktime_get_ns();

	counts.polled++;
	while (busy()) {
		if (ktime_get_ns() - start > TIMEOUT_NS)
			return false;
		cpu_relax();
	}
	return true;
}

/* Sleeps until it is done; the interrupt of a job that was given up may come late. */
static bool wait_done(struct completion *done, bool (*busy)(void))
{
	while (edu_kind) {
		if (wait_for_completion_timeout(done,
						msecs_to_jiffies(TIMEOUT_NS / NSEC_PER_MSEC))) {
			if (!busy())
				return true;
			continue;
		}
		if (busy())
			return false;
		counts.lost++;
		pci_warn(edu_pci, "its interrupt does not come; polling from now on\n");
		drop_interrupt();
	}
	return poll(busy);
}

int edu_factorial(u32 n, u32 *result)
{
	int err = -ETIMEDOUT;

	if (!edu_regs)
		return -ENODEV;
	mutex_lock(&edu_lock);
	reinit_completion(&factorial_done);
	writel(n, edu_regs + EDU_FACTORIAL);
	if (wait_done(&factorial_done, computing)) {
		*result = readl(edu_regs + EDU_FACTORIAL);
		err = 0;
	}
	mutex_unlock(&edu_lock);
	return err;
}

/* An engine that is still running has the memory: nobody may use it again. */
static int run_dma(u64 source, u64 dest, size_t size, u64 command)
{
	if (edu_stuck)
		return -EBUSY;
	reinit_completion(&dma_done);
	writeq(source, edu_regs + EDU_DMA_SOURCE);
	writeq(dest, edu_regs + EDU_DMA_DEST);
	writeq(size, edu_regs + EDU_DMA_COUNT);
	writeq(command | EDU_DMA_START | (edu_kind ? EDU_DMA_INTERRUPT : 0),
	       edu_regs + EDU_DMA_COMMAND);
	edu_stuck = !wait_done(&dma_done, copying);
	return edu_stuck ? -ETIMEDOUT : 0;
}

int edu_dma(dma_addr_t addr, size_t offset, size_t size, enum dma_data_direction dir)
{
	u64 inside = EDU_BUFFER + offset;
	int err;

	if (!edu_regs)
		return -ENODEV;
	if (!size || offset >= EDU_BUFFER_SIZE || size > EDU_BUFFER_SIZE - offset ||
	    addr > EDU_DMA_MASK || size - 1 > EDU_DMA_MASK - addr)
		return -EINVAL;
	mutex_lock(&edu_lock);
	if (dir == DMA_TO_DEVICE)
		err = run_dma(addr, inside, size, 0);
	else
		err = run_dma(inside, addr, size, EDU_DMA_TO_MEMORY);
	mutex_unlock(&edu_lock);
	return err;
}

int edu_copy(void *buf, size_t offset, size_t size, enum dma_data_direction dir)
{
	struct device *dev = edu_device();
	dma_addr_t addr;
	int err;

	if (!dev)
		return -ENODEV;
	addr = dma_map_single(dev, buf, size, dir);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	err = edu_dma(addr, offset, size, dir);
	if (err != -ETIMEDOUT)
		dma_unmap_single(dev, addr, size, dir);
	return err;
}

/* Reads what can be read and says so; an edu that does not answer right is refused. */
static int try_registers(struct pci_dev *dev)
{
	u32 id = readl(edu_regs + EDU_ID);
	u32 alive = edu_liveness(LIVENESS_PATTERN);
	u32 factorial;

	if ((id & EDU_ID_MASK) != EDU_ID_VALUE) {
		pci_err(dev, "identification 0x%08x is not an edu's\n", id);
		return -EIO;
	}
	pci_info(dev, "identification 0x%08x, version %u.%u\n", id, id >> 24, id >> 16 & 0xff);
	pci_info(dev, "liveness: wrote 0x%08x, read 0x%08x%s\n", LIVENESS_PATTERN, alive,
		 alive == ~LIVENESS_PATTERN ? ", its inverse" : ": WRONG");
	if (alive != ~LIVENESS_PATTERN)
		return -EIO;
	if (edu_factorial(10, &factorial)) {
		pci_err(dev, "factorial: no answer\n");
		return -EIO;
	}
	pci_info(dev, "factorial: 10! = %u\n", factorial);
	return 0;
}

static void announce_interrupt(int err)
{
	if (err)
		pci_info(edu_pci, "no interrupt (%s): the driver polls\n", errname(err));
	else
		pci_info(edu_pci, "interrupts by %s, irq %d\n",
			 edu_kind == PCI_IRQ_MSI ? "message" : "its line",
			 pci_irq_vector(edu_pci, 0));
}

static int edu_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	phys_addr_t phys = pci_resource_start(dev, 0);
	int err;

	(void)id;
	if (edu_regs)
		return -ENODEV;
	err = pci_enable_device(dev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&dev->dev, EDU_DMA_MASK);
	if (err)
		goto out_disable;
	err = pci_request_regions(dev, "edu");
	if (err)
		goto out_disable;
	pci_set_master(dev);
	err = -ENOMEM;
	edu_regs = ioremap(phys, pci_resource_len(dev, 0));
	if (!edu_regs)
		goto out_release;
	pci_info(dev, "BAR 0: physical 0x%llx, %llu KiB, mapped at 0x%px\n", phys,
		 pci_resource_len(dev, 0) >> 10, edu_regs);
	err = try_registers(dev);
	if (!err) {
		edu_pci = dev;
		announce_interrupt(edu_use_interrupt(PCI_IRQ_ALL_TYPES));
		return 0;
	}
	iounmap(edu_regs);
	edu_regs = NULL;
out_release:
	pci_release_regions(dev);
out_disable:
	pci_disable_device(dev);
	return err;
}

static void edu_remove(struct pci_dev *dev)
{
	edu_use_interrupt(0);
	iounmap(edu_regs);
	edu_regs = NULL;
	edu_pci = NULL;
	pci_release_regions(dev);
	pci_disable_device(dev);
}

static const struct pci_device_id edu_ids[] = {
	{PCI_DEVICE(PCI_VENDOR_ID_QEMU, 0x11e8)},
	{},
};

struct pci_driver edu_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static int __init edu_init(void)
{
	int err = pci_register_driver(&edu_driver);

	if (!err && !pci_dev_present(edu_ids))
		pr_info("edu: no device 1234:11e8 here (QEMU adds one with -device edu)\n");
	return err;
}
device_initcall(edu_init);

/* The product takes a step a factor, and is 0 modulo 2^32 from 34! on. */
#define EDU_COMMAND_MAX 1000000
#define EDU_EXACT_MAX	12

static int cmd_edu(int argc, char **argv)
{
	u32 result;
	u64 n;
	int err;

	if (argc != 2 || monitor_number(argv[1], &n))
		return -EINVAL;
	if (n > EDU_COMMAND_MAX) {
		monitor_printf("edu: N is at most %u\n", EDU_COMMAND_MAX);
		return -EINVAL;
	}
	err = edu_factorial(n, &result);
	if (err == -ENODEV)
		monitor_printf("edu: there is no edu device (QEMU: -device edu)\n");
	else if (err)
		monitor_printf("edu: no answer within two seconds\n");
	else
		monitor_printf("%llu! = %u%s\n", n, result,
			       n > EDU_EXACT_MAX ? " modulo 2^32" : "");
	return err;
}
MONITOR_COMMAND("edu", "N", "let the edu device compute N!", cmd_edu);

/* Sends bytes through the device and back, and says what way they took. */
static int cmd_edu_dma(int argc, char **argv __unused)
{
	static const char text[] = "through the device and back";
	char *buf = argc == 1 ? kmalloc(2 * sizeof(text), GFP_KERNEL) : NULL;
	struct dma_stats before, after;
	int err;

	if (argc != 1)
		return -EINVAL;
	if (!buf)
		return -ENOMEM;
	dma_get_stats(&before);
	memcpy(buf, text, sizeof(text));
	memset(buf + sizeof(text), 0, sizeof(text));
	err = edu_copy(buf, 0, sizeof(text), DMA_TO_DEVICE);
	if (!err)
		err = edu_copy(buf + sizeof(text), 0, sizeof(text), DMA_FROM_DEVICE);
	dma_get_stats(&after);
	monitor_printf("edu: buffer at %#llx, %lu of 2 transfers bounced: %s\n", virt_to_phys(buf),
		       after.bounced - before.bounced,
		       err					       ? errname(err)
		       : memcmp(buf, buf + sizeof(text), sizeof(text)) ? "WRONG"
								       : buf + sizeof(text));
	kfree(buf);
	return err;
}
MONITOR_COMMAND("edu-dma", "", "copy into the edu device and back by DMA", cmd_edu_dma);

/* ---- what is mapped, for all devices -------------------------------------------------------- */

static int cmd_dma(int argc, char **argv __unused)
{
	struct dma_bounce_info pool;
	struct dma_stats stats;

	if (argc != 1)
		return -EINVAL;
	dma_get_stats(&stats);
	monitor_printf("mappings %lu, ever %lu, bounced %lu, failed %lu\n", stats.mappings,
		       stats.mapped, stats.bounced, stats.failed);
	monitor_printf("coherent %lu, %lu KiB\n", stats.coherent, stats.coherent_bytes >> 10);
	for (unsigned int i = 0; dma_bounce_pool(i, &pool); i++)
		if (pool.bytes)
			monitor_printf(
				"bounce buffers at %#llx: %zu KiB, %zu in use, %zu at most\n",
				pool.start, pool.bytes >> 10, pool.used >> 10, pool.peak >> 10);
	return 0;
}
MONITOR_COMMAND("dma", "", "DMA mappings and bounce buffers", cmd_dma);
