/* SPDX-License-Identifier: MIT */
#define INSTANCE 0
#include "instance.h"
