/* SPDX-License-Identifier: MIT */
/* Given to the compiler before each file of the kernel: no name of it is seen outside of the library. */
#pragma GCC visibility push(hidden)
