/* SPDX-License-Identifier: MIT */

/*
 * Red-black trees; see <linux/rbtree.h> for the invariants.
 *
 * Insertion hangs a red node below a leaf, so the only invariant it can break
 * is "a red node has black children"; the repair recolours its way up and ends
 * with at most two rotations.  Removal takes out a node with at most one
 * child; if that node was black, one path is a black node short, and the repair
 * moves the deficit up until a red node can absorb it, with at most three
 * rotations.  The two sides of each case are one code: child[] by direction.
 */
#include <linux/rbtree.h>

#define RB_BLACK 1UL

static bool is_black(const struct rb_node *node)
{
	return !node || (node->__rb_parent_color & RB_BLACK);
}

static bool is_red(const struct rb_node *node)
{
	return !is_black(node);
}

static void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= RB_BLACK; /* NOLINT(*NullDereference): see repair_deficit() */
}

static void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~RB_BLACK;
}

static void copy_color(struct rb_node *to, const struct rb_node *from)
{
	to->__rb_parent_color =
		(to->__rb_parent_color & ~RB_BLACK) | (from->__rb_parent_color & RB_BLACK);
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & RB_BLACK);
}

/* The child on one side. */
static struct rb_node **side(struct rb_node *node, bool right)
{
	return right ? &node->rb_right : &node->rb_left;
}

/* The pointer that leads to @node, whose parent is @parent. */
static struct rb_node **link_to(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	if (!parent)
		return &root->rb_node;
	return parent->rb_left == node ? &parent->rb_left : &parent->rb_right;
}

/* Lifts the child on side @right of @node into its place; @node goes to the other side. */
static void rotate_up(struct rb_node *node, bool right, struct rb_root *root)
{
	struct rb_node *child = *side(node, right);
	struct rb_node *inner = *side(child, !right);
	struct rb_node *parent = rb_parent(node);

	*link_to(node, parent, root) = child;
	set_parent(child, parent);
	*side(child, !right) = node;
	set_parent(node, child);
	*side(node, right) = inner;
	if (inner)
		set_parent(inner, node);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;

	while (is_red(parent = rb_parent(node))) {
		bool right;

		grand = rb_parent(parent);
		right = grand->rb_right == parent;
		uncle = *side(grand, !right);
		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (node == *side(parent, !right)) {
			rotate_up(parent, !right, root);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate_up(grand, right, root);
		break;
	}
	set_black(root->rb_node);
}

/*
 * The paths through @node (which may be NULL, a leaf), a child of @parent, are
 * one black node short.  So the other side has a black node more: the sibling exists,
 * and where it is black and one of its children red, that child does.
 */
static void repair_deficit(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	while (parent && is_black(node)) {
		bool right = parent->rb_left == node; /* the sibling's side */
		struct rb_node *sibling = *side(parent, right);

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate_up(parent, right, root);
			sibling = *side(parent, right);
		}
		/* NOLINTNEXTLINE(*NullDereference): it exists */
		if (is_black(sibling->rb_left) && is_black(sibling->rb_right)) {
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (is_black(*side(sibling, right))) {
			set_black(*side(sibling, !right));
			set_red(sibling);
			rotate_up(sibling, !right, root);
			sibling = *side(parent, right);
		}
		copy_color(sibling, parent);
		set_black(parent);
		set_black(*side(sibling, right));
		rotate_up(parent, right, root);
		return;
	}
	if (node)
		set_black(node);
}

/* Takes out @node, which has at most one child, and repairs the balance. */
static void unlink_single(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *child = node->rb_left ? node->rb_left : node->rb_right;
	struct rb_node *parent = rb_parent(node);

	*link_to(node, parent, root) = child;
	if (child)
		set_parent(child, parent);
	if (is_black(node))
		repair_deficit(child, parent, root);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *item, struct rb_root *root)
{
	*item = *victim;
	*link_to(victim, rb_parent(victim), root) = item;
	if (item->rb_left)
		set_parent(item->rb_left, item);
	if (item->rb_right)
		set_parent(item->rb_right, item);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		unlink_single(node, root);
		return;
	}
	/* The successor has no left child: it leaves its place and takes the node's. */
	next = rb_next(node);
	unlink_single(next, root);
	rb_replace_node(node, next, root);
}

/* The outermost node of a subtree on one side. */
static struct rb_node *outermost(struct rb_node *node, bool right)
{
	while (node && *side(node, right))
		node = *side(node, right);
	return node;
}

/* The in-order neighbour on one side. */
static struct rb_node *neighbour(const struct rb_node *node, bool right)
{
	struct rb_node *at = (struct rb_node *)node, *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*side(at, right))
		return outermost(*side(at, right), !right);
	while ((parent = rb_parent(at)) && at == *side(parent, right))
		at = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, false);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

/* The first node, children before parents, of a subtree. */
static struct rb_node *deepest_left(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest_left(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? rb_parent(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest_left(parent->rb_right);
	return parent;
}
