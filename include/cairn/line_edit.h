/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_LINE_EDIT_H
#define _CAIRN_LINE_EDIT_H

/*
 * A line editor as a pure machine: keys go in one by one, terminal output comes
 * out through a call.  It touches no device, so tests feed it keystrokes.
 */
#include <linux/types.h>

#define LINE_MAX_LEN 256 /* with the terminating 0 */
#define LINE_HISTORY 16

/**
 * struct line_ops - what the editor needs from its user
 * @emit: puts characters on the terminal
 * @candidate: the @i-th word that could stand at @line + @start, which lasts until
 *	       the next call, or NULL behind the last; words that do not fit what is
 *	       typed are skipped. NULL if there is no completion
 */
struct line_ops {
	void (*emit)(const char *s, size_t n);
	const char *(*candidate)(const char *line, size_t start, size_t i);
};

/**
 * struct line_editor - a line being typed, and those before
 * @ops: immutable
 * @prompt: immutable
 * @width: columns of the terminal; immutable
 * @text: the line, terminated
 * @len: its length; @cursor <= @len < LINE_MAX_LEN
 * @cursor: where the next character goes
 * @shown_from: first character on the terminal, when the line is wider
 * @escape: state in an escape sequence
 * @parameter: number inside it
 * @last_was_tab: the second tab in a row lists
 * @history: finished lines, a ring
 * @nr_history: lines ever finished
 * @browsing: how many lines back the user has gone
 * @draft: the line from before browsing
 */
struct line_editor {
	const struct line_ops *ops;
	const char *prompt;
	unsigned int width;

	char text[LINE_MAX_LEN];
	size_t len;
	size_t cursor;
	size_t shown_from;

	u8 escape;
	u8 parameter;
	bool last_was_tab;

	char history[LINE_HISTORY][LINE_MAX_LEN];
	unsigned int nr_history;
	unsigned int browsing;
	char draft[LINE_MAX_LEN];
};

void line_editor_init(struct line_editor *ed, const struct line_ops *ops, const char *prompt,
		      unsigned int width);

/* line_start - show the prompt and begin an empty line */
void line_start(struct line_editor *ed);

/**
 * line_key - one key
 * @ed: the editor
 * @key: a character or an enum console_key; escape sequences come in bytes
 *
 * Return: true when the line is finished: @ed->text holds it until line_start().
 */
bool line_key(struct line_editor *ed, int key);

#endif
