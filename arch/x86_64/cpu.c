/* SPDX-License-Identifier: MIT */
/*
 * The CPU: what CPUID offers, and the modes the kernel runs it in.
 */
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timex.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/ras.h>
#include <asm/traps.h>
#include "arch.h"

/* The PAT's eight types, one a byte; <asm/pgtable.h> tells which is which. */
#define PAT_TYPES	   0x0001050600070406ULL
#define CPUID_EXTENDED	   0x80000000
#define CPUID_BRAND	   0x80000002
#define CPUID_BRAND_LAST   0x80000004
#define CPUID_ADDRESS_BITS 0x80000008
#define DEFAULT_PHYS_BITS  36

struct cpu_info cpu_info;
u64 supported_pte_mask = ~(_PAGE_NX | _PAGE_GLOBAL | _PAGE_PAT);

static void read_names(void)
{
	struct cpuid_regs r = cpuid(0, 0);
	u32 leaf;

	cpu_info.max_leaf = r.eax;
	memcpy(cpu_info.vendor, &r.ebx, 4);
	memcpy(cpu_info.vendor + 4, &r.edx, 4);
	memcpy(cpu_info.vendor + 8, &r.ecx, 4);
	cpu_info.max_extended_leaf = cpuid(CPUID_EXTENDED, 0).eax;
	if (cpu_info.max_extended_leaf < CPUID_BRAND_LAST)
		return;
	for (leaf = CPUID_BRAND; leaf <= CPUID_BRAND_LAST; leaf++) {
		r = cpuid(leaf, 0);
		memcpy(cpu_info.brand + (leaf - CPUID_BRAND) * sizeof(r), &r, sizeof(r));
	}
}

static void read_model(u32 signature)
{
	cpu_info.stepping = signature & 15;
	cpu_info.model = signature >> 4 & 15;
	cpu_info.family = signature >> 8 & 15;
	if (cpu_info.family == 6 || cpu_info.family == 15)
		cpu_info.model |= (signature >> 16 & 15) << 4;
	if (cpu_info.family == 15)
		cpu_info.family += signature >> 20 & 255;
}

static void read_features(void)
{
	struct cpuid_regs r = cpuid(1, 0);

	read_model(r.eax);
	cpu_info.feature[CPUID_1_EDX] = r.edx;
	cpu_info.feature[CPUID_1_ECX] = r.ecx;
	if (cpu_info.max_leaf >= 7) {
		r = cpuid(7, 0);
		cpu_info.feature[CPUID_7_EBX] = r.ebx;
		cpu_info.feature[CPUID_7_ECX] = r.ecx;
	}
	r = cpuid(CPUID_EXTENDED + 1, 0);
	cpu_info.feature[CPUID_80000001_EDX] = r.edx;
	cpu_info.feature[CPUID_80000001_ECX] = r.ecx;
	if (cpu_info.max_extended_leaf >= CPUID_EXTENDED + 7)
		cpu_info.feature[CPUID_80000007_EDX] = cpuid(CPUID_EXTENDED + 7, 0).edx;
	cpu_info.phys_bits = DEFAULT_PHYS_BITS;
	if (cpu_info.max_extended_leaf >= CPUID_ADDRESS_BITS)
		cpu_info.phys_bits = cpuid(CPUID_ADDRESS_BITS, 0).eax & 0xff;
}

/* What may be switched on before the kernel's own page tables are loaded. */
static void set_modes(void)
{
	unsigned long cr4 = read_cr4() & ~(X86_CR4_PGE | X86_CR4_SMEP | X86_CR4_SMAP);

	if (cpu_has(NX)) {
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
		supported_pte_mask |= _PAGE_NX;
	}
	if (cpu_has(PGE)) {
		cr4 |= X86_CR4_PGE;
		supported_pte_mask |= _PAGE_GLOBAL;
	}
	if (cpu_has(MCE))
		cr4 |= X86_CR4_MCE;
	if (cpu_has(SMEP))
		cr4 |= X86_CR4_SMEP;
	if (cpu_has(SMAP))
		cr4 |= X86_CR4_SMAP;
	if (cpu_has(UMIP))
		cr4 |= X86_CR4_UMIP;
	write_cr4(cr4);
	write_cr0((read_cr0() | X86_CR0_WP) & ~(X86_CR0_CD | X86_CR0_NW));
	if (cpu_has(PAT)) {
		wrmsr(MSR_PAT, PAT_TYPES);
		supported_pte_mask |= _PAGE_PAT;
	}
}

void cpu_init_percpu(void)
{
	gdt_init();
}

void cpu_init_secondary(void)
{
	gdt_init();
	trap_load();
	set_modes();
}

void cpu_init(void)
{
	gdt_init();
	trap_init();
	ras_init();
	read_names();
	read_features();
	spin_lock_barging = cpu_has(HYPERVISOR);
	set_modes();
	pic_init();
	clock_calibrate();
}

struct feature_name {
	u16 feature;
	const char *name;
};

static const struct feature_name shown_features[] = {
	{X86_FEATURE_NX, "nx"},	    {X86_FEATURE_PGE, "global-pages"},
	{X86_FEATURE_PAT, "pat"},   {X86_FEATURE_GBPAGES, "1GiB-pages"},
	{X86_FEATURE_SMEP, "smep"}, {X86_FEATURE_SMAP, "smap"},
	{X86_FEATURE_UMIP, "umip"}, {X86_FEATURE_RDRAND, "rdrand"},
};

void cpu_print(void)
{
	const char *brand = cpu_info.brand;
	unsigned int i;

	while (*brand == ' ')
		brand++;
	pr_info("cpu: %s %s, family %u model %u stepping %u, %u MHz, %u physical address bits\n",
		cpu_info.vendor, brand, cpu_info.family, cpu_info.model, cpu_info.stepping,
		(tsc_khz + 500) / 1000, cpu_info.phys_bits);
	pr_info("cpu:");
	for (i = 0; i < ARRAY_SIZE(shown_features); i++)
		pr_cont(" %s%s", __cpu_has(shown_features[i].feature) ? "" : "no-",
			shown_features[i].name);
	pr_cont("\n");
}
