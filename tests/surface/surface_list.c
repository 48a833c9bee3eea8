/* SPDX-License-Identifier: MIT */
/* Lists. */
#include <linux/list.h>

struct entry {
	struct list_head node;
	int value;
};

int init_module(void)
{
	static LIST_HEAD(head);
	struct entry one = {.value = 1}, two = {.value = 2}, *at, *next;
	int sum = 0;

	list_add_tail(&one.node, &head);
	list_add(&two.node, &head);
	list_for_each_entry(at, &head, node)
		sum = sum * 10 + at->value;
	list_for_each_entry_safe(at, next, &head, node)
		list_del(&at->node);
	return sum == 21 && list_empty(&head) ? 0 : -1;
}
