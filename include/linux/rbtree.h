/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RBTREE_H
#define _LINUX_RBTREE_H

/*
 * Red-black trees (Guibas and Sedgewick, 1978) whose nodes live inside the
 * objects.  The user walks down with its own comparison, links the node with
 * rb_link_node() and restores the balance with rb_insert_color().
 *
 * Invariants: the root is black; a red node has black children; every path
 * from a node to a leaf passes the same number of black nodes.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/container_of.h>

struct rb_node {
	unsigned long __rb_parent_color; /* parent, bit 0: the node is black */
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

/* A root that also keeps the leftmost node. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT          \
	(struct rb_root) \
	{                \
		NULL     \
	}
#define RB_ROOT_CACHED          \
	(struct rb_root_cached) \
	{                       \
		{NULL}, NULL    \
	}

#define rb_parent(r)		    ((struct rb_node *)((r)->__rb_parent_color & ~3UL))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                              \
	({                                                            \
		__typeof__(ptr) __res_ptr = (ptr);                    \
		__res_ptr ? rb_entry(__res_ptr, type, member) : NULL; \
	})
#define RB_EMPTY_ROOT(root)   (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node)   ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node)   ((node)->__rb_parent_color = (unsigned long)(node))
#define rb_first_cached(root) ((root)->rb_leftmost)

/* rb_link_node - hang @node, red, into the empty place @link below @parent */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/* Restores the invariants after rb_link_node(). */
void rb_insert_color(struct rb_node *node, struct rb_root *root);
/* Removes @node, which is in the tree. */
void rb_erase(struct rb_node *node, struct rb_root *root);
/* Puts @item in the place of @victim, which compares equal. */
void rb_replace_node(struct rb_node *victim, struct rb_node *item, struct rb_root *root);

/* In-order neighbours, NULL at the ends. */
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);

/* Children before their parent: for taking a tree down. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
}

/* rb_add - insert by @less, behind equal nodes */
static __always_inline void rb_add(struct rb_node *node, struct rb_root *root,
				   bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, root);
}

/* rb_find - a node for which @cmp(@key, node) is 0, or NULL */
static __always_inline struct rb_node *rb_find(const void *key, const struct rb_root *root,
					       int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			return node;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)                                \
	for (pos = rb_entry_safe(rb_first_postorder(root), __typeof__(*pos), field);             \
	     pos && ({                                                                           \
		     n = rb_entry_safe(rb_next_postorder(&pos->field), __typeof__(*pos), field); \
		     1;                                                                          \
	     });                                                                                 \
	     pos = n)

#endif
