/* SPDX-License-Identifier: MIT */
#ifndef TESTS_HOSTED_BENCH_FRAMES_H
#define TESTS_HOSTED_BENCH_FRAMES_H

/*
 * struct frame_allocator - something that hands out page frames, by number
 * @init: at least that many frames are free
 * @enter: a thread begins, or NULL; @leave: it ends
 * @get: 2^order frames, the first one's number; NO_FRAME if there are none
 * @put: the same back
 * @metadata: bytes that it needs for each frame
 */
struct frame_allocator {
	const char *name;
	void (*init)(unsigned int frames);
	void (*enter)(void);
	void (*leave)(void);
	unsigned int (*get)(unsigned int order);
	void (*put)(unsigned int frame, unsigned int order);
	double metadata;
};

#define NO_FRAME (~0u)

extern const struct frame_allocator frames_cairn;

#endif
