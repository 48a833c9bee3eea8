#!/bin/bash
# SPDX-License-Identifier: MIT
# mkiso.sh ISO KERNEL GRUB.CFG [MEMMAP] - a hybrid image that boots from CD or stick, under BIOS and UEFI.
set -euo pipefail
iso=$1 kernel=$2 config=$3 memmap=${4:-}

tree=$(mktemp -d "${iso%/*}/iso.XXXXXX")
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/boot/grub"
cp "$kernel" "$tree/boot/cairn"
cp "$config" "$tree/boot/grub/grub.cfg"
if [ -n "$memmap" ]; then cp "$memmap" "$tree/boot/memmap"; fi
# The UEFI loader that grub-mkrescue makes asks for every part_* there is, and complains of each it misses.
modules=(multiboot2 normal iso9660 fat all_video configfile test echo serial terminal reboot halt minicmd
	 part_acorn part_amiga part_apple part_bsd part_dfly part_dvh part_gpt part_msdos part_plan part_sun
	 part_sunpc)
for mkrescue in grub-mkrescue grub2-mkrescue x86_64-elf-grub-mkrescue i686-elf-grub-mkrescue; do
	if command -v $mkrescue >/dev/null; then break; fi
done
$mkrescue -o "$iso.new" --compress=no --locales= --fonts= --themes= \
	"--install-modules=${modules[*]}" "$tree" >"$tree.log" 2>&1 || {
	cat "$tree.log" >&2
	rm -f "$tree.log" "$iso.new"
	exit 1
}
rm -f "$tree.log"
mv "$iso.new" "$iso"
