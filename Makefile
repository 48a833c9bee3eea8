# SPDX-License-Identifier: MIT
#
# Cairn's build.  `make help` lists what it can do.  Everything made lies in $(O) (build/).
# A source file dropped into one of the directories below is found by itself.

include scripts/say.mk
.DEFAULT_GOAL := all
$(if $(filter oneshell,$(.FEATURES)),,$(error Cairn needs GNU make 4.0 or later (on macOS: brew install make; gmake)))

# ---- What can be set on the command line -----------------------------------------------------
# A kernel that checks each access to memory is a build of its own: docs/kasan.md
KASAN	 ?=
LLVM	 ?=
# 0 is no, as nothing is
ifneq ($(filter 0,$(KASAN) $(LLVM)),)
override KASAN := $(filter-out 0,$(KASAN))
override LLVM := $(filter-out 0,$(LLVM))
endif
O	 ?= build$(if $(KASAN),/kasan)
IMAGE	 ?= cairn
# The kernel in the image; images that differ in their boot menus only may have one kernel.
KERNEL	 ?= $(IMAGE)
M	 ?=
CMDLINE	 ?=
MEMMAP	 ?=
MEM	 ?= 1G
MACHINE	 ?= pc
FIRMWARE ?= bios
CPU	 ?= qemu64
SMP	 ?= 1
ACCEL	 ?= tcg
QEMU_ARGS ?=

# $(call quote,text): one word for the shell
quote = '$(subst ','\'',$(1))'
# What of paths make or the shell would take for something else, but blanks
odd_in = $(shell printf '%s' $(call quote,$(1)) | LC_ALL=C tr -d ' a-zA-Z0-9/._,+@~!\200-\377-')
$(if $(call odd_in,$(O))$(filter-out 1,$(words $(O))),$(error O=$(O): a directory whose path has no spaces nor : % # and the like))
comma := ,

# make runs a line that has $(MAKE) in it with -n, too: those that do more than make something say it instead.
unless_dry := $(if $(findstring n,$(firstword -$(MAKEFLAGS))),echo )

# ---- The compiler ----------------------------------------------------------------------------
ifneq ($(LLVM),)
llvm_suffix := $(filter -%,$(LLVM))
# clang has the checks of KASAN=1 only where there is an operating system.
CC	:= clang$(llvm_suffix) --target=x86_64-$(if $(KASAN),linux-gnu,unknown-none-elf)
LD	:= ld.lld$(llvm_suffix)
NM	:= llvm-nm$(llvm_suffix)
OBJCOPY	:= llvm-objcopy$(llvm_suffix)
OBJDUMP	:= llvm-objdump$(llvm_suffix)
export LLVM
export LLVM_SUFFIX := $(llvm_suffix)
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

# Compilers warn of new things as they age; only CI, which sets WERROR=1, stops at a warning.
WERROR	?=

compiler_include := $(shell $(CC) -print-file-name=include 2>/dev/null)

CPPFLAGS := -nostdinc -isystem $(compiler_include) -Iinclude -Iarch/x86_64/include
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wundef -Wvla \
	$(if $(filter 1,$(WERROR)),-Werror)
# The same bytes wherever the tree lies: what is built names its sources from the tree's top.
same_anywhere := -ffile-prefix-map=$(call quote,$(CURDIR))=.
CODEGEN	:= -std=gnu11 -O2 -gdwarf-5 -ffreestanding -fno-pic -fno-pie -m64 -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fno-stack-protector -fno-strict-aliasing -fno-common \
	-fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
	-fwrapv -ffunction-sections $(same_anywhere)
ifneq ($(KASAN),)
CPPFLAGS += -DCONFIG_KASAN
kasan_param = $(if $(LLVM),-mllvm -$(1),--param $(1))
# Backtraces are the half of a report: nobody leaves by jumping.
KASAN_CFLAGS := -fsanitize=kernel-address -fno-optimize-sibling-calls \
	$(if $(LLVM),-mllvm -asan-mapping-offset=,-fasan-shadow-offset=)0xdffffc0000000000 \
	$(call kasan_param,asan-instrumentation-with-call-threshold=0) \
	$(call kasan_param,asan-stack=0) $(call kasan_param,asan-globals=1)
# Who checks is not checked, nor the walk along the stack at each change of hands.
unchecked := mm/kasan mm/kasan_shadow mm/kasan_report mm/kasan_globals arch/x86_64/kasan_init \
	arch/x86_64/stacktrace arch/x86_64/stack
endif
CFLAGS	:= $(CODEGEN) $(WARNINGS)

AFLAGS	:= -m64 -gdwarf-5 $(same_anywhere) -D__ASSEMBLY__ -Wa,--noexecstack
LDFLAGS	:= -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none

# Flags of one file: CFLAGS_<path without .c>.o = ...
# A frame costs three instructions where the whole function has twenty; functions that
# call nobody need none for a backtrace.
CFLAGS_mm/kmalloc.o = -momit-leaf-frame-pointer
CFLAGS_mm/slab_cache.o = -momit-leaf-frame-pointer
CFLAGS_mm/mempool.o = -momit-leaf-frame-pointer
CFLAGS_mm/util.o = -momit-leaf-frame-pointer

# The source of a module is its author's; it is held to what a Linux build holds it to.
MODULE_CFLAGS := $(CODEGEN) -DMODULE -Wall -Wno-unused -Wno-format -Wno-pointer-sign \
	-Wno-strict-prototypes -Wno-missing-prototypes -Wno-unused-but-set-variable

# COVERAGE=1, with LLVM=1: count what runs, of the sources that scripts/covered.mk names.
# scripts/coverage.py takes the counters out of the machine's memory.
COVERAGE ?=
include scripts/covered.mk
# For a target without an operating system clang has counters registered when programs start.
ifneq ($(COVERAGE),)
CC	:= clang$(llvm_suffix) --target=x86_64-unknown-linux-gnu
endif

# ---- Sources and objects ---------------------------------------------------------------------
sources := $(sort $(wildcard boot/*.[cS] arch/x86_64/*.[cS] mm/*.c kernel/*.c lib/*.c block/*.c drivers/*.c \
	tests/*.c tests/bench/*.c))
sources := $(filter-out $(if $(KASAN),,mm/kasan% arch/x86_64/kasan%),$(sources))
objects := $(patsubst %,$(O)/%.o,$(basename $(sources)))
elf	:= $(O)/$(KERNEL).elf
iso	:= $(O)/$(IMAGE).iso

# Modules: every .c of the directory M, each with a name of its own.
# The name of the module of each source
modname = $(subst -,_,$(basename $(notdir $(1))))
ifneq ($(M),)
ifneq ($(words $(M)),1)
$(error M=$(M): a directory whose path has no spaces)
endif
$(if $(call odd_in,$(value M)),$(error M=$(value M): a directory whose path has no $(call odd_in,$(value M))))
# Absolute, unless this directory's own path is one that cannot be.
module_dir := $(if $(word 2,$(abspath $(M)))$(call odd_in,$(abspath $(M))),$(M),$(abspath $(M)))
module_sources := $(sort $(filter-out %.mod.c,$(wildcard $(module_dir)/*.c)))
$(if $(module_sources),,$(error M=$(M): there is no .c file in that directory))
$(if $(filter-out $(module_dir)/%.c,$(module_sources)),$(error M=$(M): the name of a .c file there has a blank; rename it))
$(if $(call odd_in,$(module_sources)),$(error M=$(M): the name of a .c file there has $(call odd_in,$(module_sources)); rename it))
$(if $(filter-out $(words $(sort $(call modname,$(module_sources)))),$(words $(module_sources))),$(error \
	M=$(M): two .c files there make modules of one name, since - counts as _; rename one))
endif
module_object = $(O)/modules/$(subst ../,up/,$(patsubst /%,%,$(1:.c=.ko.o)))
module_objects := $(foreach s,$(module_sources),$(call module_object,$(s)))

.PHONY: all elf iso objects image kernel FORCE

# Of several things that a person calls for, each starts make anew: one after the other.
ifneq ($(if $(filter 0,$(MAKELEVEL)),$(word 2,$(MAKECMDGOALS))),)
.NOTPARALLEL:
endif

# What a person calls first sees to the tools, then starts make anew, which finds them.
all iso:
	@scripts/setup.sh build image
	@$(MAKE) image
elf:
	@scripts/setup.sh build
	@$(MAKE) kernel

objects: $(objects) $(module_objects)
kernel: $(elf) $(O)/compile_commands.json
image: $(iso) $(O)/compile_commands.json

# $(call if-changed,text): rewrites $@ only where the text differs, so that what
# depends on it is made again only then.
define if-changed
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(strip $(1))) | cmp -s - $@ || \
		printf '%s\n' $(call quote,$(strip $(1))) > $@
endef

flag_variables := $(foreach v,$(sort $(filter CFLAGS_%,$(.VARIABLES))),$(v)=$($(v)))
compiler_version := $(shell $(CC) --version 2>/dev/null | head -n 1)
$(O)/.flags: FORCE
	$(call if-changed,$(CC) $(compiler_version) $(CPPFLAGS) $(CFLAGS) $(KASAN_CFLAGS) $(unchecked) $(AFLAGS) $(flag_variables))
$(O)/.$(KERNEL).link: FORCE
	$(call if-changed,$(LD) $(LDFLAGS) $(objects) $(module_objects))

$(O)/%.o: %.c $(O)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DKBUILD_MODNAME='"$(call modname,$<)"' $(CFLAGS_$*.o) $(call coverage_of,$<) \
		$(if $(filter $(unchecked),$*),,$(KASAN_CFLAGS)) \
		-MMD -MP -MF $(@:.o=.d) -c $< -o $@

$(O)/%.o: %.S $(O)/.flags
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(AFLAGS) $(CFLAGS_$*.o) -MMD -MP -MF $(@:.o=.d) -c $< -o $@

# A module: its source and a record of it, joined; then every name but those it exports is local.
define module_rule
$(call module_object,$(1)): $(1) scripts/module_record.c $(O)/.flags
	$$(call say,MODULE,$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS) $$(MODULE_CFLAGS) $$(KASAN_CFLAGS) -I$(module_dir) \
		-DKBUILD_MODNAME='"$(call modname,$(1))"' \
		-MMD -MP -MF $$(@:.o=.d) -MT $$@ -c $(1) -o $$(@:.ko.o=.o) || \
		{ echo "cairn: M=$$(M): $(notdir $(1)) does not compile; nothing was built" >&2; exit 1; }
	$$(Q)$$(CC) $$(CPPFLAGS) $$(CFLAGS) -DMODULE -DKBUILD_MODNAME='"$(call modname,$(1))"' \
		-c scripts/module_record.c -o $$(@:.ko.o=.record.o)
	$$(Q)$$(LD) -r -o $$(@:.ko.o=.all.o) $$(@:.ko.o=.o) $$(@:.ko.o=.record.o)
	$$(Q)$$(OBJCOPY) --keep-global-symbol=__no_name -R .discard.export \
		$$$$($$(NM) $$(@:.ko.o=.all.o) | sed -n 's/.* __module_export_/--keep-global-symbol=/p') \
		$$(@:.ko.o=.all.o) $$@
endef
$(foreach s,$(module_sources),$(eval $(call module_rule,$(s))))

# Linked twice: the second time with the table of symbols that the first link gave.
$(elf): $(objects) $(module_objects) linker.ld scripts/symbols.py scripts/elf.py $(O)/.$(KERNEL).link
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -o $@.first $(objects) $(module_objects)
	$(Q)python3 scripts/symbols.py $@.first > $(@:.elf=.symbols.S)
	$(Q)$(CC) $(AFLAGS) -c $(@:.elf=.symbols.S) -o $(@:.elf=.symbols.o)
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -Map $(@:.elf=.map) -o $@ $(objects) $(module_objects) \
		$(@:.elf=.symbols.o)
	@rm -f $@.first

$(O)/$(KERNEL).stripped: $(elf)
	$(Q)$(OBJCOPY) -S $< $@

$(O)/.sources: FORCE
	$(call if-changed,$(sources) $(module_sources))
$(O)/compile_commands.json: $(O)/.flags $(O)/.sources scripts/compile_commands.py
	@python3 scripts/compile_commands.py $(call quote,$(flag_variables)) \
		$(call quote,$(CC) $(CPPFLAGS) $(CFLAGS) $(KASAN_CFLAGS)) $(sources) -- \
		$(call quote,$(CC) $(CPPFLAGS) $(MODULE_CFLAGS) $(KASAN_CFLAGS) -I$(module_dir)) $(module_sources) > $@

# ---- The bootable image ----------------------------------------------------------------------
$(O)/$(IMAGE).grub.cfg: iso/boot/grub/grub.cfg scripts/grub_cfg.py FORCE
	@mkdir -p $(@D)
	@CMDLINE=$(call quote,$(value CMDLINE)) MEMMAP=$(call quote,$(MEMMAP)) python3 scripts/grub_cfg.py $< > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(iso): $(O)/$(KERNEL).stripped $(O)/$(IMAGE).grub.cfg scripts/mkiso.sh $(MEMMAP)
	$(call say,ISO,$@)
	$(Q)scripts/mkiso.sh $@ $(O)/$(KERNEL).stripped $(O)/$(IMAGE).grub.cfg $(MEMMAP)

# ---- Running it ------------------------------------------------------------------------------
.PHONY: run debug screenshot usb

# DISPLAY given to make is QEMU's display; the one in the environment is the X server's.
SCREEN := $(if $(filter command line,$(origin DISPLAY)),$(DISPLAY))
machine = MEM=$(call quote,$(MEM)) MACHINE=$(call quote,$(MACHINE)) FIRMWARE=$(call quote,$(FIRMWARE)) \
	CPU=$(call quote,$(CPU)) SMP=$(call quote,$(SMP)) ACCEL=$(call quote,$(ACCEL)) \
	SCREEN=$(call quote,$(SCREEN)) QEMU_ARGS=$(call quote,$(QEMU_ARGS))
wants_window := $(if $(filter none,$(SCREEN)),,$(if $(DISPLAY)$(WAYLAND_DISPLAY),display))

run:
	@scripts/setup.sh build image run $(wants_window)
	@$(machine) scripts/qemu.sh --check
	@$(MAKE) image
	@$(machine) scripts/qemu.sh $(iso)

debug:
	@scripts/setup.sh build image run debug
	@$(machine) scripts/qemu.sh --check
	@$(MAKE) image
	@$(machine) scripts/debug.sh $(elf) $(iso)

screenshot:
	@scripts/setup.sh build image run
	@$(machine) scripts/qemu.sh --check
	@$(MAKE) image
	@$(machine) python3 scripts/screenshot.py $(iso) $(or $(PNG),$(O)/screenshot.png)

usb:
	@scripts/setup.sh build image
	@$(MAKE) image
	@scripts/usb.sh $(iso) $(call quote,$(DEV))

# ---- Testing it, on machines -----------------------------------------------------------------
.PHONY: test kasan-test soak bad-inputs api-status

TESTS ?=
test:
	@scripts/setup.sh build image run $(if $(KASAN),,test)
	@$(MAKE) image
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) KASAN=$(KASAN) tests/run $(TESTS)

# The tests on a kernel that checks each access: docs/kasan.md
kasan-test:
	@$(MAKE) KASAN=1 test

# These have other defaults than the machine of make run.
given = $(if $(filter command line environment,$(origin $(1))),$($(1)))
OPERATIONS ?=
ROUNDS ?=
SEED ?=
REPLAY ?=
THREADS ?=
soak:
	@scripts/setup.sh build image run
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) OPERATIONS=$(OPERATIONS) ROUNDS=$(ROUNDS) SEED=$(SEED) \
		REPLAY=$(REPLAY) THREADS=$(THREADS) \
		SMP=$(call quote,$(call given,SMP)) MEM=$(call given,MEM) MACHINE=$(call quote,$(MACHINE)) \
		CPU=$(call quote,$(CPU)) CMDLINE=$(call quote,$(value CMDLINE)) QEMU_ARGS=$(call quote,$(QEMU_ARGS)) \
		tests/soak

# Every bad input that a machine can be given, a boot each, in the process too; then the table of them.
ROWS ?=
bad-inputs:
	@scripts/setup.sh build image run host
	@$(MAKE) image
	@$(MAKE) $(call host_variant,gcc) bad-inputs ROW=$(call quote,$(ROWS))
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) tests/bad-inputs $(ROWS)
	@$(if $(ROWS),,python3 scripts/bad_inputs_status.py $(O) docs/bad-inputs.md)

# The table of promises and tests, made anew from the logs of the last make test.
api-status:
	@python3 scripts/api_status.py tests/api.tsv $(O)/tests docs/api-status.md

# ---- The second port: the same sources as a process of this machine ---------------------------
# A variant is a compiler, and -asan where it checks addresses and undefined behaviour, -tsan
# where it checks for races between CPUs.
all_host_variants := gcc gcc-asan gcc-tsan gcc-valgrind clang clang-asan
HOST_VARIANTS ?= $(all_host_variants)
$(foreach v,$(filter-out $(all_host_variants),$(HOST_VARIANTS)),\
	$(error HOST_VARIANTS=$(v): there are $(all_host_variants)))
# The programs beside the tests need one that has all of the address space, and in which mistakes
# on purpose are not the last.
plain_variant := $(or $(firstword $(filter-out %-tsan %-valgrind %-asan,$(HOST_VARIANTS))),gcc)
.PHONY: host host-test $(addprefix host-,$(all_host_variants)) host-misuse host-fail host-malloc host-memblock host-bench

# $(call host_variant,NAME), $(preload), $(identity): arguments for the makefile of the port, of malloc() on
# its allocators for programs of others, and of the boot-time allocator for programs
host_variant = -f arch/hosted/Makefile O=$(O)/host$(patsubst -gcc%,%,-$(1)) \
	CC=$(firstword $(subst -, ,$(1))) $(if $(findstring tsan,$(1)),SAN=thread CPUS=4,$(if $(findstring valgrind,$(1)),VALGRIND=1 CPUS=1,$(if $(findstring asan,$(1)),SAN=address$(comma)undefined)))
preload = -f arch/preload/Makefile O=$(O)/host
identity = -f arch/memblock/Makefile O=$(O)/host

host:
	@scripts/setup.sh host
	@$(MAKE) $(call host_variant,gcc)
	@$(MAKE) $(preload)
	@$(MAKE) $(identity)

$(addprefix host-,$(all_host_variants)): host-%:
	@$(MAKE) $(call host_variant,$*) test
	@$(if $(or $(findstring tsan,$*),$(findstring valgrind,$*)),,$(MAKE) $(call host_variant,$*) replay bad-inputs)

host-test:
	@scripts/setup.sh host $(if $(findstring clang,$(HOST_VARIANTS)),hostclang) $(findstring valgrind,$(HOST_VARIANTS))
	@$(MAKE) $(addprefix host-,$(HOST_VARIANTS))
	@$(foreach v,$(filter-out %-asan %-valgrind,$(HOST_VARIANTS)),\
		$(MAKE) $(call host_variant,$(v)) machines &&) true
	@$(MAKE) $(call host_variant,$(plain_variant)) memmaps

# Parts of host-test: a process for each misuse, and a few runs of each test with an allocation
# failing.  host-fail has each allocation of each test fail: 45 minutes.  FAIL="--ms 5000 slab* vmalloc.*"
# is less of it.
host-test: host-misuse
host-misuse:
	@scripts/setup.sh host
	@$(MAKE) $(call host_variant,$(plain_variant)) death fail-quick
host-fail:
	@scripts/setup.sh host
	@$(MAKE) $(call host_variant,gcc) fail FAIL=$(call quote,$(FAIL))

# Programs that run on malloc() over the same sources; without those that are not to be had.
PROGRAMS ?=
host-malloc:
	@scripts/setup.sh host
	@$(if $(PROGRAMS),,scripts/setup.sh programs || true)
	@$(MAKE) $(preload) test PROGRAMS=$(call quote,$(PROGRAMS))

host-memblock:
	@scripts/setup.sh host
	@$(MAKE) $(identity) test

# At the machine's own speed, beside other allocators.
host-bench:
	@scripts/setup.sh host
	@scripts/setup.sh mallocs || true
	@$(MAKE) $(preload) bench ROUNDS=$(or $(ROUNDS),5)

# ---- How well it is tested -------------------------------------------------------------------
.PHONY: fuzz fuzz-seeds coverage mutation

# Each target of tests/fuzz/, TIME seconds long, JOBS at a time; FUZZ names some of them.
TIME ?= 60
JOBS ?= $(shell nproc)
FUZZ ?=
fuzz:
	@scripts/setup.sh host hostclang fuzz
	@$(MAKE) -j$(JOBS) -f arch/hosted/Makefile O=$(O)/fuzz CC=clang SAN=address,undefined FUZZER=1 $(O)/fuzz/cairn-fuzz
	@python3 tests/fuzz/run.py $(O)/fuzz/cairn-fuzz $(O)/fuzz $(TIME) $(JOBS) $(FUZZ)

fuzz-seeds:
	@python3 tests/fuzz/seeds.py tests/fuzz/corpus

# Which lines and branches of mm/ and of the parsers the tests reach, in both ports together.
coverage:
	@LLVM=1 scripts/setup.sh build image run host hostclang coverage
	@$(MAKE) LLVM=1 COVERAGE=1 O=$(O)/coverage/kernel image
	@$(MAKE) -f arch/hosted/Makefile CC=clang COVERAGE=1 O=$(O)/coverage/host all $(addprefix $(O)/coverage/host/cairn-,death fail)
	@python3 scripts/coverage.py $(O)/coverage

# Small faults in mm/, N of them drawn by SEED, and how many the tests notice.
N ?= 300
mutation:
	@scripts/setup.sh host
	@python3 tests/mutation/run.py -n $(N) -s $(or $(SEED),1) -o $(O)/mutation $(FILES)

# ---- What it costs ---------------------------------------------------------------------------
.PHONY: bench bench-smp figures

CASE ?=
bench:
	@scripts/setup.sh build image run
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) KASAN=$(KASAN) CMDLINE=$(call quote,$(value CMDLINE)) tests/bench/run $(CASE)

bench-smp:
	@scripts/setup.sh build image run
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) tests/bench/run-smp $(CASE)

# The documents' figures and picture, made anew.
figures:
	@scripts/setup.sh build image run
	@$(unless_dry)MAKE=$(call quote,$(MAKE)) O=$(O) LLVM=$(LLVM) scripts/figures.py README.md docs/performance.md docs/page-allocator.md docs/debugging.md
	@$(MAKE) screenshot PNG=docs/screenshot.png

# ---- The sources, and the rest ---------------------------------------------------------------
.PHONY: lint format doctor clean help

CHECKS ?=
lint:
	@scripts/setup.sh build lint
	@$(MAKE) $(O)/compile_commands.json
	@CC=$(call quote,$(CC)) NM=$(NM) CPPFLAGS=$(call quote,$(CPPFLAGS)) CODEGEN=$(call quote,$(CODEGEN)) \
		scripts/lint.sh $(O) $(CHECKS)

format:
	@scripts/setup.sh lint
	@git ls-files '*.c' '*.h' | grep -v -e ^tests/modules/ -e ^tests/bench/mmbench.c | xargs clang-format -i

doctor:
	@scripts/setup.sh --doctor

clean:
	rm -rf $(O)

help:
	@cat scripts/help.txt

-include $(objects:.o=.d) $(module_objects:.o=.d)
