/* SPDX-License-Identifier: MIT */
/* Timers in both forms, from <linux/timer.h> alone. */
#include <linux/timer.h>

static int fired;

struct surface {
	struct timer_list timer;
	int by;
};

static void new_form(struct timer_list *t)
{
	struct surface *s = from_timer(s, t, timer);

	WRITE_ONCE(fired, fired + s->by);
}

static void old_form(unsigned long data)
{
	WRITE_ONCE(fired, fired + (int)data);
}

int init_module(void)
{
	static struct surface s = {.by = 1};
	static struct timer_list old, never;

	timer_setup(&s.timer, new_form, 0);
	mod_timer(&s.timer, jiffies + 1);
	init_timer(&old);
	old.function = (void *)old_form;
	old.data = 20;
	old.expires = jiffies + 2;
	add_timer(&old);
	setup_timer(&never, old_form, 1000);
	mod_timer(&never, jiffies + 1000 * HZ);
	while (READ_ONCE(fired) != 21)
		;
	del_timer_sync(&s.timer);
	return timer_pending(&never) && del_timer(&never) && !del_timer(&old) ? 0 : -1;
}
