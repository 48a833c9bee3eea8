/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_INIT_H
#define _CAIRN_INIT_H

/*
 * Tables that the linker gathers: boot parameters, monitor commands and virtual
 * files register themselves where they are defined.
 */
#include <linux/types.h>
#include <linux/compiler.h>

/*
 * BOOT_PARAM("slub_debug", fn, "what it does") - fn(value) is called with the
 * text behind '=' (or "" without one) before memory is set up; it returns 0,
 * or -EINVAL for a value it does not take.
 */
struct boot_param {
	const char *name;
	int (*set)(const char *value);
	const char *help;
};
#define BOOT_PARAM(_name, _fn, _help)                                    \
	static const struct boot_param __param_##_fn __used __aligned(8) \
		__section(".boot_param") = {_name, _fn, _help}

/**
 * boot_params_parse - hand the command line's parameters to their owners
 * @cmdline: copied
 *
 * A parameter that nobody registered, and a value that is not taken, get a line.
 *
 * Context: start-up, once, after the early console and before memory is set up.
 */
void boot_params_parse(const char *cmdline);

/**
 * boot_params_set - boot_params_parse() on text that the caller keeps
 * @text: written to; values go on pointing into it
 *
 * Context: as boot_params_parse().
 */
void boot_params_set(char *text);

/**
 * boot_param_next - cut the next parameter off a command line, in place
 * @text: in: where to go on; out: what is left
 * @name: out: the name
 * @value: out: the text behind '=', or NULL
 *
 * Context: any; pure.
 * Return: 1; 0 at the end; -EINVAL for a parameter with an open quote.
 */
int boot_param_next(char **text, char **name, char **value);

/* boot_param_same - are two names the same, '-' and '_' being so? */
bool boot_param_same(const char *a, const char *b);

/*
 * MONITOR_COMMAND("kfree", "ADDR", "free a kmalloc object", fn) - fn(argc, argv)
 * runs when the command is typed; it prints with printk() or monitor_printf()
 * and returns 0 or a negative errno.
 */
struct monitor_command {
	const char *name;
	const char *args;
	const char *help;
	int (*run)(int argc, char **argv);
};
#define MONITOR_COMMAND(_name, _args, _help, _fn)                               \
	static const struct monitor_command __command_##_fn __used __aligned(8) \
		__section(".monitor_command") = {_name, _args, _help, _fn}

/*
 * VIRTUAL_FILE("slabinfo", fn) - /proc/slabinfo; fn(m) writes the whole text
 * with the calls of <linux/seq_file.h>.
 */
struct seq_file;
struct virtual_file {
	const char *name;
	int (*show)(struct seq_file *m);
};
#define VIRTUAL_FILE(_name, _fn)                                           \
	static const struct virtual_file __vfile_##_fn __used __aligned(8) \
		__section(".virtual_file") = {_name, _fn}

#endif
