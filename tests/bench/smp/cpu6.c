/* SPDX-License-Identifier: MIT */
#define INSTANCE 6
#include "instance.h"
