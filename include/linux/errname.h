/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ERRNAME_H
#define _LINUX_ERRNAME_H

/**
 * errname - the name of an error number
 * @err: an error number, positive or negated
 *
 * Return: "EINVAL" for EINVAL, "-EINVAL" for -EINVAL, NULL if it has no name.
 */
const char *errname(int err);

#endif
