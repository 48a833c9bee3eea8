/* SPDX-License-Identifier: MIT */
/*
 * Scenario: /proc/interrupts is read as other programs read it: a heading with a column
 * a CPU that is online, then a line for each interrupt, "name: count count ... text", with
 * a count for each column, or one count for the whole machine.  The timer's counts go up
 * by what happens between two readings.  So do those of interrupts that nobody has asked
 * for, which the CPU sends itself.  A timer for a time so far that its nanoseconds have no
 * number brings none.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>

#define ROOM (64 << 10)

/* Counts at the start of a line, after the name; *@at is left behind the last. */
static unsigned int count_numbers(const char **at, u64 *sum)
{
	unsigned int n = 0;
	char *end;

	for (;;) {
		const char *p = skip_spaces(*at);
		u64 value = simple_strtoull(p, &end, 10);

		if (end == p || (*end != ' ' && *end != '\n'))
			return n;
		*sum += value;
		*at = end;
		n++;
	}
}

static unsigned int count_columns(const char *heading)
{
	unsigned int n = 0;

	for (const char *p = heading; *p && *p != '\n'; p++)
		n += strstarts(p, "CPU");
	return n;
}

/* The name before the colon: digits, or capital letters as LOC. */
static bool name_is_sound(const char *name, const char *colon)
{
	for (; name < colon; name++)
		if (!isalnum(*name) && *name != ' ')
			return false;
	return true;
}

/* Lines whose form is right; adds the counts of @label's line to *@of_label. */
static unsigned int check_lines(const char *text, const char *label, u64 *of_label)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n')) && *++text) {
		const char *name = skip_spaces(text), *colon = strchr(text, ':');
		unsigned int n;
		u64 sum = 0;

		if (!EXPECT(colon && name_is_sound(name, colon)))
			break;
		text = colon + 1;
		n = count_numbers(&text, &sum);
		EXPECT(n == num_online_cpus() || n == 1);
		if (strstarts(name, label))
			*of_label += sum;
		lines++;
	}
	return lines;
}

KTEST(irq, proc_interrupts)
{
	char *text = kmalloc(ROOM, GFP_KERNEL);
	u64 before = 0, after = 0;
	unsigned int lines;

	ASSERT(text);
	EXPECT(vfile_read("interrupts", text, ROOM) > 0);
	EXPECT_EQ(count_columns(text), num_online_cpus());
	lines = check_lines(text, "LOC:", &before);
	EXPECT(lines > 4);
	EXPECT(strstr(text, "Local timer interrupts\n"));
	EXPECT(strstr(text, "\nERR: "));
	for (unsigned int i = 0; i < 5; i++)
		msleep(1);
	EXPECT(vfile_read("interrupts", text, ROOM) > 0);
	EXPECT_EQ(check_lines(text, "LOC:", &after), lines);
	if (before)
		EXPECT(after > before);
	kfree(text);
}

/* ---- Interrupts that are nobody's -------------------------------------------------------- */

static u64 count_of(const char *label)
{
	char *text = kmalloc(ROOM, GFP_KERNEL);
	u64 sum = 0;

	if (!EXPECT(text))
		return 0;
	EXPECT(vfile_read("interrupts", text, ROOM) > 0);
	check_lines(text, label, &sum);
	kfree(text);
	return sum;
}

static DEFINE_PER_CPU(struct timer_list, far_timer);

static void nothing(struct timer_list *t __unused)
{
}

static void start_far_timer(void *info __unused)
{
	struct timer_list *t = this_cpu_ptr(&far_timer);

	timer_setup(t, nothing, 0);
	mod_timer(t, jiffies + MAX_JIFFY_OFFSET);
}

/* On every CPU, since on this one another timer may well be due first. */
KTEST(irq, far_timers_bring_no_interrupts)
{
	u64 before;
	int cpu;

	on_each_cpu(start_far_timer, NULL, 1);
	before = count_of("LOC:");
	mdelay(20);
	EXPECT(count_of("LOC:") - before < 200);
	for_each_online_cpu(cpu)
		EXPECT(del_timer_sync(per_cpu_ptr(&far_timer, cpu)));
}

static void send_to_self(u8 vector)
{
	local_irq_disable();
	apic_send_ipi_self(vector);
	local_irq_enable();
	for (unsigned int i = 0; i < 1000 && apic_in_service(vector); i++)
		cpu_relax();
}

/*
 * Three interrupts on a vector that leads nowhere: each is acknowledged, or the next would not
 * come; all are counted, the first is reported.
 */
static void check_strays(u8 vector)
{
	u64 before = count_of("ERR:");
	char want[64];

	scnprintf(want, sizeof(want), "irq: unexpected interrupt, vector 0x%x on CPU", vector);
	EXPECT_REPORT(want) {
		send_to_self(vector);
	}
	EXPECT_NO_REPORT() {
		send_to_self(vector);
		send_to_self(vector);
	}
	EXPECT_EQ(count_of("ERR:") - before, 3);
	EXPECT(!apic_in_service(vector));
}

KTEST(irq, strays_are_counted_and_reported_once)
{
	int vector;

	if (!apic_enabled()) {
		ktest_skip("no local APIC");
		return;
	}
	vector = irq_vector_alloc(NR_IRQS - 1);
	ASSERT(vector > 0);
	irq_vector_free((unsigned int)vector);
	check_strays((u8)vector);
	system_vector_set(SELF_VECTOR, NULL);
	check_strays(SELF_VECTOR);
}

/*
 * What a controller calls spurious comes without being in service: an instruction does that,
 * too.  It is counted, and said once since start-up; one that was sent is in service and a stray.
 */
KTEST(irq, spurious_ones_are_counted)
{
	u64 apic = count_of("SPU:"), pic = count_of("MIS:"), strays = count_of("ERR:");

	if (!apic_enabled()) {
		ktest_skip("no local APIC");
		return;
	}
	EXPECT_NO_REPORT() {
		asm volatile("int %0" : : "i"(APIC_SPURIOUS_VECTOR) : "memory");
		asm volatile("int %0" : : "i"(IRQ_BASE + 7) : "memory");
	}
	EXPECT(ktest_reported("irq: spurious interrupt, vector 0xff on CPU") == !apic);
	EXPECT(ktest_reported("irq: spurious interrupt, vector 0x27 on CPU") == !pic);
	EXPECT_NO_REPORT() {
		asm volatile("int %0" : : "i"(APIC_SPURIOUS_VECTOR) : "memory");
		asm volatile("int %0" : : "i"(IRQ_BASE + 7) : "memory");
	}
	EXPECT(!ktest_reported("irq: spurious interrupt"));
	EXPECT_EQ(count_of("SPU:") - apic, 2);
	EXPECT_EQ(count_of("MIS:") - pic, 2);
	EXPECT_EQ(count_of("ERR:"), strays);
	system_vector_set(APIC_SPURIOUS_VECTOR, NULL); /* it is news again */
	EXPECT_REPORT("irq: unexpected interrupt, vector 0xff") {
		send_to_self(APIC_SPURIOUS_VECTOR);
	}
	EXPECT_EQ(count_of("SPU:") - apic, 2);
	EXPECT_EQ(count_of("ERR:") - strays, 1);
	EXPECT(!apic_in_service(APIC_SPURIOUS_VECTOR));
}
