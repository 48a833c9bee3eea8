/* SPDX-License-Identifier: MIT */
/* Read-copy-update, from <linux/rcupdate.h>, and objects to free from <linux/slab.h>. */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

struct surface {
	int value;
	struct rcu_head rcu;
};

static struct surface __rcu *shared;
static int freed;

static void surface_free(struct rcu_head *head)
{
	freed++;
	kfree(container_of(head, struct surface, rcu));
}

int init_module(void)
{
	struct surface *p[6];
	int i, seen;

	for (i = 0; i < 6; i++) {
		p[i] = i < 4 ? kmalloc(sizeof(*p[i]), GFP_KERNEL) : vmalloc(sizeof(*p[i]));
		if (!p[i])
			return -1;
		p[i]->value = i;
	}
	rcu_assign_pointer(shared, p[3]);
	rcu_read_lock();
	seen = rcu_dereference(shared)->value;
	rcu_read_unlock();
	RCU_INIT_POINTER(shared, NULL);
	synchronize_rcu();
	call_rcu(&p[0]->rcu, surface_free);
	kfree_rcu(p[1], rcu);
	kfree_rcu(p[2]);
	kvfree_rcu(p[3], rcu);
	kvfree_rcu(p[4], rcu);
	kvfree_rcu(p[5]);
	rcu_barrier();
	return seen == 3 && freed == 1 ? 0 : -1;
}
