/* SPDX-License-Identifier: MIT */
/*
 * Write-back by age: no page stays dirty for long.
 *
 *	dirty pages, oldest first
 *	o o o o | o o o
 *	'-- older than 30 s: written, in batches
 *
 * A thread looks while there are dirty pages, six times in the age at which they are
 * written, and at least every five seconds; without dirty pages it sleeps.  It works on
 * nobody's behalf, so what it writes is not counted as written for an allocation.  It
 * allocates nothing but requests, which come from their pool.
 *
 * A page that is changed again and again is written once in that time: its age counts
 * from when it became dirty.  Pages that could not be written are left to block_sync().
 *
 * Parameter: writeback=SECONDS, 0 for never.
 *
 * Locking: the cache's, for looking at the oldest page; age_lock around a round, so that
 * who changes the age knows that none goes by the old one.  Contexts: may sleep.
 */
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include "cache.h"

#define DEFAULT_SECONDS	 30
#define MOST_SECONDS	 86400
#define LONGEST_INTERVAL (5 * HZ)
#define LOOKS		 6
#define BATCH		 32

static DECLARE_WAIT_QUEUE_HEAD(wait);
static DEFINE_MUTEX_RANK(age_lock, LOCK_RANK_WRITEBACK);
static unsigned long age = DEFAULT_SECONDS * HZ; /* under age_lock to change */
static unsigned int changes;			 /* of the age */

static int set_writeback(const char *value)
{
	unsigned long seconds;
	int err = kstrtoul(value, 0, &seconds);

	if (err || seconds > MOST_SECONDS)
		return -EINVAL;
	age = seconds * HZ;
	return 0;
}
BOOT_PARAM("writeback", set_writeback, "SECONDS after which dirty blocks are written; 0: never");

void block_writeback_wake(void)
{
	wake_up(&wait);
}

unsigned long block_writeback_age(unsigned long new_age)
{
	unsigned long old;

	mutex_lock(&age_lock);
	old = age;
	WRITE_ONCE(age, new_age);
	WRITE_ONCE(changes, changes + 1);
	mutex_unlock(&age_lock);
	wake_up(&wait);
	return old;
}

static bool wanted(void)
{
	return READ_ONCE(age) && READ_ONCE(block_stats.nr[BLOCK_DIRTY]);
}

/* Writes what is old enough, a batch at a time, and waits until it is written. */
static void write_aged(void)
{
	unsigned long n;

	mutex_lock(&age_lock);
	do {
		n = age ? block_write_aged(age, BATCH) : 0;
		block_wait_writes(0, ULONG_MAX);
	} while (n);
	mutex_unlock(&age_lock);
}

/* Lives as long as the machine. */
static int writeback(void *data __unused)
{
	for (;;) {
		unsigned int seen;
		long interval;

		wait_event(wait, wanted());
		seen = READ_ONCE(changes);
		write_aged();
		interval = clamp((long)READ_ONCE(age) / LOOKS, 1L, (long)LONGEST_INTERVAL);
		wait_event_timeout(wait, READ_ONCE(changes) != seen, interval);
	}
	return 0;
}

static int __init writeback_init(void)
{
	if (IS_ERR(kthread_run(writeback, NULL, "writeback")))
		pr_err("block: no thread to write old blocks\n");
	return 0;
}
core_initcall(writeback_init);

static int cmd_writeback(int argc, char **argv)
{
	unsigned long seconds;

	if (argc > 2 || (argc == 2 && (kstrtoul(argv[1], 0, &seconds) || seconds > MOST_SECONDS)))
		return -EINVAL;
	if (argc == 2)
		block_writeback_age(seconds * HZ);
	monitor_printf("writeback: dirty blocks are written after %lu s%s\n", READ_ONCE(age) / HZ,
		       READ_ONCE(age) ? "" : ": never");
	return 0;
}
MONITOR_COMMAND("writeback", "[SECONDS]", "show or set after how long dirty blocks are written",
		cmd_writeback);
