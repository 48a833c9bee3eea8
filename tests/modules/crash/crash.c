/* SPDX-License-Identifier: MIT */
/*
 * Dies in the way that crash.how= names, so that a boot can look at the report:
 * each is what a mistake in a driver would do.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static char *how = "not";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "panic, null, wild, write-text, write-rodata, run-data, divide, invalid, "
		      "overflow, guard, hole, slab-panic");

static const int constant = 1;
static unsigned char return_insn[16] = {0xc3};

static noinline int overflow(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	if (depth < 0)
		return 0;
	return overflow(depth + 1) + frame[0];
}

static noinline int divide(int by)
{
	return 1000 / by;
}

static noinline void poke(unsigned long address)
{
	*(volatile unsigned char *)address = 0x90;
}

static noinline void run(void *code)
{
	void (*fn)(void) = (void (*)(void))code;

	fn();
}

static noinline void guard(void)
{
	unsigned long area = (unsigned long)vmalloc(2 * PAGE_SIZE);

	poke(area + 2 * PAGE_SIZE);
}

static int __init crash_init(void)
{
	static volatile int zero;

	pr_info("crash: what follows is the report of %s\n", how);
	if (!strcmp(how, "panic"))
		panic("crash: a panic on purpose, number %d", 42);
	else if (!strcmp(how, "null"))
		poke(8);
	else if (!strcmp(how, "wild"))
		poke(0xdead000000000000);
	else if (!strcmp(how, "write-text"))
		poke((unsigned long)kfree);
	else if (!strcmp(how, "write-rodata"))
		poke((unsigned long)&constant);
	else if (!strcmp(how, "run-data"))
		run(return_insn);
	else if (!strcmp(how, "divide"))
		return divide(zero);
	else if (!strcmp(how, "invalid"))
		asm volatile("ud2");
	else if (!strcmp(how, "overflow"))
		return overflow(zero);
	else if (!strcmp(how, "guard"))
		guard();
	else if (!strcmp(how, "hole"))
		poke(PAGE_OFFSET + (60UL << 40));
	else if (!strcmp(how, "slab-panic"))
		kmem_cache_create("crash_none", KMALLOC_MAX_SIZE + 1, 0, SLAB_PANIC, NULL);
	return 0;
}
module_init(crash_init);
MODULE_LICENSE("Dual MIT/GPL");
