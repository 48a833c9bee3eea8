/* SPDX-License-Identifier: MIT */
/*
 * Resources: who owns which physical addresses and I/O ports.
 *
 *	iomem_resource  0 .. the CPU's highest physical address
 *	  |- System RAM 00100000-07fdffff (busy)
 *	  |    `- Kernel code, Kernel data, Kernel bss
 *	  |- 0000:00:04.0 fea00000-feafffff
 *	  |    `- edu fea00000-feafffff (busy)	      <- request_mem_region()
 *	  `- Reserved fffc0000-ffffffff
 *
 * Invariants, for each resource r with children c1, c2, ... in sibling order:
 *	r.start <= c1.start <= c1.end < c2.start <= ... <= r.end
 *	ci.parent == r
 * and nothing is claimed inside a busy resource but by whoever owns it.
 *
 * Locking: resource_lock guards every link of both trees, and ranges of
 * resources that are in a tree.  It is a leaf lock.
 * Contexts: request and release of caller-owned resources run anywhere;
 * __request_region() allocates its node and may sleep.
 *
 * Not here: moving resources, and ranges that several owners share.
 */
#include <cairn/resource.h>
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct resource iomem_resource = {
	.end = ~0ULL,
	.name = "PCI mem",
	.flags = IORESOURCE_MEM,
};

struct resource ioport_resource = {
	.end = 0xffff,
	.name = "PCI IO",
	.flags = IORESOURCE_IO,
};

static DEFINE_SPINLOCK(resource_lock);

/* desc of a resource that __request_region() allocated and __release_region() frees. */
#define RESOURCE_CLAIM 1

/* Links @new below @root; returns what is in the way, or NULL. */
static struct resource *link_below(struct resource *root, struct resource *new)
{
	struct resource **link = &root->child;
	struct resource *at;

	if (new->end < new->start || new->start < root->start || new->end > root->end)
		return root;
	while ((at = *link) && at->end < new->start)
		link = &at->sibling;
	if (at && at->start <= new->end)
		return at;
	new->sibling = at;
	*link = new;
	new->parent = root;
	return NULL;
}

static struct resource **link_to(struct resource *res)
{
	struct resource **link = &res->parent->child;

	while (*link && *link != res)
		link = &(*link)->sibling;
	return link;
}

struct resource *request_resource_conflict(struct resource *root, struct resource *new)
{
	struct resource *conflict;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	conflict = new->parent ? new->parent : link_below(root, new);
	spin_unlock_irqrestore(&resource_lock, flags);
	return conflict;
}

int request_resource(struct resource *root, struct resource *new)
{
	return request_resource_conflict(root, new) ? -EBUSY : 0;
}

/* Puts @new between @first, its siblings up to @last, and their parent. */
static void adopt(struct resource *first, struct resource *last, struct resource *new)
{
	struct resource **link = link_to(first);
	struct resource *res;

	new->parent = first->parent;
	new->sibling = last->sibling;
	new->child = first;
	*link = new;
	last->sibling = NULL;
	for (res = first; res; res = res->sibling)
		res->parent = new;
}

/* The last of the siblings from @first on that @new holds; NULL if one sticks out. */
static struct resource *last_inside(struct resource *first, const struct resource *new)
{
	struct resource *last = NULL, *res;

	for (res = first; res && res->start <= new->end; res = res->sibling) {
		if (res->start < new->start || res->end > new->end)
			return NULL;
		last = res;
	}
	return last;
}

static int insert_locked(struct resource *root, struct resource *new)
{
	struct resource *conflict, *last;

	if (new->parent)
		return -EBUSY;
	while ((conflict = link_below(root, new))) {
		if (conflict == root)
			return -EBUSY;
		if (conflict->start <= new->start &&
		    conflict->end >= new->end &&resource_size(conflict) > resource_size(new)) {
			root = conflict;
			continue;
		}
		last = last_inside(conflict, new);
		if (!last)
			return -EBUSY;
		adopt(conflict, last, new);
		break;
	}
	return 0;
}

int insert_resource(struct resource *root, struct resource *new)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&resource_lock, flags);
	err = insert_locked(root, new);
	spin_unlock_irqrestore(&resource_lock, flags);
	return err;
}

/* Unlinks @old; its children take its place. */
static void unlink_locked(struct resource *old)
{
	struct resource **link = link_to(old);
	struct resource *res;

	*link = old->sibling;
	if (old->child) {
		for (res = old->child;; res = res->sibling) {
			res->parent = old->parent;
			if (!res->sibling)
				break;
		}
		res->sibling = old->sibling;
		*link = old->child;
	}
	old->parent = old->sibling = old->child = NULL;
}

int release_resource(struct resource *old)
{
	unsigned long flags;
	bool linked;

	spin_lock_irqsave(&resource_lock, flags);
	linked = old->parent;
	if (linked)
		unlink_locked(old);
	spin_unlock_irqrestore(&resource_lock, flags);
	if (linked)
		return 0;
	pr_err("BUG: release_resource: %s is in no tree\n", old->name ? old->name : "(unnamed)");
	dump_stack();
	return -EINVAL;
}

/* What allocate_resource() looks for. */
struct hole {
	resource_size_t size, min, max, align;
	resource_size_t (*alignf)(void *, const struct resource *, resource_size_t,
				  resource_size_t);
	void *alignf_data;
};

/* Fits @new into the free range start..end; false if it is too small. */
static bool fits(const struct hole *want, struct resource *new, resource_size_t start,
		 resource_size_t end)
{
	resource_size_t at;

	if (start < want->min)
		start = want->min;
	if (end > want->max)
		end = want->max;
	at = (start + want->align - 1) & -want->align;
	if (at < start)
		return false;
	new->start = at;
	new->end = at + want->size - 1;
	if (want->alignf) {
		at = want->alignf(want->alignf_data, new, want->size, want->align);
		new->start = at;
		new->end = at + want->size - 1;
	}
	return at >= start && new->end >= at &&at <= end &&new->end <= end;
}

static int allocate_locked(struct resource *root, struct resource *new, const struct hole *want)
{
	resource_size_t start = root->start;
	struct resource *next = root->child;

	for (;; next = next->sibling) {
		if (!next && fits(want, new, start, root->end))
			break;
		if (!next)
			return -EBUSY;
		if (next->start > start && fits(want, new, start, next->start - 1))
			break;
		if (next->end == root->end)
			return -EBUSY;
		start = next->end + 1;
	}
	return link_below(root, new) ? -EBUSY : 0;
}

int allocate_resource(struct resource *root, struct resource *new, resource_size_t size,
		      resource_size_t min, resource_size_t max, resource_size_t align,
		      resource_size_t (*alignf)(void *, const struct resource *, resource_size_t,
						resource_size_t),
		      void *alignf_data)
{
	struct hole want = {size, min, max, align ? align : 1, alignf, alignf_data};
	unsigned long flags;
	int err;

	if (!size || want.align & (want.align - 1) || new->parent)
		return -EINVAL;
	spin_lock_irqsave(&resource_lock, flags);
	err = allocate_locked(root, new, &want);
	spin_unlock_irqrestore(&resource_lock, flags);
	return err;
}

struct resource *lookup_resource(struct resource *root, resource_size_t start)
{
	struct resource *res;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	for (res = root->child; res && res->start != start; res = res->sibling)
		;
	spin_unlock_irqrestore(&resource_lock, flags);
	return res;
}

/* Descends through idle resources that hold all of @new. */
static struct resource *claim_locked(struct resource *root, struct resource *new)
{
	struct resource *conflict;

	while ((conflict = link_below(root, new))) {
		if (conflict == root || conflict->flags & IORESOURCE_BUSY ||
		    conflict->start > new->start || conflict->end < new->end)
			return conflict;
		root = conflict;
	}
	return NULL;
}

struct resource *__request_region(struct resource *root, resource_size_t start, resource_size_t n,
				  const char *name, int flags)
{
	struct resource *conflict, *res;
	unsigned long irq;

	if (!n || start + (n - 1) < start)
		return NULL;
	res = kzalloc(sizeof(*res), GFP_KERNEL);
	if (!res)
		return NULL;
	res->name = name;
	res->start = start;
	res->end = start + (n - 1);
	res->flags = resource_type(root) | IORESOURCE_BUSY | flags;
	res->desc = RESOURCE_CLAIM;
	spin_lock_irqsave(&resource_lock, irq);
	conflict = claim_locked(root, res);
	spin_unlock_irqrestore(&resource_lock, irq);
	if (!conflict)
		return res;
	kfree(res);
	return NULL;
}

/*
 * The claim of exactly start..end; descends through idle resources.  What
 * start-up put into the tree may be busy too, but is nobody's claim.
 */
static struct resource *find_claim(struct resource *root, resource_size_t start,
				   resource_size_t end)
{
	struct resource *res = root->child;

	while (res) {
		if (res->start > start || res->end < end)
			res = res->sibling;
		else if (!(res->flags & IORESOURCE_BUSY))
			res = res->child;
		else
			break;
	}
	if (!res || res->desc != RESOURCE_CLAIM || res->start != start || res->end != end)
		return NULL;
	return res;
}

void __release_region(struct resource *root, resource_size_t start, resource_size_t n)
{
	resource_size_t end = start + (n - 1);
	struct resource *res;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	res = find_claim(root, start, end);
	if (res)
		unlink_locked(res);
	spin_unlock_irqrestore(&resource_lock, flags);
	if (res) {
		kfree(res);
		return;
	}
	pr_err("BUG: Trying to free nonexistent resource <%016llx-%016llx>\n",
	       (unsigned long long)start, (unsigned long long)end);
	dump_stack();
}

/* ---- the checker ------------------------------------------------------ */

static bool resource_sound(const struct resource *res)
{
	const struct resource *child, *before = NULL;

	for (child = res->child; child; before = child, child = child->sibling) {
		if (child->parent != res || child->start > child->end)
			return false;
		if (child->start < res->start || child->end > res->end)
			return false;
		if (before && before->end >= child->start)
			return false;
	}
	return true;
}

struct resource *resource_next(const struct resource *root, const struct resource *res,
			       unsigned int *depth)
{
	if (res->child) {
		++*depth;
		return res->child;
	}
	while (res != root && !res->sibling) {
		res = res->parent;
		--*depth;
	}
	return res == root ? NULL : res->sibling;
}

bool resource_check(const struct resource *root)
{
	const struct resource *res;
	unsigned int depth = 0;
	unsigned long flags;
	bool sound = true;

	spin_lock_irqsave(&resource_lock, flags);
	for (res = root; res && sound; res = resource_next(root, res, &depth))
		sound = resource_sound(res);
	spin_unlock_irqrestore(&resource_lock, flags);
	return sound;
}
