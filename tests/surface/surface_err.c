/* SPDX-License-Identifier: MIT */
/* Errors in pointers. */
#include <linux/err.h>

int init_module(void)
{
	void *p = ERR_PTR(-ENOMEM);

	return IS_ERR(p) && PTR_ERR(p) == -ENOMEM && !IS_ERR(NULL) && IS_ERR_OR_NULL(NULL) ? 0 : -1;
}
