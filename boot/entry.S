/* SPDX-License-Identifier: MIT */
/*
 * From the boot loader to C in the higher half.
 *
 * The loader enters at start in 32-bit protected mode, paging off, at the
 * image's physical address, with a magic in %eax and the physical address of
 * its information block in %ebx.  This file checks both and the CPU, builds
 * page tables of 2 MiB pages,
 *
 *   0 .. 4 GiB                    -> the same     (so that paging can be switched on)
 *   PAGE_OFFSET .. + 4 GiB        -> 0 .. 4 GiB   (the direct map until paging_init())
 *   KERNEL_BASE .. + 1 GiB        -> 0 .. 1 GiB   (the image)
 *
 * enters long mode, jumps to the image's linked address, and calls
 * x86_64_start(magic, info).  What goes wrong here ends in one line on the
 * serial port and the VGA text screen, and in a halt.
 */
#include <asm/page.h>

#define MB2_LOADER_MAGIC 0x36d76289

#define CR0_PE		 0x00000001
#define CR0_WP		 0x00010000
#define CR0_PG		 0x80000000
#define CR4_PAE		 0x00000020
#define MSR_EFER	 0xc0000080
#define EFER_LME	 0x00000100
#define EFLAGS_ID	 0x00200000
#define CPUID_LONG_MODE	 0x20000000 /* 80000001h %edx */

#define PTE_TABLE	 0x003 /* present, writable */
#define PTE_LARGE	 0x083 /* present, writable, 2 MiB page */

#define COM1		 0x3f8
#define VGA_TEXT	 0xb8000
#define VGA_COLUMNS	 80
#define VGA_ATTRIBUTE	 0x0f00
#define DEBUG_EXIT	 0xf4
#define DEBUG_EXIT_PANIC 0x2a

#define CODE64_SELECTOR	 0x08

/* Where a symbol of the image lies before paging. */
#define PHYS(sym)	 ((sym) - KERNEL_BASE)

	.section .text.boot, "ax"
	.code32
	.globl start
start:
	cli
	cld
	movl $PHYS(boot_stack_top), %esp
	movl %eax, %ebp

	movl $PHYS(msg_magic), %esi
	cmpl $MB2_LOADER_MAGIC, %ebp
	jne stop_with_message
	movl $PHYS(msg_info), %esi
	testl %ebx, %ebx
	jz stop_with_message
	testl $7, %ebx
	jnz stop_with_message

	movl $PHYS(msg_long_mode), %esi
	call has_long_mode
	jz stop_with_message

	rdtsc
	movl %eax, PHYS(boot_tsc)
	movl %edx, PHYS(boot_tsc) + 4

	call fill_boot_tables

	movl %cr4, %eax
	orl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $PHYS(boot_pgd), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl %cr0, %eax
	orl $(CR0_PG | CR0_WP | CR0_PE), %eax
	movl %eax, %cr0

	lgdt PHYS(boot_gdt_pointer)
	ljmpl $CODE64_SELECTOR, $PHYS(start64)

/* has_long_mode - clears ZF if the CPU has CPUID and CPUID offers long mode; keeps %ebx. */
has_long_mode:
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $EFLAGS_ID, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	pushl %ecx
	popfl
	xorl %ecx, %eax
	testl $EFLAGS_ID, %eax
	jz 1f
	pushl %ebx
	movl $0x80000000, %eax
	cpuid
	xorl %edx, %edx
	cmpl $0x80000001, %eax
	jb 2f
	movl $0x80000001, %eax
	cpuid
2:	popl %ebx
	testl $CPUID_LONG_MODE, %edx
1:	ret

/* fill_boot_tables - see the head of the file; the loader has cleared them; keeps %ebx. */
fill_boot_tables:
	movl $PHYS(boot_pd), %edi
	movl $PTE_LARGE, %eax
1:	movl %eax, (%edi)
	addl $8, %edi
	addl $PMD_SIZE, %eax
	jnc 1b

	movl $PHYS(boot_pd) + PTE_TABLE, %eax
	movl $PHYS(boot_pud_low), %edi
	movl $4, %ecx
2:	movl %eax, (%edi)
	addl $8, %edi
	addl $4096, %eax
	decl %ecx
	jnz 2b

	movl $PHYS(boot_pd) + PTE_TABLE, PHYS(boot_pud_high) + 8 * PUD_INDEX(KERNEL_BASE)
	movl $PHYS(boot_pud_low) + PTE_TABLE, PHYS(boot_pgd)
	movl $PHYS(boot_pud_low) + PTE_TABLE, PHYS(boot_pgd) + 8 * PGD_INDEX(PAGE_OFFSET)
	movl $PHYS(boot_pud_high) + PTE_TABLE, PHYS(boot_pgd) + 8 * PGD_INDEX(KERNEL_BASE)
	ret

/*
 * stop_with_message - shows the line at %esi on COM1 and the VGA text screen, and stops
 *
 * QEMU with an isa-debug-exit device ends here with a panic's status; a real
 * machine has nothing at that port.
 */
stop_with_message:
	movl $PHYS(boot_stack_top), %esp
	movl $VGA_TEXT, %edi
	movl $VGA_COLUMNS, %ecx
	movl $(VGA_ATTRIBUTE | ' '), %eax
	rep stosw
	movl $VGA_TEXT, %edi

	movl $COM1 + 3, %edx /* 115200 baud, 8 data bits, no parity, no interrupts */
	movb $0x80, %al
	outb %al, %dx
	movl $COM1, %edx
	movb $1, %al
	outb %al, %dx
	incl %edx
	movb $0, %al
	outb %al, %dx
	movl $COM1 + 3, %edx
	movb $3, %al
	outb %al, %dx
	movl $COM1 + 1, %edx
	movb $0, %al
	outb %al, %dx

1:	lodsb
	testb %al, %al
	jz 3f
	cmpb $' ', %al
	jb 2f
	movb %al, (%edi)
	addl $2, %edi
2:	call serial_byte
	jmp 1b

3:	movl $DEBUG_EXIT, %edx
	movb $DEBUG_EXIT_PANIC, %al
	outb %al, %dx
4:	hlt
	jmp 4b

/* serial_byte - sends %al, waiting a bounded time for room. */
serial_byte:
	movl %eax, %ebx
	movl $0x10000, %ecx
	movl $COM1 + 5, %edx
1:	inb %dx, %al
	testb $0x20, %al
	jnz 2f
	decl %ecx
	jnz 1b
2:	movl $COM1, %edx
	movl %ebx, %eax
	outb %al, %dx
	ret

	.code64
start64:
	movabsq $start_high, %rax
	jmp *%rax
start_high:
	lgdt boot_gdt_pointer_high
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movq $boot_stack_top, %rsp
	movl %ebp, %edi
	movl %ebx, %esi
	xorl %ebp, %ebp /* the backtrace ends at frame 0 */
	call x86_64_start
1:	hlt
	jmp 1b

	.section .rodata.boot, "a"
msg_magic:
	.asciz "cairn: not started by a multiboot2 boot loader (wrong magic); use GRUB 2's command multiboot2\r\n"
msg_info:
	.asciz "cairn: the boot loader's information block is missing or misaligned; use another, such as GRUB 2\r\n"
msg_long_mode:
	.asciz "cairn: this CPU has no long mode (64-bit x86); use another machine\r\n"

	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00209b0000000000 /* 64-bit code, ring 0 */
boot_gdt_end:
	.balign 8
boot_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long PHYS(boot_gdt)
	.balign 8
boot_gdt_pointer_high:
	.short boot_gdt_end - boot_gdt - 1
	.quad boot_gdt

	.section .bss.boot, "aw", @nobits
	.balign 4096
boot_pgd:
	.skip 4096
boot_pud_low:
	.skip 4096
boot_pud_high:
	.skip 4096
boot_pd:
	.skip 4 * 4096
	.globl boot_tsc
boot_tsc:	/* the time-stamp counter at entry */
	.skip 8

	.section .note.GNU-stack, "", @progbits
