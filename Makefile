# SPDX-License-Identifier: MIT
#
# Cairn's build.  `make help` lists what it can do.  Everything made lies in $(O) (build/).
# A source file dropped into one of the directories below is found by itself.

MAKEFLAGS += -rR --no-print-directory
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/bash

# ---- What can be set on the command line -----------------------------------------------------
O	?= build
IMAGE	?= cairn
M	?=
CMDLINE	?=
MEM	?= 1G
MACHINE	?= pc
FIRMWARE ?= bios
CPU	?= qemu64,+rdrand
SMP	?= 1
ACCEL	?= tcg
QEMU_ARGS ?=
V	?= 0

Q := $(if $(filter 1,$(V)),,@)
silent := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say = $(if $(silent),@:,@printf '  %-8s %s\n' $(1) $(2))

# ---- The compiler ----------------------------------------------------------------------------
ifneq ($(LLVM),)
llvm_suffix := $(filter -%,$(LLVM))
CC	:= clang$(llvm_suffix) --target=x86_64-unknown-none-elf
LD	:= ld.lld$(llvm_suffix)
NM	:= llvm-nm$(llvm_suffix)
OBJCOPY	:= llvm-objcopy$(llvm_suffix)
OBJDUMP	:= llvm-objdump$(llvm_suffix)
else
ifeq ($(origin CROSS_COMPILE),undefined)
CROSS_COMPILE := $(shell for p in x86_64-elf- x86_64-linux-gnu-; do \
	command -v $${p}gcc >/dev/null && command -v $${p}ld >/dev/null && { echo $$p; break; }; done)
endif
CC	:= $(CROSS_COMPILE)gcc
LD	:= $(CROSS_COMPILE)ld
NM	:= $(CROSS_COMPILE)nm
OBJCOPY	:= $(CROSS_COMPILE)objcopy
OBJDUMP	:= $(CROSS_COMPILE)objdump
endif

compiler_include := $(shell $(CC) -print-file-name=include 2>/dev/null)

CPPFLAGS := -nostdinc -isystem $(compiler_include) -Iinclude -Iarch/x86_64/include
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wundef -Wvla \
	$(if $(WERROR),-Werror)
CODEGEN	:= -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -m64 -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fno-stack-protector -fno-strict-aliasing -fno-common \
	-fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
	-fwrapv -ffunction-sections
CFLAGS	:= $(CODEGEN) $(WARNINGS)
AFLAGS	:= -m64 -g -D__ASSEMBLY__ -Wa,--noexecstack
LDFLAGS	:= -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none \
	--warn-unresolved-symbols

# Flags of one file: CFLAGS_<path without .c>.o = ...

# ---- Sources and objects ---------------------------------------------------------------------
sources := $(sort $(wildcard boot/*.[cS] arch/x86_64/*.[cS] mm/*.c kernel/*.c lib/*.c drivers/*.c \
	tests/*.c tests/bench/*.c))
objects := $(patsubst %,$(O)/%.o,$(basename $(sources)))
linker_script := $(firstword $(wildcard linker.ld arch/x86_64/linker.ld) linker.ld)
elf := $(O)/$(IMAGE).elf
iso := $(O)/$(IMAGE).iso

.PHONY: all objects elf iso clean FORCE
all: $(if $(wildcard kernel/main.c),iso,objects)
objects: $(objects)
elf: $(elf)
iso: $(iso)

# $(call if-changed,text): rewrites $@ only where the text differs, so that what
# depends on it is made again only then.
define if-changed
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(strip $(1)))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(strip $(1)))' > $@
endef

flag_variables := $(foreach v,$(sort $(filter CFLAGS_%,$(.VARIABLES))),$(v)=$($(v)))
compiler_version := $(shell $(CC) --version 2>/dev/null | head -n 1)
$(O)/.flags: FORCE
	$(call if-changed,$(CC) $(compiler_version) $(CPPFLAGS) $(CFLAGS) $(AFLAGS) $(flag_variables))
$(O)/.$(IMAGE).link: FORCE
	$(call if-changed,$(LD) $(LDFLAGS) $(objects))

modname = $(subst -,_,$(basename $(notdir $(1))))
$(O)/%.o: %.c $(O)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DKBUILD_MODNAME='"$(call modname,$<)"' $(CFLAGS_$*.o) \
		-MMD -MP -MF $(@:.o=.d) -c $< -o $@

$(O)/%.o: %.S $(O)/.flags
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(AFLAGS) $(CFLAGS_$*.o) -MMD -MP -MF $(@:.o=.d) -c $< -o $@

$(elf): $(objects) $(linker_script) $(O)/.$(IMAGE).link
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T $(linker_script) -Map $(@:.elf=.map) -o $@ $(objects)

$(O)/$(IMAGE).stripped: $(elf)
	$(Q)$(OBJCOPY) -S $< $@

# ---- The bootable image ----------------------------------------------------------------------
$(O)/$(IMAGE).grub.cfg: iso/boot/grub/grub.cfg scripts/grub-cfg.py FORCE
	@mkdir -p $(@D)
	@CMDLINE='$(subst ','\'',$(CMDLINE))' python3 scripts/grub-cfg.py $< > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(iso): $(O)/$(IMAGE).stripped $(O)/$(IMAGE).grub.cfg scripts/mkiso.sh
	$(call say,ISO,$@)
	$(Q)scripts/mkiso.sh $@ $(O)/$(IMAGE).stripped $(O)/$(IMAGE).grub.cfg

clean:
	rm -rf $(O)

-include $(objects:.o=.d)
