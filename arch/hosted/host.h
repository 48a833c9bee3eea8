/* SPDX-License-Identifier: MIT */
#ifndef ARCH_HOSTED_HOST_H
#define ARCH_HOSTED_HOST_H

/*
 * Between the kernel and the process it is: host.c sees the C library and nothing
 * of the kernel, everything else the other way round.  Plain C types only.
 */

/* A signal that an access raised; the numbers are those of the exception. */
struct host_fault {
	unsigned long ip, sp, bp, flags;
	unsigned long address;
	unsigned long error_code;
	unsigned int vector;
};

/**
 * host_memory_init - physical memory, and nothing mapped of it yet
 * @bytes: its highest address; what is never touched costs nothing
 */
void host_memory_init(unsigned long long bytes);

/* host_map - show [phys, phys + size) at address @va; 0, or a negative errno. */
int host_map(unsigned long va, unsigned long size, unsigned long long phys, int writable);

/*
 * host_unmap - nothing is at [va, va + size) any more, and nothing of the host's comes there.
 * 0, or a negative errno if the host has no room for another boundary between mappings.
 */
int host_unmap(unsigned long va, unsigned long size);

/*
 * host_write - to standard output, which is the console; host_error - to standard error.
 * A program whose output could not be written says so in the end, and its status is not 0.
 */
void host_write(const char *text, unsigned long n);
void host_error(const char *text);
void host_exit(int status) __attribute__((__noreturn__));

/* host_ns - nanoseconds on a clock that only goes forward. */
unsigned long long host_ns(void);

/* host_yield - let another thread of the process run. */
void host_yield(void);

/* host_thread - run fn(arg) in a thread of its own, which does not end; 0, or an errno. */
int host_thread(void (*fn)(void *arg), void *arg);

/* host_wait - return not before that time, or when *word is not @value or host_wake() comes. */
void host_wait(unsigned int *word, unsigned int value, unsigned long long ns);
void host_wake(unsigned int *word);

/* host_stack - where the stack of the process's first thread lies. */
void host_stack(unsigned long *low, unsigned long *high);

/* host_try - call fn(arg); 1 if that ended in host_try_end(), 0 if it returned. */
int host_try(void (*fn)(void *arg), void *arg);
void host_try_end(void) __attribute__((__noreturn__));

/* host_read_file - a whole file into @buf; its size, or a negative errno. */
long host_read_file(const char *path, char *buf, unsigned long size);

/* host_error_text - what the host calls a negative errno */
const char *host_error_text(long error);

/*
 * What checkers must know of switches between stacks: leave before, with the stack and
 * the thread of execution that come; enter after.  And that what is at a place has changed.
 */
void host_stack_leave(void **save, unsigned long low, unsigned long size, void *fiber);
void host_stack_enter(void *saved);
void host_fresh(unsigned long va, unsigned long size);

/* Nobody may touch [va, va + size) until it is fresh again; and reports of those who do. */
void host_poison(unsigned long va, unsigned long size);
void host_check_read(unsigned long va, unsigned long size);
void host_check_write(unsigned long va, unsigned long size);

/* The same for a checker of races, to which a thread of execution has a handle; or NULL. */
void *host_fiber_self(void);
void *host_fiber_create(void);
void host_fiber_destroy(void *fiber);

/* ---- What host.c calls ----------------------------------------------------------------- */

/* hosted_fault - a fault; returns if the thread goes on at f->ip. */
void hosted_fault(struct host_fault *f);

/* hosted_main - the kernel; returns the process's exit status. */
int hosted_main(int argc, char **argv);

#endif
