/* SPDX-License-Identifier: MIT */

/*
 * The monitor: takes lines from the serial port and the keyboard, cuts them
 * into commands and runs those.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/errname.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/line_edit.h>
#include <cairn/monitor.h>
#include <cairn/test.h>
#include <cairn/vfile.h>

#define PROMPT	       "cairn> "
#define TERMINAL_WIDTH 80
#define EXEC_MAX       1024

static char exec_commands[EXEC_MAX];

static int set_exec(const char *value)
{
	return strscpy(exec_commands, value, sizeof(exec_commands)) < 0 ? -EINVAL : 0;
}
BOOT_PARAM("exec", set_exec, "monitor commands to run at start: \"cmd;cmd\"");

/* ---- Arguments ------------------------------------------------------------------------------- */

/* Letters make a number hexadecimal before they make it a multiple: 1e is 30. */
int monitor_number(const char *text, u64 *res)
{
	char *end;

	if (isdigit(*text) && !kstrtou64(text, *text == '0' ? 0 : 10, res))
		return 0;
	if (isxdigit(*text) && !kstrtou64(text, 16, res))
		return 0;
	*res = memparse(text, &end);
	if (isdigit(*text) && !*end && *res != ULLONG_MAX)
		return 0;
	monitor_printf("\"%s\" is not a number\n", text);
	return -EINVAL;
}

/* Copies one argument, without its quotes, to *@out.  Returns the text behind it, NULL on error. */
static char *split_word(char *at, char **out)
{
	char quote = 0;

	for (; *at; at++) {
		if (*at == '\\' && at[1] && quote != '\'')
			*(*out)++ = *++at;
		else if (quote ? *at == quote : *at == '"' || *at == '\'')
			quote = quote ? 0 : *at;
		else if (!quote && (isspace(*at) || *at == ';'))
			break;
		else
			*(*out)++ = *at;
	}
	return quote ? NULL : at;
}

int monitor_split(char *line, char **argv, char **rest)
{
	char *out = line;
	int argc = 0;

	*rest = NULL;
	for (;;) {
		char end;

		line = skip_spaces(line);
		if (!*line)
			return argc;
		if (*line == ';') {
			*rest = line + 1;
			return argc;
		}
		if (argc == MONITOR_ARGS_MAX - 1)
			return -E2BIG;
		argv[argc++] = out;
		argv[argc] = NULL;
		line = split_word(line, &out);
		if (!line)
			return -EINVAL;
		end = *line; /* the terminating 0 may go where it stands */
		*out++ = '\0';
		if (end == ';')
			*rest = line + 1;
		if (end == ';' || !end)
			return argc;
		line++;
	}
}

/* ---- Commands -------------------------------------------------------------------------------- */

static const struct monitor_command *find_command(const char *name)
{
	for_each_monitor_command(c) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

/* Edits (insert, delete, replace) that make one word of the other; at most 32 letters count. */
static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[33], n = (unsigned int)strnlen(b, 32);

	for (unsigned int j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned int i = 0; i < 32 && a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (unsigned int j = 1; j <= n; j++) {
			unsigned int replace = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			row[j] = min3(replace, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[n];
}

/* Commands, and the virtual files no command is named after, as one list; NULL at its end. */
static const char *name_at(size_t i)
{
	size_t commands = (size_t)(__monitor_command_end - __monitor_command_start);

	if (i < commands)
		return __monitor_command_start[i].name;
	i -= commands;
	for_each_virtual_file(f) {
		if (!find_command(f->name) && i-- == 0)
			return f->name;
	}
	return NULL;
}

static void unknown_command(const char *name)
{
	const char *best = NULL, *other;
	unsigned int best_distance = 3;

	for (size_t i = 0; (other = name_at(i)); i++) {
		unsigned int distance = edit_distance(name, other);

		if (distance < best_distance && distance < strlen(name)) {
			best_distance = distance;
			best = other;
		}
	}
	if (best)
		monitor_printf("%s: no such command; did you mean %s?\n", name, best);
	else
		monitor_printf("%s: no such command; help lists them\n", name);
}

static int run_command(int argc, char **argv)
{
	const struct monitor_command *c = find_command(argv[0]);
	int err;

	if (!c && vfile_find(argv[0]))
		return vfile_show(argv[0]);
	if (!c) {
		unknown_command(argv[0]);
		return -ENOENT;
	}
	err = c->run(argc, argv);
	if (err == -EINVAL)
		monitor_printf("usage: %s %s\n", c->name, c->args);
	else if (err < 0 && errname(err))
		monitor_printf("%s: %s\n", c->name, errname(-err));
	return err;
}

/*
 * Commands run from a copy of their own each, because a command may itself
 * execute others.
 */
int monitor_execute(const char *line)
{
	char copy[EXEC_MAX], *argv[MONITOR_ARGS_MAX], *rest = copy;
	int first_err = 0;

	strscpy(copy, line, sizeof(copy));
	while (rest) {
		int argc = monitor_split(rest, argv, &rest), err = argc;

		if (argc == -EINVAL)
			monitor_printf("a quote has no end\n");
		else if (argc < 0)
			monitor_printf("too many arguments: at most %d\n", MONITOR_ARGS_MAX - 1);
		else if (argc > 0)
			err = run_command(argc, argv);
		if (err < 0 && !first_err)
			first_err = err;
	}
	return first_err;
}

/* ---- The prompt ------------------------------------------------------------------------------ */

/* The name of the command that the word at @start is an argument of, or "". */
static void command_before(const char *line, size_t start, char *name, size_t size)
{
	size_t from = start, n;

	while (from && line[from - 1] != ';')
		from--;
	while (from < start && line[from] == ' ')
		from++;
	for (n = 0; from + n < start && line[from + n] != ' ' && n < size - 1; n++)
		name[n] = line[from + n];
	name[n] = '\0';
}

/* The @i-th candidate for an argument, not yet compared with what is typed. */
static const char *argument_at(const char *command, const char *word, size_t i)
{
	static char path[64];
	size_t files = (size_t)(__virtual_file_end - __virtual_file_start);

	if (!strcmp(command, "test"))
		return ktest_suite_name(i);
	if (!strcmp(command, "help"))
		return name_at(i);
	if (i >= files || (strcmp(command, "cat") && *word != '/'))
		return NULL;
	snprintf(path, sizeof(path), "/proc/%s", __virtual_file_start[i].name);
	return path;
}

static const char *monitor_candidate(const char *line, size_t start, size_t i)
{
	const char *word = line + start, *name;
	char command[32];

	command_before(line, start, command, sizeof(command));
	for (size_t at = 0;; at++) {
		name = *command ? argument_at(command, word, at) : name_at(at);
		if (!name)
			return NULL;
		if (strstarts(name, word) && i-- == 0)
			return name;
	}
}

static void monitor_emit(const char *s, size_t n)
{
	console_write(s, n, CONSOLE_PLAIN);
}

static int wait_for_key(void)
{
	int key;

	console_flush();
	while ((key = console_getc()) < 0)
		schedule_timeout_interruptible(HZ / 100);
	return key;
}

static void run_exec_commands(void)
{
	if (!exec_commands[0])
		return;
	monitor_printf(PROMPT "%s\n", exec_commands);
	monitor_execute(exec_commands);
}

void __noreturn monitor_run(void)
{
	static const struct line_ops ops = {monitor_emit, monitor_candidate};
	static struct line_editor ed;

	run_exec_commands();
	line_editor_init(&ed, &ops, PROMPT, TERMINAL_WIDTH);
	for (;;) {
		line_start(&ed);
		while (!line_key(&ed, wait_for_key()))
			;
		monitor_execute(ed.text);
	}
}
