/* SPDX-License-Identifier: MIT */
/* Reference counts. */
#include <linux/kref.h>

static int done;

static void gone(struct kref *kref)
{
	done = 1;
}

int init_module(void)
{
	static struct kref kref;

	kref_init(&kref);
	kref_get(&kref);
	return !kref_put(&kref, gone) && kref_put(&kref, gone) && done ? 0 : -1;
}
