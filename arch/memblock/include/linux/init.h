/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_INIT_H
#define CAIRN_MEMBLOCK_INIT_H

/* A program has no part that goes when start-up is over. */
#define __init
#define __initdata

#endif
