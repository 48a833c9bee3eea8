/* SPDX-License-Identifier: MIT */
/* Work for a thread, from <linux/workqueue.h> alone. */
#include <linux/workqueue.h>

static int done;

static void surface_work(struct work_struct *work)
{
	done++;
}

static DECLARE_WORK(declared, surface_work);

int init_module(void)
{
	struct workqueue_struct *wq = alloc_workqueue("surface", WQ_MEM_RECLAIM, 1);
	struct work_struct work;
	struct delayed_work later;
	int ok;

	INIT_WORK(&work, surface_work);
	INIT_DELAYED_WORK(&later, surface_work);
	if (!wq)
		return -1;
	ok = schedule_work(&declared) && queue_work(wq, &work) && queue_delayed_work(wq, &later, 1);
	flush_work(&declared);
	flush_delayed_work(&later);
	flush_workqueue(wq);
	ok = ok && done == 3 && schedule_delayed_work(&later, 1000 * HZ);
	ok = ok && cancel_delayed_work_sync(&later) && !cancel_work_sync(&work);
	flush_scheduled_work();
	destroy_workqueue(wq);
	return ok && done == 3 ? 0 : -1;
}
