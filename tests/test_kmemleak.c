/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with kmemleak=on objects are lost in all the ways there are: the last pointer
 * to one is overwritten, and the head of a chain; others only look lost, being referred to
 * by an address inside them or from an object.  A scan names those that are, with the
 * function that allocated them, and no other; what the tests before these had they have
 * given back.  Boots without the parameter skip.
 */
#include <linux/kmemleak.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <cairn/test.h>
#include "kmemleak_test.h"

/* An address that a scan does not take for one. */
static unsigned long hidden[4];

static struct node *kept;

static struct node *unhide(unsigned int i)
{
	return (struct node *)~hidden[i];
}

static noinline struct node *allocate_node_here(void)
{
	struct node *node = kzalloc(sizeof(*node), GFP_KERNEL);

	barrier();
	return node;
}

/* Leaves no trace of the addresses but what the test wants to be there. */
static noinline void lose_nodes(unsigned int n, bool chain)
{
	struct node *last = NULL;

	for (unsigned int i = 0; i < n; i++) {
		struct node *node = allocate_node_here();

		if (!EXPECT(node))
			return;
		node->next = chain ? last : NULL;
		node->bytes[0] = 0x1000 + i;
		node->bytes[2] = 0xc000000000000020; /* the last that is shown */
		hidden[i] = ~(unsigned long)node;
		last = node;
	}
}

static noinline void keep(unsigned int i)
{
	kept = unhide(i);
}

/* What a scan suspects of the nodes, one bit each. */
static noinline unsigned int suspected(unsigned int n)
{
	unsigned int found = 0;
	char line[64];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "unreferenced object 0x%px (size", unhide(i));
		found |= (unsigned int)ktest_reported(line) << i;
	}
	return found;
}

static noinline void free_nodes(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		kfree(unhide(i));
	kept = NULL;
}

#define EXPECT_SUSPECTED(n, bits)                     \
	do {                                          \
		wipe_stack();                         \
		kmemleak_scan();                      \
		EXPECT_REPORT("allocate_node_here") { \
			kmemleak_list();              \
		}                                     \
		EXPECT_EQ(suspected(n), bits);        \
	} while (0)

KTEST(kmemleak, a_lost_object)
{
	if (!watching())
		return;
	lose_nodes(1, false);
	wipe_stack();
	EXPECT_EQ(kmemleak_scan(), 1);
	EXPECT_SUSPECTED(1, 1);
	EXPECT(ktest_reported("comm \""));
	EXPECT(ktest_reported("hex dump (first 32 bytes):"));
	EXPECT(ktest_reported("    00 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00"));
	EXPECT(ktest_reported("    00 00 00 00 00 00 00 00 20 00 00 00 00 00 00 c0"));
	EXPECT(ktest_reported("lose_nodes"));
	EXPECT_EQ(kmemleak_scan(), 0); /* it is not new */
	free_nodes(1);
	EXPECT_EQ(kmemleak_list(), 0);
}

KTEST(kmemleak, the_head_of_a_chain)
{
	if (!watching())
		return;
	lose_nodes(4, true);
	keep(3); /* all four hang together */
	wipe_stack();
	kmemleak_scan();
	EXPECT_EQ(kmemleak_list(), 0);
	keep(1); /* so the last two are lost */
	EXPECT_SUSPECTED(4, 0xc);
	kmemleak_clear();
	EXPECT_EQ(kmemleak_list(), 0);
	free_nodes(4);
}

/* More objects than a scan can note down at once, the last of which refer to others. */
#define MANY	    (8192 + 64)
#define WITH_OTHERS 64

static struct node **many;

static noinline void hold_many(void)
{
	many = kcalloc(MANY, sizeof(*many), GFP_KERNEL);
	ASSERT(many);
	for (unsigned int i = 0; i < MANY; i++) {
		many[i] = kzalloc(sizeof(*many[i]), GFP_KERNEL);
		ASSERT(many[i]);
		if (i >= MANY - WITH_OTHERS)
			many[i]->next = kzalloc(sizeof(*many[i]), GFP_KERNEL);
	}
}

KTEST(kmemleak, more_than_a_scan_can_note_down)
{
	if (ktest_lacks_memory(64) || !watching())
		return;
	hold_many();
	wipe_stack();
	EXPECT_EQ(kmemleak_scan(), 0);
	for (unsigned int i = 0; many && i < MANY; i++) {
		kfree(many[i] ? many[i]->next : NULL);
		kfree(many[i]);
	}
	kfree(many);
	many = NULL;
}

KTEST(kmemleak, an_address_inside)
{
	if (!watching())
		return;
	lose_nodes(2, false);
	keep(0);
	kept = (struct node *)&kept->bytes[7];
	EXPECT_SUSPECTED(2, 2);
	free_nodes(2);
}

/* What is referred to after all is no suspect any more. */
KTEST(kmemleak, found_again)
{
	if (!watching())
		return;
	lose_nodes(1, false);
	EXPECT_SUSPECTED(1, 1);
	keep(0);
	kmemleak_scan();
	EXPECT_EQ(kmemleak_list(), 0);
	free_nodes(1);
}

KTEST(kmemleak, what_is_known_better)
{
	if (!watching())
		return;
	lose_nodes(4, true);
	kmemleak_not_leak(unhide(1)); /* and so neither is 0, which it refers to */
	kmemleak_no_scan(unhide(3));
	keep(3); /* it refers to 2, but nobody looks */
	EXPECT_SUSPECTED(4, 4);
	kmemleak_ignore(unhide(2));
	wipe_stack();
	kmemleak_scan();
	EXPECT_EQ(kmemleak_list(), 0);
	free_nodes(4);
}
