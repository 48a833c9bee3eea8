/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_RESOURCE_H
#define _CAIRN_RESOURCE_H

/* The resource trees from the inside; drivers use <linux/ioport.h>. */
#include <linux/ioport.h>

/**
 * resource_init - fill iomem_resource with what start-up knows
 *
 * RAM and reserved ranges of the firmware's map, the kernel image, the local
 * APIC, and the I/O ports that the PC architecture fixes.
 *
 * Context: once at start-up, when the slab allocator works, before pci_init().
 */
void resource_init(void);

/**
 * resource_reserve_firmware - add the firmware's reserved ranges
 *
 * They come after the devices, around which they are cut: firmware often
 * reserves what a BAR decodes.
 *
 * Context: once at start-up, when all BARs are claimed.
 */
void resource_reserve_firmware(void);

/**
 * resource_next - walk a tree, parents before children
 * @root: where the walk began
 * @res: where it is, @root first
 * @depth: kept up to date: 0 at @root
 *
 * Context: the tree does not change meanwhile.
 * Return: the next resource, NULL behind the last below @root.
 */
struct resource *resource_next(const struct resource *root, const struct resource *res,
			       unsigned int *depth);

/**
 * resource_check - does a tree hold its invariants?
 * @root: its root
 *
 * Return: whether each resource's children lie inside it, sorted and disjoint,
 * and point back at it.
 */
bool resource_check(const struct resource *root);

struct seq_file;

/**
 * resource_show - write a tree as /proc/iomem and /proc/ioports do
 * @m: where to
 * @root: its root; only what lies below it is shown
 * @digits: hexadecimal digits of an address
 */
void resource_show(struct seq_file *m, const struct resource *root, int digits);

#endif
