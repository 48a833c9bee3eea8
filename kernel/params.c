/* SPDX-License-Identifier: MIT */
/*
 * The parameters that files and modules register with module_param().
 *
 *   .module_param   struct kernel_param   module, name, operations, variable
 *
 * A parameter is set by the operations of its type, which check the whole text
 * before they store anything; an array stores the elements in front of a bad
 * one.  A charp points at the text it was given, which must therefore stay.
 *
 * Setting runs once, early in start-up, before memory is set up: nothing here
 * allocates or locks.
 */
#include <linux/module.h>
#include <linux/kstrtox.h>

extern const struct kernel_param __module_param_start[], __module_param_end[];

#define PARAM_TEXT 256 /* what get() may write */

/* Defines set, get and operations of a type that a kstrto*() function reads. */
#define INTEGER_PARAM(name, type, wide, kstrto, format)                             \
	int param_set_##name(const char *val, const struct kernel_param *kp)        \
	{                                                                           \
		wide value;                                                         \
		int error = val ? kstrto(val, 0, &value) : -EINVAL;                 \
                                                                                    \
		if (error)                                                          \
			return error;                                               \
		if ((wide)(type)value != value)                                     \
			return -ERANGE;                                             \
		*(type *)kp->arg = (type)value;                                     \
		return 0;                                                           \
	}                                                                           \
	int param_get_##name(char *buffer, const struct kernel_param *kp)           \
	{                                                                           \
		return snprintf(buffer, PARAM_TEXT, format "\n", *(type *)kp->arg); \
	}                                                                           \
	const struct kernel_param_ops param_ops_##name = {                          \
		.set = param_set_##name,                                            \
		.get = param_get_##name,                                            \
	}

INTEGER_PARAM(byte, unsigned char, unsigned long long, kstrtoull, "%u");
INTEGER_PARAM(short, short, long long, kstrtoll, "%d");
INTEGER_PARAM(ushort, unsigned short, unsigned long long, kstrtoull, "%u");
INTEGER_PARAM(int, int, long long, kstrtoll, "%d");
INTEGER_PARAM(uint, unsigned int, unsigned long long, kstrtoull, "%u");
INTEGER_PARAM(hexint, unsigned int, unsigned long long, kstrtoull, "%#08x");
INTEGER_PARAM(long, long, long long, kstrtoll, "%ld");
INTEGER_PARAM(ulong, unsigned long, unsigned long long, kstrtoull, "%lu");
INTEGER_PARAM(ullong, unsigned long long, unsigned long long, kstrtoull, "%llu");

int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ? val : "1", kp->arg);
}

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return snprintf(buffer, PARAM_TEXT, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

const struct kernel_param_ops param_ops_bool = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bool,
	.get = param_get_bool,
};

int param_set_invbool(const char *val, const struct kernel_param *kp)
{
	bool value;
	int error = val ? kstrtobool(val, &value) : -EINVAL;

	if (!error)
		*(bool *)kp->arg = !value;
	return error;
}

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return snprintf(buffer, PARAM_TEXT, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}

const struct kernel_param_ops param_ops_invbool = {
	.set = param_set_invbool,
	.get = param_get_invbool,
};

int param_set_bint(const char *val, const struct kernel_param *kp)
{
	bool value;
	int error = kstrtobool(val ? val : "1", &value);

	if (!error)
		*(int *)kp->arg = value;
	return error;
}

const struct kernel_param_ops param_ops_bint = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = param_set_bint,
	.get = param_get_int,
};

int param_set_charp(const char *val, const struct kernel_param *kp)
{
	if (!val)
		return -EINVAL;
	*(const char **)kp->arg = val;
	return 0;
}

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	const char *value = *(const char **)kp->arg;

	return snprintf(buffer, PARAM_TEXT, "%s\n", value ? value : "(null)");
}

const struct kernel_param_ops param_ops_charp = {
	.set = param_set_charp,
	.get = param_get_charp,
};

int param_set_copystring(const char *val, const struct kernel_param *kp)
{
	size_t len;

	if (!val)
		return -EINVAL;
	len = strnlen(val, kp->str->maxlen);
	if (len == kp->str->maxlen)
		return -ENOSPC;
	memcpy(kp->str->string, val, len + 1);
	return 0;
}

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	return snprintf(buffer, PARAM_TEXT, "%s\n", kp->str->string);
}

const struct kernel_param_ops param_ops_string = {
	.set = param_set_copystring,
	.get = param_get_string,
};

/* Room for the texts of arrays of charp, which point at their elements for good. */
static char *reserve_text(size_t n)
{
	static char pool[1024];
	static size_t used;

	if (n > sizeof(pool) - used)
		return NULL;
	used += n;
	return pool + used - n;
}

/* Sets the i-th element from the n characters at text. */
static int set_element(const struct kernel_param *kp, unsigned int i, const char *text, size_t n)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param element = *kp;
	char number[64];
	char *copy = arr->ops == &param_ops_charp ? reserve_text(n + 1) : number;

	if (!copy || (copy == number && n >= sizeof(number)))
		return -ENOSPC;
	memcpy(copy, text, n);
	copy[n] = '\0';
	element.ops = arr->ops;
	element.arg = (char *)arr->elem + (size_t)i * arr->elemsize;
	return arr->ops->set(copy, &element);
}

static int param_array_set(const char *val, const struct kernel_param *kp)
{
	unsigned int count = 0;
	int error = val ? 0 : -EINVAL;

	while (!error) {
		size_t n = strcspn(val, ",");

		if (count == kp->arr->max) {
			pr_err("%s.%s: at most %u values\n", kp->module, kp->name, count);
			return -EINVAL;
		}
		error = set_element(kp, count, val, n);
		if (error)
			break;
		count++;
		if (!val[n])
			break;
		val += n + 1;
	}
	if (kp->arr->num)
		*kp->arr->num = count;
	return error;
}

static int param_array_get(char *buffer, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param element = *kp;
	unsigned int count = arr->num ? *arr->num : arr->max;
	char text[PARAM_TEXT];
	int length = 0;

	element.ops = arr->ops;
	for (unsigned int i = 0; i < count; i++) {
		element.arg = (char *)arr->elem + (size_t)i * arr->elemsize;
		arr->ops->get(text, &element);
		text[strcspn(text, "\n")] = '\0';
		length +=
			scnprintf(buffer + length, PARAM_TEXT - length, "%s%s", i ? "," : "", text);
	}
	return length + scnprintf(buffer + length, PARAM_TEXT - length, "\n");
}

const struct kernel_param_ops param_array_ops = {
	.set = param_array_set,
	.get = param_array_get,
};

/* Compares n characters of a key with a name; '-' and '_' are the same. */
static bool key_matches(const char *key, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if ((key[i] == '-' ? '_' : key[i]) != (name[i] == '-' ? '_' : name[i]))
			return false;
	return !name[n];
}

static bool is_named(const struct kernel_param *kp, const char *key)
{
	size_t n = strlen(kp->module); /* which may have dots */

	return key_matches(key, n, kp->module) && key[n] == '.' &&
	       key_matches(key + n + 1, strlen(key + n + 1), kp->name);
}

int module_param_set(const char *key, const char *value)
{
	for (const struct kernel_param *kp = __module_param_start; kp < __module_param_end; kp++)
		if (is_named(kp, key))
			return kp->ops->set(value, kp);
	return -ENOENT;
}
