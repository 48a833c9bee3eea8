/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BSEARCH_H
#define _LINUX_BSEARCH_H

/* bsearch() is declared beside sort(). */
#include <linux/sort.h>

#endif
