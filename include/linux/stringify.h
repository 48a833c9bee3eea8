/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_STRINGIFY_H
#define _LINUX_STRINGIFY_H

/* A string of the argument after macro expansion. */
#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)

#endif
