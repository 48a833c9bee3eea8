/* SPDX-License-Identifier: MIT */
/* A module with a parameter of every kind: shows what they were set to. */
#include <linux/module.h>

static int count = 1;
module_param(count, int, 0644);
MODULE_PARM_DESC(count, "how many");
static short small;
module_param(small, short, 0);
static ushort port;
module_param_hw(port, ushort, ioport, 0);
static unsigned char byte;
module_param(byte, byte, 0);
static long big;
module_param(big, long, 0);
static ulong mask;
module_param(mask, ulong, 0);
static bool on, off = true;
module_param(on, bool, 0);
module_param(off, bool, 0);
static char *name = "nobody";
module_param(name, charp, 0);
static int list[4];
static unsigned int list_len;
module_param_array(list, int, &list_len, 0);
static char *names[2];
static unsigned int names_len;
module_param_array(names, charp, &names_len, 0);
static char text[8] = "";
module_param_string(text, text, sizeof(text), 0);
static uint renamed;
module_param_named(other_name, renamed, uint, 0);
static unsigned char tiny = 9;
module_param(tiny, byte, 0);
static int irq;
module_param_hw_named(irq, irq, int, irq, 0);

static int __init params_init(void)
{
	pr_info("params: count %d small %d port %u byte %u\n", count, small, port, byte);
	pr_info("params: big %ld mask %lu on %d off %d\n", big, mask, on, off);
	pr_info("params: name %s text %s renamed %u tiny %u irq %d\n", name, text, renamed, tiny,
		irq);
	pr_info("params: list %u: %d %d %d\n", list_len, list[0], list[1], list[2]);
	pr_info("params: names %u: %s %s\n", names_len, names[0] ? names[0] : "-",
		names[1] ? names[1] : "-");
	return 0;
}
module_init(params_init);

static void __exit params_exit(void)
{
	pr_info("params: goodbye\n");
}
module_exit(params_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("a parameter of every kind");
