// SPDX-License-Identifier: MIT
/*
 * What is wrong in a program, with libcairn-malloc.so: memory given back twice, from its
 * middle, or never had.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

/* realloc() of what it never gave, or has taken back: none of them becomes anybody's. */
void misused_realloc(void)
{
	char *p = malloc(100), *block = malloc(100 * KIB), *area = malloc(6 * MIB);
	char local[64] = "whole";
	static const size_t wanted[] = {50, 96, 110, 1000, 90 * KIB, 131060, 5 * MIB, 8 * MIB};

	strcpy(p, "an object");
	strcpy(block, "a block");
	strcpy(area, "an area");
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const size_t n = wanted[i];

		errno = 0;
		EXPECT(!realloc(opaque(p + 16), n) && errno == ENOMEM);
		EXPECT(reported("BUG malloc-112: Invalid object pointer"));
		EXPECT(!realloc(opaque(block + 16), n));
		EXPECT(reported("lies in the middle of a large block"));
		EXPECT(!realloc(opaque(block + 4096), n));
		EXPECT(reported("lies in the middle of a large block"));
		EXPECT(!realloc(opaque(area + 1), n));
		EXPECT(reported("vfree() "));
		EXPECT(!realloc(opaque(area + 4096), n));
		EXPECT(reported("vfree() nonexistent vm area"));
		EXPECT(!realloc(opaque(local), n));
		EXPECT(reported("is outside the direct map"));
	}
	EXPECT(!malloc_usable_size(opaque(p + 16)) && !malloc_usable_size(opaque(block + 16)));
	EXPECT(!malloc_usable_size(opaque(area + 1)) && !malloc_usable_size(opaque(local)));
	EXPECT(!strcmp(p, "an object") && !strcmp(block, "a block") && !strcmp(area, "an area"));
	free(opaque(block));
	free(opaque(area));
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		EXPECT(!realloc(opaque(block), wanted[i]));
		EXPECT(reported("is free already"));
		EXPECT(!realloc(opaque(area), wanted[i]));
		EXPECT(reported("vfree() nonexistent vm area"));
	}
	free(p);
}

/* Addresses where there is no memory: of the window where RAM may lie, and of none. */
void misused_windows(void)
{
	static const unsigned long at[] = {0x110000000000, 0x110101000000, 0x114000000000,
					   0x120000000000, 0x190000000000, 0x50fffffff000};

	for (unsigned int i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		free(opaque((char *)at[i]));
		EXPECT(reported("never gave"));
		EXPECT(!malloc_usable_size(opaque((char *)at[i])));
		EXPECT(!realloc(opaque((char *)at[i]), 100));
		EXPECT(reported("never gave"));
	}
	for (unsigned long low = 1; low <= 16; low += 5) {
		free(opaque((char *)low));
		EXPECT(reported("never gives"));
		EXPECT(!realloc(opaque((char *)low), 100));
		EXPECT(reported("never gives"));
	}
}

/* Each is reported by what it is, and refused: the block stays whose it was. */
void misuse(void)
{
	char *p = malloc(100), *other = malloc(100), *block = malloc(100 * KIB),
	     *area = malloc(9 * MIB);
	char local[64], *stale;

	strcpy(other, "whole");
	free(opaque(p));
	free(opaque(p));
	EXPECT(reported("BUG malloc-112: Object already free"));
	EXPECT(!realloc(opaque(p), 100)); /* which it would fit */
	EXPECT(reported("BUG malloc-112: Object already free"));
	EXPECT(!realloc(opaque(p), 1000));
	EXPECT(reported("BUG malloc-112: Object already free"));
	free(opaque(other + 16));
	EXPECT(reported("BUG malloc-112: Invalid object pointer"));
	free(opaque(local));
	EXPECT(reported("is outside the direct map"));
	free(opaque(block + 4096));
	EXPECT(reported("lies in the middle of a large block"));
	free(opaque(block));
	free(opaque(block));
	EXPECT(reported("is free already"));
	free(opaque(area + 4096));
	EXPECT(reported("vfree() nonexistent vm area"));
	free(opaque(area));
	free(opaque(area));
	EXPECT(reported("vfree() nonexistent vm area"));
	p = malloc(100);
	stale = opaque(p);
	free(p);
	strcpy(stale, "written to after it was freed");
	p = malloc(100);
	EXPECT(reported("BUG malloc-112: Poison overwritten"));
	EXPECT(p && p != other && !strcmp(other, "whole"));
	free(p);
	free(other);
}
