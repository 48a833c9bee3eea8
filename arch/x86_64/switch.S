/* SPDX-License-Identifier: MIT */
/*
 * Switching stacks.
 *
 * To its caller switch_context() is a function that takes long: it saves what the
 * ABI says a call preserves, and everything else the caller has saved already.
 */
	.text

	/* rdi: where to save the stack pointer, rsi: the new one, rdx: the task that leaves */
	.globl switch_context
	.type switch_context, @function
switch_context:
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
	.size switch_context, . - switch_context

	/* unsigned long switch_prepare(void *top) */
	.globl switch_prepare
	.type switch_prepare, @function
switch_prepare:
	movq $0, -8(%rdi)
	movq $thread_start, -16(%rdi)
	leaq -64(%rdi), %rax
	movq $0, (%rax)
	movq $0, 8(%rax)
	movq $0, 16(%rax)
	movq $0, 24(%rax)
	movq $0, 32(%rax)
	movq $0, 40(%rax)
	ret
	.size switch_prepare, . - switch_prepare

	.type thread_start, @function
thread_start:
	movq %rax, %rdi
	xorl %ebp, %ebp
	call thread_begin
	ud2
	.size thread_start, . - thread_start

	/* preempt_schedule() for callers that are inline and expect every register kept. */
	.globl preempt_schedule_thunk
	.type preempt_schedule_thunk, @function
preempt_schedule_thunk:
	pushq %rbp
	movq %rsp, %rbp
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	call preempt_schedule
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	popq %rbp
	ret
	.size preempt_schedule_thunk, . - preempt_schedule_thunk

	.section .note.GNU-stack, "", @progbits
