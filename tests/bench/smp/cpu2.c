/* SPDX-License-Identifier: MIT */
#define INSTANCE 2
#include "instance.h"
