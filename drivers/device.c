/* SPDX-License-Identifier: MIT */
/*
 * Devices and what is released with them.
 *
 *	device --devres_head--> [node | release | data ...] -> [...] -> ...
 *
 * Each entry is one kmalloc'd block: a header, then the data that the user
 * sees.  Entries go newest first, so walking the list releases in the opposite
 * order of allocation.
 *
 * Locking: devres_lock of a device guards its list; release functions run
 * without it.  Reference counts are atomic.
 * Contexts: devres_alloc() as its GFP flags say; device_del() and the last
 * put_device() may sleep.
 *
 * Not here: a tree of devices, matching of drivers (each bus does its own),
 * power management.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

struct devres {
	struct list_head node;
	dr_release_t release;
	size_t size;
	u64 data[];
};

const char *dev_driver_string(const struct device *dev)
{
	if (dev->driver)
		return dev->driver->name;
	return dev->bus ? dev->bus->name : "";
}

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(dev->name, sizeof(dev->name), fmt, args);
	va_end(args);
	return n < (int)sizeof(dev->name) ? 0 : -ENOMEM;
}

void device_initialize(struct device *dev)
{
	atomic_set(&dev->refcount, 1);
	dev->registered = false;
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
}

int device_add(struct device *dev)
{
	if (!dev_name(dev)[0] || dev->registered)
		return -EINVAL;
	dev->registered = true;
	get_device(dev->parent);
	return 0;
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_del(struct device *dev)
{
	if (!dev->registered) {
		pr_err("BUG: device_del: %s is not registered\n", dev_name(dev));
		dump_stack();
		return;
	}
	dev->registered = false;
	devres_release_all(dev);
	put_device(dev->parent);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		atomic_inc(&dev->refcount);
	return dev;
}

/* Takes one reference off, but not the last one of a registered device. */
static int drop_reference(struct device *dev)
{
	int count = atomic_read(&dev->refcount);

	do {
		if (count <= 0 || (count == 1 && dev->registered))
			return -EINVAL;
	} while (!atomic_try_cmpxchg(&dev->refcount, &count, count - 1));
	return count - 1;
}

void put_device(struct device *dev)
{
	int left;

	if (!dev)
		return;
	left = drop_reference(dev);
	if (left < 0) {
		pr_err("BUG: put_device: %s has no reference to drop\n", dev_name(dev));
		dump_stack();
		return;
	}
	if (left)
		return;
	devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else
		pr_warn("Device '%s' does not have a release() function\n", dev_name(dev));
}

/* ---- devres ----------------------------------------------------------- */

static struct devres *to_devres(const void *res)
{
	return container_of(res, struct devres, data);
}

void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp)
{
	struct devres *dr;

	if (size > SIZE_MAX - sizeof(*dr))
		return NULL;
	dr = kmalloc(sizeof(*dr) + size, gfp | __GFP_ZERO);
	if (!dr)
		return NULL;
	INIT_LIST_HEAD(&dr->node);
	dr->release = release;
	dr->size = size;
	return dr->data;
}

void devres_free(void *res)
{
	if (res)
		kfree(to_devres(res));
}

void devres_add(struct device *dev, void *res)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	list_add(&to_devres(res)->node, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}

static struct devres *find_locked(struct device *dev, dr_release_t release, dr_match_t match,
				  void *match_data)
{
	struct devres *dr;

	list_for_each_entry(dr, &dev->devres_head, node)
		if (dr->release == release && (!match || match(dev, dr->data, match_data)))
			return dr;
	return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	unsigned long flags;
	struct devres *dr;

	spin_lock_irqsave(&dev->devres_lock, flags);
	dr = find_locked(dev, release, match, match_data);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr ? dr->data : NULL;
}

/* Takes an entry off the list; the newest one if @release is NULL. */
static struct devres *take(struct device *dev, dr_release_t release, dr_match_t match,
			   void *match_data)
{
	unsigned long flags;
	struct devres *dr;

	spin_lock_irqsave(&dev->devres_lock, flags);
	if (release)
		dr = find_locked(dev, release, match, match_data);
	else
		dr = list_first_entry_or_null(&dev->devres_head, struct devres, node);
	if (dr)
		list_del(&dr->node);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr;
}

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr = take(dev, release, match, match_data);

	if (!dr)
		return -ENOENT;
	dr->release(dev, dr->data);
	kfree(dr);
	return 0;
}

int devres_release_all(struct device *dev)
{
	struct devres *dr;
	int n = 0;

	while ((dr = take(dev, NULL, NULL, NULL))) {
		dr->release(dev, dr->data);
		kfree(dr);
		n++;
	}
	return n;
}

/* Matches the data's own address. */
static int match_self(struct device *dev, void *res, void *data)
{
	(void)dev;
	return res == data;
}

/* Matches data that holds a pointer. */
static int match_pointer(struct device *dev, void *res, void *data)
{
	(void)dev;
	return *(void **)res == data;
}

static void release_nothing(struct device *dev, void *res)
{
	(void)dev;
	(void)res;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *p = devres_alloc(release_nothing, size, gfp);

	if (p)
		devres_add(dev, p);
	return p;
}

void devm_kfree(struct device *dev, const void *p)
{
	if (!p)
		return;
	WARN(devres_release(dev, release_nothing, match_self, (void *)p),
	     "devm_kfree: %p is not device %s's\n", p, dev_name(dev));
}

void *devm_kmemdup(struct device *dev, const void *from, size_t size, gfp_t gfp)
{
	void *p = devm_kmalloc(dev, size, gfp);

	return p ? memcpy(p, from, size) : NULL;
}

char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp)
{
	return s ? devm_kmemdup(dev, s, strlen(s) + 1, gfp) : NULL;
}

struct action {
	void (*fn)(void *);
	void *data;
};

static void release_action(struct device *dev, void *res)
{
	struct action *action = res;

	(void)dev;
	action->fn(action->data);
}

int devm_add_action(struct device *dev, void (*fn)(void *), void *data)
{
	struct action *action = devres_alloc(release_action, sizeof(*action), GFP_KERNEL);

	if (!action)
		return -ENOMEM;
	action->fn = fn;
	action->data = data;
	devres_add(dev, action);
	return 0;
}

int devm_add_action_or_reset(struct device *dev, void (*fn)(void *), void *data)
{
	int err = devm_add_action(dev, fn, data);

	if (err)
		fn(data);
	return err;
}

/* ---- device memory ---------------------------------------------------- */

static void release_mapping(struct device *dev, void *res)
{
	(void)dev;
	iounmap(*(void __iomem **)res);
}

static void __iomem *map_managed(struct device *dev, resource_size_t phys, resource_size_t size,
				 void __iomem *(*map)(resource_size_t, size_t))
{
	void __iomem **res = devres_alloc(release_mapping, sizeof(*res), GFP_KERNEL);

	if (!res)
		return NULL;
	*res = map(phys, size);
	if (!*res) {
		devres_free(res);
		return NULL;
	}
	devres_add(dev, res);
	return *res;
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t phys, resource_size_t size)
{
	return map_managed(dev, phys, size, ioremap);
}

void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t phys, resource_size_t size)
{
	return map_managed(dev, phys, size, ioremap_wc);
}

void devm_iounmap(struct device *dev, void __iomem *addr)
{
	WARN(devres_release(dev, release_mapping, match_pointer, (void __force *)addr),
	     "devm_iounmap: %p is not device %s's\n", addr, dev_name(dev));
}

struct claim {
	struct resource *root;
	resource_size_t start, n;
};

static void release_claim(struct device *dev, void *res)
{
	struct claim *claim = res;

	(void)dev;
	__release_region(claim->root, claim->start, claim->n);
}

struct resource *__devm_request_region(struct device *dev, struct resource *root,
				       resource_size_t start, resource_size_t n, const char *name)
{
	struct claim *claim = devres_alloc(release_claim, sizeof(*claim), GFP_KERNEL);
	struct resource *res;

	if (!claim)
		return NULL;
	res = __request_region(root, start, n, name, 0);
	if (!res) {
		devres_free(claim);
		return NULL;
	}
	*claim = (struct claim){root, start, n};
	devres_add(dev, claim);
	return res;
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	void __iomem *addr;

	if (!res || resource_type(res) != IORESOURCE_MEM)
		return (void __force __iomem *)ERR_PTR(-EINVAL);
	if (!devm_request_mem_region(dev, res->start, resource_size(res), dev_name(dev)))
		return (void __force __iomem *)ERR_PTR(-EBUSY);
	addr = devm_ioremap(dev, res->start, resource_size(res));
	return addr ? addr : (void __force __iomem *)ERR_PTR(-ENOMEM);
}
