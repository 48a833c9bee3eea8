/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_FUZZ_DRIVER_H
#define _TESTS_FUZZ_DRIVER_H

/**
 * fuzz_drive - call a function with inputs: those of files, or of a fuzzer
 * @argc: as main()'s
 * @argv: the name of the target, then what the driver takes
 * @run: called with each input
 *
 * Return: the process's exit status.
 */
int fuzz_drive(int argc, char **argv, int (*run)(const unsigned char *data, unsigned long size));

#endif
