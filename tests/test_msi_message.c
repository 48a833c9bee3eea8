/* SPDX-License-Identifier: MIT */
/*
 * Scenario: machines whose CPUs have APIC ids that a message's address has room for, and
 * such as have none.  The address is compared with the specification's, and the CPU that
 * messages go to is the first that they can reach.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <cairn/test.h>
#include "../drivers/pci.h"

KTEST(msi, address_of_each_id)
{
	u32 id;

	for (id = 0; id < 255; id++)
		EXPECT_EQ(msi_address(id), 0xfee00000u + id * 0x1000);
	EXPECT_EQ(msi_address(255), 0); /* every CPU */
	EXPECT_EQ(msi_address(256), 0);
	EXPECT_EQ(msi_address(0x100000), 0);
	EXPECT_EQ(msi_address(~0u), 0);
}

KTEST(msi, cpu_that_a_message_reaches)
{
	static const struct {
		u32 apicid[NR_CPUS];
		unsigned long online;
		int cpu;
	} cases[] = {
		{{0, 1, 2, 3}, 0xf, 0},
		{{0, 1, 2, 3}, 0xc, 2},
		{{256, 254, 1, 0}, 0xf, 1}, /* the boot CPU's is too large */
		{{255, 0x10000, 7, 0}, 0xf, 2},
		{{300, 7, 301, 302}, 0xd, -ENOSPC}, /* who has a small one does not run */
		{{255, 256, 257, ~0u}, 0xf, -ENOSPC},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cpumask online = {.bits = {cases[i].online}};

		EXPECT_EQ(msi_cpu(cases[i].apicid, &online), cases[i].cpu);
	}
}
