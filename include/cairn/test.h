/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_TEST_H
#define _CAIRN_TEST_H

/*
 * In-kernel tests.  KTEST(buddy, split_then_merge) defines and registers the
 * test "buddy.split_then_merge"; tests/ktest.c runs those that match a pattern
 * and prints KTAP.  After each test the harness checks that as many pages are
 * free and as many objects live as before it.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/kasan.h>

struct ktest_case {
	const char *suite;
	const char *name;
	void (*fn)(void);
};

#define KTEST(_suite, _name)                                                          \
	static void _suite##_##_name(void);                                           \
	static const struct ktest_case __ktest_##_suite##_##_name __used __aligned(8) \
		__section(".ktest") = {#_suite, #_name, _suite##_##_name};            \
	static void _suite##_##_name(void)

/*
 * An access that nobody checks (make KASAN=1, AddressSanitizer): of memory that is
 * nobody's, by a test of what else finds that.
 */
static __no_kasan_or_inline u64 ktest_peek(const void *p)
{
	return *(const volatile u64 *)p;
}

static __no_kasan_or_inline void ktest_poke(void *p, u64 value)
{
	*(volatile u64 *)p = value;
}

/*
 * A failed EXPECT is recorded and the test goes on; a failed ASSERT also
 * returns from the function it stands in.
 */
#define EXPECT(cond)                                          \
	({                                                    \
		bool __ok = !!(cond);                         \
                                                              \
		ktest_check(__ok, #cond, __FILE__, __LINE__); \
		__ok; /* what an analyser can follow */       \
	})
#define ASSERT(cond)               \
	do {                       \
		if (!EXPECT(cond)) \
			return;    \
	} while (0)
#define EXPECT_EQ(a, b) ktest_check_eq((u64)(a), (u64)(b), #a " == " #b, __FILE__, __LINE__)
#define ASSERT_EQ(a, b)               \
	do {                          \
		if (!EXPECT_EQ(a, b)) \
			return;       \
	} while (0)

/*
 * EXPECT_REPORT("text") { statements; } - the statements must print a warning
 * or an error whose text contains "text"; the report is kept off the console.
 * EXPECT_NO_REPORT() { ... } is its opposite.
 */
#define EXPECT_REPORT(text)                               \
	for (bool __once = ktest_capture_begin(); __once; \
	     __once = false, ktest_capture_end(text, __FILE__, __LINE__))
#define EXPECT_NO_REPORT()                                \
	for (bool __once = ktest_capture_begin(); __once; \
	     __once = false, ktest_capture_end(NULL, __FILE__, __LINE__))

/* ktest_report - what the last of those blocks printed */
const char *ktest_report(void);

/* ktest_reported - whether the last of those blocks printed @text, too */
bool ktest_reported(const char *text);

/* Marks the running test as skipped, for a reason; the caller then returns. */
void ktest_skip(const char *why);
bool ktest_skipped(void);

/* ktest_lacks_memory - skips the running test where the kernel manages less than @mib MiB */
bool ktest_lacks_memory(unsigned int mib);

/* ktest_rounds - how often a loop of random operations goes: @usual, or ktest.rounds= if that is less */
unsigned int ktest_rounds(unsigned int usual);

bool ktest_check(bool ok, const char *what, const char *file, int line);
bool ktest_check_eq(u64 a, u64 b, const char *what, const char *file, int line);
bool ktest_capture_begin(void);
void ktest_capture_end(const char *want, const char *file, int line);

/* ktest_suite_name - the @i-th suite, NULL behind the last */
const char *ktest_suite_name(size_t i);

/**
 * struct ktest_outcome - how a test ended
 * @failed: an expectation did not hold, or one of the following
 * @reported: a report came that nobody asked for
 * @leaked: memory was missing, or too much was there, afterwards
 * @skip: why it was skipped, or NULL
 */
struct ktest_outcome {
	bool failed;
	bool reported;
	bool leaked;
	const char *skip;
};

/* What is called right before and right after the test's own function. */
struct ktest_hooks {
	void (*begin)(void);
	void (*end)(void);
};

/* ktest_run_one - run a test; @hooks may be NULL */
struct ktest_outcome ktest_run_one(const struct ktest_case *t, const struct ktest_hooks *hooks);

/* ktest_next - the first test behind @t, or of all with NULL, that @pattern fits; or NULL */
const struct ktest_case *ktest_next(const struct ktest_case *t, const char *pattern);

/**
 * ktest_run - run the registered tests
 * @patterns: shell-style patterns with spaces between, each for "suite.name" or
 *	      for the suite; NULL or "" runs all
 *
 * A pattern that fits no test counts as a test that failed.
 *
 * Return: the number of tests that failed, or -ENOENT if none matched.
 */
int ktest_run(const char *patterns);

#endif
