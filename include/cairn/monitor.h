/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_MONITOR_H
#define _CAIRN_MONITOR_H

/* The monitor: commands that MONITOR_COMMAND() registers, typed at a prompt. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <cairn/init.h>
#include <cairn/console.h>

#define MONITOR_ARGS_MAX 32

extern const struct monitor_command __monitor_command_start[], __monitor_command_end[];

#define for_each_monitor_command(c)                                                                \
	for (const struct monitor_command *c = __monitor_command_start; c < __monitor_command_end; \
	     c++)

/* monitor_printf - what a command prints: on every console, not in the log */
#define monitor_printf(fmt, ...) console_printf(fmt, ##__VA_ARGS__)

/**
 * monitor_number - a number from a command's argument
 * @text: decimal, hexadecimal behind 0x, or hexadecimal with letters, as in
 *	  ffff888000100000; k, m, g, t behind it multiply
 * @res: where to put it
 *
 * Return: 0, or -EINVAL after a line that says what is wrong with @text.
 */
int monitor_number(const char *text, u64 *res);

/**
 * monitor_split - cut a command line into arguments, in place
 * @line: the text; quotes of both kinds and backslashes are resolved
 * @argv: the arguments; room for MONITOR_ARGS_MAX
 * @rest: where to put what follows a ';', or NULL if nothing does
 *
 * Return: how many arguments, or -EINVAL (a quote without its end), or -E2BIG.
 */
int monitor_split(char *line, char **argv, char **rest);

/**
 * monitor_execute - run the commands of a line
 * @line: commands with ';' between
 *
 * A command that fails does not keep the next from running.
 *
 * Return: 0, or the first error.
 */
int monitor_execute(const char *line);

/* monitor_run - run the exec= commands, then take commands until the machine stops */
void __noreturn monitor_run(void);

#endif
