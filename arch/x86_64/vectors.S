/* SPDX-License-Identifier: MIT */
/*
 * Entry and exit of exceptions and interrupts.
 *
 * A stub for each vector pushes what the CPU did not (an error code of 0, the
 * vector) and falls into the common part, which completes struct pt_regs and
 * calls trap_dispatch().  %rbp stays the interrupted one, so that the backtrace
 * walks on into the interrupted code.
 */
#include <asm/irq_vectors.h>

/* Exceptions that push an error code: 8, 10..14, 17, 21, 29, 30. */
#define HAS_ERROR_CODE 0x60227d00

	.text
	.altmacro
	.macro stub vector
	.balign 16
	.if \vector >= 32
	pushq $0
	.elseif !((HAS_ERROR_CODE >> \vector) & 1)
	pushq $0
	.endif
	pushq $\vector
	jmp trap_common
	.endm

	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept NR_VECTORS
	stub %vector
	.set vector, vector + 1
	.endr
	.noaltmacro

	.type trap_common, @function
trap_common:
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	movq %rsp, %rdi
	call trap_dispatch
	.globl trap_return
trap_return:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rbp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	addq $16, %rsp
	iretq
	.size trap_common, . - trap_common

/*
 * bool trap_catch_call(fn, arg, struct trap_landing *landing)
 *
 * Notes in *landing where to go when fn(arg) traps, and calls it.
 */
	.globl trap_catch_call
	.type trap_catch_call, @function
trap_catch_call:
	pushq %rbp
	movq %rsp, %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	subq $8, %rsp
	movq %rsp, (%rdx)
	movq $1f, 8(%rdx)
	movq %rbp, 16(%rdx)
	movq %rdi, %rax
	movq %rsi, %rdi
	call *%rax
	xorl %eax, %eax
	jmp 2f
1:	movl $1, %eax
2:	addq $8, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size trap_catch_call, . - trap_catch_call

/* void single_step_call(fn) - calls it with the trap flag set. */
	.globl single_step_call
	.type single_step_call, @function
single_step_call:
	pushq %rbp
	movq %rsp, %rbp
	pushfq
	orl $0x100, (%rsp)
	popfq
	call *%rdi
	pushfq
	andl $~0x100, (%rsp)
	popfq
	popq %rbp
	ret
	.size single_step_call, . - single_step_call

	.section .note.GNU-stack, "", @progbits
