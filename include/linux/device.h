/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

/*
 * Devices: a name, a reference count, and a list of what is released with the
 * device (devres).  drivers/device.c.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

struct module;
struct dma_map_ops;

struct bus_type {
	const char *name;
};

struct device_driver {
	const char *name;
	struct module *owner;
};

/**
 * struct device - what all devices have
 * @parent: the device it hangs on
 * @bus: kind of bus, or NULL
 * @driver: what drives it, or NULL
 * @driver_data: the driver's; dev_set_drvdata()
 * @platform_data: whoever registered it
 * @dma_mask: highest bus address it reaches
 * @coherent_dma_mask: the same for coherent memory
 * @dma_ops: how it maps memory, if in a way of its own; set_dma_ops()
 * @release: called when the last reference goes
 * @init_name: name given before registration, or NULL
 *
 * The rest is drivers/device.c's.
 */
struct device {
	struct device *parent;
	const struct bus_type *bus;
	struct device_driver *driver;
	void *driver_data;
	void *platform_data;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	const struct dma_map_ops *dma_ops;
	void (*release)(struct device *dev);
	const char *init_name;

	char name[48];
	atomic_t refcount;
	bool registered;
	spinlock_t devres_lock;
	struct list_head devres_head; /* under devres_lock; newest first */
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->name[0] || !dev->init_name ? dev->name : dev->init_name;
}

/* dev_driver_string - the name of the driver, else of the bus, for messages. */
const char *dev_driver_string(const struct device *dev);

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline int dev_to_node(const struct device *dev __unused)
{
	return -1;
}

/**
 * dev_set_name - name a device
 * @dev: the device
 * @fmt: format of the name
 *
 * Return: 0, or -ENOMEM when the name does not fit.
 */
int dev_set_name(struct device *dev, const char *fmt, ...) __printf(2, 3);

/* device_initialize - make @dev ready to use: one reference, nothing to release. */
void device_initialize(struct device *dev);

/**
 * device_add - make an initialised device known
 * @dev: the device; it has a name
 *
 * Return: 0, or -EINVAL without a name or when it is registered already.
 */
int device_add(struct device *dev);

/* device_register - device_initialize(), then device_add(). */
int device_register(struct device *dev);

/**
 * device_del - the opposite of device_add()
 * @dev: a registered device
 *
 * What devm_ calls allocated for it is released, last first.  The caller's
 * reference stays.
 */
void device_del(struct device *dev);

/* device_unregister - device_del(), then put_device(). */
void device_unregister(struct device *dev);

/* get_device - take a reference; NULL is fine. */
struct device *get_device(struct device *dev);

/**
 * put_device - drop a reference
 * @dev: the device, or NULL
 *
 * The last one calls its release function.  Dropping the last reference of a
 * device that is still registered is reported and refused.
 */
void put_device(struct device *dev);

/* ---- what is released with the device --------------------------------- */

typedef void (*dr_release_t)(struct device *dev, void *res);
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

/**
 * devres_alloc - memory for something to be released with a device
 * @release: called with it when the device goes
 * @size: bytes
 * @gfp: GFP_*
 *
 * Return: zeroed memory to fill in and hand to devres_add(), or NULL.
 */
void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp);

/* devres_free - free what devres_alloc() gave and devres_add() never got. */
void devres_free(void *res);

/* devres_add - release @res with @dev. */
void devres_add(struct device *dev, void *res);

/**
 * devres_find - look among what will be released
 * @dev: the device
 * @release: its release function
 * @match: returns non-zero for the one wanted; NULL takes the newest
 * @match_data: for @match
 *
 * Return: what devres_alloc() returned for it, or NULL.
 */
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);

/* devres_release - release what devres_find() finds now; -ENOENT if nothing. */
int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);

/* devres_release_all - release everything, last added first; returns how many. */
int devres_release_all(struct device *dev);

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);
void devm_kfree(struct device *dev, const void *p);
char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp);
void *devm_kmemdup(struct device *dev, const void *from, size_t size, gfp_t gfp);

static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

/* devm_kmalloc_array - @n elements of @size; NULL when the product overflows. */
static inline void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return devm_kmalloc(dev, bytes, gfp);
}

static inline void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return devm_kmalloc_array(dev, n, size, gfp | __GFP_ZERO);
}

/* devm_add_action - call @action(@data) when the device goes. */
int devm_add_action(struct device *dev, void (*action)(void *), void *data);

/* devm_add_action_or_reset - the same; if that fails @action runs at once. */
int devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data);

void __iomem *devm_ioremap(struct device *dev, resource_size_t phys, resource_size_t size);
void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t phys, resource_size_t size);
void devm_iounmap(struct device *dev, void __iomem *addr);

/* devm_ioremap_resource - claim and map a memory resource, or ERR_PTR(). */
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);

struct resource *__devm_request_region(struct device *dev, struct resource *root,
				       resource_size_t start, resource_size_t n, const char *name);
#define devm_request_mem_region(dev, start, n, name) \
	__devm_request_region(dev, &iomem_resource, (start), (n), (name))
#define devm_request_region(dev, start, n, name) \
	__devm_request_region(dev, &ioport_resource, (start), (n), (name))

/* ---- messages --------------------------------------------------------- */

#define dev_printk(level, dev, fmt, ...) \
	printk(level "%s %s: " fmt, dev_driver_string(dev), dev_name(dev), ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...)  dev_printk(KERN_EMERG, dev, fmt, ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)	  dev_printk(KERN_CRIT, dev, fmt, ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)	  dev_printk(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)	  dev_printk(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...) dev_printk(KERN_NOTICE, dev, fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)	  dev_printk(KERN_INFO, dev, fmt, ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...) \
	pr_debug("%s %s: " fmt, dev_driver_string(dev), dev_name(dev), ##__VA_ARGS__)

#endif
