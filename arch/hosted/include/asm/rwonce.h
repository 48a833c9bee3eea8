/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RWONCE_H
#define _ASM_RWONCE_H

/*
 * Loads and stores that happen once, and whole.  A checker of races is to know that
 * they are meant to meet others: for it they are relaxed atomics.  It does not see
 * data_race(), a load that may meet even a plain store.
 */
#ifndef HOSTED_TSAN
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define data_race(x)	 (x)
#else
static inline __attribute__((__always_inline__)) void __read_once(const volatile void *from,
								  void *to, unsigned long size)
{
	switch (size) {
	case 1:
		*(unsigned char *)to =
			__atomic_load_n((const volatile unsigned char *)from, __ATOMIC_RELAXED);
		break;
	case 2:
		*(unsigned short *)to =
			__atomic_load_n((const volatile unsigned short *)from, __ATOMIC_RELAXED);
		break;
	case 4:
		*(unsigned int *)to =
			__atomic_load_n((const volatile unsigned int *)from, __ATOMIC_RELAXED);
		break;
	default:
		*(unsigned long *)to =
			__atomic_load_n((const volatile unsigned long *)from, __ATOMIC_RELAXED);
	}
}

static inline __attribute__((__always_inline__)) void __write_once(volatile void *to,
								   const void *from,
								   unsigned long size)
{
	switch (size) {
	case 1:
		__atomic_store_n((volatile unsigned char *)to, *(const unsigned char *)from,
				 __ATOMIC_RELAXED);
		break;
	case 2:
		__atomic_store_n((volatile unsigned short *)to, *(const unsigned short *)from,
				 __ATOMIC_RELAXED);
		break;
	case 4:
		__atomic_store_n((volatile unsigned int *)to, *(const unsigned int *)from,
				 __ATOMIC_RELAXED);
		break;
	default:
		__atomic_store_n((volatile unsigned long *)to, *(const unsigned long *)from,
				 __ATOMIC_RELAXED);
	}
}

static inline __attribute__((__always_inline__)) void __read_unseen(const volatile void *from,
								    void *to, unsigned long size)
{
	unsigned long word;

	switch (size) {
	case 1:
		asm volatile("movzbl %1, %k0"
			     : "=r"(word)
			     : "m"(*(const volatile unsigned char *)from));
		*(unsigned char *)to = (unsigned char)word;
		break;
	case 2:
		asm volatile("movzwl %1, %k0"
			     : "=r"(word)
			     : "m"(*(const volatile unsigned short *)from));
		*(unsigned short *)to = (unsigned short)word;
		break;
	case 4:
		asm volatile("movl %1, %k0"
			     : "=r"(word)
			     : "m"(*(const volatile unsigned int *)from));
		*(unsigned int *)to = (unsigned int)word;
		break;
	default:
		asm volatile("movq %1, %0"
			     : "=r"(word)
			     : "m"(*(const volatile unsigned long *)from));
		*(unsigned long *)to = word;
	}
}

#define READ_ONCE(x)                                        \
	({                                                  \
		union {                                     \
			__typeof__(x) val;                  \
			char bytes[sizeof(x)];              \
		} __once;                                   \
		__read_once(&(x), __once.bytes, sizeof(x)); \
		__once.val;                                 \
	})
#define WRITE_ONCE(x, v)                                     \
	({                                                   \
		union {                                      \
			__typeof__(x) val;                   \
			char bytes[sizeof(x)];               \
		} __once = {.val = (v)};                     \
		__write_once(&(x), __once.bytes, sizeof(x)); \
		__once.val;                                  \
	})
#define data_race(x)                                          \
	({                                                    \
		union {                                       \
			__typeof__(x) val;                    \
			char bytes[sizeof(x)];                \
		} __once;                                     \
		__read_unseen(&(x), __once.bytes, sizeof(x)); \
		__once.val;                                   \
	})
#endif

#endif
