/* SPDX-License-Identifier: MIT */
#define INSTANCE 4
#include "instance.h"
