/* SPDX-License-Identifier: MIT */
#ifndef ARCH_PRELOAD_PRELOAD_H
#define ARCH_PRELOAD_PRELOAD_H

/*
 * Between the parts of libcairn-malloc.so: host.c sees the C library and nothing of the
 * kernel, everything else the other way round.  Plain C types only.
 */

/* ---- host.c: what the program's system does for us ------------------------------------ */

/* host_map - fresh memory, all zeroes, at exactly @va; 0, or a negative errno. */
int host_map(unsigned long va, unsigned long size);

/* host_map_empty - zeroes to read at [va, va + size), if address space is not limited */
void host_map_empty(unsigned long va, unsigned long size);

/* host_unmap - nothing is at [va, va + size) any more. */
void host_unmap(unsigned long va, unsigned long size);

/* host_discard - what is at [va, va + size) is zeroes again, and takes no memory. */
void host_discard(unsigned long va, unsigned long size);

/* host_move - the @old bytes at @from, and zeroes up to @new, are at @to now; 0 or -errno. */
int host_move(unsigned long from, unsigned long old, unsigned long to, unsigned long new);

/* host_memory - bytes of address space that this process may reasonably fill. */
unsigned long host_memory(void);

/* host_cpus - processors that this process runs on. */
unsigned int host_cpus(void);

void host_copy(void *to, const void *from, unsigned long n);
void host_zero(void *at, unsigned long n);
void host_write(const char *text, unsigned long n); /* on standard error */
void host_abort(void) __attribute__((__noreturn__));
unsigned long long host_ns(void);

/* host_nap - let others run for some microseconds; errno stays. */
void host_nap(void);

/* host_error - set errno to ENOMEM or EINVAL */
void host_error_memory(void);
int host_error_invalid(void); /* EINVAL itself, errno is left alone */

/* host_errno_save, host_errno_restore - around what a caller does not expect to change it */
int host_errno_save(void);
void host_errno_restore(int saved);

/* host_lock, host_unlock - @word is 0 when free; who waits sleeps. */
void host_lock(unsigned int *word);
void host_unlock(unsigned int *word);

/* host_watch_thread - cpus_thread_ends() will be called when this thread ends. */
void host_watch_thread(void);

/* ---- what host.c calls ----------------------------------------------------------------- */

/* preload_init - start the allocators, if nobody has. */
void preload_init(void);

void cpus_thread_ends(void);
void cpus_before_fork(void);
void cpus_after_fork(void);	     /* in the parent */
void cpus_after_fork_in_child(void); /* where no other thread is left */

#endif
