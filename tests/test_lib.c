/* SPDX-License-Identifier: MIT */

/*
 * The library under everything else: text that printf makes, strings, numbers
 * from text, bit arrays, lists, trees, sorting.  Each is compared with the text
 * one expects to read, or with what a slow, plain way to do the same gives.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <cairn/test.h>

/* A sequence that looks random and is the same in every run. */
static u32 next_random(u32 *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* ---- Formats --------------------------------------------------------------------------------- */

/* Whether a format gives @want, and the length of that. */
static __printf(2, 3) bool gives(const char *want, const char *fmt, ...)
{
	char text[160];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!strcmp(text, want) && n == (int)strlen(want))
		return true;
	pr_info("want \"%s\", got \"%s\"\n", want, text);
	return false;
}

KTEST(lib, printf_integers)
{
	EXPECT(gives("0 -1 4294967295", "%d %d %u", 0, -1, -1));
	EXPECT(gives("[    7][7    ][00007][+7][ 7]", "[%5d][%-5d][%05d][%+d][% d]", 7, 7, 7, 7,
		     7));
	EXPECT(gives("ff FF 0xff 0377 0x0", "%x %X %#x %#o %#x", 255, 255, 255, 255, 0));
	EXPECT(gives("[  007][007  ][-0042]", "[%5.3d][%-5.3d][%05d]", 7, 7, -42));
	EXPECT(gives("-9223372036854775808", "%lld", LLONG_MIN));
	EXPECT(gives("18446744073709551615", "%lu", ULONG_MAX));
	EXPECT(gives("-1 65535 -1 255", "%hd %hu %hhd %hhu", (short)-1, (u16)0xffff, (s8)-1,
		     (u8)0xff));
	EXPECT(gives("12 -12 12", "%zu %td %zd", (size_t)12, (ptrdiff_t)-12, (ssize_t)12));
	EXPECT(gives("[   42][42   ][0042]", "[%*d][%*d][%.*d]", 5, 42, -5, 42, 4, 42));
	EXPECT(gives("100%", "%d%%", 100));
}

KTEST(lib, printf_strings)
{
	const char *none = NULL, *bad = (const char *)8;

	OPTIMIZER_HIDE_VAR(none);
	EXPECT(gives("[abc][  abc][abc  ]", "[%s][%5s][%-5s]", "abc", "abc", "abc"));
	EXPECT(gives("[ab][a]", "[%.2s][%.*s]", "abc", 1, "abc"));
	EXPECT(gives("(null) (efault)", "%s %s", none, bad));
	EXPECT(gives("[x][  x]", "[%c][%3c]", 'x', 'x'));
}

/* Text that does not fit is cut, terminated, and still counted. */
KTEST(lib, printf_bounds)
{
	char text[8] = "???????";

	EXPECT_EQ(snprintf(text, 4, "%d", 123456), 6);
	EXPECT(!strcmp(text, "123") && text[4] == '?');
	EXPECT_EQ(scnprintf(text, 4, "%d", 123456), 3);
	EXPECT_EQ(snprintf(text, 1, "abc"), 3);
	EXPECT(!text[0]);
	text[0] = '!';
	EXPECT_EQ(snprintf(text, 0, "abc"), 3);
	EXPECT_EQ(scnprintf(text, 0, "abc"), 0);
	EXPECT(text[0] == '!');
	EXPECT_EQ(snprintf(NULL, 0, "%s", "measure"), 7);
}

KTEST(lib, printf_pointers)
{
	phys_addr_t pa = 0xfebf0000, *none = NULL;

	EXPECT(gives("ffff888000001000", "%p", (void *)0xffff888000001000));
	EXPECT(gives("0000000000000000", "%px", (void *)0));
	EXPECT(gives("0x00000000febf0000.", "%pa.", &pa));
	EXPECT(gives("0x00000000febf0000 (null)", "%pad %pap", &pa, none));
	EXPECT(gives("-ENOMEM -4000", "%pe %pe", ERR_PTR(-ENOMEM), ERR_PTR(-4000)));
	EXPECT(gives("00 5e:ff 5e-ff 5eff", "%*ph %*phC %*phD %*phN", 1, "\0", 2, "\x5e\xff", 2,
		     "\x5e\xff", 2, "\x5e\xff"));
	EXPECT(gives("52:54:00:12:34:56", "%pM", "\x52\x54\0\x12\x34\x56"));
	EXPECT(gives("10.0.2.15 010.000.002.015", "%pI4 %pi4", "\12\0\2\17", "\12\0\2\17"));
	EXPECT(gives("03020100-0504-0706-0809-0a0b0c0d0e0f", "%pUl",
		     "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"));
}

KTEST(lib, printf_flags)
{
	gfp_t kernel = GFP_KERNEL | __GFP_ZERO, dma = GFP_ATOMIC | GFP_DMA, odd = 0x80000000u;
	gfp_t user = GFP_HIGHUSER | __GFP_ZERO, nothing = 0;
	u8 page = PGF_COMPOUND | PGF_TABLE;

	EXPECT(gives("GFP_KERNEL|__GFP_ZERO", "%pGg", &kernel));
	EXPECT(gives("GFP_ATOMIC|GFP_DMA", "%pGg", &dma));
	EXPECT(gives("GFP_HIGHUSER|__GFP_ZERO", "%pGg", &user));
	EXPECT(gives("none", "%pGg", &nothing));
	EXPECT(gives("0x80000000", "%pGg", &odd));
	EXPECT(gives("0x11(head|table)", "%pGp", &page));
}

KTEST(lib, printf_resources)
{
	struct resource bar = DEFINE_RES_MEM(0xfebf0000, 0x1000);
	struct resource ports = DEFINE_RES_IO(0xc000, 0x20);

	EXPECT(gives("[mem 0xfebf0000-0xfebf0fff]", "%pR", &bar));
	EXPECT(gives("[io  0xc000-0xc01f flags 0x100]", "%pr", &ports));
	bar.flags |= IORESOURCE_MEM_64 | IORESOURCE_PREFETCH;
	EXPECT(gives("[mem 0xfebf0000-0xfebf0fff 64bit pref]", "%pR", &bar));
	bar.flags |= IORESOURCE_UNSET;
	EXPECT(gives("[mem size 0x00001000 64bit pref]", "%pR", &bar));
}

/* Any address of a function leads to its name; one of no function to a number. */
KTEST(lib, printf_symbols)
{
	char text[128];

	snprintf(text, sizeof(text), "%ps", (void *)vsnprintf);
	EXPECT(!strcmp(text, "vsnprintf"));
	snprintf(text, sizeof(text), "%pS", (char *)vsnprintf + 4);
	EXPECT(strstarts(text, "vsnprintf+0x4/0x"));
	snprintf(text, sizeof(text), "%pB", (char *)vsnprintf + 4);
	EXPECT(strstarts(text, "vsnprintf+0x4/0x"));
	EXPECT(gives("0x10", "%pS", (void *)0x10));
}

static __printf(2, 3) bool gives_wrapped(const char *want, const char *fmt, ...)
{
	struct va_format vf = {.fmt = fmt};
	va_list args;
	bool ok;

	va_start(args, fmt);
	vf.va = &args;
	ok = gives(want, "<%pV> %d", &vf, 3);
	va_end(args);
	return ok;
}

KTEST(lib, printf_nested)
{
	EXPECT(gives_wrapped("<one 1 two> 3", "one %d %s", 1, "two"));
}

KTEST(lib, kasprintf_allocates)
{
	char *text = kasprintf(GFP_KERNEL, "%s-%d", "cache", 64);

	ASSERT(text);
	EXPECT(!strcmp(text, "cache-64"));
	kfree(text);
}

KTEST(lib, hex_dump_lines)
{
	const char bytes[] = "0123456789abcdef!\1";
	char line[96];

	hex_dump_to_buffer(bytes, 18, 16, 1, line, sizeof(line), true);
	EXPECT(!strcmp(line, "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef"));
	hex_dump_to_buffer(bytes + 16, 2, 16, 1, line, sizeof(line), true);
	EXPECT(!strcmp(line, "21 01                                            !."));
	hex_dump_to_buffer(bytes, 8, 16, 4, line, sizeof(line), false);
	EXPECT(!strcmp(line, "33323130 37363534"));
}

/* ---- Memory and strings ---------------------------------------------------------------------- */

#define BLOCK 96

/* Byte by byte, for comparison. */
static void plain_move(volatile u8 *dst, const volatile u8 *src, size_t n)
{
	u8 copy[BLOCK];

	for (size_t i = 0; i < n; i++)
		copy[i] = src[i];
	for (size_t i = 0; i < n; i++)
		dst[i] = copy[i];
}

/* Every size and distance, overlapping either way. */
KTEST(lib, block_moves)
{
	u8 got[2 * BLOCK], want[2 * BLOCK];
	u32 seed = 1;
	bool same = true;

	for (size_t i = 0; i < sizeof(got); i++)
		got[i] = want[i] = (u8)next_random(&seed);
	for (size_t n = 0; n <= BLOCK / 2; n++) {
		for (size_t to = 0; to < BLOCK; to += 1 + n % 3) {
			size_t from = next_random(&seed) % BLOCK;

			(memmove)(got + to, got + from, n);
			plain_move(want + to, want + from, n);
			(memset)(got + BLOCK + n, (int)to, n / 2);
			for (size_t i = 0; i < n / 2; i++)
				((volatile u8 *)want)[BLOCK + n + i] = (u8)to;
			same &= !(memcmp)(got, want, sizeof(got));
		}
	}
	EXPECT(same);
}

KTEST(lib, block_searches)
{
	u8 block[64];

	memset(block, 0x6b, sizeof(block));
	EXPECT(!memchr_inv(block, 0x6b, sizeof(block)));
	for (size_t i = 0; i < sizeof(block); i++) {
		block[i] = 0x6a;
		EXPECT(memchr_inv(block, 0x6b, sizeof(block)) == block + i);
		EXPECT(memchr(block, 0x6a, sizeof(block)) == block + i);
		block[i] = 0x6b;
	}
	EXPECT(memcmp("abc", "abd", 3) < 0 && memcmp("b", "a", 1) > 0);
}

KTEST(lib, string_copies)
{
	char buf[8];

	EXPECT_EQ(strscpy(buf, "four", sizeof(buf)), 4);
	EXPECT_EQ(strscpy(buf, "far too long", sizeof(buf)), -E2BIG);
	EXPECT(!strcmp(buf, "far too"));
	EXPECT_EQ(strscpy(buf, "x", 0), -E2BIG);
	strscpy(buf, "ab", sizeof(buf));
	EXPECT_EQ(strlcat(buf, "cdefghij", sizeof(buf)), 10);
	EXPECT(!strcmp(buf, "abcdefg"));
	strncpy(buf, "z", sizeof(buf));
	EXPECT(!memchr_inv(buf + 1, 0, sizeof(buf) - 1));
}

KTEST(lib, string_searches)
{
	char list[] = " a,b;;c ", *rest = list;

	EXPECT(!strcmp(strstr("one two", "two"), "two") && !strstr("one", "two"));
	EXPECT(!strcmp(strrchr("a/b/c", '/'), "/c") && !strchr("abc", 'd'));
	EXPECT_EQ(strspn("aabc", "ab"), 3);
	EXPECT_EQ(strcspn("abc;d", ";,"), 3);
	/* cppcheck-suppress staticStringCompare */
	EXPECT(strcasecmp("SLAB", "slab") == 0 && strncmp("slabs", "slab", 4) == 0);
	EXPECT(!strcmp(strsep(&rest, ",;"), " a"));
	EXPECT(!strcmp(strsep(&rest, ",;"), "b"));
	EXPECT(!strcmp(strsep(&rest, ",;"), ""));
	EXPECT(!strcmp(strim(strsep(&rest, ",;")), "c"));
	EXPECT(!strsep(&rest, ",;"));
}

KTEST(lib, glob_patterns)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} cases[] = {
		{"*", "", true},	  {"a*c", "abbc", true},
		{"a*c", "abbcd", false},  {"slab.*", "slab.x", true},
		{"*a*b*", "xaxbx", true}, {"a?c", "ac", false},
		{"[a-c]1", "b1", true},	  {"[!a-c]", "b", false},
		{"[", "[", true},	  {"\\*", "*", true},
		{"\\*", "x", false},	  {"a**", "a", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(glob_match(cases[i].pattern, cases[i].text), cases[i].match);
}

/* ---- Numbers from text ----------------------------------------------------------------------- */

KTEST(lib, numbers_from_text)
{
	unsigned long value;
	long negative;
	u8 byte;
	bool on;

	EXPECT(!kstrtoul("0x1F\n", 0, &value) && value == 31);
	EXPECT(!kstrtoul("017", 0, &value) && value == 15);
	EXPECT(!kstrtol("-9223372036854775808", 10, &negative) && negative == LONG_MIN);
	EXPECT_EQ(kstrtoul("18446744073709551616", 10, &value), -ERANGE);
	EXPECT_EQ(kstrtoul("12x", 10, &value), -EINVAL);
	EXPECT_EQ(kstrtoul("", 10, &value), -EINVAL);
	EXPECT_EQ(kstrtoul("-1", 10, &value), -EINVAL);
	EXPECT_EQ(kstrtou8("256", 10, &byte), -ERANGE);
	EXPECT(!kstrtobool("on", &on) && on && !kstrtobool("N", &on) && !on);
	EXPECT_EQ(kstrtobool("maybe", &on), -EINVAL);
}

KTEST(lib, sizes_from_text)
{
	char *end;

	EXPECT_EQ(memparse("512M", &end), 512ULL << 20);
	EXPECT(!*end);
	EXPECT_EQ(memparse("0x10k@", &end), 16ULL << 10);
	EXPECT_EQ(*end, '@');
	EXPECT_EQ(memparse("7", NULL), 7);
	EXPECT_EQ(memparse("15E", NULL), 15ULL << 60);
	EXPECT_EQ(memparse("16E", NULL), ULLONG_MAX);
	EXPECT_EQ(memparse("18446744073709551617 ", &end), ULLONG_MAX);
	EXPECT_EQ(*end, ' ');
}

/* ---- Bits ------------------------------------------------------------------------------------ */

#define BITS 200

/* The searches against a loop over all bits. */
KTEST(lib, bit_searches)
{
	DECLARE_BITMAP(map, BITS);
	u32 seed = 7;
	bool right = true;

	bitmap_zero(map, BITS);
	for (int i = 0; i < 20; i++)
		__set_bit(next_random(&seed) % BITS, map);
	for (unsigned long at = 0; at <= BITS; at++) {
		unsigned long set = at, clear = at;

		while (set < BITS && !test_bit(set, map))
			set++;
		while (clear < BITS && test_bit(clear, map))
			clear++;
		right &= find_next_bit(map, BITS, at) == set;
		right &= find_next_zero_bit(map, BITS, at) == clear;
	}
	EXPECT(right);
	EXPECT(test_bit(find_last_bit(map, BITS), map));
	EXPECT_EQ(find_next_bit(map, BITS, find_last_bit(map, BITS) + 1), BITS);
}

KTEST(lib, bit_ranges)
{
	DECLARE_BITMAP(map, BITS);
	bool right = true;

	for (unsigned int start = 0; start < BITS; start += 13) {
		for (unsigned int len = 0; start + len <= BITS; len += 7) {
			bitmap_zero(map, BITS);
			bitmap_set(map, start, len);
			right &= bitmap_weight(map, BITS) == len;
			right &= find_first_bit(map, BITS) == (len ? start : BITS);
			bitmap_clear(map, start, len);
			right &= bitmap_empty(map, BITS);
		}
	}
	EXPECT(right);
	bitmap_fill(map, BITS);
	EXPECT(bitmap_full(map, BITS));
	bitmap_clear(map, 70, 10);
	EXPECT_EQ(bitmap_find_next_zero_area(map, BITS, 0, 10, 0), 70);
	EXPECT_EQ(bitmap_find_next_zero_area(map, BITS, 0, 4, 3), 72);
	EXPECT_EQ(bitmap_find_next_zero_area(map, BITS, 0, 11, 0), BITS);
}

KTEST(lib, bit_counts)
{
	EXPECT_EQ(ilog2(4096), 12);
	EXPECT_EQ(order_base_2(4097), 13);
	EXPECT_EQ(roundup_pow_of_two(33), 64);
	EXPECT_EQ(fls(0), 0);
	EXPECT_EQ(ffs(0x50), 5);
	EXPECT_EQ(hweight64(0xf0f0f0f0f0f0f0f1ULL), 33);
	EXPECT_EQ(int_sqrt(ULONG_MAX), 0xffffffff);
	EXPECT_EQ(int_sqrt(99), 9);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

struct numbered {
	int number;
	struct list_head link;
};

static bool list_reads(struct list_head *head, const char *want)
{
	struct numbered *n;
	char text[32] = "";

	list_for_each_entry(n, head, link)
		scnprintf(text + strlen(text), sizeof(text) - strlen(text), "%d", n->number);
	return !strcmp(text, want);
}

KTEST(lib, list_operations)
{
	struct numbered items[5];
	LIST_HEAD(head);
	LIST_HEAD(other);

	EXPECT(list_empty(&head));
	for (int i = 0; i < 5; i++) {
		items[i].number = i;
		list_add_tail(&items[i].link, &head);
	}
	EXPECT(list_reads(&head, "01234"));
	list_move(&items[3].link, &head);
	list_move_tail(&items[0].link, &head);
	EXPECT(list_reads(&head, "31240"));
	list_del(&items[2].link);
	EXPECT(items[2].link.next == LIST_POISON1);
	list_add(&items[2].link, &other);
	list_splice_init(&head, &other);
	EXPECT(list_reads(&other, "31402") && list_empty(&head));
	EXPECT_EQ(list_first_entry(&other, struct numbered, link)->number, 3);
	EXPECT_EQ(list_last_entry(&other, struct numbered, link)->number, 2);
}

/* ---- Trees ----------------------------------------------------------------------------------- */

#define TREE_NODES 256

struct keyed {
	struct rb_node node;
	u32 key;
	bool in_tree;
};

static bool key_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct keyed, node)->key < rb_entry(b, struct keyed, node)->key;
}

/* Black nodes on every path below @node, or -1 if an invariant is broken. */
static int black_height(const struct rb_node *node)
{
	bool black;
	int left, right;

	if (!node)
		return 0;
	black = node->__rb_parent_color & 1;
	for (int i = 0; i < 2; i++) {
		const struct rb_node *child = i ? node->rb_right : node->rb_left;

		if (child &&
		    (rb_parent(child) != node || (!black && !(child->__rb_parent_color & 1))))
			return -1;
	}
	left = black_height(node->rb_left);
	right = black_height(node->rb_right);
	return left < 0 || left != right ? -1 : left + black;
}

/* Balanced, in order, and of the right size. */
static bool tree_valid(const struct rb_root *root, unsigned int size)
{
	u32 last = 0;

	if (black_height(root->rb_node) < 0)
		return false;
	for (struct rb_node *n = rb_first(root); n; n = rb_next(n), size--) {
		u32 key = rb_entry(n, struct keyed, node)->key;

		if (key < last)
			return false;
		last = key;
	}
	return size == 0;
}

/* Random insertions and removals, with the invariants checked after each. */
KTEST(lib, rbtree_random)
{
	struct keyed *items = kcalloc(TREE_NODES, sizeof(*items), GFP_KERNEL);
	struct rb_root root = RB_ROOT;
	unsigned int size = 0;
	u32 seed = 42;
	bool valid = true;

	ASSERT(items);
	for (int step = 0; step < 6 * TREE_NODES; step++) {
		struct keyed *k = &items[next_random(&seed) % TREE_NODES];

		if (k->in_tree) {
			rb_erase(&k->node, &root);
			size--;
		} else {
			k->key = next_random(&seed) % 1000;
			rb_add(&k->node, &root, key_less);
			size++;
		}
		k->in_tree = !k->in_tree;
		valid &= tree_valid(&root, size);
	}
	EXPECT(valid);
	kfree(items);
}

KTEST(lib, rbtree_walks)
{
	struct keyed items[31] = {0}, *k = NULL, *next = NULL;
	struct rb_root root = RB_ROOT;
	unsigned int n = 0;
	bool children_first = true;

	for (u32 i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].key = i;
		items[i].in_tree = true;
		rb_add(&items[i].node, &root, key_less);
	}
	EXPECT(rb_first(&root) == &items[0].node && !rb_prev(&items[0].node));
	EXPECT(rb_last(&root) == &items[30].node && !rb_next(&items[30].node));
	EXPECT(rb_prev(&items[17].node) == &items[16].node);
	rbtree_postorder_for_each_entry_safe(k, next, &root, node)
	{
		struct keyed *left = rb_entry_safe(k->node.rb_left, struct keyed, node);
		struct keyed *right = rb_entry_safe(k->node.rb_right, struct keyed, node);

		children_first &= !(left && left->in_tree) && !(right && right->in_tree);
		k->in_tree = false;
		n++;
	}
	EXPECT(children_first);
	EXPECT_EQ(n, ARRAY_SIZE(items));
}

/* ---- Sorting --------------------------------------------------------------------------------- */

static int compare_u32(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

KTEST(lib, sort_and_search)
{
	u32 values[100], seed = 3, absent = 1u << 31;
	bool sorted = true, found = true;

	for (size_t n = 0; n <= ARRAY_SIZE(values); n++) {
		u64 before = 0, after = 0;

		for (size_t i = 0; i < n; i++)
			before += values[i] = next_random(&seed) % 64;
		sort(values, n, sizeof(values[0]), compare_u32, NULL);
		for (size_t i = 0; i < n; i++) {
			after += values[i];
			sorted &= !i || values[i - 1] <= values[i];
			found &= bsearch(&values[i], values, n, sizeof(u32), compare_u32) != NULL;
		}
		sorted &= before == after;
		found &= !bsearch(&absent, values, n, sizeof(u32), compare_u32);
	}
	EXPECT(sorted);
	EXPECT(found);
}
