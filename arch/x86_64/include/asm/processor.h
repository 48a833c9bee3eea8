/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

/* The CPU: CPUID and its feature bits, control and model-specific registers. */
#include <linux/compiler.h>
#include <linux/types.h>

/* A feature is a word of CPUID, in the order of enum cpuid_word, and a bit in it. */
enum cpuid_word {
	CPUID_1_EDX,
	CPUID_1_ECX,
	CPUID_7_EBX,
	CPUID_7_ECX,
	CPUID_80000001_EDX,
	CPUID_80000001_ECX,
	CPUID_80000007_EDX,
	CPUID_NR_WORDS,
};
#define X86_FEATURE(word, bit)	 ((word)*32 + (bit))

#define X86_FEATURE_PSE		 X86_FEATURE(CPUID_1_EDX, 3)
#define X86_FEATURE_TSC		 X86_FEATURE(CPUID_1_EDX, 4)
#define X86_FEATURE_MCE		 X86_FEATURE(CPUID_1_EDX, 7)
#define X86_FEATURE_APIC	 X86_FEATURE(CPUID_1_EDX, 9)
#define X86_FEATURE_MTRR	 X86_FEATURE(CPUID_1_EDX, 12)
#define X86_FEATURE_PGE		 X86_FEATURE(CPUID_1_EDX, 13)
#define X86_FEATURE_MCA		 X86_FEATURE(CPUID_1_EDX, 14)
#define X86_FEATURE_PAT		 X86_FEATURE(CPUID_1_EDX, 16)
#define X86_FEATURE_CLFLUSH	 X86_FEATURE(CPUID_1_EDX, 19)
#define X86_FEATURE_PCID	 X86_FEATURE(CPUID_1_ECX, 17)
#define X86_FEATURE_X2APIC	 X86_FEATURE(CPUID_1_ECX, 21)
#define X86_FEATURE_TSC_DEADLINE X86_FEATURE(CPUID_1_ECX, 24)
#define X86_FEATURE_RDRAND	 X86_FEATURE(CPUID_1_ECX, 30)
#define X86_FEATURE_HYPERVISOR	 X86_FEATURE(CPUID_1_ECX, 31)
#define X86_FEATURE_FSGSBASE	 X86_FEATURE(CPUID_7_EBX, 0)
#define X86_FEATURE_SMEP	 X86_FEATURE(CPUID_7_EBX, 7)
#define X86_FEATURE_ERMS	 X86_FEATURE(CPUID_7_EBX, 9)
#define X86_FEATURE_RDSEED	 X86_FEATURE(CPUID_7_EBX, 18)
#define X86_FEATURE_SMAP	 X86_FEATURE(CPUID_7_EBX, 20)
#define X86_FEATURE_UMIP	 X86_FEATURE(CPUID_7_ECX, 2)
#define X86_FEATURE_LA57	 X86_FEATURE(CPUID_7_ECX, 16)
#define X86_FEATURE_NX		 X86_FEATURE(CPUID_80000001_EDX, 20)
#define X86_FEATURE_GBPAGES	 X86_FEATURE(CPUID_80000001_EDX, 26)
#define X86_FEATURE_LM		 X86_FEATURE(CPUID_80000001_EDX, 29)
#define X86_FEATURE_CONSTANT_TSC X86_FEATURE(CPUID_80000007_EDX, 8)

#define X86_CR0_WP		 0x00010000UL
#define X86_CR0_TS		 0x00000008UL
#define X86_CR0_EM		 0x00000004UL
#define X86_CR0_CD		 0x40000000UL
#define X86_CR0_NW		 0x20000000UL
#define X86_CR4_PGE		 0x00000080UL
#define X86_CR4_MCE		 0x00000040UL
#define X86_CR4_UMIP		 0x00000800UL
#define X86_CR4_SMEP		 0x00100000UL
#define X86_CR4_SMAP		 0x00200000UL

#define MSR_MCG_CAP		 0x179
#define MSR_MC0_STATUS		 0x401 /* of bank 0; each bank has four */
#define MSR_MC0_ADDR		 0x402
#define MSR_PAT			 0x277
#define MSR_EFER		 0xc0000080
#define MSR_GS_BASE		 0xc0000101
#define EFER_LMA		 0x400
#define EFER_NX			 0x800

/**
 * struct cpu_info - what CPUID said; immutable after cpu_init()
 * @vendor: as "GenuineIntel"
 * @brand: the long name, or "" where there is none
 * @max_leaf: highest basic leaf
 * @max_extended_leaf: highest extended leaf
 * @phys_bits: width of a physical address
 * @feature: words by enum cpuid_word
 */
struct cpu_info {
	char vendor[13];
	char brand[49];
	u32 max_leaf;
	u32 max_extended_leaf;
	unsigned int family;
	unsigned int model;
	unsigned int stepping;
	unsigned int phys_bits;
	u32 feature[CPUID_NR_WORDS];
};

extern struct cpu_info cpu_info;

/* cpu_has - is feature X86_FEATURE_<x> there? */
#define cpu_has(x) __cpu_has(X86_FEATURE_##x)

static __always_inline bool __cpu_has(unsigned int feature)
{
	return cpu_info.feature[feature / 32] >> (feature % 32) & 1;
}

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	asm volatile("cpuid"
		     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
		     : "a"(leaf), "c"(subleaf));
	return r;
}

static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr"
		     :
		     : "c"(msr), "a"((u32)(value & 0xffffffff)), "d"((u32)(value >> 32))
		     : "memory");
}

#define __CONTROL_REGISTER(reg)                                                 \
	static __always_inline unsigned long read_##reg(void)                   \
	{                                                                       \
		unsigned long value;                                            \
                                                                                \
		asm volatile("movq %%" #reg ", %0" : "=r"(value) : : "memory"); \
		return value;                                                   \
	}                                                                       \
	static __always_inline void write_##reg(unsigned long value)            \
	{                                                                       \
		asm volatile("movq %0, %%" #reg : : "r"(value) : "memory");     \
	}

__CONTROL_REGISTER(cr0)
__CONTROL_REGISTER(cr2)
__CONTROL_REGISTER(cr3)
__CONTROL_REGISTER(cr4)
#undef __CONTROL_REGISTER

static __always_inline void cpu_relax(void)
{
	asm volatile("pause" ::: "memory");
}

/* write_back_caches - what has been written reaches memory, and is read from there again. */
static inline void write_back_caches(void)
{
	asm volatile("wbinvd" ::: "memory");
}

/* boot_apic_id - local APIC id of the running CPU, from CPUID: before the APIC is set up */
static inline u32 boot_apic_id(void)
{
	if (cpuid(0, 0).eax >= 0xb && cpuid(0xb, 0).ebx & 0xffff)
		return cpuid(0xb, 0).edx;
	return cpuid(1, 0).ebx >> 24;
}

/**
 * cpu_init - make this CPU ready for the kernel
 *
 * Reads CPUID, loads GDT, TSS with its exception stacks, and IDT, switches on
 * what the CPU offers of NX, WP, global pages, SMEP and SMAP, programs the PAT,
 * masks the legacy interrupt controllers and calibrates the clock.
 *
 * Context: start-up, once.
 */
void cpu_init(void);

/* cpu_init_percpu - move the boot CPU's tables to its per-CPU area. */
void cpu_init_percpu(void);

/* cpu_init_secondary - the same tables and modes for a CPU that was just started. */
void cpu_init_secondary(void);

/* cpu_print - the CPU's name and the features that matter here, for the boot log. */
void cpu_print(void);

#endif
