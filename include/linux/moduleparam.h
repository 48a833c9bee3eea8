/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

/*
 * Parameters of modules and of built-in files.  module_param() registers a
 * variable; `name.param=value` on the boot command line sets it before
 * anything of the module runs, where name is the file's name without ".c".
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/stringify.h>

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "kernel"
#endif

struct kernel_param;
struct module;

/*
 * set() takes the text behind '=' (NULL where there was none) and returns 0 or
 * a negative errno; get() writes the value as text into a buffer of 256 bytes
 * and returns its length.
 */
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

#define KERNEL_PARAM_OPS_FL_NOARG 1 /* "name.param" without a value is fine */

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num; /* elements set, or NULL */
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *module;
	const char *name;
	const struct kernel_param_ops *ops;
	u16 perm;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};

/* A MODULE_...() text: tag=text of one module. */
struct module_info {
	const char *module;
	const char *tag;
	const char *text;
};

#define __MODULE_UNIQUE2(a, b)	a##b
#define __MODULE_UNIQUE1(a, b)	__MODULE_UNIQUE2(a, b)
#define __MODULE_UNIQUE(prefix) __MODULE_UNIQUE1(prefix, __COUNTER__)

#define __MODULE_INFO(_tag, _text)                                                          \
	static const struct module_info __MODULE_UNIQUE(__module_info_) __used __aligned(8) \
		__section(".module_info") = {KBUILD_MODNAME, #_tag, _text}
#define MODULE_PARM_DESC(_parm, desc) __MODULE_INFO(parm, #_parm ": " desc)

#define __module_param_call(_name, _ops, _arg, _perm)                           \
	static const struct kernel_param __modparam_##_name __used __aligned(8) \
		__section(".module_param") = {                                  \
			.module = KBUILD_MODNAME,                               \
			.name = #_name,                                         \
			.ops = _ops,                                            \
			.perm = _perm,                                          \
			{.arg = (void *)(_arg)},                                \
	}

#define module_param_cb(name, ops, arg, perm)	     __module_param_call(name, ops, arg, perm)
#define module_param_cb_unsafe(name, ops, arg, perm) __module_param_call(name, ops, arg, perm)

/* The form with functions instead of operations. */
#define module_param_call(_name, _set, _get, _arg, _perm)                                      \
	static const struct kernel_param_ops __param_ops_##_name = {.set = _set, .get = _get}; \
	__module_param_call(_name, &__param_ops_##_name, _arg, _perm)

/* module_param_named(name, variable, type, perm): the variable must have the type it says. */
#define module_param_named(_name, _value, _type, _perm)              \
	static inline __maybe_unused __typeof__(param_check_##_type( \
		_name, _value)) *__param_type_##_name(void)          \
	{                                                            \
		return &(_value);                                    \
	}                                                            \
	__module_param_call(_name, &param_ops_##_type, &(_value), _perm)

#define module_param(name, type, perm)	      module_param_named(name, name, type, perm)
#define module_param_unsafe(name, type, perm) module_param(name, type, perm)
#define module_param_named_unsafe(name, value, type, perm) \
	module_param_named(name, value, type, perm)

/* The hardware variants say what kind of resource the value names; it is set the same way. */
#define module_param_hw_named(name, value, type, hwtype, perm) \
	module_param_named(name, value, type, perm)
#define module_param_hw(name, type, hwtype, perm) module_param_named(name, name, type, perm)
#define module_param_hw_array(name, type, hwtype, nump, perm) \
	module_param_array_named(name, name, type, nump, perm)

/* A buffer of fixed size that the text is copied to. */
#define module_param_string(_name, _string, _len, _perm)                            \
	static const struct kparam_string __param_string_##_name = {_len, _string}; \
	__module_param_call(_name, &param_ops_string, &__param_string_##_name, _perm)

/* Comma-separated values; nump points to where their number goes, or is NULL. */
#define module_param_array_named(_name, _array, _type, _nump, _perm) \
	static const struct kparam_array __param_array_##_name = {   \
		.max = sizeof(_array) / sizeof((_array)[0]),         \
		.elemsize = sizeof((_array)[0]),                     \
		.num = _nump,                                        \
		.ops = &param_ops_##_type,                           \
		.elem = _array,                                      \
	};                                                           \
	static inline __maybe_unused __typeof__(param_check_##_type( \
		_name, (_array)[0])) *__param_type_##_name(void)     \
	{                                                            \
		return &(_array)[0];                                 \
	}                                                            \
	__module_param_call(_name, &param_array_ops, &__param_array_##_name, _perm)
#define module_param_array(name, type, nump, perm) \
	module_param_array_named(name, name, type, nump, perm)

/* Values, used only for their type, that variables are checked against. */
#define param_check_byte(name, p)    ((unsigned char)0)
#define param_check_short(name, p)   ((short)0)
#define param_check_ushort(name, p)  ((unsigned short)0)
#define param_check_int(name, p)     ((int)0)
#define param_check_uint(name, p)    ((unsigned int)0)
#define param_check_hexint(name, p)  ((unsigned int)0)
#define param_check_long(name, p)    ((long)0)
#define param_check_ulong(name, p)   ((unsigned long)0)
#define param_check_ullong(name, p)  ((unsigned long long)0)
#define param_check_charp(name, p)   ((char *)0)
#define param_check_bool(name, p)    ((bool)0)
#define param_check_invbool(name, p) ((bool)0)
#define param_check_bint(name, p)    ((int)0)

/* bool is a macro, so its name has been replaced by the time ## joins it. */
#define param_check__Bool(name, p) ((bool)0)
#define param_ops__Bool		   param_ops_bool

extern const struct kernel_param_ops param_ops_byte, param_ops_short, param_ops_ushort,
	param_ops_int, param_ops_uint, param_ops_hexint, param_ops_long, param_ops_ulong,
	param_ops_ullong, param_ops_charp, param_ops_bool, param_ops_invbool, param_ops_bint,
	param_ops_string, param_array_ops;

/*
 * The same operations by name, for modules that wrap them in their own: each
 * takes @val to the variable that @kp names, and returns 0, -EINVAL for what
 * is not a value, or -ERANGE for one that does not fit.
 */
int param_set_byte(const char *val, const struct kernel_param *kp);
int param_get_byte(char *buffer, const struct kernel_param *kp);
int param_set_short(const char *val, const struct kernel_param *kp);
int param_get_short(char *buffer, const struct kernel_param *kp);
int param_set_ushort(const char *val, const struct kernel_param *kp);
int param_get_ushort(char *buffer, const struct kernel_param *kp);
int param_set_int(const char *val, const struct kernel_param *kp);
int param_get_int(char *buffer, const struct kernel_param *kp);
int param_set_uint(const char *val, const struct kernel_param *kp);
int param_get_uint(char *buffer, const struct kernel_param *kp);
int param_set_hexint(const char *val, const struct kernel_param *kp);
int param_get_hexint(char *buffer, const struct kernel_param *kp);
int param_set_long(const char *val, const struct kernel_param *kp);
int param_get_long(char *buffer, const struct kernel_param *kp);
int param_set_ulong(const char *val, const struct kernel_param *kp);
int param_get_ulong(char *buffer, const struct kernel_param *kp);
int param_set_ullong(const char *val, const struct kernel_param *kp);
int param_get_ullong(char *buffer, const struct kernel_param *kp);
int param_set_charp(const char *val, const struct kernel_param *kp);
int param_get_charp(char *buffer, const struct kernel_param *kp);
int param_set_bool(const char *val, const struct kernel_param *kp);
int param_get_bool(char *buffer, const struct kernel_param *kp);
int param_set_invbool(const char *val, const struct kernel_param *kp);
int param_get_invbool(char *buffer, const struct kernel_param *kp);
int param_set_bint(const char *val, const struct kernel_param *kp);
int param_set_copystring(const char *val, const struct kernel_param *kp);
int param_get_string(char *buffer, const struct kernel_param *kp);

/**
 * module_param_set - set the parameter that a boot word names
 * @key: "name.param"; a '-' in either part stands for '_'
 * @value: the text behind '=', which must stay where it is; NULL if there was none
 *
 * Context: any; before memory is set up.
 * Return: 0, -ENOENT if there is no such module or parameter, or what the
 * parameter's set() returned.
 */
int module_param_set(const char *key, const char *value);

#endif
