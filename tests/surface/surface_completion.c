/* SPDX-License-Identifier: MIT */
/* Completions, from <linux/completion.h> alone. */
#include <linux/completion.h>

static DECLARE_COMPLETION(declared);

int init_module(void)
{
	DECLARE_COMPLETION_ONSTACK(local);
	struct completion made;

	init_completion(&made);
	complete(&declared);
	wait_for_completion(&declared);
	complete_all(&made);
	wait_for_completion(&made);
	if (!completion_done(&made) || !try_wait_for_completion(&made))
		return -1;
	reinit_completion(&made);
	return !wait_for_completion_timeout(&made, 2) && !try_wait_for_completion(&local) ? 0 : -1;
}
