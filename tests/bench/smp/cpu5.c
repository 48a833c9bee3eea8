/* SPDX-License-Identifier: MIT */
#define INSTANCE 5
#include "instance.h"
