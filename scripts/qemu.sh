#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu.sh IMAGE [QEMU ARGUMENT...]  - boot an image in QEMU, as these variables say:
#   MEM 1G  MACHINE pc  FIRMWARE bios|uefi  CPU qemu64  SMP 1  ACCEL tcg  QEMU_ARGS ""
#   SCREEN gtk|sdl|none|...           (default: a window where there is a display and a terminal)
#   SERIAL a chardev for the first serial port (default: the terminal)
# qemu.sh --print IMAGE ...           - print the command, one argument a line
# qemu.sh --find-ovmf                 - print the UEFI firmware's file
set -euo pipefail

# Code and variables of OVMF as the distributions place them.
ovmf_code() {
	local f
	for f in "${OVMF_CODE:-}" /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd \
		/usr/share/edk2/ovmf/OVMF_CODE.fd /usr/share/edk2/x64/OVMF_CODE.4m.fd \
		/usr/share/edk2-ovmf/x64/OVMF_CODE.fd /usr/share/qemu/ovmf-x86_64-4m-code.bin \
		/usr/share/qemu/ovmf-x86_64-code.bin /opt/homebrew/share/qemu/edk2-x86_64-code.fd \
		/usr/local/share/qemu/edk2-x86_64-code.fd /usr/share/qemu/edk2-x86_64-code.fd; do
		if [ -n "$f" ] && [ -e "$f" ]; then echo "$f"; return; fi
	done
	return 1
}
ovmf_vars() {
	local code=$1 vars
	for vars in "${code/CODE/VARS}" "${code/-code/-vars}" "${code/x86_64-code/i386-vars}"; do
		if [ "$vars" != "$code" ] && [ -e "$vars" ]; then echo "$vars"; return; fi
	done
}

find_screen() {
	local d
	if [ -n "${SCREEN:-}" ]; then echo "$SCREEN"; return; fi
	if [ -t 0 ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
		for d in gtk sdl cocoa; do
			if qemu-system-x86_64 -display help | grep -qx $d; then echo $d; return; fi
		done
	fi
	echo none
}

# Make puts its own DISPLAY= into the environment; the X server's is what make was started with.
if [ -n "${SCREEN:-}" ] && [ "${DISPLAY:-}" = "$SCREEN" ]; then
	unset DISPLAY
	if [ -r "/proc/$PPID/environ" ]; then
		DISPLAY=$(tr '\0' '\n' <"/proc/$PPID/environ" | sed -n 's/^DISPLAY=//p')
	fi
	[ -z "${DISPLAY:-}" ] || export DISPLAY
fi

print=
case ${1:-} in
--find-ovmf) ovmf_code; exit ;;
--print) print=1; shift ;;
"") sed -n '3,8s/^# \?//p' "$0"; exit 2 ;;
esac
image=$1
shift

machine=${MACHINE:-pc}
args=(-machine "$machine" -accel "${ACCEL:-tcg}" -cpu "${CPU:-qemu64}" -smp "${SMP:-1}" -m "${MEM:-1G}")
case ${FIRMWARE:-bios} in
bios | seabios) ;;
uefi | ovmf | efi)
	code=$(ovmf_code) || { echo "qemu.sh: no UEFI firmware found; see make doctor" >&2; exit 1; }
	args+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$code")
	vars=$(ovmf_vars "$code")
	[ -z "$vars" ] || args+=(-drive "if=pflash,unit=1,format=raw,snapshot=on,file=$vars")
	;;
*) echo "qemu.sh: FIRMWARE=$FIRMWARE: it is bios or uefi" >&2; exit 2 ;;
esac
args+=(-drive "media=cdrom,format=raw,readonly=on,file=$image" -boot d)
args+=(-device "isa-debug-exit,iobase=0xf4,iosize=0x04")
case $machine in isapc*) ;; *) args+=(-nic none) ;; esac
case $machine:${EDU:-1} in isapc*:* | *:0) ;; *) args+=(-device edu) ;; esac

screen=$(find_screen)
args+=(-display "$screen")
if [ -n "${SERIAL:-}" ]; then
	args+=(-serial "$SERIAL")
elif [ -t 0 ]; then
	args+=(-serial mon:stdio)
else
	args+=(-serial stdio -monitor none)
fi
# Words, as a shell takes them apart.
extra=()
eval "extra=(${QEMU_ARGS:-})"
args+=(${extra[@]+"${extra[@]}"} "$@")

if [ -n "$print" ]; then
	printf '%s\n' qemu-system-x86_64 "${args[@]}"
	exit
fi
if [ -t 0 ] && [ -z "${SERIAL:-}" ]; then
	echo "cairn: leave QEMU with Ctrl-A x, its monitor is Ctrl-A c" >&2
fi
status=0
qemu-system-x86_64 "${args[@]}" || status=$?
[ $status != 85 ] || echo "cairn: the kernel panicked (QEMU status 85)" >&2
exit $status
