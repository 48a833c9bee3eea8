/* SPDX-License-Identifier: MIT */
/*
 * When something shall fail on purpose.
 *
 *   call --> probability 0, or no times left? ----------------> goes on
 *        --> space left: it becomes less by the call's size --> goes on
 *        --> not the interval-th of those that come here -----> goes on
 *        --> random % 100 >= probability ---------------------> goes on
 *        --> fails; times becomes one less, unless it is -1
 *
 * So "1,100,0,1" fails the next call, "10,100,0,-1" every tenth, and "1,5,4096,-1"
 * one in twenty once 4096 are used up.
 *
 * It does not know what fails: mm/fault_inject.c asks for allocations.
 *
 * Locking: none; each field is atomic by itself, so with several CPUs the counts are
 * exact, and which call fails is whichever comes then.  Contexts: any.
 */
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/random.h>

/* A decimal number and what follows it: @end, or the end of the text if that is 0. */
static bool take_number(const char **at, char end, long long *value)
{
	char *behind;

	*value = simple_strtoll(*at, &behind, 10);
	if (behind == *at || *behind != end)
		return false;
	*at = end ? behind + 1 : behind;
	return true;
}

int setup_fault_attr(struct fault_attr *attr, const char *str)
{
	long long interval, probability, space, times;
	const char *at = str;

	if (!take_number(&at, ',', &interval) || !take_number(&at, ',', &probability) ||
	    !take_number(&at, ',', &space) || !take_number(&at, 0, &times) || interval < 0 ||
	    probability < 0 || space != (int)space || times != (int)times) {
		pr_warn("FAULT_INJECTION: failed to parse arguments '%s'\n", str);
		return 0;
	}
	attr->interval = (unsigned long)interval;
	attr->probability = (unsigned long)probability;
	atomic_set(&attr->space, (int)space);
	atomic_set(&attr->times, (int)times);
	return 1;
}

/* Takes one of the failures that are left; false if there is none. */
static bool take_time(struct fault_attr *attr)
{
	int left = atomic_read(&attr->times), was;

	for (; left > 0; left = was) {
		was = atomic_cmpxchg(&attr->times, left, left - 1);
		if (was == left)
			return true;
	}
	return left < 0;
}

bool fault_is_due(struct fault_attr *attr, ssize_t size, u32 random)
{
	if (!attr->probability || !atomic_read(&attr->times))
		return false;
	if (atomic_read(&attr->space) > size) {
		atomic_sub((int)size, &attr->space);
		return false;
	}
	if (attr->interval > 1 && (u32)atomic_inc_return(&attr->count) % attr->interval)
		return false;
	return random % 100 < attr->probability && take_time(attr);
}

/* The times are those that were left before this one, as in Linux. */
static __cold void say(const struct fault_attr *attr)
{
	int times = atomic_read(&attr->times);

	if (!attr->verbose)
		return;
	pr_notice("FAULT_INJECTION: forcing a failure.\n"
		  "name %s, interval %lu, probability %lu, space %d, times %d\n",
		  attr->name, attr->interval, attr->probability, atomic_read(&attr->space),
		  times < 0 ? times : times + 1);
	if (attr->verbose > 1)
		dump_stack_lvl(KERN_NOTICE);
}

bool should_fail_ex(struct fault_attr *attr, ssize_t size, int flags)
{
	if (likely(!attr->probability) || !fault_is_due(attr, size, get_random_u32()))
		return false;
	if (!(flags & FAULT_NOWARN))
		say(attr);
	return true;
}
