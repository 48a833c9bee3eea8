/* SPDX-License-Identifier: MIT */

/*
 * The monitor: its line editor is fed with keys as a terminal sends them, its
 * splitter with lines, and commands are run.  A small terminal turns what the
 * editor prints back into the row that a person would see.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/line_edit.h>
#include <cairn/monitor.h>
#include <cairn/test.h>
#include <cairn/vfile.h>

#define WIDTH 24

/* One row, and whether a sequence is on its way. */
static struct {
	char row[WIDTH + 1];
	unsigned int column;
	unsigned int escape;
	unsigned int number;
} terminal;

static struct line_editor editor;

static void terminal_clear(void)
{
	memset(terminal.row, ' ', WIDTH);
	terminal.column = 0;
	terminal.escape = 0;
}

static void terminal_sequence(char c)
{
	if (c == '[' || (c >= '0' && c <= '9')) {
		terminal.number = c == '[' ? 0 : terminal.number * 10 + (unsigned int)(c - '0');
		return;
	}
	terminal.escape = 0;
	if (c == 'K')
		memset(terminal.row + terminal.column, ' ', WIDTH - terminal.column);
	else if (c == 'C')
		terminal.column += terminal.number;
	else
		terminal_clear();
}

static void terminal_emit(const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (terminal.escape)
			terminal_sequence(*s);
		else if (*s == '\033')
			terminal.escape = 1;
		else if (*s == '\r')
			terminal.column = 0;
		else if (*s == '\n')
			terminal_clear();
		else if (terminal.column < WIDTH)
			terminal.row[terminal.column++] = *s;
	}
}

/* A candidate lasts until the next one is asked for. */
static const char *candidate(const char *line, size_t start, size_t i)
{
	static const char *const words[] = {"meminfo", "meminit", "slabinfo", "vmstat"};
	static char word[16];

	for (size_t w = 0; w < ARRAY_SIZE(words); w++) {
		strscpy(word, words[w], sizeof(word));
		if (strstarts(word, line + start) && i-- == 0)
			return word;
	}
	return NULL;
}

static void begin_editing(void)
{
	static const struct line_ops ops = {terminal_emit, candidate};

	terminal_clear();
	line_editor_init(&editor, &ops, "> ", WIDTH);
	line_start(&editor);
}

/* Feeds keys; true if the last one ended the line. */
static bool type(const char *keys)
{
	bool done = false;

	for (; *keys; keys++)
		done = line_key(&editor, (unsigned char)*keys);
	return done;
}

/* Whether the row reads "> @text" and the cursor stands on its @cursor-th character. */
static bool shows(const char *text, unsigned int cursor)
{
	char want[WIDTH + 1];

	snprintf(want, sizeof(want), "> %-*s", WIDTH - 2, text);
	if (!strncmp(want, terminal.row, WIDTH) && terminal.column == cursor + 2)
		return true;
	pr_info("want \"%s\" at %u, got \"%.*s\" at %u\n", want, cursor + 2, WIDTH, terminal.row,
		terminal.column);
	return false;
}

#define LEFT  "\033[D"
#define RIGHT "\033[C"
#define UP    "\033[A"
#define DOWN  "\033[B"
#define HOME  "\033[H"
#define END   "\033[F"
#define DEL   "\033[3~"

KTEST(monitor, edit_in_place)
{
	begin_editing();
	type("helo" LEFT "l");
	EXPECT(shows("hello", 4));
	type(HOME "X" END "!");
	EXPECT(shows("Xhello!", 7));
	type("\001" DEL "\005\b");
	EXPECT(shows("hello", 5));
	type(LEFT LEFT LEFT LEFT LEFT LEFT LEFT);
	EXPECT(shows("hello", 0));
	type("\b" DEL DEL RIGHT DEL); /* hello, llo, lo */
	EXPECT(shows("lo", 1));
	EXPECT(type("\r"));
}

KTEST(monitor, edit_kills)
{
	begin_editing();
	type("cat  /proc/meminfo now\027");
	EXPECT(!strcmp(editor.text, "cat  /proc/meminfo "));
	type("\027");
	EXPECT(shows("cat  ", 5));
	type(LEFT LEFT "\013");
	EXPECT(shows("cat", 3));
	type(LEFT "\025");
	EXPECT(shows("t", 0));
	EXPECT(type("\n"));
	EXPECT(!strcmp(editor.text, "t"));
}

/* A line wider than the screen shows the part around the cursor. */
KTEST(monitor, edit_wide_lines)
{
	char want[LINE_MAX_LEN];

	begin_editing();
	type("0123456789012345678901234567890123456789");
	EXPECT(shows("901234567890123456789", 21));
	type(HOME);
	EXPECT(shows("012345678901234567890", 0));
	for (int i = 0; i < 2 * LINE_MAX_LEN; i++)
		type("x");
	EXPECT_EQ(editor.len, LINE_MAX_LEN - 1);
	memset(want, 'x', sizeof(want));
	EXPECT(!memcmp(editor.text, want, LINE_MAX_LEN - 1 - 40));
	EXPECT(!strcmp(editor.text + LINE_MAX_LEN - 1 - 40,
		       "0123456789012345678901234567890123456789"));
}

KTEST(monitor, edit_history)
{
	begin_editing();
	type(UP);
	EXPECT(shows("", 0));
	for (int i = 0; i < LINE_HISTORY + 4; i++) {
		char line[] = {(char)('a' + i), '\r', '\0'};

		type(line);
		line_start(&editor);
	}
	type("draft" UP UP);
	EXPECT(shows("s", 1));
	type(DOWN DOWN);
	EXPECT(shows("draft", 5));
	for (int i = 0; i < 2 * LINE_HISTORY; i++)
		type(UP);
	EXPECT(shows("e", 1));
}

KTEST(monitor, edit_completion)
{
	begin_editing();
	type("mem\t");
	EXPECT(shows("memin", 5));
	type("\t\t"); /* lists below, and shows the line again */
	EXPECT(shows("memin", 5));
	type("f\t");
	EXPECT(shows("meminfo ", 8));
	type("sl\t");
	EXPECT(shows("meminfo slabinfo ", 17));
	type("zz\t");
	EXPECT(shows("meminfo slabinfo zz", 19));
}

/* Bytes that are no key change nothing. */
KTEST(monitor, edit_noise)
{
	begin_editing();
	type("ab\001\002\033[99~\033[1;5Q\033x\377\002\006");
	EXPECT(!strcmp(editor.text, "ab"));
	type("\003");
	EXPECT(shows("", 0));
}

/* ---- Splitting ------------------------------------------------------------------------------- */

static bool splits(const char *line, const char *want)
{
	char copy[128], got[128] = "", *argv[MONITOR_ARGS_MAX], *rest;
	int argc;

	strscpy(copy, line, sizeof(copy));
	argc = monitor_split(copy, argv, &rest);
	for (int i = 0; i < argc; i++)
		scnprintf(got + strlen(got), sizeof(got) - strlen(got), "<%s>", argv[i]);
	if (argc >= 0 && rest)
		scnprintf(got + strlen(got), sizeof(got) - strlen(got), ";%s", rest);
	if (argc < 0)
		scnprintf(got, sizeof(got), "%d", argc);
	if (!strcmp(got, want))
		return true;
	pr_info("\"%s\": want \"%s\", got \"%s\"\n", line, want, got);
	return false;
}

KTEST(monitor, split_words)
{
	EXPECT(splits("  echo  a b ", "<echo><a><b>"));
	EXPECT(splits("", ""));
	EXPECT(splits("echo 'a  b' \"c;d\"", "<echo><a  b><c;d>"));
	EXPECT(splits("a\\ b 'c\\d' \"e\\\"f\" ''", "<a b><c\\d><e\"f><>"));
	EXPECT(splits("a;b c", "<a>;b c"));
	EXPECT(splits(" ; b", "; b"));
	EXPECT(splits("a 'b", "-22"));
	EXPECT(splits("1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5", "-7"));
}

KTEST(monitor, numbers)
{
	u64 value = 0;

	EXPECT(!monitor_number("64", &value) && value == 64);
	EXPECT(!monitor_number("0x40", &value) && value == 64);
	EXPECT(!monitor_number("ffff888000001000", &value) && value == 0xffff888000001000);
	EXPECT(!monitor_number("4k", &value) && value == 4096);
	EXPECT(!monitor_number("2M", &value) && value == 2 << 20);
	EXPECT(!monitor_number("1e", &value) && value == 0x1e);
	EXPECT(monitor_number("99999999999999999999999", &value) &&
	       monitor_number("0xfffffffffffffffff", &value));
	EXPECT(!monitor_number("16383P", &value) && value == 16383ULL << 50);
	EXPECT(monitor_number("16777216T", &value) && monitor_number("16384P", &value));
}

/* ---- Virtual files --------------------------------------------------------------------------- */

KTEST(monitor, virtual_files)
{
	static char text[4096], part[4096];
	int n = vfile_read("meminfo", text, sizeof(text));

	ASSERT(n > 0 && n < (int)sizeof(text));
	EXPECT_EQ(strlen(text), n);
	EXPECT(strstarts(text, "MemTotal:"));
	EXPECT_EQ(vfile_read("/proc/meminfo", part, 6), n);
	EXPECT(!strcmp(part, "MemTo"));
	EXPECT_EQ(vfile_read("nonsense", text, sizeof(text)), -ENOENT);
	EXPECT(!text[0]);
}
