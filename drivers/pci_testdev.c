/* SPDX-License-Identifier: MIT */
/*
 * QEMU's pci-testdev, for its large BAR: -device pci-testdev,membar=8G gives a
 * 64-bit BAR 2 that lies above 4 GiB, under OVMF far above.
 *
 *	BAR 0	descriptions of tests, with their names
 *	BAR 2	the large one: nothing behind it, but it must map and read
 *
 * All of BAR 2 is mapped if there is memory for its page tables, else the first
 * WINDOW bytes.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

#define LARGE_BAR   2
#define WINDOW	    (2UL << 20)

#define TEST_SELECT 0x00 /* number of the test that the rest describes */
#define TEST_NAME   0x10 /* offset of a name in a test's description */
#define TEST_NAME_N 32

struct testdev {
	void __iomem *tests;
	void __iomem *large;
	u64 mapped;
};

static void print_test(struct pci_dev *dev, const struct testdev *t)
{
	char name[TEST_NAME_N] = "";

	writeb(0, t->tests + TEST_SELECT);
	memcpy_fromio(name, t->tests + TEST_NAME, sizeof(name) - 1);
	pci_info(dev, "BAR 0: physical 0x%llx, mapped at 0x%px, first test \"%s\"\n",
		 pci_resource_start(dev, 0), t->tests, name);
}

static int map_large(struct pci_dev *dev, struct testdev *t)
{
	u64 size = pci_resource_len(dev, LARGE_BAR);

	if (!size)
		return 0;
	t->mapped = size;
	t->large = pci_iomap(dev, LARGE_BAR, 0);
	if (!t->large) {
		t->mapped = min_t(u64, size, WINDOW);
		t->large = pci_iomap(dev, LARGE_BAR, t->mapped);
	}
	if (!t->large)
		return -ENOMEM;
	pci_info(dev, "BAR %d: physical 0x%llx, %llu MiB, %llu MiB mapped at 0x%px\n", LARGE_BAR,
		 pci_resource_start(dev, LARGE_BAR), size >> 20, t->mapped >> 20, t->large);
	pci_info(dev, "BAR %d: first word 0x%08x, last word 0x%08x\n", LARGE_BAR, readl(t->large),
		 readl(t->large + t->mapped - 4));
	return 0;
}

static int testdev_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	struct testdev *t = devm_kzalloc(&dev->dev, sizeof(*t), GFP_KERNEL);
	int err;

	(void)id;
	if (!t)
		return -ENOMEM;
	err = pcim_enable_device(dev);
	if (err)
		return err;
	err = pci_request_regions(dev, "pci-testdev");
	if (err)
		return err;
	err = -ENOMEM;
	t->tests = pci_iomap(dev, 0, 0);
	if (!t->tests)
		goto out_release;
	print_test(dev, t);
	err = map_large(dev, t);
	if (err)
		goto out_unmap;
	pci_set_drvdata(dev, t);
	return 0;

out_unmap:
	pci_iounmap(dev, t->tests);
out_release:
	pci_release_regions(dev);
	return err;
}

static void testdev_remove(struct pci_dev *dev)
{
	struct testdev *t = pci_get_drvdata(dev);

	if (t->large)
		pci_iounmap(dev, t->large);
	pci_iounmap(dev, t->tests);
	pci_release_regions(dev);
}

static const struct pci_device_id testdev_ids[] = {
	{PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0005)},
	{},
};

static struct pci_driver testdev_driver = {
	.name = "pci-testdev",
	.id_table = testdev_ids,
	.probe = testdev_probe,
	.remove = testdev_remove,
};
module_pci_driver(testdev_driver);
