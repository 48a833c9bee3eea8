/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_USER_MAP_H
#define _CAIRN_USER_MAP_H

/* The memory map as memmap= on the command line changes it. */
#include <linux/types.h>
#include <cairn/memory_map.h>

/* What one word of memmap= does. */
enum user_map_kind {
	USER_MAP_EXACT,	  /* exactmap: the map so far counts for nothing */
	USER_MAP_FILE,	  /* file: nor does it; a boot module has another */
	USER_MAP_LIMIT,	  /* SIZE: no usable memory from @start on */
	USER_MAP_ADD,	  /* SIZE@START and its like: a range more */
	USER_MAP_CONVERT, /* SIZE%START-OLD+NEW: what of [@start, @end) is @old becomes @type */
};

/* One word of memmap=. */
struct user_map_word {
	enum user_map_kind kind;
	u64 start;
	u64 end;
	u32 type; /* enum mem_type; MEM_NONE: nothing is there */
	u32 old;  /* enum mem_type; MEM_NONE: whatever it is */
};

/**
 * struct user_map - a map in the making: ranges in any order, which may overlap
 * @range: room for @cap
 * @nr: ranges in use
 * @cap: room
 * @lost: usable ranges, and changes to others, for which there was no room
 * @doubted: bytes of memory that user_map_doubt() did not believe in
 * @doubted_at: where the first of these are
 */
struct user_map {
	struct mem_range *range;
	unsigned int nr;
	unsigned int cap;
	unsigned int lost;
	u64 doubted;
	u64 doubted_at;
};

/**
 * user_map_parse - one word of memmap=
 * @text: the word
 * @out: what it does
 * @at: out: where it stops making sense
 *
 * Context: any; pure.
 * Return: NULL, or what is wrong with it.
 */
const char *user_map_parse(const char *text, struct user_map_word *out, const char **at);

/**
 * user_map_add - a range more
 * @map: the map
 * @start: first byte
 * @end: one past the last
 * @type: enum mem_type
 *
 * Without room a usable range is lost: this one, or one that makes way for it.
 *
 * Context: any; pure.
 */
void user_map_add(struct user_map *map, u64 start, u64 end, u32 type);

/* user_map_apply - do what a word says, but for USER_MAP_FILE. Context: any; pure. */
void user_map_apply(struct user_map *map, const struct user_map_word *word);

/**
 * user_map_line - the next range of a map in text
 * @at: in: where to go on; out: behind the line that was read
 * @end: where the text ends
 * @out: the range
 *
 * A line is "start length type", the first two hexadecimal, the type E820's; '#'
 * begins a comment.  Ranges that wrap are cut.
 *
 * Context: any; pure.
 * Return: 1; 0 for a line without a range; -EINVAL for one that makes no sense.
 */
int user_map_line(const char **at, const char *end, struct mem_range *out);

/**
 * user_map_doubt - take out memory that is not there
 * @map: the map
 * @firmware: the firmware's map, sanitised
 * @nr: its length
 * @probe: is there memory at this address?  NULL: it cannot be found out
 * @probe_end: nor can it from here on
 *
 * What @map calls memory of any kind is believed where @firmware has memory of any
 * kind too, and where @probe finds some, one look every 2 MiB.  The rest becomes
 * reserved.
 *
 * Context: any; pure, but for @probe.
 */
void user_map_doubt(struct user_map *map, const struct mem_range *firmware, unsigned int nr,
		    bool (*probe)(u64 phys), u64 probe_end);

/**
 * user_map_hide - what the machine is besides what a map from elsewhere says
 * @map: the map
 * @firmware: the firmware's map, sanitised
 * @nr: its length
 *
 * Adds what @firmware keeps from being used, and as reserved such memory as @map
 * does not mention.
 *
 * Context: any; pure.
 */
void user_map_hide(struct user_map *map, const struct mem_range *firmware, unsigned int nr);

/**
 * user_map_make - what memmap= makes of the firmware's map
 * @firmware: the firmware's map, sanitised
 * @nr: its length
 * @probe: as user_map_doubt() has it
 * @probe_end: the same
 *
 * Context: start-up, once, before memory is given out.
 * Return: the map, not sanitised; NULL if memmap= was not given.
 */
const struct user_map *user_map_make(const struct mem_range *firmware, unsigned int nr,
				     bool (*probe)(u64 phys), u64 probe_end);

#endif
