/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_SYMBOLS_H
#define _CAIRN_SYMBOLS_H

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

#endif
