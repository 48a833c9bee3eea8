#!/bin/bash
# SPDX-License-Identifier: MIT
# debug.sh KERNEL.elf IMAGE - boot IMAGE stopped, with gdb attached at start_kernel.
#
# The serial line goes to build/debug.log; `cairn log` in gdb shows its end. GDB_ARGS are further
# arguments of gdb, for example GDB_ARGS='-batch -ex "cairn page 1"'. QEMU ends with gdb.
set -euo pipefail
elf=$1 image=$2
here=$(dirname "$0")
log=${elf%/*}/debug.log
socket=$(mktemp -u "${TMPDIR:-/tmp}/cairn-gdb.XXXXXX")
for gdb in x86_64-elf-gdb gdb-multiarch gdb; do
	if command -v $gdb >/dev/null; then break; fi
done

# The debugger has the terminal: an interrupt typed there is for gdb alone.
SERIAL="file:$log" setsid "$here/qemu.sh" "$image" -S -no-reboot -monitor none \
	-chardev "socket,path=$socket,server=on,wait=off,id=gdb" -gdb chardev:gdb </dev/null &
qemu=$!
trap 'kill -- -$qemu 2>/dev/null || true; rm -f "$socket"' EXIT
for _ in $(seq 100); do
	if [ -S "$socket" ]; then break; fi
	kill -0 $qemu || exit 1
	sleep 0.1
done

extra=()
eval "extra=(${GDB_ARGS:-})"
export CAIRN_LOG=$log
status=0
$gdb -q "$elf" -iex "set pagination off" -ex "source $here/gdb/cairn.py" \
	-ex "set architecture i386:x86-64" -ex "target remote $socket" \
	-ex "hbreak start_kernel" -ex "continue" ${extra[@]+"${extra[@]}"} || status=$?
exit $status
