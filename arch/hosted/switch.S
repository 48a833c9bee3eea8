/* SPDX-License-Identifier: MIT */
/*
 * Switching stacks: saves what the ABI says a call preserves.
 */
	.text

	/* rdi: where to save the stack pointer, rsi: the new one, rdx: the task that leaves */
	.globl hosted_switch
	.type hosted_switch, @function
hosted_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	movq %rdx, %rax
	ret
	.size hosted_switch, . - hosted_switch

	/* Where the first switch to a stack returns to; rax: the task that left. */
	.globl hosted_thread_start
	.type hosted_thread_start, @function
hosted_thread_start:
	movq %rax, %rdi
	xorl %ebp, %ebp
	call hosted_thread_begin
	ud2
	.size hosted_thread_start, . - hosted_thread_start

	.section .note.GNU-stack, "", @progbits
