/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_SYMBOLS_H
#define _CAIRN_SYMBOLS_H

/* Names and source lines of addresses in the image, from the table it carries. */
#include <linux/types.h>

/**
 * symbol_lookup - the function or object an address lies in
 * @addr: an address
 * @offset: where to put its distance from the symbol's start
 * @size: where to put the symbol's size
 *
 * Context: any.
 * Return: the symbol's name, or NULL if the address is in none.
 */
const char *symbol_lookup(unsigned long addr, unsigned long *offset, unsigned long *size);

/**
 * symbol_line - the source line that an instruction was compiled from
 * @addr: address of the instruction; for a return address, one less
 * @line: where to put the line
 *
 * Context: any.
 * Return: the file's path in the tree, or NULL if it is not known.
 */
const char *symbol_line(unsigned long addr, unsigned int *line);

/**
 * symbol_find - the address of a symbol
 * @name: its exact name
 *
 * Context: any; looks at all of them.
 * Return: its address, or 0.
 */
unsigned long symbol_find(const char *name);

#endif
