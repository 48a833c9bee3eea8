/* SPDX-License-Identifier: MIT */
/*
 * Scenario: two readers on each CPU look at a shared object all the time, in threads
 * that take the CPU from one another, and a timer reads in soft interrupts, while it is
 * replaced thousands of times and the old one freed in each of the ways there are.  What
 * a reader holds must stay whole until it is through.  Callbacks come from all CPUs at
 * once and each is called once.  Objects of a SLAB_TYPESAFE_BY_RCU cache may change
 * owners under a reader, but stay objects of their kind.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <cairn/test.h>
#include <asm/processor.h>

#define WHOLE	 0x600d0b1ec7ULL
#define FREED	 0xdeadULL
#define PATIENCE (120 * HZ)

struct thing {
	u64 before;
	struct rcu_head rcu;
	u64 after;
};

static struct thing __rcu *shared;
static bool stop;
static atomic_t broken, reads, freed;

static struct thing *make_thing(void)
{
	struct thing *thing = kmalloc(sizeof(*thing), GFP_KERNEL);

	if (thing)
		thing->before = thing->after = WHOLE;
	return thing;
}

static void check_whole(const struct thing *thing)
{
	if (READ_ONCE(thing->before) != WHOLE || READ_ONCE(thing->after) != WHOLE)
		atomic_inc(&broken);
}

static void read_once(unsigned int long_for)
{
	struct thing *thing;

	rcu_read_lock();
	thing = rcu_dereference(shared);
	check_whole(thing);
	while (long_for--)
		cpu_relax();
	check_whole(thing);
	rcu_read_unlock();
	atomic_inc(&reads);
}

static int reader(void *data __unused)
{
	unsigned int i = 0;

	while (!READ_ONCE(stop))
		read_once(i++ % 200);
	return 0;
}

static void read_in_timer(struct timer_list *t)
{
	read_once(100);
	if (!READ_ONCE(stop))
		mod_timer(t, jiffies + 1);
}

static void spoil(struct thing *thing)
{
	thing->before = FREED;
	thing->after = FREED;
	kfree(thing);
}

static void spoil_later(struct rcu_head *head)
{
	atomic_inc(&freed);
	spoil(container_of(head, struct thing, rcu));
}

/* ---- One CPU --------------------------------------------------------------------------------- */

/* A reader keeps what it reads from being freed, however long the updater has waited. */
KTEST(rcu, callbacks_wait_for_the_reader)
{
	struct thing *thing = make_thing();

	ASSERT(thing);
	atomic_set(&freed, 0);
	rcu_read_lock();
	call_rcu(&thing->rcu, spoil_later);
	mdelay(25); /* slices come to their end */
	EXPECT_EQ(atomic_read(&freed), 0);
	EXPECT_EQ(thing->before, WHOLE);
	rcu_read_unlock();
	rcu_barrier();
	EXPECT_EQ(atomic_read(&freed), 1);
}

KTEST(rcu, barrier_waits_for_all)
{
	atomic_set(&freed, 0);
	for (int i = 0; i < 100; i++) {
		struct thing *thing = make_thing();

		ASSERT(thing);
		call_rcu(&thing->rcu, spoil_later);
	}
	rcu_barrier();
	EXPECT_EQ(atomic_read(&freed), 100);
}

/* The harness finds what was not freed. */
KTEST(rcu, kfree_rcu_frees)
{
	struct thing *none = NULL;

	kfree_rcu(none, rcu);
	for (int i = 0; i < 20; i++) {
		struct thing *thing = make_thing();
		struct thing *large = kvmalloc(1 << 16, GFP_KERNEL);
		char *plain = kmalloc(100, GFP_KERNEL);

		ASSERT(thing && large && plain);
		kfree_rcu(thing, rcu);
		kvfree_rcu(large, rcu);
		kvfree_rcu(plain);
	}
}

KTEST(rcu, sleeping_reader_is_reported)
{
	EXPECT_REPORT("Preemption disabled at rcu_sleeping_reader_is_reported") {
		rcu_read_lock();
		might_sleep();
		rcu_read_unlock();
	}
}

/* A reader that waits for readers would wait for itself: it is told so and goes on. */
KTEST(rcu, a_reader_does_not_wait_for_itself)
{
	char *plain = kmalloc(100, GFP_KERNEL);

	ASSERT(plain);
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/rcu.c") {
		rcu_read_lock();
		synchronize_rcu();
		rcu_read_unlock();
	}
	EXPECT(ktest_reported("Preemption disabled at rcu_a_reader_does_not_wait_for_itself+"));
	EXPECT_REPORT("in_atomic(): 0, irqs_disabled(): 1") {
		local_irq_disable();
		rcu_barrier();
		local_irq_enable();
	}
	EXPECT_REPORT("BUG: sleeping function called from invalid context") {
		rcu_read_lock();
		kvfree_rcu(plain);
		rcu_read_unlock();
	}
	kfree(plain); /* it was not freed: its readers might not have been through */
}

static void wait_for_all(struct rcu_head *head __unused)
{
	rcu_barrier();
}

static void leave_preemption_off(struct rcu_head *head __unused)
{
	preempt_disable();
}

/* A callback that waits for callbacks, or leaves its thread unable to sleep: both go on. */
KTEST(rcu, callbacks_do_not_stop_the_thread)
{
	struct rcu_head head;

	EXPECT_REPORT("rcu_barrier: a callback would wait for itself") {
		call_rcu(&head, wait_for_all);
		rcu_barrier();
	}
	EXPECT_REPORT("rcu: leave_preemption_off left the preemption count at 0x1, interrupts on") {
		call_rcu(&head, leave_preemption_off);
		rcu_barrier();
	}
	synchronize_rcu();
}

/* ---- Readers everywhere ---------------------------------------------------------------------- */

/* Puts another one in its place and frees the old one in the @way-th way. */
static bool replace(unsigned int way)
{
	struct thing *thing = make_thing(), *old = rcu_access_pointer(shared);

	if (!thing)
		return false;
	rcu_assign_pointer(shared, thing);
	if (way % 16 == 0) {
		synchronize_rcu();
		spoil(old);
	} else if (way % 16 == 1) {
		kfree_rcu(old);
	} else if (way % 2) {
		kfree_rcu(old, rcu);
	} else {
		call_rcu(&old->rcu, spoil_later);
	}
	return true;
}

static struct task_struct *start_on(int (*fn)(void *data), void *data, int cpu)
{
	struct task_struct *t = kthread_create_on_cpu(fn, data, cpu, "t_rcu/%d", cpu);

	if (!EXPECT(!IS_ERR(t)))
		return NULL;
	get_task_struct(t);
	wake_up_process(t);
	return t;
}

static void join(struct task_struct *t)
{
	while (t && smp_load_acquire(&t->__state) != TASK_DEAD)
		msleep(1);
	if (t)
		put_task_struct(t);
}

KTEST(rcu, readers_on_all_cpus_keep_what_they_read)
{
	unsigned int n = 0, least = 1000 / num_online_cpus(); /* all of them are waited for */
	struct task_struct *t[2 * NR_CPUS];
	struct timer_list timer;
	int cpu;

	atomic_set(&broken, 0);
	atomic_set(&reads, 0);
	shared = make_thing();
	ASSERT(shared);
	for_each_online_cpu(cpu) {
		t[n++] = start_on(reader, NULL, cpu);
		t[n++] = start_on(reader, NULL, cpu);
	}
	timer_setup(&timer, read_in_timer, 0);
	mod_timer(&timer, jiffies);
	for (unsigned int i = 0; i < least || (i < 100000 && atomic_read(&reads) <= 1000); i++) {
		if (!EXPECT(replace(i)))
			break;
	}
	WRITE_ONCE(stop, true);
	for (unsigned int i = 0; i < n; i++)
		join(t[i]);
	del_timer_sync(&timer);
	rcu_barrier();
	EXPECT_EQ(atomic_read(&broken), 0);
	EXPECT(atomic_read(&reads) > 1000);
	kfree(shared);
	WRITE_ONCE(stop, false);
}

/* ---- Readers that the CPU is wanted from ----------------------------------------------------- */

static bool inside, may_leave;

static int slow_reader(void *data __unused)
{
	rcu_read_lock();
	WRITE_ONCE(inside, true);
	while (!smp_load_acquire(&may_leave))
		cpu_relax();
	rcu_read_unlock();
	return 0;
}

static int run_once(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	return 0;
}

/* A reader whose slice has long ended, with another thread waiting, still holds everything up. */
KTEST(rcu, a_reader_past_its_slice_holds_callbacks_back)
{
	int cpu = (int)num_online_cpus() - 1;
	struct task_struct *t, *other;
	struct thing *thing;
	bool ran = false;

	if (!cpu) {
		ktest_skip("one CPU");
		return;
	}
	thing = make_thing();
	ASSERT(thing);
	inside = may_leave = false;
	atomic_set(&freed, 0);
	t = start_on(slow_reader, NULL, cpu);
	while (!READ_ONCE(inside))
		msleep(1);
	other = start_on(run_once, &ran, cpu);
	call_rcu(&thing->rcu, spoil_later);
	msleep(30);
	EXPECT(!READ_ONCE(ran));
	EXPECT_EQ(READ_ONCE(t->nivcsw), 0);
	EXPECT_EQ(atomic_read(&freed), 0);
	check_whole(thing);
	smp_store_release(&may_leave, true); /* the callback is to come after these looks */
	rcu_barrier();
	EXPECT_EQ(atomic_read(&freed), 1);
	join(t);
	join(other);
	EXPECT(ran);
}

/* ---- Callbacks from everywhere --------------------------------------------------------------- */

#define CALLS 300

static int call_many(void *data __unused)
{
	for (unsigned int i = 0; i < CALLS; i++) {
		struct thing *thing = make_thing();

		if (thing)
			call_rcu(&thing->rcu, spoil_later);
		if (i % 100 == 99)
			rcu_barrier();
	}
	return 0;
}

KTEST(rcu, each_callback_is_called_once)
{
	struct task_struct *t[NR_CPUS] = {0};
	int cpu;

	atomic_set(&freed, 0);
	for_each_online_cpu(cpu)
		t[cpu] = start_on(call_many, NULL, cpu);
	for_each_online_cpu(cpu)
		join(t[cpu]);
	EXPECT_EQ(atomic_read(&freed), CALLS * num_online_cpus());
}

/* ---- Objects that stay objects --------------------------------------------------------------- */

struct typed {
	u64 kind; /* the constructor's, for ever */
	u64 key;  /* the owner's */
};

#define SLOTS 16

static struct typed __rcu *slots[SLOTS];
static atomic_t right, changed;

static void construct(void *object)
{
	struct typed *typed = object;

	typed->kind = WHOLE;
	typed->key = 0;
}

/* Finds an object, which may become another's meanwhile: then its key tells. */
static int look_up(void *data __unused)
{
	unsigned int i = 0;

	while (!READ_ONCE(stop)) {
		unsigned int slot = i++ % SLOTS;
		struct typed *typed;

		rcu_read_lock();
		typed = rcu_dereference(slots[slot]);
		for (unsigned int spin = 0; typed && spin < i % 50; spin++)
			cpu_relax();
		if (typed && READ_ONCE(typed->kind) != WHOLE)
			atomic_inc(&broken);
		if (typed && READ_ONCE(typed->key) % SLOTS == slot)
			atomic_inc(&right);
		else if (typed)
			atomic_inc(&changed);
		rcu_read_unlock();
	}
	return 0;
}

KTEST(rcu, typesafe_objects_keep_their_kind)
{
	struct kmem_cache *cache = kmem_cache_create("t_typesafe", sizeof(struct typed), 0,
						     SLAB_TYPESAFE_BY_RCU, construct);
	struct task_struct *t[NR_CPUS] = {0};
	int cpu;

	ASSERT(cache);
	atomic_set(&broken, 0);
	atomic_set(&right, 0);
	for_each_online_cpu(cpu)
		t[cpu] = start_on(look_up, NULL, cpu);
	for (unsigned int i = 0; i < ktest_rounds(30000); i++) {
		unsigned int slot = i * 7 % SLOTS;
		struct typed *typed = rcu_access_pointer(slots[slot]);

		RCU_INIT_POINTER(slots[slot], NULL);
		if (typed)
			kmem_cache_free(cache, typed); /* at once, readers or not */
		typed = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!EXPECT(typed))
			break;
		WRITE_ONCE(typed->key, i / 3 * SLOTS + slot);
		rcu_assign_pointer(slots[slot], typed);
		if (i % 1000 == 999)
			kmem_cache_shrink(cache);
	}
	for (unsigned long end = jiffies + PATIENCE;
	     !atomic_read(&right) && time_before(jiffies, end);)
		msleep(1);
	WRITE_ONCE(stop, true);
	for_each_online_cpu(cpu)
		join(t[cpu]);
	WRITE_ONCE(stop, false);
	for (unsigned int i = 0; i < SLOTS; i++) {
		kmem_cache_free(cache, rcu_access_pointer(slots[i]));
		RCU_INIT_POINTER(slots[i], NULL);
	}
	EXPECT_EQ(atomic_read(&broken), 0);
	EXPECT(atomic_read(&right) > 0);
	kmem_cache_destroy(cache);
}

static struct typed *held_object;

static int hold_object(void *data __unused)
{
	rcu_read_lock();
	WRITE_ONCE(inside, true);
	while (!READ_ONCE(may_leave)) {
		if (READ_ONCE(held_object->kind) != WHOLE)
			atomic_inc(&broken);
	}
	rcu_read_unlock();
	return 0;
}

static int shrink(void *data)
{
	kmem_cache_shrink(data); /* waits for the reader */
	return 0;
}

/* An empty slab is not given back while a reader on another CPU may look into it. */
KTEST(rcu, an_empty_slab_waits_for_its_readers)
{
	struct kmem_cache *cache = kmem_cache_create("t_typesafe", sizeof(struct typed), 0,
						     SLAB_TYPESAFE_BY_RCU, construct);
	int cpu = (int)num_online_cpus() - 1;
	struct task_struct *t, *shrinker;

	ASSERT(cache);
	if (!cpu) {
		ktest_skip("one CPU");
		kmem_cache_destroy(cache);
		return;
	}
	atomic_set(&broken, 0);
	inside = may_leave = false;
	held_object = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(held_object);
	t = start_on(hold_object, NULL, cpu);
	while (!READ_ONCE(inside))
		msleep(1);
	kmem_cache_free(cache, held_object);
	shrinker = start_on(shrink, cache, 0);
	for (unsigned int i = 0; i < 200; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		/* Whoever gets the slab's pages too early writes over it. */
		if (!EXPECT(page))
			break;
		memset(page_address(page), 0x5a, PAGE_SIZE);
		if (i % 10 == 0)
			msleep(1);
		__free_page(page);
	}
	EXPECT_EQ(atomic_read(&broken), 0);
	WRITE_ONCE(may_leave, true);
	join(t);
	join(shrinker);
	kmem_cache_destroy(cache);
}
