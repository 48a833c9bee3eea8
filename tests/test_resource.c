/* SPDX-License-Identifier: MIT */
/*
 * Resources: the tree's shape, claims and their misuse, on private trees; then
 * what start-up put into the machine's own.
 */
#include <cairn/pci.h>
#include <cairn/resource.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

#define MEM IORESOURCE_MEM
#define RES(_start, _end, _flags)                                                   \
	{                                                                           \
		.start = (_start), .end = (_end), .name = "test", .flags = (_flags) \
	}

/* Siblings may touch and may not overlap, nor leave their parent. */
KTEST(resource, request)
{
	struct resource root = RES(0x1000, 0x8fff, MEM);
	struct resource a = RES(0x2000, 0x2fff, MEM), b = RES(0x3000, 0x3fff, MEM);
	struct resource over = RES(0x2fff, 0x3000, MEM), out = RES(0x8000, 0x9000, MEM);
	struct resource backward = RES(0x5000, 0x4fff, MEM), last = RES(0x8fff, 0x8fff, MEM);

	EXPECT_EQ(request_resource(&root, &b), 0);
	EXPECT_EQ(request_resource(&root, &a), 0);
	EXPECT_EQ(request_resource(&root, &last), 0);
	EXPECT(resource_check(&root));
	EXPECT_EQ(request_resource(&root, &a), -EBUSY);
	EXPECT(request_resource_conflict(&root, &over) == &a);
	EXPECT(request_resource_conflict(&root, &out) == &root);
	EXPECT_EQ(request_resource(&root, &backward), -EBUSY);
	EXPECT(root.child == &a && a.sibling == &b && b.sibling == &last && !last.sibling);
	EXPECT(lookup_resource(&root, 0x3000) == &b);
	EXPECT(!lookup_resource(&root, 0x3001));
	EXPECT_EQ(release_resource(&b), 0);
	EXPECT(a.sibling == &last);
	EXPECT(resource_check(&root));
	EXPECT_REPORT("release_resource") {
		EXPECT_EQ(release_resource(&b), -EINVAL);
	}
}

/* Inserting finds its depth, adopts what it holds, and refuses to cut. */
KTEST(resource, insert)
{
	struct resource root = RES(0, 0xffff, MEM);
	struct resource ram = RES(0x1000, 0x7fff, MEM), code = RES(0x2000, 0x2fff, MEM);
	struct resource data = RES(0x3000, 0x3fff, MEM), image = RES(0x2000, 0x3fff, MEM);
	struct resource cut = RES(0x3800, 0x4fff, MEM);

	EXPECT_EQ(insert_resource(&root, &code), 0);
	EXPECT_EQ(insert_resource(&root, &data), 0);
	EXPECT_EQ(insert_resource(&root, &ram), 0);
	EXPECT_EQ(insert_resource(&root, &image), 0);
	EXPECT(resource_check(&root));
	EXPECT(root.child == &ram && ram.child == &image && image.child == &code);
	EXPECT_EQ(insert_resource(&root, &cut), -EBUSY);
	EXPECT_EQ(release_resource(&image), 0);
	EXPECT(ram.child == &code && code.sibling == &data && code.parent == &ram);
	EXPECT(resource_check(&root));
}

/*
 * P20: what overlaps RAM, the local APIC, configuration space or somebody's
 * claim cannot be claimed; what lies in an idle BAR or window can.
 */
KTEST(resource, claims)
{
	struct resource root = RES(0, 0xffffffff, MEM);
	struct resource ram = RES(0x100000, 0x7ffffff, MEM | IORESOURCE_BUSY);
	struct resource apic = RES(0xfee00000, 0xfee00fff, MEM | IORESOURCE_BUSY);
	struct resource window = RES(0xfe800000, 0xfe9fffff, MEM | IORESOURCE_WINDOW);
	struct resource bar = RES(0xfe800000, 0xfe800fff, MEM);
	struct resource *claim;

	ASSERT(!request_resource(&root, &ram) && !request_resource(&root, &apic));
	ASSERT(!request_resource(&root, &window) && !request_resource(&window, &bar));
	EXPECT(!__request_region(&root, 0x7fff000, 0x2000, "test", 0));
	EXPECT(!__request_region(&root, 0x200000, 0x1000, "test", 0));
	EXPECT(!__request_region(&root, 0xfee00000, 0x100, "test", 0));
	EXPECT(!__request_region(&root, 0xfe800800, 0x1000, "test", 0));
	EXPECT(!__request_region(&root, 0x9000000, 0, "test", 0));
	EXPECT(!__request_region(&root, ~0ULL, 2, "test", 0));
	EXPECT(!__request_region(&root, 0xfffff000, 0x2000, "test", 0));

	claim = __request_region(&root, 0xfe800000, 0x1000, "test", 0);
	ASSERT(claim);
	EXPECT(claim->parent == &bar && claim->flags & IORESOURCE_BUSY);
	EXPECT(resource_check(&root));
	EXPECT(!__request_region(&root, 0xfe800000, 0x1000, "test", 0));
	EXPECT(!__request_region(&root, 0xfe800ffc, 4, "test", 0));
	__release_region(&root, 0xfe800000, 0x1000);
	EXPECT(!bar.child);
}

/* Releasing what was never claimed, or not like that, is reported and refused. */
KTEST(resource, release_misuse)
{
	struct resource root = RES(0, 0xffffffff, MEM);
	struct resource ram = RES(0x100000, 0x7ffffff, MEM | IORESOURCE_BUSY);

	ASSERT(!request_resource(&root, &ram));
	ASSERT(__request_region(&root, 0x9000000, 0x1000, "test", 0));
	EXPECT_REPORT("Trying to free nonexistent resource <0000000009000000-00000000090007ff>") {
		__release_region(&root, 0x9000000, 0x800);
	}
	EXPECT_REPORT("Trying to free nonexistent resource") {
		__release_region(&root, 0x100000, 0x7f00000);
	}
	EXPECT(ram.parent == &root);
	EXPECT_NO_REPORT() {
		__release_region(&root, 0x9000000, 0x1000);
	}
	EXPECT_REPORT("Trying to free nonexistent resource") {
		__release_region(&root, 0x9000000, 0x1000);
	}
	EXPECT(root.child == &ram && !ram.sibling);
}

/* A hole is found for each alignment and between limits, or refused. */
KTEST(resource, allocate)
{
	struct resource root = RES(0, 0xffff, MEM);
	struct resource low = RES(0, 0x1fff, MEM), high = RES(0x9000, 0xffff, MEM);
	struct resource got = RES(0, 0, MEM);

	ASSERT(!request_resource(&root, &low) && !request_resource(&root, &high));
	EXPECT_EQ(allocate_resource(&root, &got, 0x1000, 0, ~0ULL, 0x1000, NULL, NULL), 0);
	EXPECT_EQ(got.start, 0x2000);
	release_resource(&got);
	EXPECT_EQ(allocate_resource(&root, &got, 0x1000, 0x2001, ~0ULL, 0x4000, NULL, NULL), 0);
	EXPECT_EQ(got.start, 0x4000);
	release_resource(&got);
	EXPECT_EQ(allocate_resource(&root, &got, 0x7000, 0, ~0ULL, 1, NULL, NULL), 0);
	EXPECT_EQ(got.end, 0x8fff);
	release_resource(&got);
	EXPECT_EQ(allocate_resource(&root, &got, 0x7001, 0, ~0ULL, 1, NULL, NULL), -EBUSY);
	EXPECT_EQ(allocate_resource(&root, &got, 0x1000, 0, 0x2ffe, 1, NULL, NULL), -EBUSY);
	EXPECT_EQ(allocate_resource(&root, &got, 0x1000, 0, ~0ULL, 3, NULL, NULL), -EINVAL);
	EXPECT_EQ(allocate_resource(&root, &got, 0, 0, ~0ULL, 1, NULL, NULL), -EINVAL);
	EXPECT(resource_check(&root));
}

/* A BAR without an address: below 4 GiB if it fits there, a 64-bit one else above. */
KTEST(resource, place_bar)
{
	struct resource root = RES(0, (1ULL << 40) - 1, MEM);
	struct resource ram = RES(0, 0x7fffffff, MEM),
			more = RES(1ULL << 32, (2ULL << 32) - 1, MEM);
	struct resource small = RES(0, 0, MEM), wide = RES(0, 0, MEM | IORESOURCE_MEM_64);
	struct resource large = RES(0, 0, MEM), next = RES(0, 0, MEM);

	ASSERT(!request_resource(&root, &ram) && !request_resource(&root, &more));
	EXPECT_EQ(pci_place_bar(&root, &small, 0x100000, 0x80000000, 2ULL << 32), 0);
	EXPECT_EQ(small.start, 0x80000000);
	EXPECT_EQ(pci_place_bar(&root, &next, 0x1000000, 0x80000000, 2ULL << 32), 0);
	EXPECT_EQ(next.start, 0x81000000);
	EXPECT_EQ(pci_place_bar(&root, &wide, 8ULL << 30, 0x80000000, 2ULL << 32), 0);
	EXPECT_EQ(wide.start, 2ULL << 32);
	EXPECT_EQ(pci_place_bar(&root, &large, 2ULL << 30, 0x80000000, 2ULL << 32), -EBUSY);
	EXPECT(resource_check(&root));
}

/*
 * Random claims and releases of page-sized pieces, against a bitmap that says
 * which of 64 pieces are taken.
 */
KTEST(resource, model)
{
	struct resource root = RES(0, 64 * 0x1000 - 1, MEM);
	struct rnd_state rnd;
	u8 length[64] = {0}; /* pieces of the claim that starts here */
	u64 taken = 0;
	int i;

	prandom_seed_state(&rnd, 20);
	for (i = 0; i < 2000; i++) {
		unsigned int at = prandom_u32_state(&rnd) % 64;
		unsigned int n = 1 + prandom_u32_state(&rnd) % 4;
		u64 mask = ((1ULL << n) - 1) << at;
		bool fits = at + n <= 64 && !(taken & mask);

		if (length[at]) {
			__release_region(&root, at * 0x1000, length[at] * 0x1000);
			taken &= ~(((1ULL << length[at]) - 1) << at);
			length[at] = 0;
		} else if (EXPECT_EQ(!!__request_region(&root, at * 0x1000, n * 0x1000, "test", 0),
				     fits) &&
			   fits) {
			taken |= mask;
			length[at] = n;
		}
		ASSERT(resource_check(&root));
	}
	for (i = 0; i < 64; i++)
		if (length[i])
			__release_region(&root, i * 0x1000, length[i] * 0x1000);
	EXPECT(!root.child);
}

/* The live trees are sound, and RAM and the serial port cannot be claimed. */
KTEST(resource, live_trees)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);

	ASSERT(page);
	EXPECT(resource_check(&iomem_resource));
	EXPECT(resource_check(&ioport_resource));
	EXPECT(!request_mem_region(virt_to_phys(page), PAGE_SIZE, "test"));
	EXPECT(!request_region(0x3f8, 8, "test"));
	EXPECT(request_region(0x9300, 8, "test") != NULL);
	release_region(0x9300, 8);
	free_page((unsigned long)page);
}

/* /proc/iomem: each line as Linux prints it, indented by depth. */
KTEST(resource, proc_iomem)
{
	char *text = kzalloc(8192, GFP_KERNEL);

	ASSERT(text);
	EXPECT(vfile_read("iomem", text, 8192) > 0);
	EXPECT(strstr(text, " : System RAM\n") != NULL);
	EXPECT(strstr(text, "\n  00100000-") != NULL);
	EXPECT(strstr(text, " : Kernel code\n") != NULL);
	EXPECT(strstr(text, " : Reserved\n") != NULL);
	EXPECT(strstr(text, "00000000-00000fff : Reserved\n") == text);
	kfree(text);
}
