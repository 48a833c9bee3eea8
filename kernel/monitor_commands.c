/* SPDX-License-Identifier: MIT */

/* The monitor's commands that belong to no subsystem. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/reboot.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <cairn/monitor.h>
#include <cairn/test.h>
#include <cairn/vfile.h>

static int compare_commands(const void *a, const void *b)
{
	const struct monitor_command *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void help_line(const struct monitor_command *c)
{
	char usage[64];

	scnprintf(usage, sizeof(usage), "%s %s", c->name, c->args);
	monitor_printf("  %-26s %s\n", usage, c->help);
}

static int help_one(const char *name)
{
	for_each_monitor_command(c) {
		if (!strcmp(c->name, name)) {
			help_line(c);
			return 0;
		}
	}
	if (vfile_find(name)) {
		monitor_printf("  %-26s show /proc/%s\n", name, vfile_find(name)->name);
		return 0;
	}
	monitor_printf("%s: no such command; help lists them\n", name);
	return 0;
}

static void list_files(const char *prefix, const char *separator)
{
	const char *between = "";

	for_each_virtual_file(f) {
		monitor_printf("%s%s%s", between, prefix, f->name);
		between = separator;
	}
	monitor_printf("\n");
}

static int cmd_help(int argc, char **argv)
{
	static const struct monitor_command *sorted[128];
	size_t n = 0;

	if (argc > 2)
		return -EINVAL;
	if (argc == 2)
		return help_one(argv[1]);
	for_each_monitor_command(c) {
		if (n < ARRAY_SIZE(sorted))
			sorted[n++] = c;
	}
	sort(sorted, n, sizeof(sorted[0]), compare_commands, NULL);
	for (size_t i = 0; i < n; i++)
		help_line(sorted[i]);
	monitor_printf("The files of /proc are commands too:\n  ");
	list_files("", " ");
	return 0;
}
MONITOR_COMMAND("help", "[COMMAND]", "what can be typed here", cmd_help);

static void dmesg_message(void *ctx __unused, u64 ns, int level, const char *text, size_t n)
{
	char stamp[32];

	console_write(stamp, (size_t)printk_stamp(stamp, sizeof(stamp), ns), CONSOLE_STAMP);
	console_write(text, n, level);
	if (text[n - 1] != '\n')
		console_write("\n", 1, level);
}

static int cmd_dmesg(int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	printk_read_log(dmesg_message, NULL);
	return 0;
}
MONITOR_COMMAND("dmesg", "", "the kernel's messages so far", cmd_dmesg);

static int cmd_cat(int argc, char **argv)
{
	int err = argc > 1 ? 0 : -EINVAL;

	for (int i = 1; i < argc; i++) {
		int e = vfile_show(argv[i]);

		if (e == -ENOENT)
			monitor_printf("%s: no such file; ls lists them\n", argv[i]);
		if (e < 0 && !err)
			err = e;
	}
	return err;
}
MONITOR_COMMAND("cat", "FILE...", "show files of /proc", cmd_cat);

static int cmd_ls(int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	if (argc == 2 && strcmp(argv[1], "/proc") && strcmp(argv[1], "/proc/")) {
		if (!vfile_find(argv[1]))
			return -ENOENT;
		monitor_printf("/proc/%s\n", vfile_find(argv[1])->name);
		return 0;
	}
	list_files("/proc/", "\n");
	return 0;
}
MONITOR_COMMAND("ls", "[/proc]", "list the files of /proc", cmd_ls);

static int cmd_echo(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		monitor_printf("%s%s", i > 1 ? " " : "", argv[i]);
	monitor_printf("\n");
	return 0;
}
MONITOR_COMMAND("echo", "TEXT...", "print the text", cmd_echo);

static int cmd_clear(int argc __unused, char **argv __unused)
{
	monitor_printf("\033[H\033[2J");
	return 0;
}
MONITOR_COMMAND("clear", "", "clear the screen", cmd_clear);

static int cmd_uptime(int argc __unused, char **argv __unused)
{
	u64 ms = ktime_get_ns() / NSEC_PER_MSEC;

	monitor_printf("up %llu.%03llu s\n", ms / 1000, ms % 1000);
	return 0;
}
MONITOR_COMMAND("uptime", "", "time since start", cmd_uptime);

static int cmd_test(int argc, char **argv)
{
	char pattern[256] = "";
	int failed;

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			strlcat(pattern, " ", sizeof(pattern));
		if (strlcat(pattern, argv[i], sizeof(pattern)) >= sizeof(pattern))
			return -E2BIG;
	}
	failed = ktest_run(pattern);
	if (failed == -ENOENT) {
		monitor_printf("no test matches \"%s\"\n", pattern);
		return 0;
	}
	return failed ? -EIO : 0;
}
MONITOR_COMMAND("test", "[PATTERN...]", "run the tests that match, e.g. buddy or slab.*", cmd_test);

/* One line of a dump; false if the memory cannot be read. */
static bool dump_line(unsigned long addr, size_t n)
{
	u8 bytes[16];
	char line[80];

	if (copy_from_kernel_nofault(bytes, (const void *)addr, n))
		return false;
	hex_dump_to_buffer(bytes, n, 16, 1, line, sizeof(line), true);
	monitor_printf("%016lx: %s\n", addr, line);
	return true;
}

static int cmd_x(int argc, char **argv)
{
	u64 addr, count = 64;

	if (argc < 2 || argc > 3 || monitor_number(argv[1], &addr) ||
	    (argc == 3 && monitor_number(argv[2], &count)))
		return -EINVAL;
	for (u64 at = 0; at < count; at += 16) {
		if (!dump_line(addr + at, min(count - at, 16ULL))) {
			monitor_printf("%016llx: nothing readable there\n", addr + at);
			break;
		}
	}
	return 0;
}
MONITOR_COMMAND("x", "ADDR [COUNT]", "dump memory at a kernel address", cmd_x);

static int cmd_poweroff(int argc __unused, char **argv __unused)
{
	machine_poweroff();
	return 0;
}
MONITOR_COMMAND("poweroff", "", "run the modules' exits and switch off", cmd_poweroff);

static int cmd_reboot(int argc __unused, char **argv __unused)
{
	machine_restart();
	return 0;
}
MONITOR_COMMAND("reboot", "", "start the machine anew", cmd_reboot);
