/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

/* Counts of what happened to memory; /proc/vmstat prints them under Linux's names. */
#include <linux/types.h>
#include <linux/mmzone.h>
#include <linux/percpu-defs.h>

/**
 * enum vm_event_item - things that are counted
 * @ALLOCSTALL: allocations that had to reclaim by themselves, by the highest zone
 *		they could use
 * @PGSCAN_KSWAPD: pages of caches looked at by reclaim threads
 * @PGSCAN_DIRECT: and by allocations
 * @PGSTEAL_KSWAPD: pages of caches freed by reclaim threads
 * @PGSTEAL_DIRECT: and by allocations
 * @PGSCAN_DIRECT_THROTTLE: times an allocation waited because enough others reclaimed
 * @SLABS_SCANNED: objects looked at that are not pages
 * @PAGEOUTRUN: times a reclaim thread began to work
 * @KSWAPD_HIGH_WMARK_HIT: times it stopped because there was enough
 * @OOM_REPORT: times that memory was used up and nobody could free any
 * @ALLOC_WAIT: times an allocation slept until memory was freed
 * @ALLOC_HANDOVER: times it was given a block by whoever freed one
 * @ALLOC_RESERVE: blocks that left less than the min watermark in their zone
 * @KSWAPD_WOKEN: times an allocation found a node short and wanted its thread to run
 * @NR_VMSCAN_WRITE: pages whose writing was started to free them
 * @NR_TLB_REMOTE_FLUSH: requests that other CPUs flush their TLBs, too
 * @NR_TLB_REMOTE_FLUSH_SENT: CPUs that were interrupted for one
 * @NR_TLB_REMOTE_FLUSH_SKIPPED: CPUs that were not, since they slept
 * @NR_TLB_REMOTE_FLUSH_RECEIVED: times a CPU flushed for others; several requests may be one
 * @NR_TLB_LOCAL_FLUSH_ALL: flushes of everything in a CPU's TLB
 * @NR_TLB_LOCAL_FLUSH_ONE: pages flushed one by one
 */
enum vm_event_item {
	ALLOCSTALL,
	PGSCAN_KSWAPD = ALLOCSTALL + MAX_NR_ZONES,
	PGSCAN_DIRECT,
	PGSTEAL_KSWAPD,
	PGSTEAL_DIRECT,
	PGSCAN_DIRECT_THROTTLE,
	SLABS_SCANNED,
	PAGEOUTRUN,
	KSWAPD_HIGH_WMARK_HIT,
	OOM_REPORT,
	ALLOC_WAIT,
	ALLOC_HANDOVER,
	ALLOC_RESERVE,
	KSWAPD_WOKEN,
	NR_VMSCAN_WRITE,
	NR_TLB_REMOTE_FLUSH,
	NR_TLB_REMOTE_FLUSH_SENT,
	NR_TLB_REMOTE_FLUSH_SKIPPED,
	NR_TLB_REMOTE_FLUSH_RECEIVED,
	NR_TLB_LOCAL_FLUSH_ALL,
	NR_TLB_LOCAL_FLUSH_ONE,
	NR_VM_EVENT_ITEMS,
};

struct vm_event_state {
	unsigned long event[NR_VM_EVENT_ITEMS];
};

DECLARE_PER_CPU(struct vm_event_state, vm_event_states);

/* count_vm_events - count @n more of something.  Context: any. */
#define count_vm_events(item, n) this_cpu_add(vm_event_states.event[item], (unsigned long)(n))
#define count_vm_event(item)	 count_vm_events(item, 1)

/* vm_events - how many there were, on all CPUs together. */
unsigned long vm_events(enum vm_event_item item);

struct seq_file;

/* vmstat_show_events - the lines of /proc/vmstat that count events. */
void vmstat_show_events(struct seq_file *m);

#endif
