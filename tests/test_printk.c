/* SPDX-License-Identifier: MIT */

/*
 * The log: levels, capturing, continued lines, the ring buffer, several CPUs.  A test catches
 * its own messages with a sink, or reads them back from the ring.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/log_ring.h>
#include <cairn/test.h>
#include <asm/processor.h>

KTEST(printk, captured_reports)
{
	EXPECT_REPORT("BUG: sample") {
		pr_err("BUG: sample at %p\n", (void *)0x1000);
	}
	EXPECT_REPORT("two") {
		pr_warn("one\n");
		pr_warn("two\n");
	}
	EXPECT_NO_REPORT() {
		pr_info("nothing to worry about\n");
		pr_debug("nor this\n");
	}
}

KTEST(printk, once_and_ratelimited)
{
	DEFINE_RATELIMIT_STATE(limit, 3600, 3);
	static bool ran; /* the test, before, in this boot */
	int passed = 0, first = 0;

	for (int i = 0; i < 10; i++) {
		passed += __ratelimit(&limit);
		first += pr_info_once("said once\n");
	}
	EXPECT_EQ(passed, 3);
	EXPECT_EQ(limit.missed, 7);
	EXPECT_EQ(first, !ran);
	ran = true;
}

/* ---- The ring -------------------------------------------------------------------------------- */

struct search {
	const char *want;
	unsigned int hits;
	unsigned int messages;
	int level;
	u64 last_ns;
	bool in_order;
};

static void look_at(void *ctx, u64 ns, int level, const char *text, size_t n)
{
	struct search *s = ctx;

	s->messages++;
	s->in_order &= ns >= s->last_ns;
	s->last_ns = ns;
	if (n >= strlen(s->want) && !memcmp(text, s->want, strlen(s->want))) {
		s->hits++;
		s->level = level;
	}
}

static struct search search_log(const char *want)
{
	struct search s = {.want = want, .in_order = true};

	printk_read_log(look_at, &s);
	return s;
}

KTEST(printk, log_is_kept)
{
	struct search s = search_log("no message begins like this");

	EXPECT(s.messages > 0);
	EXPECT(s.in_order);
	EXPECT_EQ(s.hits, 0);
}

/* "<7>text", as samples for Linux 2 have it, is a level and not text. */
KTEST(printk, levels_as_text)
{
	EXPECT_NO_REPORT() {
		printk("<7>level as text\n");
	}
	EXPECT_REPORT("<7 no level") {
		printk("<7 no level\n");
	}
}

/* A small ring, filled many times over with texts of all lengths. */
KTEST(printk, ring_keeps_the_newest)
{
	static u8 buf[4 * LOG_MESSAGE_MAX];
	static char text[LOG_MESSAGE_MAX], want[LOG_MESSAGE_MAX];
	struct log_ring ring = {.buf = buf, .size = sizeof(buf)};
	struct log_record r;
	bool right = true;

	EXPECT(!log_ring_last(&ring, &r));
	log_ring_extend(&ring, "x", 1);
	for (unsigned int i = 0; i < 3000; i++) {
		size_t n = i * 7 % LOG_MESSAGE_MAX;
		u64 pos = 0;
		unsigned int first = i;

		memset(want, 'a' + i % 26, n);
		log_ring_add(&ring, i, (int)(i % 8), want, n / 2);
		log_ring_extend(&ring, want, n - n / 2);
		while (log_ring_read(&ring, &pos, &r, text)) {
			first = min(first, (unsigned int)r.ns);
			right &= r.len == r.ns * 7 % LOG_MESSAGE_MAX && r.level == (s32)(r.ns % 8);
			right &= !memchr_inv(text, (int)('a' + r.ns % 26), r.len);
		}
		right &= r.ns == i && ring.end - ring.oldest <= ring.size;
		right &= i < 4 || first < i;
	}
	EXPECT(right);
}

/* A message never grows beyond LOG_MESSAGE_MAX. */
KTEST(printk, ring_bounds_a_message)
{
	static u8 buf[4 * LOG_MESSAGE_MAX];
	static char text[LOG_MESSAGE_MAX], x[LOG_MESSAGE_MAX];
	struct log_ring ring = {.buf = buf, .size = sizeof(buf)};
	struct log_record r;
	u64 pos = 0;

	memset(x, 'x', sizeof(x));
	log_ring_add(&ring, 1, 6, x, 1000);
	log_ring_extend(&ring, x, 1000);
	log_ring_extend(&ring, x, 1000);
	log_ring_add(&ring, 2, 6, x, LOG_MESSAGE_MAX);
	for (u64 i = 1; i <= 2; i++) {
		EXPECT(log_ring_read(&ring, &pos, &r, text));
		EXPECT_EQ(r.ns, i);
		EXPECT_EQ(r.len, LOG_MESSAGE_MAX);
	}
	EXPECT(!log_ring_read(&ring, &pos, &r, text));
}

KTEST(printk, stamps)
{
	char stamp[32];

	printk_stamp(stamp, sizeof(stamp), 1234567890ULL);
	EXPECT(!strcmp(stamp, "[    1.234567] "));
	printk_stamp(stamp, sizeof(stamp), 123456ULL * 1000000000);
	EXPECT(!strcmp(stamp, "[123456.000000] "));
}

/* ---- Several CPUs ---------------------------------------------------------------------- */

#define LINES 100

static DECLARE_COMPLETION(said);

static int say_lines(void *data)
{
	int cpu = (int)(long)data;

	for (int i = 0; i < LINES; i++)
		pr_warn("%d:%d.\n", cpu, i);
	complete(&said);
	return 0;
}

static unsigned int count_lines(unsigned int cpus)
{
	unsigned int found = 0;
	char line[16];

	for (unsigned int i = 0; i < cpus * LINES; i++) {
		snprintf(line, sizeof(line), "\n%u:%u.\n", i / LINES, i % LINES);
		found += ktest_reported(line);
	}
	return found;
}

/* What CPUs say at once comes whole, one after the other, and nothing gets lost. */
KTEST(printk, cpus_take_turns)
{
	unsigned int cpus = min(num_online_cpus(), 8u), cpu;
	struct task_struct *t[8];

	reinit_completion(&said);
	for (cpu = 0; cpu < cpus; cpu++) {
		t[cpu] = kthread_create_on_cpu(say_lines, (void *)(long)cpu, cpu, "t_say");
		ASSERT(!IS_ERR(t[cpu]));
	}
	EXPECT_REPORT("0:0.") {
		pr_warn("\n"); /* each of the others stands between two ends of lines */
		for (cpu = 0; cpu < cpus; cpu++)
			wake_up_process(t[cpu]);
		for (cpu = 0; cpu < cpus; cpu++)
			wait_for_completion(&said);
	}
	EXPECT_EQ(count_lines(cpus), cpus * LINES);
}

/* ---- Consoles ---------------------------------------------------------------------------- */

#define STAY_MS 3

static bool watching;
static unsigned int writers, written;
static bool met;

/* A console that takes its time. */
static void watch_writers(const char *s __unused, size_t n __unused, int level __unused)
{
	if (!watching)
		return;
	WRITE_ONCE(met, met || writers);
	writers++;
	mdelay(STAY_MS);
	writers--;
	written++;
}

static void write_in_timer(struct timer_list *t __unused)
{
	console_printf("# from a timer\n");
}

/* A driver is not entered while it writes, be it by an interrupt or by another CPU. */
KTEST(printk, one_at_a_time_writes_to_consoles)
{
	static struct console slow = {.write = watch_writers};
	struct timer_list timer;

	if (!slow.name) /* consoles stay for ever */
		console_register(&slow);
	slow.name = "slow";
	timer_setup(&timer, write_in_timer, 0);
	written = 0;
	watching = true;
	mod_timer(&timer, jiffies + 1);
	console_printf("# from a thread\n");
	while (timer_pending(&timer))
		cpu_relax();
	del_timer_sync(&timer);
	watching = false;
	EXPECT(!met);
	EXPECT_EQ(written, 2);
}
