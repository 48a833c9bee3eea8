# SPDX-License-Identifier: MIT
# What coverage is measured of: memory management, and the parsers of what the machine says.
covered := mm/% boot/multiboot2.c boot/multiboot2_memory.c boot/memory_map.c boot/user_map.c drivers/acpi_parse.c drivers/acpi_numa.c \
	drivers/acpi_root.c drivers/acpi_power.c drivers/pci_scan.c drivers/pci_bar.c drivers/pci_caps.c \
	drivers/pci_rom.c kernel/cmdline.c kernel/params.c
coverage_flags := -fprofile-instr-generate -fcoverage-mapping
coverage_of = $(if $(COVERAGE),$(if $(filter $(covered),$(1)),$(coverage_flags)))
