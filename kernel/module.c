/* SPDX-License-Identifier: MIT */
/*
 * Modules: initialising what was linked in, and undoing it at poweroff.
 *
 *   .initcall  struct initcall      built-in files, by level then link order
 *   .module    struct module *      one a source file of the M= directory
 *   loaded --> c --> b --> a        those whose init succeeded, newest first
 *
 * "modules=a,b" on the boot command line names the modules to initialise, in
 * that order; without it all are, in the order of their names, and "modules="
 * chooses none.  An init function that returns an error leaves its module out
 * of the list: it is reported, its exit function never runs, and the machine
 * goes on.
 *
 * Runs on one CPU, in process context, with interrupts as start-up has them;
 * init and exit functions may sleep.  Modules are not loaded from files and
 * not unloaded before poweroff.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <cairn/init.h>

extern const struct initcall __initcall_start[], __initcall_end[];
extern struct module *const __module_start[], *const __module_end[];
extern const struct module_info __module_info_start[], __module_info_end[];

static struct module *loaded;
static const char *chosen; /* the value of modules=, or NULL for all */

static int __init set_modules(const char *value)
{
	chosen = value;
	return 0;
}
BOOT_PARAM("modules", set_modules, "a,b: the modules to initialise, in this order (all)");

/* Compares a module's name with n characters that may spell '_' as '-'. */
static bool same_name(const char *name, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!name[i] || name[i] != (text[i] == '-' ? '_' : text[i]))
			return false;
	return !name[n];
}

static struct module *find_module_n(const char *text, size_t n)
{
	for (struct module *const *mod = __module_start; mod < __module_end; mod++)
		if (same_name((*mod)->name, text, n))
			return *mod;
	return NULL;
}

static int module_run_init(struct module *mod)
{
	if (mod->initcall)
		return (*mod->initcall)();
	if (mod->init_module)
		return mod->init_module();
	return 0;
}

static void load_module(struct module *mod)
{
	if (mod->state != MODULE_STATE_UNFORMED)
		return;
	mod->state = MODULE_STATE_COMING;
	mod->error = module_run_init(mod);
	if (mod->error) {
		mod->state = MODULE_STATE_UNFORMED;
		pr_warn("module %s: its init function returned %d; not loaded\n", mod->name,
			mod->error);
		return;
	}
	mod->state = MODULE_STATE_LIVE;
	mod->next = loaded;
	loaded = mod;
}

static void __init load_named(const char *text, size_t n)
{
	struct module *mod = find_module_n(text, n);

	if (mod)
		load_module(mod);
	else
		pr_warn("modules=: there is no module %.*s in this kernel\n", (int)n, text);
}

static void __init load_chosen(const char *names)
{
	while (*names) {
		size_t n = strcspn(names, ",");

		if (n)
			load_named(names, n);
		names += n;
		names += *names == ',';
	}
}

static void __init run_initcall(const struct initcall *call)
{
	int error = call->fn();

	if (error && error != -ENODEV)
		pr_warn("%s: its init function returned %d\n", call->name, error);
}

void __init do_initcalls(void)
{
	for (unsigned int level = 0; level < INITCALL_LEVELS; level++)
		for (const struct initcall *call = __initcall_start; call < __initcall_end; call++)
			if (call->level == level)
				run_initcall(call);

	if (chosen) {
		load_chosen(chosen);
		return;
	}
	for (struct module *const *mod = __module_start; mod < __module_end; mod++)
		load_module(*mod);
}

void modules_exit(void)
{
	while (loaded) {
		struct module *mod = loaded;

		loaded = mod->next;
		mod->state = MODULE_STATE_GOING;
		if (mod->exitcall)
			(*mod->exitcall)();
		else if (mod->cleanup_module)
			mod->cleanup_module();
		mod->state = MODULE_STATE_UNFORMED;
	}
}

static void show_info(struct seq_file *m, const char *name, const char *tag)
{
	for (const struct module_info *info = __module_info_start; info < __module_info_end; info++)
		if (!strcmp(info->module, name) && !strcmp(info->tag, tag))
			seq_printf(m, " %s=\"%s\"", tag, info->text);
}

/* Name, users and state as Linux's file has them, then what the module says of itself. */
static int modules_show(struct seq_file *m)
{
	for (struct module *const *pos = __module_start; pos < __module_end; pos++) {
		struct module *mod = *pos;

		seq_printf(m, "%s %d - %s", mod->name, mod->refcnt,
			   module_is_live(mod) ? "Live" : "Unloaded");
		if (mod->error)
			seq_printf(m, " error=%d", mod->error);
		show_info(m, mod->name, "license");
		show_info(m, mod->name, "description");
		show_info(m, mod->name, "version");
		show_info(m, mod->name, "parm");
		seq_printf(m, "\n");
	}
	return 0;
}
VIRTUAL_FILE("modules", modules_show);
