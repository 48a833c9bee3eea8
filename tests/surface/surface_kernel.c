/* SPDX-License-Identifier: MIT */
/* What <linux/kernel.h> brings. */
#include <linux/kernel.h>

struct surface {
	int a, b;
};

int init_module(void)
{
	struct surface s = {1, 2};
	int *second = &s.b, a = 3, b = 4;
	u64 dividend = 1000;
	u32 rest = do_div(dividend, 7);
	char text[32];

	swap(a, b);
	barrier();
	OPTIMIZER_HIDE_VAR(a);
	snprintf(text, sizeof(text), "%zu %s", ARRAY_SIZE(text), __stringify(surface));
	pr_info("%s\n", text);
	printk("plain\n");
	return container_of(second, struct surface, b) == &s && a == 4 && b == 3 &&
			       min(a, b) == 3 && max(a, b) == 4 && clamp(9, 1, 5) == 5 &&
			       clamp_t(u8, 9, 1, 5) == 5 && dividend == 142 && rest == 6 &&
			       !IS_ENABLED(CONFIG_SURFACE) && INT_MAX > 0 && USHRT_MAX == 65535 &&
			       round_up(5, 4) == 8 && DIV_ROUND_UP(5, 4) == 2
		       ? 0
		       : -1;
}
