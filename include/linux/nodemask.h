/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_NODEMASK_H
#define _LINUX_NODEMASK_H

/*
 * Which nodes there are.  A node is online if it has memory or CPUs; node 0
 * always is.  The masks are fixed when start-up is over.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/numa.h>

typedef struct {
	u64 bits; /* MAX_NUMNODES is 64 */
} nodemask_t;
_Static_assert(MAX_NUMNODES == 64, "a nodemask is one word");

enum node_states {
	N_POSSIBLE,
	N_ONLINE,
	N_NORMAL_MEMORY, /* memory in the direct map */
	N_HIGH_MEMORY,	 /* any memory */
	N_CPU,		 /* CPUs that may be started */
	NR_NODE_STATES,
	N_MEMORY = N_HIGH_MEMORY,
};
extern nodemask_t node_states[NR_NODE_STATES];
extern unsigned int nr_node_ids; /* one more than the highest node number */

#define node_possible_map node_states[N_POSSIBLE]
#define node_online_map	  node_states[N_ONLINE]

static inline bool node_isset(int nid, nodemask_t mask)
{
	return nid >= 0 && nid < MAX_NUMNODES && (mask.bits >> nid & 1);
}

static inline bool node_state(int nid, enum node_states state)
{
	return node_isset(nid, node_states[state]);
}

static inline void node_set(int nid, nodemask_t *mask)
{
	mask->bits |= 1ULL << nid;
}
#define node_set(nid, mask) node_set(nid, &(mask))

static inline void node_clear(int nid, nodemask_t *mask)
{
	mask->bits &= ~(1ULL << nid);
}
#define node_clear(nid, mask) node_clear(nid, &(mask))

static inline int nodes_weight(nodemask_t mask)
{
	int weight = 0;

	for (; mask.bits; mask.bits &= mask.bits - 1)
		weight++;
	return weight;
}
#define nodes_empty(mask) ((mask).bits == 0)

/* first_node, next_node - MAX_NUMNODES if there is none. */
static inline int next_node(int nid, nodemask_t mask)
{
	u64 above = nid >= MAX_NUMNODES - 1 ? 0 : mask.bits & ~0ULL << (nid + 1);

	return above ? __builtin_ctzll(above) : MAX_NUMNODES;
}
#define first_node(mask) next_node(-1, mask)

#define for_each_node_mask(nid, mask) \
	for ((nid) = first_node(mask); (nid) < MAX_NUMNODES; (nid) = next_node(nid, mask))
#define for_each_node_state(nid, state) for_each_node_mask(nid, node_states[state])
#define for_each_node(nid)		for_each_node_state(nid, N_POSSIBLE)
#define for_each_online_node(nid)	for_each_node_state(nid, N_ONLINE)

#define num_node_state(state)		nodes_weight(node_states[state])
#define num_online_nodes()		num_node_state(N_ONLINE)
#define num_possible_nodes()		num_node_state(N_POSSIBLE)
#define node_online(nid)		node_state(nid, N_ONLINE)
#define node_possible(nid)		node_state(nid, N_POSSIBLE)
#define first_online_node		first_node(node_online_map)
#define next_online_node(nid)		next_node(nid, node_online_map)

#endif
