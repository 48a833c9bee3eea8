/* SPDX-License-Identifier: MIT */
#define INSTANCE 7
#include "instance.h"
