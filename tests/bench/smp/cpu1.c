/* SPDX-License-Identifier: MIT */
#define INSTANCE 1
#include "instance.h"
