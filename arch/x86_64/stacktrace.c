/* SPDX-License-Identifier: MIT */
/*
 * Backtraces along frame pointers.
 *
 * Every frame begins with the caller's frame pointer and the return address.
 * Frames are followed only inside known stacks and only upwards within one, so
 * that a damaged stack ends the walk and never leads it astray, and are read by loads
 * that may fault; an exception
 * stack's last frame leads to the stack that was interrupted.
 */
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <cairn/symbols.h>
#include <asm/extable.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include <asm/stacktrace.h>

#define MAX_FRAMES 48

/* What every frame begins with. */
enum frame_word {
	CALLER_BP,
	RETURN_ADDRESS,
	NR_FRAME_WORDS,
};

void unwind_start(struct unwind *u, unsigned long bp)
{
	u->bp = bp;
	u->steps = MAX_FRAMES;
}

unsigned long unwind_next(struct unwind *u)
{
	const u64 *frame = (const u64 *)u->bp;
	u64 word[NR_FRAME_WORDS];
	struct stack_info stack;

	if (!u->steps || u->bp % sizeof(long) || !stack_find(u->bp, &stack) || stack.in_guard ||
	    u->bp + sizeof(word) > stack.high)
		return 0;
	if (!load_u64_nofault(&frame[CALLER_BP], &word[CALLER_BP]) ||
	    !load_u64_nofault(&frame[RETURN_ADDRESS], &word[RETURN_ADDRESS]))
		return 0;
	u->steps--;
	if (word[CALLER_BP] <= u->bp && word[CALLER_BP] >= stack.low)
		u->bp = 0;
	else
		u->bp = word[CALLER_BP];
	return is_kernel_text(word[RETURN_ADDRESS]) ? word[RETURN_ADDRESS] : 0;
}

unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr)
{
	struct unwind u;
	unsigned long address;
	unsigned int n = 0;

	unwind_start(&u, (unsigned long)__builtin_frame_address(0));
	while (n < size && (address = unwind_next(&u))) {
		if (skipnr)
			skipnr--;
		else
			store[n++] = address;
	}
	return n;
}

/* A return address belongs to the call before it. */
static void print_frame(const char *level, int spaces, unsigned long return_address)
{
	unsigned int line;
	const char *file = symbol_line(return_address - 1, &line);

	if (file)
		printk("%s%*s%pB (%s:%u)\n", level, spaces, "", (void *)return_address, file, line);
	else
		printk("%s%*s%pB\n", level, spaces, "", (void *)return_address);
}

void stack_trace_print(const unsigned long *entries, unsigned int nr_entries, int spaces)
{
	unsigned int i;

	for (i = 0; i < nr_entries; i++)
		print_frame(KERN_ERR, spaces, entries[i]);
}

void print_call_trace(const char *level, unsigned long bp)
{
	struct unwind u;
	unsigned long address;

	printk("%sCall Trace:\n", level);
	unwind_start(&u, bp);
	while ((address = unwind_next(&u)))
		print_frame(level, 1, address);
}

void dump_stack_lvl(const char *level)
{
	print_call_trace(level, (unsigned long)__builtin_frame_address(0));
}

void dump_stack(void)
{
	print_call_trace(KERN_ERR, (unsigned long)__builtin_frame_address(0));
}
