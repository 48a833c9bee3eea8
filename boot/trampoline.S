/* SPDX-License-Identifier: MIT */
/*
 * Where application processors begin.
 *
 * A startup interrupt sets a CPU going in real mode at the start of a page below
 * 1 MiB.  smp_boot_init() copies what is here to such a page and fills in the
 * parameters at its end (struct trampoline_params); the code finds itself by %cs
 * and takes its CPU, one at a time, through protected mode into long mode:
 *
 *   real mode        %cr4 as the boot CPU has it, a flat GDT
 *   protected mode   page tables that map the first 2 MiB to themselves and
 *                    share the kernel's upper half; EFER, then paging
 *   long mode        a stack, and params.entry(params.cpu)
 *
 * Nothing is pushed before the stack is there, so an interrupt that cannot be
 * masked in these few instructions would be the CPU's end.
 */
#include <asm/page.h>

#define MSR_EFER    0xc0000080
#define CR0_PE	    0x00000001
#define CODE64	    0x08
#define CODE32	    0x10
#define DATA32	    0x18

/* Where a symbol lies in the page. */
#define AT(sym)	    ((sym) - trampoline_start)

	.section .init.rodata, "a"
	.balign 16
	.globl trampoline_start
	.code16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	movzwl %ax, %ebx
	shll $4, %ebx		/* the page's address, from here on */
	lgdtl AT(gdt_pointer)
	movl %cr0, %eax
	orl $CR0_PE, %eax
	movl %eax, %cr0
	ljmpl *AT(far32)

	.code32
protected:
	movw $DATA32, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movl AT(param_cr4)(%ebx), %eax
	movl %eax, %cr4
	movl AT(param_cr3)(%ebx), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	movl AT(param_efer)(%ebx), %eax
	movl AT(param_efer) + 4(%ebx), %edx
	wrmsr
	movl AT(param_cr0)(%ebx), %eax
	movl %eax, %cr0
	ljmpl *AT(far64)(%ebx)

	.code64
long_mode:
	movl %ebx, %ebx
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movq AT(param_stack)(%rbx), %rsp
	movq AT(param_cpu)(%rbx), %rdi
	xorl %ebp, %ebp		/* the backtrace ends at frame 0 */
	movq AT(param_entry)(%rbx), %rax
	call *%rax
1:	hlt
	jmp 1b

	.balign 16
gdt:
	.quad 0
	.quad 0x00209b0000000000	/* 64-bit code, ring 0 */
	.quad 0x00cf9b000000ffff	/* 32-bit code, flat */
	.quad 0x00cf93000000ffff	/* data, flat */
gdt_end:

	/* struct trampoline_params of arch/x86_64/smp_boot.c; addresses are the page's offset so far. */
	.balign 8
	.globl trampoline_params
trampoline_params:
gdt_pointer:
	.short gdt_end - gdt - 1
	.long AT(gdt)
	.short 0
far32:
	.long AT(protected)
	.short CODE32
	.short 0
far64:
	.long AT(long_mode)
	.short CODE64
	.short 0
param_cr0:
	.quad 0
param_cr3:
	.quad 0
param_cr4:
	.quad 0
param_efer:
	.quad 0
param_stack:
	.quad 0
param_entry:
	.quad 0
param_cpu:
	.quad 0
	.globl trampoline_end
trampoline_end:

	.section .note.GNU-stack, "", @progbits
