/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_FUZZ_FUZZ_H
#define _TESTS_FUZZ_FUZZ_H

/*
 * Fuzz targets.  A target takes any bytes, does with them what they say, and
 * calls fuzz_check() on everything that must hold; docs/testing.md tells how one is added.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/string.h>

/**
 * struct fuzz_target - what is fed
 * @name: as in tests/fuzz/corpus/NAME
 * @max_len: bytes worth trying
 * @cpus: how many CPUs the machine has, 0: one; inputs run on the first
 * @before_start: it works on a kernel that has not started, as start-up does
 * @reports: messages of errors are what it is about; of others they are failures
 * @init: called once, or NULL
 * @run: called with each input; whatever it took it has given back when it returns
 */
struct fuzz_target {
	const char *name;
	unsigned int max_len;
	unsigned int cpus;
	bool before_start;
	bool reports;
	void (*init)(void);
	void (*run)(const u8 *data, size_t size);
};

/* clang-format off */
#define FUZZ_TARGETS(X) \
	X(multiboot2) X(memory_map) X(acpi_root) X(acpi_tables) \
	X(pci) X(pci_rom) X(cmdline) X(params) \
	X(bootmem) X(buddy) X(slab) X(kmalloc) \
	X(varena) X(vmalloc) X(mempool) X(percpu)
/* clang-format on */
#define FUZZ_DECLARE(name) extern const struct fuzz_target fuzz_##name;
FUZZ_TARGETS(FUZZ_DECLARE)

/* fuzz_fail - end the process: this input shows a bug */
void __noreturn __printf(3, 4) fuzz_fail(const char *file, int line, const char *fmt, ...);

#define fuzz_check(cond) ((cond) ? (void)0 : fuzz_fail(__FILE__, __LINE__, "%s", #cond))

/* fuzz_sound - what a checker of invariants returned: NULL, or what is wrong */
#define fuzz_sound(checker)                                           \
	({                                                            \
		const char *__wrong = (checker);                      \
                                                                      \
		if (__wrong)                                          \
			fuzz_fail(__FILE__, __LINE__, "%s", __wrong); \
	})

/* The input, taken from its beginning; when it is used up there is only 0. */
struct fuzz_input {
	const u8 *at;
	size_t left;
};

static inline u8 fuzz_u8(struct fuzz_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline u16 fuzz_u16(struct fuzz_input *in)
{
	u16 low = fuzz_u8(in);

	return (u16)(low | fuzz_u8(in) << 8);
}

static inline u32 fuzz_u32(struct fuzz_input *in)
{
	u32 low = fuzz_u16(in);

	return low | (u32)fuzz_u16(in) << 16;
}

static inline u64 fuzz_u64(struct fuzz_input *in)
{
	u64 low = fuzz_u32(in);

	return low | (u64)fuzz_u32(in) << 32;
}

/* fuzz_below - 0 .. n - 1, of as few bytes as that takes */
static inline u32 fuzz_below(struct fuzz_input *in, u32 n)
{
	if (n <= 1)
		return 0;
	return (n <= 256 ? fuzz_u8(in) : n <= 65536 ? fuzz_u16(in) : fuzz_u32(in)) % n;
}

/* fuzz_size - 1 .. max; small ones as likely as large ones */
static inline u32 fuzz_size(struct fuzz_input *in, u32 max)
{
	u32 bits = fuzz_u8(in) % 32u, n = 1u << bits;

	n |= fuzz_u32(in) & (n - 1);
	return n <= max ? n : n % max + 1;
}

/* The byte that belongs at a place of what allocation @id holds. */
static inline u8 fuzz_pattern(u32 id, size_t at)
{
	return (u8)(id * 31 + at * 7 + 1);
}

/* fuzz_fill, fuzz_filled - write the pattern to both ends of a block; look whether it is there */
void fuzz_fill(void *block, size_t size, u32 id);
bool fuzz_filled(const void *block, size_t size, u32 id);

/* Accounts of the whole kernel: what is there with every cache drained. */
struct fuzz_holdings {
	unsigned long free_pages;
	unsigned long slab_objects;
	unsigned long vmalloc_areas;
};
struct fuzz_holdings fuzz_holdings(void);

/* fuzz_settled - everything is back as it was */
void fuzz_settled(const struct fuzz_holdings *before);

#endif
