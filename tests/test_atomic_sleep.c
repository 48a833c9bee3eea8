/* SPDX-License-Identifier: MIT */
/*
 * Scenario: every kind of call that may sleep is made in every kind of context that
 * must not: in the handler of a line and of a vector, in a softirq, a tasklet and a
 * timer's function, and with each lock and each counter that forbids it.  Each call
 * must be reported although nothing had to wait: the report names the place
 * where the section began, and the function that tried to sleep.  What the calls gave
 * is freed afterwards, where that is allowed.  Allocations that do not sleep, for DMA or
 * not, succeed in the same contexts and are not reported.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dmapool.h>
#include <linux/highmem.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/io.h>
#include <linux/percpu.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include "irq_line.h"

/* ---- What may sleep -------------------------------------------------------------------------- */

static void *got;
static void *doomed; /* what an attempt ends */
static void *the_page;
static struct kmem_cache *cache;
static mempool_t *pool;
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static DECLARE_COMPLETION(done);

static noinline void try_kmalloc(void)
{
	got = kmalloc(100, GFP_KERNEL);
}

static noinline void try_large_kmalloc(void)
{
	got = kmalloc(100000, GFP_KERNEL);
}

/* It fits where it is, so nothing is allocated; with other sizes it would be. */
static noinline void try_krealloc_in_place(void)
{
	void *p = kmalloc(100, GFP_ATOMIC);

	got = krealloc(p, kmalloc_size_roundup(100), GFP_KERNEL);
	if (got != p)
		got = NULL;
}

static noinline void try_page(void)
{
	got = alloc_page(GFP_KERNEL);
}

static noinline void try_cache_alloc(void)
{
	got = kmem_cache_alloc(cache, GFP_NOFS);
}

static noinline void try_mempool(void)
{
	got = mempool_alloc(pool, GFP_NOIO);
}

static noinline void try_vmalloc(void)
{
	got = vmalloc(100);
}

static noinline void try_ioremap(void)
{
	got = (void __force *)ioremap(0xfed00000, 100);
}

static noinline void try_percpu(void)
{
	got = (void __force *)alloc_percpu(u64);
}

static noinline void try_cache_create(void)
{
	got = kmem_cache_create("t_atomic", 100, 0, 0, NULL);
}

static noinline void try_msleep(void)
{
	msleep(0);
	barrier(); /* no tail call: this function is to be in the report */
}

static noinline void try_mutex(void)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static noinline void try_rwsem(void)
{
	down_read(&rwsem);
	up_read(&rwsem);
}

static noinline void try_semaphore(void)
{
	struct semaphore sem;

	sema_init(&sem, 1);
	down(&sem);
}

static noinline void try_wait_event(void)
{
	wait_event(queue, true);
	barrier();
}

static noinline void try_completion(void)
{
	wait_for_completion(&done);
	barrier();
}

static noinline void try_flush_work(void)
{
	struct work_struct none;

	INIT_WORK(&none, NULL);
	flush_work(&none);
	barrier();
}

static noinline void try_cond_resched(void)
{
	cond_resched();
	barrier();
}

static noinline void try_kmap(void)
{
	got = kmap(virt_to_page(the_page));
	kunmap(virt_to_page(the_page));
}

static noinline void try_cache_destroy(void)
{
	kmem_cache_destroy(doomed);
	barrier();
}

static noinline void try_pool_destroy(void)
{
	mempool_destroy(doomed);
	barrier();
}

static noinline void try_pool_shrink(void)
{
	mempool_resize(doomed, 1);
	got = doomed;
}

static noinline void try_dma_pool_destroy(void)
{
	dma_pool_destroy(doomed);
	barrier();
}

static void make_cache(void)
{
	doomed = kmem_cache_create("t_doomed", 100, 0, 0, NULL);
}

static void make_pool(void)
{
	doomed = mempool_create_kmalloc_pool(2, 64);
}

static void make_dma_pool(void)
{
	doomed = dma_pool_create("t_doomed", NULL, 64, 8, 0);
}

static void make_page(void)
{
	the_page = (void *)__get_free_page(GFP_KERNEL);
	doomed = the_page;
}

static void drop_page(void)
{
	free_page((unsigned long)the_page);
}

static void drop_pool(void)
{
	mempool_destroy(doomed);
}

static void free_kmalloced(void)
{
	kfree(got);
}

static void free_the_page(void)
{
	if (got)
		__free_page(got);
}

static void free_to_cache(void)
{
	kmem_cache_free(cache, got);
}

static void free_to_pool(void)
{
	mempool_free(got, pool);
}

static void free_vmalloced(void)
{
	vfree(got);
}

static void unmap(void)
{
	iounmap((void __iomem __force *)got);
}

static void free_the_percpu(void)
{
	free_percpu((void __percpu __force *)got);
}

static void destroy_cache(void)
{
	kmem_cache_destroy(got);
}

static const struct attempt {
	const char *name;
	void (*call)(void);
	void (*undo)(void);   /* where sleeping is allowed; NULL: nothing to do */
	void (*before)(void); /* the same, to make what is @doomed */
} attempts[] = {
	{"try_kmalloc", try_kmalloc, free_kmalloced, NULL},
	{"try_large_kmalloc", try_large_kmalloc, free_kmalloced, NULL},
	{"try_krealloc_in_place", try_krealloc_in_place, free_kmalloced, NULL},
	{"try_page", try_page, free_the_page, NULL},
	{"try_cache_alloc", try_cache_alloc, free_to_cache, NULL},
	{"try_mempool", try_mempool, free_to_pool, NULL},
	{"try_vmalloc", try_vmalloc, free_vmalloced, NULL},
	{"try_ioremap", try_ioremap, unmap, NULL},
	{"try_percpu", try_percpu, free_the_percpu, NULL},
	{"try_cache_create", try_cache_create, destroy_cache, NULL},
	{"try_msleep", try_msleep, NULL, NULL},
	{"try_mutex", try_mutex, NULL, NULL},
	{"try_rwsem", try_rwsem, NULL, NULL},
	{"try_semaphore", try_semaphore, NULL, NULL},
	{"try_wait_event", try_wait_event, NULL, NULL},
	{"try_completion", try_completion, NULL, NULL},
	{"try_flush_work", try_flush_work, NULL, NULL},
	{"try_cond_resched", try_cond_resched, NULL, NULL},
	{"try_kmap", try_kmap, drop_page, make_page},
	{"try_cache_destroy", try_cache_destroy, NULL, make_cache},
	{"try_pool_destroy", try_pool_destroy, NULL, make_pool},
	{"try_pool_shrink", try_pool_shrink, drop_pool, make_pool},
	{"try_dma_pool_destroy", try_dma_pool_destroy, NULL, make_dma_pool},
};

/* ---- What need not --------------------------------------------------------------------------- */

static void atomic_kmalloc(void)
{
	got = kmalloc(100, GFP_ATOMIC);
}

static void atomic_dma_kmalloc(void)
{
	got = kmalloc(100, GFP_ATOMIC | GFP_DMA);
}

static void nowait_kmalloc(void)
{
	got = kmalloc(5000, GFP_NOWAIT);
}

static void atomic_page(void)
{
	got = alloc_page(GFP_ATOMIC);
}

static void atomic_dma_page(void)
{
	got = alloc_page(GFP_ATOMIC | GFP_DMA);
}

static void atomic_cache_alloc(void)
{
	got = kmem_cache_alloc(cache, GFP_ATOMIC);
}

static void atomic_mempool(void)
{
	got = mempool_alloc(pool, GFP_ATOMIC);
}

static const struct attempt allowed[] = {
	{"atomic_kmalloc", atomic_kmalloc, free_kmalloced, NULL},
	{"atomic_dma_kmalloc", atomic_dma_kmalloc, free_kmalloced, NULL},
	{"nowait_kmalloc", nowait_kmalloc, free_kmalloced, NULL},
	{"atomic_page", atomic_page, free_the_page, NULL},
	{"atomic_dma_page", atomic_dma_page, free_the_page, NULL},
	{"atomic_cache_alloc", atomic_cache_alloc, free_to_cache, NULL},
	{"atomic_mempool", atomic_mempool, free_to_pool, NULL},
};

static void (*attempt)(void); /* what the context under test calls */

static void allocate_and_release(const struct attempt *a, void (*in_context)(void))
{
	phys_addr_t end = 0;

	got = NULL;
	attempt = a->call;
	EXPECT_NO_REPORT() {
		in_context();
	}
	if (!EXPECT(got))
		return;
	if (a->call == atomic_dma_kmalloc)
		end = virt_to_phys(got) + 100;
	else if (a->call == atomic_dma_page)
		end = page_to_phys((struct page *)got) + PAGE_SIZE;
	EXPECT(end <= 16 << 20);
	attempt = a->undo;
	EXPECT_NO_REPORT() {
		in_context();
	}
}

static bool expect_named(const char *text, const struct attempt *a)
{
	char what[100];

	snprintf(what, sizeof(what), "\"%s\" in the report of %s", text, a->name);
	return ktest_check(ktest_reported(text), what, __FILE__, __LINE__);
}

static void prepare(const struct attempt *a)
{
	got = NULL;
	doomed = NULL;
	if (!a->before)
		return;
	a->before();
	ASSERT(doomed);
}

/*
 * Does by way of @in_context what is allowed there, and then makes each attempt to sleep, whose
 * report must name @place and the attempt.
 */
static void expect_reports(void (*in_context)(void), const char *place)
{
	cache = kmem_cache_create("t_atomic_sleep", 48, 0, 0, NULL);
	pool = mempool_create_kmalloc_pool(2, 64);
	ASSERT(cache && pool);
	complete_all(&done);
	for (unsigned int i = 0; i < ARRAY_SIZE(allowed); i++)
		allocate_and_release(&allowed[i], in_context);
	for (unsigned int i = 0; i < ARRAY_SIZE(attempts); i++) {
		const struct attempt *a = &attempts[i];

		attempt = a->call;
		prepare(a);
		EXPECT_REPORT("BUG: sleeping function called from invalid context") {
			in_context();
		}
		if (!expect_named(place, a) || !expect_named(a->name, a))
			break;
		if (a->undo && got)
			a->undo();
		EXPECT(!in_atomic() && !irqs_disabled());
	}
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static irqreturn_t sleep_in_handler(int irq __unused, void *dev __unused)
{
	attempt();
	return IRQ_HANDLED;
}

KTEST(atomic, sleeping_in_a_lines_handler)
{
	if (!test_line_borrow())
		return;
	EXPECT_EQ(request_irq(TEST_LINE, sleep_in_handler, 0, "t_sleep", &mutex), 0);
	expect_reports(test_line_raise, "Inside an interrupt, which runs sleep_in_handler");
	/* Somebody else's dev_id takes nobody's handler away. */
	EXPECT_REPORT("free_irq: irq 5 has no handler with this dev") {
		EXPECT(!free_irq(TEST_LINE, &rwsem));
	}
	EXPECT(irq_to_desc(TEST_LINE)->action);
	EXPECT(free_irq(TEST_LINE, &mutex));
	test_line_return();
}

static void sleep_in_vector(struct pt_regs *regs __unused)
{
	attempt();
}

static void by_a_vector(void)
{
	apic_send_ipi_self(SELF_VECTOR);
	asm volatile("nop");
}

KTEST(atomic, sleeping_in_an_interrupt)
{
	if (!apic_enabled()) {
		ktest_skip("no local APIC");
		return;
	}
	system_vector_set(SELF_VECTOR, sleep_in_vector);
	expect_reports(by_a_vector, "Inside an interrupt, which runs sleep_in_vector");
}

/* ---- Soft interrupts ------------------------------------------------------------------------- */

static void sleep_in_softirq(struct softirq_action *h __unused)
{
	attempt();
}

static void by_softirq(void)
{
	raise_softirq(NET_RX_SOFTIRQ);
}

KTEST(atomic, sleeping_in_a_softirq)
{
	open_softirq(NET_RX_SOFTIRQ, sleep_in_softirq);
	expect_reports(by_softirq, "Inside a soft interrupt, which runs sleep_in_softirq");
	open_softirq(NET_RX_SOFTIRQ, NULL);
}

static void sleep_in_tasklet(unsigned long data __unused)
{
	attempt();
}

static struct tasklet_struct tasklet;

static void by_tasklet(void)
{
	tasklet_schedule(&tasklet);
	tasklet_kill(&tasklet);
}

KTEST(atomic, sleeping_in_a_tasklet)
{
	tasklet_init(&tasklet, sleep_in_tasklet, 0);
	expect_reports(by_tasklet, "Inside a soft interrupt, which runs sleep_in_tasklet");
}

static bool timer_done;

static void sleep_in_timer(struct timer_list *t __unused)
{
	attempt();
	WRITE_ONCE(timer_done, true);
}

static struct timer_list timer;

static void by_timer(void)
{
	timer_done = false;
	mod_timer(&timer, jiffies + 1);
	while (!READ_ONCE(timer_done))
		cpu_relax();
	del_timer_sync(&timer);
}

KTEST(atomic, sleeping_in_a_timers_function)
{
	timer_setup(&timer, sleep_in_timer, 0);
	expect_reports(by_timer, "Inside a soft interrupt, which runs sleep_in_timer");
}

/* ---- Sections -------------------------------------------------------------------------------- */

static DEFINE_SPINLOCK(lock);
static DEFINE_RWLOCK(rwlock);

static void with_spin_lock(void)
{
	spin_lock(&lock);
	attempt();
	spin_unlock(&lock);
}

static void with_spin_lock_irqsave(void)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	attempt();
	spin_unlock_irqrestore(&lock, flags);
}

static void with_spin_lock_bh(void)
{
	spin_lock_bh(&lock);
	attempt();
	spin_unlock_bh(&lock);
}

static void with_read_lock(void)
{
	read_lock(&rwlock);
	attempt();
	read_unlock(&rwlock);
}

static void with_write_lock_irq(void)
{
	write_lock_irq(&rwlock);
	attempt();
	write_unlock_irq(&rwlock);
}

static void with_preempt_disable(void)
{
	preempt_disable();
	attempt();
	preempt_enable();
}

static void with_get_cpu(void)
{
	get_cpu();
	attempt();
	put_cpu();
}

static void with_bh_disable(void)
{
	local_bh_disable();
	attempt();
	local_bh_enable();
}

static void with_rcu_read_lock(void)
{
	rcu_read_lock();
	attempt();
	rcu_read_unlock();
}

KTEST(atomic, sleeping_under_a_spinlock)
{
	expect_reports(with_spin_lock, "Preemption disabled at with_spin_lock+");
	expect_reports(with_spin_lock_irqsave, "Preemption disabled at with_spin_lock_irqsave+");
	expect_reports(with_spin_lock_irqsave, "Interrupts disabled at with_spin_lock_irqsave+");
	expect_reports(with_spin_lock_bh, "Soft interrupts disabled at with_spin_lock_bh+");
	expect_reports(with_read_lock, "Preemption disabled at with_read_lock+");
	expect_reports(with_write_lock_irq, "Interrupts disabled at with_write_lock_irq+");
}

KTEST(atomic, sleeping_with_preemption_off)
{
	expect_reports(with_preempt_disable, "Preemption disabled at with_preempt_disable+");
	expect_reports(with_get_cpu, "Preemption disabled at with_get_cpu+");
	expect_reports(with_rcu_read_lock, "Preemption disabled at with_rcu_read_lock+");
}

KTEST(atomic, sleeping_with_softirqs_off)
{
	expect_reports(with_bh_disable, "Soft interrupts disabled at with_bh_disable+");
}

/* Inner sections do not hide where the outermost began. */
static void nested(void)
{
	preempt_disable();
	with_spin_lock();
	preempt_enable();
}

static irqreturn_t not_mine(int irq __unused, void *dev __unused)
{
	return IRQ_NONE;
}

KTEST(atomic, freeing_a_line_under_a_spinlock)
{
	if (!test_line_borrow())
		return;
	EXPECT_EQ(request_irq(TEST_LINE, not_mine, 0, "t_free", &mutex), 0);
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/irq.c") {
		spin_lock(&lock);
		EXPECT(free_irq(TEST_LINE, &mutex));
		spin_unlock(&lock);
	}
	test_line_return();
}

KTEST(atomic, the_outermost_section_is_named)
{
	expect_reports(nested, "Preemption disabled at nested+");
}

static void just_call(void)
{
	attempt();
}

/* Where sleeping is allowed, all of it is, with DMA and without. */
KTEST(atomic, threads_may_sleep_and_need_not)
{
	cache = kmem_cache_create("t_atomic_sleep", 48, 0, 0, NULL);
	pool = mempool_create_kmalloc_pool(2, 64);
	ASSERT(cache && pool);
	complete_all(&done);
	for (unsigned int i = 0; i < ARRAY_SIZE(allowed); i++)
		allocate_and_release(&allowed[i], just_call);
	for (unsigned int i = 0; i < ARRAY_SIZE(attempts); i++) {
		prepare(&attempts[i]);
		EXPECT_NO_REPORT() {
			attempts[i].call();
			if (attempts[i].undo && EXPECT(got))
				attempts[i].undo();
		}
	}
	got = kmalloc(100, GFP_KERNEL | GFP_DMA);
	if (EXPECT(got))
		EXPECT(virt_to_phys(got) < 16 << 20);
	kfree(got);
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

KTEST(atomic, sleeping_with_interrupts_off)
{
	EXPECT_REPORT("BUG: sleeping function called from invalid context at tests/") {
		local_irq_disable();
		might_sleep();
		local_irq_enable();
	}
	EXPECT(ktest_reported("Interrupts disabled at atomic_sleeping_with_interrupts_off+"));
}

KTEST(atomic, scheduling_with_interrupts_off)
{
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		local_irq_disable();
		schedule();
		local_irq_enable();
	}
	EXPECT(ktest_reported("Interrupts disabled at atomic_scheduling_with_interrupts_off+"));
}

/* ---- Switching, owners, ends ----------------------------------------------------------------- */

KTEST(atomic, scheduling_is_refused)
{
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		spin_lock(&lock);
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
		EXPECT_EQ(current->__state, TASK_RUNNING);
		spin_unlock(&lock);
	}
	EXPECT(ktest_reported("Preemption disabled at atomic_scheduling_is_refused+"));
	EXPECT_EQ(preempt_count(), 0);
}

static int unlock_foreign(void *data)
{
	mutex_unlock(data);
	complete(&done);
	return 0;
}

KTEST(atomic, mutex_of_another_and_twice)
{
	reinit_completion(&done);
	mutex_lock(&mutex);
	EXPECT_REPORT("released by t_stranger, which does not hold it") {
		struct task_struct *t = kthread_run(unlock_foreign, &mutex, "t_stranger");

		if (EXPECT(!IS_ERR(t)))
			wait_for_completion(&done);
	}
	EXPECT(mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
	EXPECT_REPORT("released by cairn, which does not hold it") {
		mutex_unlock(&mutex);
	}
	EXPECT(ktest_reported("atomic_mutex_of_another_and_twice"));
	EXPECT(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
}

static int end_at_once(void *data __unused)
{
	return 0;
}

static int wait_for_stop(void *data __unused)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 3;
}

KTEST(atomic, stopping_what_is_no_thread)
{
	struct task_struct *t = kthread_create(end_at_once, NULL, "t_end");

	ASSERT(!IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	while (smp_load_acquire(&t->__state) != TASK_DEAD)
		msleep(1);
	put_task_struct(t);
	threads_reap();
	EXPECT_REPORT("is no thread, or one that has ended") {
		EXPECT_EQ(kthread_stop(t), -EINVAL);
	}
	EXPECT_REPORT("is no thread, or one that has ended") {
		EXPECT_EQ(kthread_stop(ERR_PTR(-ENOMEM)), -EINVAL);
	}
	EXPECT_REPORT("cairn wants to stop itself") {
		EXPECT_EQ(kthread_stop(current), -EINVAL);
	}
	t = kthread_run(wait_for_stop, NULL, "t_stop");
	ASSERT(!IS_ERR(t));
	while (!READ_ONCE(t->nvcsw))
		msleep(1);
	EXPECT_REPORT("kthread_bind: t_stop has started") {
		kthread_bind(t, 0);
	}
	EXPECT_EQ(kthread_stop(t), 3);
}
