/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IOPORT_H
#define _LINUX_IOPORT_H

/*
 * Resources: who owns which range of physical addresses and of I/O ports.
 * Two trees, iomem_resource and ioport_resource; a child lies inside its
 * parent, siblings are disjoint and sorted.  kernel/resource.c.
 */
#include <linux/types.h>
#include <linux/compiler.h>

/**
 * struct resource - a named range; both ends are inclusive
 * @start: first address
 * @end: last address; end - start + 1 is the size
 * @name: what /proc/iomem shows; must outlive the resource
 * @flags: IORESOURCE_*
 * @desc: kernel/resource.c's; 0 in what drivers define
 * @parent: enclosing resource; NULL while the resource is in no tree
 * @sibling: next resource with the same parent, higher up
 * @child: lowest resource inside this one
 */
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	unsigned long desc;
	struct resource *parent, *sibling, *child;
};

/* Low byte: bus-specific. */
#define IORESOURCE_BITS	      0x000000ff
#define IORESOURCE_TYPE_BITS  0x00001f00
#define IORESOURCE_IO	      0x00000100 /* I/O ports */
#define IORESOURCE_MEM	      0x00000200
#define IORESOURCE_IRQ	      0x00000400
#define IORESOURCE_DMA	      0x00000800
#define IORESOURCE_BUS	      0x00001000
#define IORESOURCE_PREFETCH   0x00002000 /* reading has no side effect */
#define IORESOURCE_READONLY   0x00004000
#define IORESOURCE_CACHEABLE  0x00008000
#define IORESOURCE_SIZEALIGN  0x00040000 /* aligned to its size */
#define IORESOURCE_MEM_64     0x00100000
#define IORESOURCE_WINDOW     0x00200000 /* forwarded by a bridge */
#define IORESOURCE_SYSRAM     0x01000000
#define IORESOURCE_EXCLUSIVE  0x08000000
#define IORESOURCE_DISABLED   0x10000000
#define IORESOURCE_UNSET      0x20000000 /* no address assigned yet */
#define IORESOURCE_AUTO	      0x40000000
#define IORESOURCE_BUSY	      0x80000000 /* in use: nothing may be claimed inside */

#define IORESOURCE_SYSTEM_RAM (IORESOURCE_MEM | IORESOURCE_SYSRAM)

/* Bus-specific bits of a PCI expansion ROM. */
#define IORESOURCE_ROM_ENABLE 0x01

#define DEFINE_RES_NAMED(_start, _size, _name, _flags)                                             \
	{                                                                                          \
		.start = (_start), .end = (_start) + (_size)-1, .name = (_name), .flags = (_flags) \
	}
#define DEFINE_RES_MEM_NAMED(_start, _size, _name) \
	DEFINE_RES_NAMED(_start, _size, _name, IORESOURCE_MEM)
#define DEFINE_RES_MEM(_start, _size) DEFINE_RES_MEM_NAMED(_start, _size, NULL)
#define DEFINE_RES_IO_NAMED(_start, _size, _name) \
	DEFINE_RES_NAMED(_start, _size, _name, IORESOURCE_IO)
#define DEFINE_RES_IO(_start, _size) DEFINE_RES_IO_NAMED(_start, _size, NULL)

/* The roots: physical address space and the 64 Ki I/O ports. */
extern struct resource iomem_resource;
extern struct resource ioport_resource;

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & IORESOURCE_TYPE_BITS;
}

/* resource_contains - does @outer, of the same type, hold all of @inner? */
static inline bool resource_contains(const struct resource *outer, const struct resource *inner)
{
	return resource_type(outer) == resource_type(inner) && outer->start <= inner->start &&
	       outer->end >= inner->end;
}

static inline bool resource_overlaps(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && a->end >= b->start;
}

/**
 * request_resource - put a range into the tree as a child of @root
 * @root: the enclosing resource
 * @new: range to add; the caller keeps it alive until release_resource()
 *
 * Context: any; takes the resource lock.
 * Return: 0, or -EBUSY when it is not inside @root, is empty, or overlaps one
 * of its children.
 */
int request_resource(struct resource *root, struct resource *new);

/**
 * request_resource_conflict - request_resource() that tells what is in the way
 * @root: the enclosing resource
 * @new: range to add
 *
 * Return: NULL when @new was added, else the resource it collides with (@root
 * itself when @new is not inside it).
 */
struct resource *request_resource_conflict(struct resource *root, struct resource *new);

/**
 * insert_resource - put a range into the tree, as deep as it fits
 * @root: where to start
 * @new: range to add; resources wholly inside it become its children
 *
 * Context: any; takes the resource lock.
 * Return: 0, or -EBUSY when it overlaps a resource only in part.
 */
int insert_resource(struct resource *root, struct resource *new);

/**
 * release_resource - take a range out of its tree
 * @old: what request_resource() or insert_resource() added; its children move
 *	up to its parent
 *
 * Return: 0, or -EINVAL, with a report, when @old is in no tree.
 */
int release_resource(struct resource *old);

/**
 * allocate_resource - find a hole and claim it
 * @root: where to look: among its children
 * @new: gets its start and end; name and flags are the caller's
 * @size: bytes wanted, not 0
 * @min: lowest start that will do
 * @max: highest end that will do
 * @align: power of two that the start is a multiple of
 * @alignf: NULL, or gives a start at or above the one it is offered
 * @alignf_data: for @alignf
 *
 * Return: 0, -EBUSY when no hole is large enough, -EINVAL for a bad @align.
 */
int allocate_resource(struct resource *root, struct resource *new, resource_size_t size,
		      resource_size_t min, resource_size_t max, resource_size_t align,
		      resource_size_t (*alignf)(void *, const struct resource *, resource_size_t,
						resource_size_t),
		      void *alignf_data);

/**
 * lookup_resource - the child of @root that starts at @start
 * @root: where to look
 * @start: first address
 *
 * Return: the resource, or NULL.
 */
struct resource *lookup_resource(struct resource *root, resource_size_t start);

/**
 * __request_region - claim a range for a driver
 * @root: iomem_resource or ioport_resource
 * @start: first address
 * @n: size, not 0
 * @name: the owner, shown in /proc/iomem; must outlive the claim
 * @flags: IORESOURCE_* to add; the region is always marked busy
 *
 * The region goes below whatever idle resource holds it (a BAR, a bridge
 * window); one that any busy resource touches is refused.
 *
 * Context: may allocate with GFP_KERNEL.
 * Return: the new region, or NULL when it is taken, empty, wraps, or memory is
 * out.
 */
struct resource *__request_region(struct resource *root, resource_size_t start, resource_size_t n,
				  const char *name, int flags);

/**
 * __release_region - give up a claimed range
 * @root: as for __request_region()
 * @start: first address of the claim
 * @n: its size; anything but the exact claim is reported and refused
 */
void __release_region(struct resource *root, resource_size_t start, resource_size_t n);

#define request_mem_region(start, n, name) \
	__request_region(&iomem_resource, (start), (n), (name), 0)
#define request_mem_region_exclusive(start, n, name) \
	__request_region(&iomem_resource, (start), (n), (name), IORESOURCE_EXCLUSIVE)
#define release_mem_region(start, n)   __release_region(&iomem_resource, (start), (n))
#define request_region(start, n, name) __request_region(&ioport_resource, (start), (n), (name), 0)
#define release_region(start, n)       __release_region(&ioport_resource, (start), (n))

#endif
