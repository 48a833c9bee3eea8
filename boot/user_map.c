/* SPDX-License-Identifier: MIT */
/*
 * The memory map as memmap= on the command line changes it.
 *
 *	memmap=exactmap			forget the firmware's map
 *	memmap=file			forget it for one that a boot module holds
 *	memmap=SIZE			no usable memory from SIZE on
 *	memmap=SIZE@START		usable		memmap=SIZE#START	ACPI tables
 *	memmap=SIZE$START		reserved	memmap=SIZE!START	persistent
 *	memmap=SIZE%START-OLD+NEW	what of it is OLD becomes NEW, numbers of E820;
 *					without OLD all of it, without NEW it is gone
 *
 * Words apply in their order to a list of ranges, which begins as the firmware's
 * map and may come to overlap itself; memory_map_sanitise() then makes one map of
 * it, in which the stricter type wins.  So SIZE@START makes nothing usable that
 * something calls reserved; SIZE%START-2+1 does.
 *
 * A range may be called memory and be none.  That is found out before anything is
 * put there (user_map_doubt()), and such a range becomes reserved.
 *
 * Pure: no globals, nothing printed; boot/user_map_setup.c is the policy.
 * The syntax is Linux's (Documentation/admin-guide/kernel-parameters.txt) but for "file".
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/memory_map.h>
#include <cairn/user_map.h>
#include <asm/page.h>

/* ---- Words ------------------------------------------------------------------------------- */

static unsigned int digit(char c)
{
	if (isdigit(c))
		return (unsigned int)(c - '0');
	return isxdigit(c) ? (unsigned int)(tolower(c) - 'a') + 10 : 16;
}

/* take_number - digits at *@at; base 0 is 16 behind 0x, 8 behind 0, else 10.  NULL or what is wrong. */
static const char *take_number(const char **at, const char *end, unsigned int base, u64 *out)
{
	const char *p = *at;
	u64 value = 0;

	if (end - p > 2 && p[0] == '0' && tolower(p[1]) == 'x' && digit(p[2]) < 16) {
		base = 16;
		p += 2;
	} else if (!base) {
		base = p < end && *p == '0' ? 8 : 10;
	}
	*at = p;
	for (; p < end && digit(*p) < base; p++) {
		if (value > (~0ULL - digit(*p)) / base)
			return "a number too large";
		value = value * base + digit(*p);
	}
	if (p == *at)
		return "a number is missing";
	*at = p;
	*out = value;
	return NULL;
}

/* take_size - a number that K, M, G, T, P or E behind it multiply */
static const char *take_size(const char **at, const char *end, u64 *out)
{
	static const char suffixes[] = "kmgtpe";
	const char *why = take_number(at, end, 0, out), *suffix;
	unsigned int shift;

	if (why || *at == end)
		return why;
	suffix = strchr(suffixes, tolower(**at));
	if (!suffix)
		return NULL;
	shift = 10 * (unsigned int)(suffix - suffixes + 1);
	if (*out > ~0ULL >> shift)
		return "a number too large";
	*out <<= shift;
	++*at;
	return NULL;
}

/* take_type - "-1" or "+2": a sign and a type; nothing taken if the sign is not there. */
static const char *take_type(const char **at, const char *end, char sign, u32 *out)
{
	const char *why;
	u64 e820;

	if (*at == end || **at != sign)
		return NULL;
	++*at;
	why = take_number(at, end, 0, &e820);
	if (why)
		return why;
	if (!e820)
		return "there is no type 0";
	*out = mem_type_of_e820(e820);
	return NULL;
}

static const char *take_range(const char **at, const char *end, struct user_map_word *out)
{
	u64 size = out->end;
	const char *why;

	switch (*(*at)++) {
	case '@':
		out->type = MEM_USABLE;
		break;
	case '#':
		out->type = MEM_ACPI_RECLAIM;
		break;
	case '$':
		out->type = MEM_RESERVED;
		break;
	case '!':
		out->type = MEM_PERSISTENT;
		break;
	case '%':
		out->kind = USER_MAP_CONVERT;
		break;
	default:
		--*at;
		return "it should be one of @ # $ ! %";
	}
	why = take_size(at, end, &out->start);
	if (!why && out->start > ~0ULL - size)
		why = "it ends behind the last address";
	out->end = out->start + size;
	if (!why && out->kind == USER_MAP_CONVERT)
		why = take_type(at, end, '-', &out->old);
	if (!why && out->kind == USER_MAP_CONVERT)
		why = take_type(at, end, '+', &out->type);
	return why;
}

const char *user_map_parse(const char *text, struct user_map_word *out, const char **at)
{
	const char *end = text + strlen(text), *why;

	*out = (struct user_map_word){.kind = USER_MAP_ADD, .type = MEM_NONE, .old = MEM_NONE};
	*at = text;
	if (!strcmp(text, "exactmap")) {
		out->kind = USER_MAP_EXACT;
		return NULL;
	}
	if (!strcmp(text, "file")) {
		out->kind = USER_MAP_FILE;
		return NULL;
	}
	why = take_size(at, end, &out->end);
	if (why)
		return why;
	if (!out->end) {
		*at = text;
		return "a size of 0";
	}
	if (*at == end) {
		*out = (struct user_map_word){
			.kind = USER_MAP_LIMIT, .start = out->end, .end = ~0ULL, .old = MEM_USABLE};
		return NULL;
	}
	why = take_range(at, end, out);
	if (!why && *at < end)
		why = "nothing should follow";
	return why;
}

/* ---- The list ---------------------------------------------------------------------------- */

/* make_way - the slot of a usable range, which is lost; NULL if there is none. */
static struct mem_range *make_way(struct user_map *map)
{
	unsigned int i = map->nr;

	while (i--) {
		if (map->range[i].type == MEM_USABLE)
			return &map->range[i];
	}
	return NULL;
}

void user_map_add(struct user_map *map, u64 start, u64 end, u32 type)
{
	struct mem_range *slot = NULL;

	if (start >= end || type == MEM_NONE)
		return;
	if (map->nr < map->cap) {
		slot = &map->range[map->nr++];
	} else {
		map->lost++;
		if (type != MEM_USABLE)
			slot = make_way(map);
	}
	if (slot)
		*slot = (struct mem_range){start, end, type, type};
}

/* convert_one - the part of range @i in [start, end) becomes @type; the rest of it stays. */
static void convert_one(struct user_map *map, unsigned int i, u64 start, u64 end, u32 type)
{
	struct mem_range old = map->range[i];

	start = max(start, old.start);
	end = min(end, old.end);
	if (old.type != MEM_USABLE && map->nr + 2 > map->cap) {
		map->lost++;
		return;
	}
	map->range[i] = (struct mem_range){start, end, type, type};
	user_map_add(map, old.start, start, old.type);
	user_map_add(map, end, old.end, old.type);
}

static void drop_empty(struct user_map *map)
{
	unsigned int i, kept = 0;

	for (i = 0; i < map->nr; i++) {
		if (map->range[i].type != MEM_NONE)
			map->range[kept++] = map->range[i];
	}
	map->nr = kept;
}

static void convert(struct user_map *map, const struct user_map_word *word)
{
	unsigned int i, nr = map->nr; /* not the pieces that this adds */

	for (i = 0; i < nr; i++) {
		const struct mem_range *range = &map->range[i];

		if (range->start < word->end && word->start < range->end &&
		    (word->old == MEM_NONE || word->old == range->type))
			convert_one(map, i, word->start, word->end, word->type);
	}
	drop_empty(map);
}

void user_map_apply(struct user_map *map, const struct user_map_word *word)
{
	struct user_map_word clear = *word;

	switch (word->kind) {
	case USER_MAP_EXACT:
		map->nr = 0;
		break;
	case USER_MAP_ADD:
		user_map_add(map, word->start, word->end, word->type);
		break;
	case USER_MAP_LIMIT:
		convert(map, word);
		break;
	case USER_MAP_CONVERT:
		if (word->old != MEM_NONE) {
			convert(map, word);
			break;
		}
		clear.type = MEM_NONE; /* whatever it was, or if there was nothing */
		convert(map, &clear);
		user_map_add(map, word->start, word->end, word->type);
		break;
	case USER_MAP_FILE:
		break;
	}
}

/* ---- A map in text ----------------------------------------------------------------------- */

static void skip_blanks(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
		++*at;
}

int user_map_line(const char **at, const char *end, struct mem_range *out)
{
	const char *p = *at, *line_end = memchr(p, '\n', (size_t)(end - p)), *comment;
	u64 length, type;

	line_end = line_end ? line_end : end;
	*at = line_end < end ? line_end + 1 : end;
	comment = memchr(p, '#', (size_t)(line_end - p));
	line_end = comment ? comment : line_end;
	skip_blanks(&p, line_end);
	if (p == line_end)
		return 0;
	if (take_number(&p, line_end, 16, &out->start))
		return -EINVAL;
	skip_blanks(&p, line_end);
	if (take_number(&p, line_end, 16, &length))
		return -EINVAL;
	skip_blanks(&p, line_end);
	if (take_number(&p, line_end, 0, &type))
		return -EINVAL;
	skip_blanks(&p, line_end);
	if (p < line_end)
		return -EINVAL;
	out->end = out->start > ~0ULL - length ? ~0ULL : out->start + length;
	out->type = mem_type_of_e820(type);
	out->raw_type = (u32)type;
	return 1;
}

/* ---- What is believed -------------------------------------------------------------------- */

/*
 * covers - does @list, or what of it is memory, have @addr?
 *
 * *@until is lowered to where that may change, behind @addr.
 */
static bool covers(const struct mem_range *list, unsigned int nr, bool ram_only, u64 addr,
		   u64 *until)
{
	const struct mem_range *range;

	for (range = list; range < list + nr; range++) {
		if (range->end <= addr || (ram_only && !mem_type_is_ram(range->type)))
			continue;
		if (range->start <= addr) {
			*until = min(*until, range->end);
			return true;
		}
		*until = min(*until, range->start);
	}
	return false;
}

static void disbelieve(struct user_map *map, u64 start, u64 end)
{
	if (start >= end)
		return;
	if (!map->doubted)
		map->doubted_at = start;
	map->doubted += end - start;
	user_map_add(map, start, end, MEM_RESERVED);
}

/* doubt_gap - @firmware knows of no memory in [start, end): believe what answers. */
static void doubt_gap(struct user_map *map, u64 start, u64 end, bool (*probe)(u64 phys),
		      u64 probe_end)
{
	u64 at, next, bad = start; /* [bad, at) does not answer */

	probe_end = probe ? min(probe_end, end) : start;
	for (at = start; at < probe_end; at = next) {
		next = min((at | (PMD_SIZE - 1)) + 1, end);
		if (probe(at & PAGE_MASK)) {
			disbelieve(map, bad, at);
			bad = next;
		}
	}
	disbelieve(map, bad, end);
}

void user_map_doubt(struct user_map *map, const struct mem_range *firmware, unsigned int nr,
		    bool (*probe)(u64 phys), u64 probe_end)
{
	unsigned int i, claims = map->nr;

	map->doubted = 0;
	for (i = 0; i < claims; i++) {
		struct mem_range claim = map->range[i];
		u64 until;

		if (!mem_type_is_ram(claim.type))
			continue;
		for (; claim.start < claim.end; claim.start = until) {
			until = claim.end;
			if (!covers(firmware, nr, true, claim.start, &until))
				doubt_gap(map, claim.start, until, probe, probe_end);
		}
	}
}

void user_map_hide(struct user_map *map, const struct mem_range *firmware, unsigned int nr)
{
	unsigned int i, said = map->nr;
	u64 at, until;

	for (i = 0; i < nr; i++) {
		if (firmware[i].type != MEM_USABLE) {
			user_map_add(map, firmware[i].start, firmware[i].end, firmware[i].type);
			continue;
		}
		for (at = firmware[i].start; at < firmware[i].end; at = until) {
			until = firmware[i].end;
			if (!covers(map->range, said, false, at, &until))
				user_map_add(map, at, until, MEM_RESERVED);
		}
	}
}
