/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_LIMITS_H
#define _LINUX_LIMITS_H

/* The range of each integer type, LP64. */
#define SCHAR_MAX     127
#define CHAR_BIT      8
#define UCHAR_MAX     255
#define SHRT_MAX      32767
#define SHRT_MIN      (-SHRT_MAX - 1)
#define USHRT_MAX     65535
#define INT_MAX	      2147483647
#define INT_MIN	      (-INT_MAX - 1)
#define UINT_MAX      4294967295u
#define LONG_MAX      9223372036854775807L
#define LONG_MIN      (-LONG_MAX - 1)
#define ULONG_MAX     18446744073709551615UL
#define LLONG_MAX     9223372036854775807LL
#define LLONG_MIN     (-LLONG_MAX - 1)
#define ULLONG_MAX    18446744073709551615ULL
#define SIZE_MAX      ULONG_MAX
#define SSIZE_MAX     LONG_MAX
#define UINTPTR_MAX   ULONG_MAX
#define PHYS_ADDR_MAX (~(phys_addr_t)0)

#define U8_MAX	      ((u8)~0U)
#define S8_MAX	      ((s8)(U8_MAX >> 1))
#define S8_MIN	      ((s8)(-S8_MAX - 1))
#define U16_MAX	      ((u16)~0U)
#define S16_MAX	      ((s16)(U16_MAX >> 1))
#define S16_MIN	      ((s16)(-S16_MAX - 1))
#define U32_MAX	      ((u32)~0U)
#define S32_MAX	      ((s32)(U32_MAX >> 1))
#define S32_MIN	      ((s32)(-S32_MAX - 1))
#define U64_MAX	      ((u64)~0ULL)
#define S64_MAX	      ((s64)(U64_MAX >> 1))
#define S64_MIN	      ((s64)(-S64_MAX - 1))

#define PATH_MAX      4096
#define NAME_MAX      255

#endif
