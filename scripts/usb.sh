#!/bin/bash
# SPDX-License-Identifier: MIT
# usb.sh IMAGE DEVICE - write the image to a USB stick: a whole, removable, unmounted disk, and only
# after its name was typed once more.
set -euo pipefail
image=$1 device=${2:-}

die() { echo "usb: $*" >&2; exit 1; }
if [ -z "$device" ]; then
	echo "usb: make usb DEV=/dev/sdX, where the removable disks are:" >&2
	lsblk -d -p -o NAME,SIZE,TRAN,RM,MODEL 2>/dev/null | awk 'NR == 1 || / usb | 1 /' >&2
	exit 2
fi
[ -b "$device" ] || die "$device is not a disk"
device=$(readlink -f "$device")
name=${device##*/}
[ -d "/sys/block/$name" ] || die "$device is a partition; name the whole disk"
transport=$(lsblk -d -n -o TRAN "$device" | tr -d ' ')
[ "$(cat "/sys/block/$name/removable")" = 1 ] || [ "$transport" = usb ] ||
	die "$device is neither removable nor on USB; refused"
if lsblk -n -o MOUNTPOINT "$device" | grep -q .; then
	die "$device or a partition of it is mounted or swap; unmount it first"
fi
[ -t 0 ] || die "this asks before it writes, and there is no terminal"
lsblk -d -o NAME,SIZE,TRAN,MODEL "$device"
read -r -p "Everything on $device will be lost. Type $name to write the image: " answer
[ "$answer" = "$name" ] || die "nothing was written"
write=(dd "if=$image" "of=$device" bs=1M conv=fsync status=progress)
if [ -w "$device" ]; then "${write[@]}"; else sudo "${write[@]}"; fi
echo "usb: done; boot the machine from it (BIOS or UEFI, Secure Boot off)"
