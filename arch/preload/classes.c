/* SPDX-License-Identifier: MIT */
/*
 * The size classes: caches in a static array with static magazines, as kmalloc()'s are
 * (mm/kmalloc.c), and open to kfree(), so that one release serves both.
 */
#include <linux/kernel.h>
#include "classes.h"
#include "malloc.h"

/* Closed until classes_init(). */
DEFINE_PER_CPU_ALIGNED(struct objstack, magazines[NR_CLASSES]) = {
	[0 ... NR_CLASSES - 1] = {.used = 8, .slot = {&slab_floor}},
};

struct slab_cache classes[NR_CLASSES];
u8 class_of[CLASS_MAX / MIN_ALIGN + 1];
u16 magazine_of[CLASS_MAX / MIN_ALIGN + 1];
_Static_assert(sizeof(magazines) < 65536, "offsets have 16 bits");

static const u16 sizes[NR_CLASSES] = {CLASS_SIZES};
static char names[NR_CLASSES][16];

static void class_init(unsigned int class)
{
	struct slab_cache *c = &classes[class];

	snprintf(names[class], sizeof(names[class]), "malloc-%u", sizes[class]);
	c->name = names[class];
	c->hot.object_size = sizes[class];
	c->kmalloc = true;
	c->align = MIN_ALIGN;
	slab_boot_cache(c, &magazines[class]);
	c->hot.kfree_front = c->hot.front;
}

void classes_init(void)
{
	unsigned int i, class = 0;

	for (i = 0; i < NR_CLASSES; i++)
		class_init(i);
	for (i = 0; i <= CLASS_MAX / MIN_ALIGN; i++) {
		if (i * MIN_ALIGN > sizes[class])
			class ++;
		class_of[i] = (u8) class;
		magazine_of[i] = (u16)(class * sizeof(struct objstack));
	}
}

void cpu_mend(unsigned int cpu)
{
	for (unsigned int class = 0; class < NR_CLASSES; class ++) {
		struct objstack *m = per_cpu_ptr(&magazines[class], cpu);

		for (unsigned int i = 1; i < m->used / 8; i++)
			slab_set_tag(&classes[class], m->slot[i], OBJ_FREE_TAG);
	}
}
