/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CONFIG_H
#define _LINUX_CONFIG_H

/* What <linux/kconfig.h> was called before Linux 2.6.19, when sources included it themselves. */
#include <linux/kconfig.h>

#endif
