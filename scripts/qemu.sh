#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu.sh IMAGE [QEMU ARGUMENT...]  - boot an image in QEMU, as these variables say:
#   MEM 1G  MACHINE pc  FIRMWARE bios|uefi  CPU qemu64  SMP 1  ACCEL tcg  QEMU_ARGS ""
#   MEDIUM cd|disk|usb                (what the image is put into; default: cd)
#   SCREEN gtk|sdl|none|...           (default: a window where there is a display and a terminal)
#   SERIAL a chardev for the first serial port (default: the terminal)
# qemu.sh --print IMAGE ...           - print the command, one argument a line
# qemu.sh --check                     - say what is wrong with the variables, if anything is
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

# ---- What was asked for: one line says what is wrong with it, and what would be right --------------
wrong() { echo "cairn: $*" >&2; exit 2; }

# offers WHAT NAME - does QEMU's list of WHAT (machine, cpu, accel, display) have NAME?
offers() { qemu-system-x86_64 "-$1" help 2>/dev/null | sed 's/^x86 //' | awk '{ print $1 }' | grep -qxF -e "$2"; }

check_number() { # check_number NAME VALUE LEAST MOST
	if ! [[ $2 =~ ^[0-9]{1,6}$ ]] || [ $((10#$2)) -lt "$3" ] || [ $((10#$2)) -gt "$4" ]; then
		wrong "$1=$2: a number from $3 to $4, as in $1=4"
	fi
}

# In MiB, where QEMU has a number without a letter in MiB.
check_memory() {
	local most=1048576 unit mib
	[[ $1 =~ ^([0-9]{1,9})([kKmMgGtT]?)$ ]] || wrong "MEM=$1: an amount of memory, as in MEM=512M or MEM=4G"
	unit=${BASH_REMATCH[2]}
	mib=$((10#${BASH_REMATCH[1]}))
	case $unit in [kK]) mib=$((mib / 1024)) ;; [gG]) mib=$((mib * 1024)) ;; [tT]) mib=$((mib * 1048576)) ;; esac
	[ "$mib" -ge "$2" ] || wrong "MEM=$1: the loader and Cairn need $2M at least with FIRMWARE=${FIRMWARE:-bios}"
	[ "$mib" -le $most ] || wrong "MEM=$1: QEMU's machine has 1T at the most"
}

check() {
	local least=12
	case ${MACHINE:-pc} in
	pc | q35 | pc,* | q35,*) ;;
	*) offers machine "${MACHINE%%,*}" || wrong "MACHINE=$MACHINE: QEMU has no such machine; MACHINE=pc or MACHINE=q35" ;;
	esac
	case ${FIRMWARE:-bios} in
	bios | seabios) ;;
	uefi | ovmf | efi)
		least=64
		ovmf_code >/dev/null || wrong "FIRMWARE=$FIRMWARE: no UEFI firmware was found; make doctor says what to install" ;;
	*) wrong "FIRMWARE=$FIRMWARE: it is FIRMWARE=bios or FIRMWARE=uefi" ;;
	esac
	case ${ACCEL:-tcg} in
	tcg | tcg,*) ;;
	kvm | kvm,*) [ -w /dev/kvm ] || wrong "ACCEL=kvm: this user cannot open /dev/kvm; ACCEL=tcg needs nothing" ;;
	*) offers accel "${ACCEL%%,*}" || wrong "ACCEL=$ACCEL: this QEMU does not have it; ACCEL=tcg always works" ;;
	esac
	case ${CPU:-qemu64} in
	qemu64 | max | qemu64,* | max,*) ;;
	host*) [[ ${ACCEL:-tcg} == tcg* ]] && wrong "CPU=$CPU: works only with ACCEL=kvm; CPU=max has all that QEMU can do" ;;
	*) offers cpu "${CPU%%,*}" || wrong "CPU=$CPU: QEMU has no such processor; CPU=qemu64 or CPU=max" ;;
	esac
	case ${SCREEN:-none} in
	none) ;;
	*) offers display "${SCREEN%%,*}" || wrong "DISPLAY=$SCREEN: this QEMU has no such display; DISPLAY=none works everywhere" ;;
	esac
	case ${MEDIUM:-cd} in
	cd | disk | usb) ;;
	*) wrong "MEDIUM=$MEDIUM: it is MEDIUM=cd, MEDIUM=disk or MEDIUM=usb" ;;
	esac
	case ${SMP:-1} in *=* | *,*) ;; *) check_number SMP "${SMP:-1}" 1 255 ;; esac
	case ${MEM:-1G} in *=* | *,*) ;; *) check_memory "${MEM:-1G}" $least ;; esac
	(eval "extra=(${QEMU_ARGS:-})") 2>/dev/null || wrong "QEMU_ARGS=$QEMU_ARGS: its quotes do not match"
}

print=
case ${1:-} in
--find-ovmf) ovmf_code; exit ;;
--check) check; exit ;;
--print) print=1; shift ;;
"") sed -n '3,10s/^# \?//p' "$0"; exit 2 ;;
esac
check
image=${1//,/,,} # as QEMU's options have a comma in a name
shift

machine=${MACHINE:-pc}
args=(-machine "$machine" -accel "${ACCEL:-tcg}" -cpu "${CPU:-qemu64}" -smp "${SMP:-1}" -m "${MEM:-1G}")
case ${FIRMWARE:-bios} in
bios | seabios) ;;
uefi | ovmf | efi)
	code=$(ovmf_code)
	args+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$code")
	vars=$(ovmf_vars "$code")
	[ -z "$vars" ] || args+=(-drive "if=pflash,unit=1,format=raw,snapshot=on,file=$vars")
	;;
esac
# The image is a hybrid. What a machine writes to its disk or stick does not reach the file.
case ${MEDIUM:-cd} in
cd) args+=(-drive "media=cdrom,format=raw,readonly=on,file=$image" -boot d) ;;
disk) args+=(-drive "media=disk,format=raw,snapshot=on,file=$image" -boot c) ;;
usb)
	args+=(-device qemu-xhci -drive "if=none,id=stick,format=raw,snapshot=on,file=$image"
		-device "usb-storage,drive=stick,bootindex=0")
	;;
esac
[ "${EXIT_DEVICE:-1}" = 0 ] || args+=(-device "isa-debug-exit,iobase=0xf4,iosize=0x04")
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
case $status in
1) echo "cairn: QEMU did not start, or stopped, with the reason above; make help shows what can be set" >&2 ;;
85) echo "cairn: the kernel panicked (QEMU status 85)" >&2 ;;
esac
exit $status
