/* SPDX-License-Identifier: MIT */
/*
 * Switching stacks.
 *
 * To its caller switch_context() is a function that takes long: it saves what the
 * ABI says a call preserves, and everything else the caller has saved already.
 */
	.text

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
