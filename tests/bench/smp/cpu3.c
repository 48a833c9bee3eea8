/* SPDX-License-Identifier: MIT */
#define INSTANCE 3
#include "instance.h"
