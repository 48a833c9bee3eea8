/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_STRING_H
#define CAIRN_MEMBLOCK_STRING_H

#include <string.h>

#endif
