/* SPDX-License-Identifier: MIT */
/*
 * Counts of events: how often memory was short, and what was done about it.
 *
 * Each CPU counts for itself, with one instruction; a reader adds the CPUs up.  A
 * sum read while others count is one that was true at some time between.
 *
 * Contexts: any.
 */
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/percpu-defs.h>
#include <linux/seq_file.h>
#include <linux/vmstat.h>

DEFINE_PER_CPU(struct vm_event_state, vm_event_states);

static const char *const event_names[NR_VM_EVENT_ITEMS] = {
	[ALLOCSTALL + ZONE_DMA] = "allocstall_dma",
	[ALLOCSTALL + ZONE_DMA32] = "allocstall_dma32",
	[ALLOCSTALL + ZONE_NORMAL] = "allocstall_normal",
	[ALLOCSTALL + ZONE_HIGHMEM] = "allocstall_high",
	[PGSCAN_KSWAPD] = "pgscan_kswapd",
	[PGSCAN_DIRECT] = "pgscan_direct",
	[PGSTEAL_KSWAPD] = "pgsteal_kswapd",
	[PGSTEAL_DIRECT] = "pgsteal_direct",
	[PGSCAN_DIRECT_THROTTLE] = "pgscan_direct_throttle",
	[SLABS_SCANNED] = "slabs_scanned",
	[PAGEOUTRUN] = "pageoutrun",
	[KSWAPD_HIGH_WMARK_HIT] = "kswapd_high_wmark_hit_quickly",
	[OOM_REPORT] = "oom_report",
	[ALLOC_WAIT] = "alloc_wait",
	[ALLOC_HANDOVER] = "alloc_handover",
	[ALLOC_RESERVE] = "alloc_reserve",
	[KSWAPD_WOKEN] = "kswapd_woken",
	[NR_VMSCAN_WRITE] = "nr_vmscan_write",
	[NR_TLB_REMOTE_FLUSH] = "nr_tlb_remote_flush",
	[NR_TLB_REMOTE_FLUSH_SENT] = "nr_tlb_remote_flush_sent",
	[NR_TLB_REMOTE_FLUSH_SKIPPED] = "nr_tlb_remote_flush_skipped",
	[NR_TLB_REMOTE_FLUSH_RECEIVED] = "nr_tlb_remote_flush_received",
	[NR_TLB_LOCAL_FLUSH_ALL] = "nr_tlb_local_flush_all",
	[NR_TLB_LOCAL_FLUSH_ONE] = "nr_tlb_local_flush_one",
};

unsigned long vm_events(enum vm_event_item item)
{
	unsigned long n = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(per_cpu_ptr(&vm_event_states, cpu)->event[item]);
	return n;
}

/* There are no processes that could be killed: oom_kill is there for those who read it. */
void vmstat_show_events(struct seq_file *m)
{
	unsigned int item;

	for (item = 0; item < NR_VM_EVENT_ITEMS; item++)
		seq_printf(m, "%s %lu\n", event_names[item], vm_events(item));
	seq_puts(m, "oom_kill 0\n");
}
