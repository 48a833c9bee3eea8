/* SPDX-License-Identifier: MIT */

/*
 * The line editor.
 *
 * The line is shown in one row.  If it is wider than the row, the row shows a
 * part of it that holds the cursor: [shown_from, shown_from + room).  A
 * character typed at the end is echoed alone; any other change draws the row
 * anew: return, prompt, text, erase to the end, return, step right to the
 * cursor.  That needs three escape sequences, which every terminal has.
 *
 *	cursor <= len < LINE_MAX_LEN,  text[len] == 0
 *	shown_from <= cursor <= shown_from + room
 *
 * Pure: the terminal and the words to complete with are calls that it is given.
 * Locking: none; one user.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/line_edit.h>

#define CTRL(letter) ((letter) - '@')
#define KEY_ESCAPE   0x1b
#define KEY_RUBOUT   0x7f

/* States inside an escape sequence. */
enum {
	ESCAPE_NONE,
	ESCAPE_START,	/* ESC */
	ESCAPE_BRACKET, /* ESC [ or ESC O */
};

static void emit(struct line_editor *ed, const char *s)
{
	ed->ops->emit(s, strlen(s));
}

/* Columns left for text behind the prompt. */
static size_t line_room(const struct line_editor *ed)
{
	return ed->width - strlen(ed->prompt) - 1;
}

static void line_refresh(struct line_editor *ed)
{
	size_t room = line_room(ed);
	char step[16];

	if (ed->len <= room)
		ed->shown_from = 0;
	if (ed->cursor < ed->shown_from)
		ed->shown_from = ed->cursor;
	if (ed->cursor > ed->shown_from + room)
		ed->shown_from = ed->cursor - room;
	emit(ed, "\r");
	emit(ed, ed->prompt);
	ed->ops->emit(ed->text + ed->shown_from, min(ed->len - ed->shown_from, room));
	emit(ed, "\033[K\r");
	snprintf(step, sizeof(step), "\033[%zuC", strlen(ed->prompt) + ed->cursor - ed->shown_from);
	emit(ed, step);
}

static void line_insert(struct line_editor *ed, const char *s, size_t n)
{
	n = min(n, LINE_MAX_LEN - 1 - ed->len);
	if (!n)
		return;
	memmove(ed->text + ed->cursor + n, ed->text + ed->cursor, ed->len - ed->cursor + 1);
	memcpy(ed->text + ed->cursor, s, n);
	ed->len += n;
	ed->cursor += n;
	if (ed->cursor == ed->len && ed->len - ed->shown_from <= line_room(ed))
		ed->ops->emit(s, n);
	else
		line_refresh(ed);
}

/* Deletes [from, to) and leaves the cursor at from. */
static void line_delete(struct line_editor *ed, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(ed->text + from, ed->text + to, ed->len - to + 1);
	ed->len -= to - from;
	ed->cursor = from;
	line_refresh(ed);
}

static void line_move(struct line_editor *ed, size_t cursor)
{
	if (cursor > ed->len)
		return;
	ed->cursor = cursor;
	line_refresh(ed);
}

static void line_replace(struct line_editor *ed, const char *text)
{
	strscpy(ed->text, text, sizeof(ed->text));
	ed->len = strlen(ed->text);
	ed->cursor = ed->len;
	ed->shown_from = 0;
	line_refresh(ed);
}

/* Start of the word before the cursor. */
static size_t word_start(const struct line_editor *ed)
{
	size_t at = ed->cursor;

	while (at && ed->text[at - 1] == ' ')
		at--;
	while (at && ed->text[at - 1] != ' ')
		at--;
	return at;
}

/* ---- History --------------------------------------------------------------------------------- */

/* The line @back lines before the one being typed; @back is not 0. */
static char *history_line(struct line_editor *ed, unsigned int back)
{
	return ed->history[(ed->nr_history - back) % LINE_HISTORY];
}

static void history_add(struct line_editor *ed)
{
	if (!ed->len || (ed->nr_history && !strcmp(history_line(ed, 1), ed->text)))
		return;
	ed->nr_history++;
	strscpy(history_line(ed, 1), ed->text, LINE_MAX_LEN);
}

static void history_back(struct line_editor *ed)
{
	if (ed->browsing == min(ed->nr_history, (unsigned int)LINE_HISTORY))
		return;
	if (!ed->browsing)
		strscpy(ed->draft, ed->text, sizeof(ed->draft));
	line_replace(ed, history_line(ed, ++ed->browsing));
}

static void history_forward(struct line_editor *ed)
{
	if (!ed->browsing)
		return;
	ed->browsing--;
	line_replace(ed, ed->browsing ? history_line(ed, ed->browsing) : ed->draft);
}

/* ---- Completion ------------------------------------------------------------------------------ */

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* Shows all candidates in columns below the line. */
static void list_candidates(struct line_editor *ed, const char *line, size_t start)
{
	const char *word;
	size_t column = 0;
	char cell[64];

	emit(ed, "\n");
	for (size_t i = 0; (word = ed->ops->candidate(line, start, i)); i++) {
		int n = scnprintf(cell, sizeof(cell), "%-19s ", word);

		if (column && column + (size_t)n > ed->width) {
			emit(ed, "\n");
			column = 0;
		}
		emit(ed, cell);
		column += (size_t)n;
	}
	emit(ed, "\n");
	line_refresh(ed);
}

static void line_complete(struct line_editor *ed, bool again)
{
	char line[LINE_MAX_LEN], first[LINE_MAX_LEN];
	const char *word;
	size_t start = ed->cursor, common;

	if (!ed->ops->candidate)
		return;
	while (start && !strchr(" ;\"'", ed->text[start - 1]))
		start--;
	strscpy(line, ed->text, ed->cursor + 1);
	word = ed->ops->candidate(line, start, 0);
	if (!word)
		return;
	strscpy(first, word, sizeof(first)); /* the next candidate may lie where this one does */
	common = strlen(first);
	for (size_t i = 1; (word = ed->ops->candidate(line, start, i)); i++)
		common = min(common, common_prefix(first, word));
	if (common > ed->cursor - start)
		line_insert(ed, first + (ed->cursor - start), common - (ed->cursor - start));
	else if (again && ed->ops->candidate(line, start, 1))
		list_candidates(ed, line, start);
	if (!ed->ops->candidate(line, start, 1) && ed->cursor == ed->len)
		line_insert(ed, " ", 1);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* The key that ends an escape sequence, or 0. */
static int escape_key(u8 parameter, int c)
{
	static const struct {
		char c;
		u8 parameter;
		u16 key;
	} keys[] = {
		{'A', 0, KEY_UP},   {'B', 0, KEY_DOWN}, {'C', 0, KEY_RIGHT},  {'D', 0, KEY_LEFT},
		{'H', 0, KEY_HOME}, {'F', 0, KEY_END},	{'~', 1, KEY_HOME},   {'~', 7, KEY_HOME},
		{'~', 4, KEY_END},  {'~', 8, KEY_END},	{'~', 3, KEY_DELETE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].c == c && (c != '~' || keys[i].parameter == parameter))
			return keys[i].key;
	}
	return 0;
}

/* Takes a byte of an escape sequence; the key it completes, or 0. */
static int escape_byte(struct line_editor *ed, int c)
{
	if (ed->escape == ESCAPE_START) {
		ed->escape = c == '[' || c == 'O' ? ESCAPE_BRACKET : ESCAPE_NONE;
		ed->parameter = 0;
		return 0;
	}
	if (isdigit(c) || c == ';') {
		ed->parameter = (u8)(isdigit(c) ? ed->parameter * 10 + (c - '0') : 0);
		return 0;
	}
	ed->escape = ESCAPE_NONE;
	return escape_key(ed->parameter, c);
}

/* Keys that move the cursor or leaf through history. */
static bool movement_key(struct line_editor *ed, int key)
{
	switch (key) {
	case KEY_LEFT:
	case CTRL('B'):
		line_move(ed, ed->cursor - 1); /* from 0 it wraps and is refused */
		return true;
	case KEY_RIGHT:
	case CTRL('F'):
		line_move(ed, ed->cursor + 1);
		return true;
	case KEY_HOME:
	case CTRL('A'):
		line_move(ed, 0);
		return true;
	case KEY_END:
	case CTRL('E'):
		line_move(ed, ed->len);
		return true;
	case KEY_UP:
	case CTRL('P'):
		history_back(ed);
		return true;
	case KEY_DOWN:
	case CTRL('N'):
		history_forward(ed);
		return true;
	default:
		return false;
	}
}

/* Keys that delete. */
static bool deletion_key(struct line_editor *ed, int key)
{
	switch (key) {
	case '\b':
	case KEY_RUBOUT:
		line_delete(ed, ed->cursor - (ed->cursor > 0), ed->cursor);
		return true;
	case KEY_DELETE:
	case CTRL('D'):
		line_delete(ed, ed->cursor, ed->cursor + (ed->cursor < ed->len));
		return true;
	case CTRL('K'):
		line_delete(ed, ed->cursor, ed->len);
		return true;
	case CTRL('U'):
		line_delete(ed, 0, ed->cursor);
		return true;
	case CTRL('W'):
		line_delete(ed, word_start(ed), ed->cursor);
		return true;
	default:
		return false;
	}
}

static bool line_finish(struct line_editor *ed)
{
	emit(ed, "\n");
	history_add(ed);
	ed->browsing = 0;
	return true;
}

/* A key that is neither movement nor deletion; true if it ends the line. */
static bool other_key(struct line_editor *ed, int key, bool after_tab)
{
	char c = (char)key;

	switch (key) {
	case '\r':
	case '\n':
		return line_finish(ed);
	case '\t':
		line_complete(ed, after_tab);
		return false;
	case CTRL('C'):
		emit(ed, "^C\n");
		line_start(ed);
		return false;
	case CTRL('L'):
		emit(ed, "\033[H\033[2J");
		line_refresh(ed);
		return false;
	default:
		if (isprint(key))
			line_insert(ed, &c, 1);
		return false;
	}
}

bool line_key(struct line_editor *ed, int key)
{
	bool after_tab = ed->last_was_tab;

	if (ed->escape) {
		key = escape_byte(ed, key);
		if (!key)
			return false;
	}
	if (key == KEY_ESCAPE) {
		ed->escape = ESCAPE_START;
		return false;
	}
	ed->last_was_tab = key == '\t';
	return !movement_key(ed, key) && !deletion_key(ed, key) && other_key(ed, key, after_tab);
}

void line_start(struct line_editor *ed)
{
	ed->text[0] = '\0';
	ed->len = 0;
	ed->cursor = 0;
	ed->shown_from = 0;
	ed->browsing = 0;
	ed->last_was_tab = false;
	emit(ed, ed->prompt);
}

void line_editor_init(struct line_editor *ed, const struct line_ops *ops, const char *prompt,
		      unsigned int width)
{
	memset(ed, 0, sizeof(*ed));
	ed->ops = ops;
	ed->prompt = prompt;
	ed->width = width;
}
