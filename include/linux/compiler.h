/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

/* What the compiler is told beyond the language. */
#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)

#define barrier()     asm volatile("" ::: "memory")
#define unreachable() __builtin_unreachable()

/* OPTIMIZER_HIDE_VAR - the compiler forgets what it knows of var's value */
#define OPTIMIZER_HIDE_VAR(var) asm volatile("" : "=r"(var) : "0"(var))

#include <asm/rwonce.h>

#define __always_inline	    inline __attribute__((__always_inline__))
#define noinline	    __attribute__((__noinline__))
#define __noreturn	    __attribute__((__noreturn__))
#define __packed	    __attribute__((__packed__))
#define __aligned(n)	    __attribute__((__aligned__(n)))
#define __section(s)	    __attribute__((__section__(s)))
#define __used		    __attribute__((__used__))
#define __unused	    __attribute__((__unused__))
#define __maybe_unused	    __attribute__((__unused__))
#define __must_check	    __attribute__((__warn_unused_result__))
#define __weak		    __attribute__((__weak__))
#define __pure		    __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __cold		    __attribute__((__cold__))
#define __malloc	    __attribute__((__malloc__))
#define __printf(a, b)	    __attribute__((__format__(printf, a, b)))
#define fallthrough	    __attribute__((__fallthrough__))

/* __no_sanitize_address - whose accesses AddressSanitizer does not check */
#ifdef __clang__
#define __no_sanitize_address __attribute__((no_sanitize("address")))
#else
#define __no_sanitize_address __attribute__((__no_sanitize_address__))
#endif

/* unroll_loop - in front of a loop with a constant number of rounds: each is code of its own */
#ifdef __clang__
#define unroll_loop _Pragma("unroll")
#else
#define unroll_loop _Pragma("GCC unroll 64")
#endif

/*
 * asm goto with outputs.  gcc 12 and its contemporaries may lose what happens to a
 * variable on one of the two ways out, unless something stands there: behind the
 * asm, which asm_goto_output() sees to, and first thing behind each label it jumps
 * to, which takes an asm_goto_landing().  Neither makes an instruction.
 */
#define asm_goto_output(...)                    \
	do {                                    \
		asm volatile goto(__VA_ARGS__); \
		asm volatile("");               \
	} while (0)
#define asm_goto_landing() asm volatile("")

#define __same_type(a, b)  __builtin_types_compatible_p(__typeof__(a), __typeof__(b))

/* Address-space and context annotations, for sparse. */
#ifdef __CHECKER__
#define __user	       __attribute__((noderef, address_space(__user)))
#define __iomem	       __attribute__((noderef, address_space(__iomem)))
#define __percpu       __attribute__((noderef, address_space(__percpu)))
#define __force	       __attribute__((force))
#define __acquires(x)  __attribute__((context(x, 0, 1)))
#define __releases(x)  __attribute__((context(x, 1, 0)))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __cond_lock(x, taken)      \
	((taken) ? ({              \
		__context__(x, 1); \
		1;                 \
	})                         \
		 : 0)
#else
#define __user
#define __iomem
#define __percpu
#define __force
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_lock(x, taken) (taken)
#endif

#endif
