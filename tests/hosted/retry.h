/* SPDX-License-Identifier: MIT */
#ifndef TESTS_HOSTED_RETRY_H
#define TESTS_HOSTED_RETRY_H

/*
 * Put in front of each test that cairn-fail runs: a call that an injected failure made
 * fail is made again.  It has to leave everything as it was, or the second one, or
 * what the test expects later, goes wrong.
 *
 * The headers come first, so that only calls in tests are replaced.
 */
#include <linux/atomic.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "../../mm/dma.h"
#include "../../mm/fault_inject.h"
#include "../../mm/internal.h"
#include "../../mm/page_table.h"

/* The value of @call; again if a failure was injected on the way and @bad says it came through. */
#define RETRY(call, bad)                         \
	({                                       \
		__auto_type __r = (call);        \
                                                 \
		if (fault_nth_passed() && (bad)) \
			__r = (call);            \
		__r;                             \
	})
#define RETRY_POINTER(call)		 RETRY(call, IS_ERR_OR_NULL((__force const void *)__r))
#define RETRY_ZERO(call)		 RETRY(call, !__r)
#define RETRY_ERROR(call)		 RETRY(call, __r < 0)

#define kmalloc(...)			 RETRY_POINTER(kmalloc(__VA_ARGS__))
#define __kmalloc(...)			 RETRY_POINTER(__kmalloc(__VA_ARGS__))
#define kzalloc(...)			 RETRY_POINTER(kzalloc(__VA_ARGS__))
#define kcalloc(...)			 RETRY_POINTER(kcalloc(__VA_ARGS__))
#define kmalloc_array(...)		 RETRY_POINTER(kmalloc_array(__VA_ARGS__))
#define kmalloc_node(...)		 RETRY_POINTER(kmalloc_node(__VA_ARGS__))
#define kzalloc_node(...)		 RETRY_POINTER(kzalloc_node(__VA_ARGS__))
#define krealloc(...)			 RETRY_POINTER(krealloc(__VA_ARGS__))
#define krealloc_array(...)		 RETRY_POINTER(krealloc_array(__VA_ARGS__))
#define kvmalloc(...)			 RETRY_POINTER(kvmalloc(__VA_ARGS__))
#define kvzalloc(...)			 RETRY_POINTER(kvzalloc(__VA_ARGS__))
#define kvcalloc(...)			 RETRY_POINTER(kvcalloc(__VA_ARGS__))
#define kvmalloc_node(...)		 RETRY_POINTER(kvmalloc_node(__VA_ARGS__))
#define kvrealloc(...)			 RETRY_POINTER(kvrealloc(__VA_ARGS__))
#define kstrdup(...)			 RETRY_POINTER(kstrdup(__VA_ARGS__))
#define kstrndup(...)			 RETRY_POINTER(kstrndup(__VA_ARGS__))
#define kstrdup_const(...)		 RETRY_POINTER(kstrdup_const(__VA_ARGS__))
#define kmemdup(...)			 RETRY_POINTER(kmemdup(__VA_ARGS__))
#define kmemdup_nul(...)		 RETRY_POINTER(kmemdup_nul(__VA_ARGS__))
#define kasprintf(...)			 RETRY_POINTER(kasprintf(__VA_ARGS__))
#define kmem_cache_alloc(...)		 RETRY_POINTER(kmem_cache_alloc(__VA_ARGS__))
#define kmem_cache_zalloc(...)		 RETRY_POINTER(kmem_cache_zalloc(__VA_ARGS__))
#define kmem_cache_alloc_node(...)	 RETRY_POINTER(kmem_cache_alloc_node(__VA_ARGS__))
#define kmem_cache_alloc_bulk(...)	 RETRY_ZERO(kmem_cache_alloc_bulk(__VA_ARGS__))
#define __kmem_cache_create(...)	 RETRY_POINTER(__kmem_cache_create(__VA_ARGS__))

#define alloc_pages(...)		 RETRY_POINTER(alloc_pages(__VA_ARGS__))
#define __alloc_pages(...)		 RETRY_POINTER(__alloc_pages(__VA_ARGS__))
#define alloc_pages_node(...)		 RETRY_POINTER(alloc_pages_node(__VA_ARGS__))
#define alloc_pages_below(...)		 RETRY_POINTER(alloc_pages_below(__VA_ARGS__))
#define alloc_pages_exact(...)		 RETRY_POINTER(alloc_pages_exact(__VA_ARGS__))
#define __get_free_pages(...)		 RETRY_ZERO(__get_free_pages(__VA_ARGS__))
#define get_zeroed_page(...)		 RETRY_ZERO(get_zeroed_page(__VA_ARGS__))
#define alloc_pages_bulk_array(g, n, a)	 RETRY(alloc_pages_bulk_array(g, n, a), __r < (n))
#define alloc_pages_bulk_array_node(...) RETRY(alloc_pages_bulk_array_node(__VA_ARGS__), true)

#define vmalloc_32_user(...)		 RETRY_POINTER(vmalloc_32_user(__VA_ARGS__))
#define bounce_reserve(...)		 RETRY_ZERO(bounce_reserve(__VA_ARGS__))
#define bounce_get(...)			 RETRY(bounce_get(__VA_ARGS__), __r == DMA_MAPPING_ERROR)
#define vmalloc(...)			 RETRY_POINTER(vmalloc(__VA_ARGS__))
#define vzalloc(...)			 RETRY_POINTER(vzalloc(__VA_ARGS__))
#define __vmalloc(...)			 RETRY_POINTER(__vmalloc(__VA_ARGS__))
#define __vmalloc_node(...)		 RETRY_POINTER(__vmalloc_node(__VA_ARGS__))
#define __vmalloc_node_range(...)	 RETRY_POINTER(__vmalloc_node_range(__VA_ARGS__))
#define vmalloc_node(...)		 RETRY_POINTER(vmalloc_node(__VA_ARGS__))
#define vzalloc_node(...)		 RETRY_POINTER(vzalloc_node(__VA_ARGS__))
#define vmalloc_huge(...)		 RETRY_POINTER(vmalloc_huge(__VA_ARGS__))
#define vmalloc_user(...)		 RETRY_POINTER(vmalloc_user(__VA_ARGS__))
#define vmalloc_32(...)			 RETRY_POINTER(vmalloc_32(__VA_ARGS__))
#define vmap(...)			 RETRY_POINTER(vmap(__VA_ARGS__))
#define vm_map_ram(...)			 RETRY_POINTER(vm_map_ram(__VA_ARGS__))
#define ioremap(...)			 RETRY_POINTER(ioremap(__VA_ARGS__))
#define ioremap_wc(...)			 RETRY_POINTER(ioremap_wc(__VA_ARGS__))
#define ioremap_wt(...)			 RETRY_POINTER(ioremap_wt(__VA_ARGS__))
#define ioremap_uc(...)			 RETRY_POINTER(ioremap_uc(__VA_ARGS__))
#define ioremap_cache(...)		 RETRY_POINTER(ioremap_cache(__VA_ARGS__))
#define memremap(...)			 RETRY_POINTER(memremap(__VA_ARGS__))

#define __alloc_percpu(...)		 RETRY_POINTER(__alloc_percpu(__VA_ARGS__))
#define __alloc_percpu_gfp(...)		 RETRY_POINTER(__alloc_percpu_gfp(__VA_ARGS__))

#define mempool_create(...)		 RETRY_POINTER(mempool_create(__VA_ARGS__))
#define mempool_create_node(...)	 RETRY_POINTER(mempool_create_node(__VA_ARGS__))
#define mempool_create_slab_pool(...)	 RETRY_POINTER(mempool_create_slab_pool(__VA_ARGS__))
#define mempool_create_kmalloc_pool(...) RETRY_POINTER(mempool_create_kmalloc_pool(__VA_ARGS__))
#define mempool_create_page_pool(...)	 RETRY_POINTER(mempool_create_page_pool(__VA_ARGS__))
#define mempool_init_node(...)		 RETRY_ERROR(mempool_init_node(__VA_ARGS__))
#define mempool_init_slab_pool(...)	 RETRY_ERROR(mempool_init_slab_pool(__VA_ARGS__))
#define mempool_resize(...)		 RETRY_ERROR(mempool_resize(__VA_ARGS__))
#define mempool_alloc(...)		 RETRY_POINTER(mempool_alloc(__VA_ARGS__))

#define request_irq(...)		 RETRY_ERROR(request_irq(__VA_ARGS__))

#define dma_pool_create(...)		 RETRY_POINTER(dma_pool_create(__VA_ARGS__))
#define dmam_alloc_coherent(...)	 RETRY_POINTER(dmam_alloc_coherent(__VA_ARGS__))
#define dmam_pool_create(...)		 RETRY_POINTER(dmam_pool_create(__VA_ARGS__))
#define dma_pool_alloc(...)		 RETRY_POINTER(dma_pool_alloc(__VA_ARGS__))
#define dma_pool_zalloc(...)		 RETRY_POINTER(dma_pool_zalloc(__VA_ARGS__))
#define dma_alloc_coherent(...)		 RETRY_POINTER(dma_alloc_coherent(__VA_ARGS__))
#define dma_map_single_attrs(...)	 RETRY(dma_map_single_attrs(__VA_ARGS__), __r == DMA_MAPPING_ERROR)
#define dma_map_page_attrs(...)		 RETRY(dma_map_page_attrs(__VA_ARGS__), __r == DMA_MAPPING_ERROR)
#define dma_map_sg_attrs(...)		 RETRY_ZERO(dma_map_sg_attrs(__VA_ARGS__))

#define kthread_create_thread(...)	 RETRY_POINTER(kthread_create_thread(__VA_ARGS__))
#define workqueue_create(...)		 RETRY_POINTER(workqueue_create(__VA_ARGS__))
#define pt_pin_leaf(...)		 RETRY_POINTER(pt_pin_leaf(__VA_ARGS__))
#define pt_pin_pmd(...)			 RETRY_POINTER(pt_pin_pmd(__VA_ARGS__))
#define __register_shrinker(...)	 RETRY_ERROR(__register_shrinker(__VA_ARGS__))
#define __request_region(...)		 RETRY_POINTER(__request_region(__VA_ARGS__))

#endif
