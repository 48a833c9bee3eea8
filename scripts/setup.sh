#!/bin/bash
# SPDX-License-Identifier: MIT
# setup.sh GROUP...   - see to it that the tools of these groups are there: build image run display test
#                       host hostclang valgrind fuzz programs coverage mallocs lint debug
# setup.sh --doctor   - list every tool, its version, the version tested with, and what to do
# setup.sh --table    - print the table of tools
#
# What is missing is named and, where there is apt, installed. Elsewhere the command that installs
# it is printed and the build stops. LLVM=1 asks for clang and lld instead of gcc.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(uname -m)
[ "$host" != arm64 ] || host=aarch64
system=$(uname -s)

# ---- How each tool is looked for -----------------------------------------------------------------
has() { command -v "$1" >/dev/null 2>&1; }
first() { local c; for c in "$@"; do has "$c" && { command -v "$c"; return; }; done; return 1; }
first_file() { local f; for f in "$@"; do [ -e "$f" ] && { echo "$f"; return; }; done; return 1; }

# Compiler and linker of one prefix, in the Makefile's order.
find_of_prefix() {
	local p
	if [ -n "${CROSS_COMPILE+given}" ]; then first "$CROSS_COMPILE$1"; return; fi
	for p in x86_64-elf- x86_64-linux-gnu-; do
		if has "${p}gcc" && has "${p}ld"; then first "$p$1"; return; fi
	done
	[ "$host" = x86_64 ] && first "$1"
}
find_cc() { find_of_prefix gcc; }
find_ld() { find_of_prefix ld; }
find_clang() { first "clang${LLVM_SUFFIX:-}"; }
find_lld() { first "ld.lld${LLVM_SUFFIX:-}"; }
find_llvm() { first "llvm-objcopy${LLVM_SUFFIX:-}"; }
find_hostcc() { [ "$host" = x86_64 ] && first gcc; }
find_libc() { first_file /usr/include/stdlib.h; }
find_asan() { has gcc && first_file "$(gcc -print-file-name=libasan.so)"; }
find_sqlite() { first sqlite3; }
find_make() { first gmake make; }
find_git() { first git; }
find_xz() { first xz; }
find_redis() { has redis-benchmark && first redis-server; }
find_tsan() { has gcc && first_file "$(gcc -print-file-name=libtsan.so)"; }
find_setarch() { first setarch; }
find_valgrind() { first valgrind; }
find_mimalloc() { first_file /usr/lib/*/libmimalloc.so.2* /usr/lib*/libmimalloc.so.2*; }
find_jemalloc() { first_file /usr/lib/*/libjemalloc.so.2 /usr/lib*/libjemalloc.so.2; }
find_tcmalloc() { first_file /usr/lib/*/libtcmalloc_minimal.so.4 /usr/lib*/libtcmalloc_minimal.so.4; }
find_hostclang() { [ "$host" = x86_64 ] && first clang; }
find_clangrt() { has clang && first_file "$(clang -print-resource-dir)"/lib/*/libclang_rt.asan*; }
find_llvmcov() { first llvm-cov; }
find_profilert() { has clang && first_file "$(clang -print-resource-dir)"/lib/*/libclang_rt.profile*; }
find_hostlld() { first ld.lld; }
find_hostld() { first ld; }
find_libfuzzer() { has clang && first_file "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer_no_main*; }
find_libstdcxx() { has gcc && first_file "$(gcc -print-file-name=libstdc++.a)"; }
find_python() { first python3; }
find_mkrescue() { first grub-mkrescue grub2-mkrescue x86_64-elf-grub-mkrescue i686-elf-grub-mkrescue; }
grub_dirs() { echo /usr/lib/grub /usr/lib/grub2 /usr/share/grub2 /opt/homebrew/lib/*-elf/grub /usr/local/lib/*-elf/grub; }
find_grub_platform() {
	local d
	for d in $(grub_dirs); do [ -e "$d/$1/multiboot2.mod" ] && { echo "$d/$1"; return; }; done
	return 1
}
find_grub_bios() { find_grub_platform i386-pc; }
find_grub_efi() { find_grub_platform x86_64-efi; }
find_xorriso() { first xorriso; }
find_mtools() { first mformat; }
find_qemu() { first qemu-system-x86_64; }
find_ovmf() { scripts/qemu.sh --find-ovmf; }
find_gtk() { first_file /usr/lib/*/qemu/ui-gtk.so /usr/lib*/qemu/ui-gtk.so /usr/lib*/qemu-kvm/ui-gtk.so ||
	{ has qemu-system-x86_64 && qemu-system-x86_64 -display help 2>/dev/null | grep -xqE 'gtk|sdl|cocoa' && find_qemu; }; }
find_procps() { has vmstat && has free && first slabtop; }
find_unshare() { has mount && first unshare; }
find_gdb() { first x86_64-elf-gdb gdb-multiarch gdb; }
find_clang_format() { first clang-format; }
find_clang_tidy() { first clang-tidy; }
find_cppcheck() { first cppcheck; }
find_sparse() { first sparse; }
find_shellcheck() { first shellcheck; }

# groups | name | tested with | what for | apt | dnf | pacman | zypper | brew
gcc_apt="gcc binutils" gcc_dnf="gcc binutils"
if [ "$host" != x86_64 ]; then
	gcc_apt="gcc-x86-64-linux-gnu binutils-x86-64-linux-gnu"
	gcc_dnf="gcc-x86_64-linux-gnu binutils-x86_64-linux-gnu"
fi
table() {
	cat <<-END
	gcc|cc|12.2|the compiler|$gcc_apt|$gcc_dnf|gcc binutils|gcc binutils|x86_64-elf-gcc
	gcc|ld|2.40|the linker|$gcc_apt|$gcc_dnf|gcc binutils|gcc binutils|x86_64-elf-binutils
	llvm|clang|14.0|LLVM=1: the compiler|clang|clang|clang|clang|llvm
	llvm|lld|14.0|LLVM=1: the linker|lld|lld|lld|lld|lld
	llvm|llvm|14.0|LLVM=1: nm and objcopy|llvm|llvm|llvm|llvm|llvm
	build|make|4.3|the build|make|make|make|make|make
	build,host|python|3.11|symbol table, boot menu, tests|python3|python3|python|python3|python3
	image|mkrescue|2.06|the bootable image|grub-common|grub2-tools-extra|grub|grub2|x86_64-elf-grub
	image|grub_bios|2.06|boot under BIOS|grub-pc-bin|grub2-pc-modules|grub|grub2-i386-pc|i686-elf-grub
	image|grub_efi|2.06|boot under UEFI|grub-efi-amd64-bin|grub2-efi-x64-modules|grub|grub2-x86_64-efi|x86_64-elf-grub
	image|xorriso|1.5.4|the bootable image|xorriso|xorriso|libisoburn|xorriso|xorriso
	image|mtools|4.0.32|the image's EFI partition|mtools|mtools|mtools|mtools|mtools
	run|qemu|7.2|the machine|qemu-system-x86|qemu-system-x86-core|qemu-system-x86|qemu-x86|qemu
	run|ovmf|2022.11|UEFI for the machine|ovmf|edk2-ovmf|edk2-ovmf|qemu-ovmf-x86_64|qemu
	display|gtk|7.2|the machine's screen|qemu-system-gui|qemu-ui-gtk|qemu-ui-gtk|qemu-ui-gtk|qemu
	debug|gdb|13.1|the debugger|gdb$([ "$host" = x86_64 ] || echo -multiarch)|gdb|gdb|gdb|x86_64-elf-gdb
	files|procps|4.0|tests of the virtual files|procps|procps-ng|procps-ng|procps|-
	files|unshare|2.38|the same|util-linux mount|util-linux|util-linux|util-linux|-
	host|hostcc|12.2|the port to a process|gcc|gcc|gcc|gcc|gcc
	host|hostld|2.40|the port to a process|binutils|binutils|binutils|binutils|binutils
	host|libc|2.36|the port to a process|libc6-dev|glibc-devel|glibc|glibc-devel|glibc
	host|asan|12.2|its checks|gcc|libasan libubsan|gcc|gcc|gcc
	host|tsan|12.2|its check for races|gcc|libtsan|gcc|gcc|gcc
	host|setarch|2.38|its check for races|util-linux|util-linux|util-linux|util-linux|util-linux
	hostclang|hostclang|14.0|the same with another compiler|clang|clang|clang|clang|llvm
	hostclang|clangrt|14.0|its checks, fuzzing|libclang-rt-dev|compiler-rt|compiler-rt|clang|llvm
	valgrind|valgrind|3.19|the same under valgrind|valgrind|valgrind|valgrind|valgrind|valgrind
	fuzz|libfuzzer|14.0|fuzzing|libclang-rt-dev|compiler-rt|compiler-rt|clang|llvm
	fuzz|libstdcxx|12.2|what libFuzzer is written in|g++|libstdc++-devel libstdc++-static|gcc|gcc-c++|gcc
	programs|sqlite|3.40|a program for its malloc()|sqlite3|sqlite|sqlite|sqlite3|sqlite
	programs|xz|5.4|the same|xz-utils|xz|xz|xz|xz
	programs|redis|7.0|the same|redis-server redis-tools|redis|redis|redis|redis
	programs,lint|git|2.39|the same; the list of sources|git|git|git|git|git
	coverage|llvmcov|14.0|the report of coverage|llvm|llvm|llvm|llvm|llvm
	coverage|hostlld|14.0|joining what counts|lld|lld|lld|lld|lld
	coverage|profilert|14.0|counting|libclang-rt-dev|compiler-rt|compiler-rt|clang|llvm
	mallocs|mimalloc|2.0|to compare ours with|libmimalloc2.0|mimalloc|mimalloc|libmimalloc2|mimalloc
	mallocs|jemalloc|5.3|the same|libjemalloc2|jemalloc|jemalloc|libjemalloc2|jemalloc
	mallocs|tcmalloc|2.10|the same|libtcmalloc-minimal4|gperftools-libs|gperftools|libtcmalloc4|gperftools
	lint|clang_format|14.0|format|clang-format|clang-tools-extra|clang|clang|clang-format
	lint|clang_tidy|14.0|static analysis|clang-tidy|clang-tools-extra|clang|clang|llvm
	lint|cppcheck|2.10|static analysis|cppcheck|cppcheck|cppcheck|cppcheck|cppcheck
	lint|sparse|0.6.4|address-space and lock checks|sparse|sparse|sparse|sparse|sparse
	lint|shellcheck|0.9|shell scripts|shellcheck|ShellCheck|shellcheck|ShellCheck|shellcheck
	END
}

# groups GROUP... - the groups of the table that these stand for, here and with these settings
groups() {
	local group
	for group in "$@"; do
		case $group in
		build) echo build; if [ -n "${LLVM:-}" ]; then echo llvm; else echo gcc; fi ;;
		test)
			echo debug
			[ "$system" != Linux ] || echo files
			[ "$system:$host" != Linux:x86_64 ] || echo host ;;
		*) echo "$group" ;;
		esac
	done
}

# table_of GROUP... - the table's lines of these groups
table_of() {
	local line group wanted
	wanted=" $(groups "$@" | tr '\n' ' ')"
	table | while IFS= read -r line; do
		group=${line%%|*}
		for group in ${group//,/ }; do
			case $wanted in *" $group "*) echo "$line"; break ;; esac
		done
	done
}

# name_of LINE - the tool that a line of the table is about
name_of() { local rest=${1#*|}; echo "${rest%%|*}"; }

package_manager() {
	if [ "$system" = Darwin ]; then echo brew; return; fi
	local m
	for m in apt-get dnf zypper pacman brew; do has $m && { echo $m; return; }; done
	echo none
}
column_of() { case $1 in apt-get) echo 5 ;; dnf) echo 6 ;; pacman) echo 7 ;; zypper) echo 8 ;; brew) echo 9 ;; *) echo 2 ;; esac; }
install_command() {
	case $1 in
	apt-get) echo "$([ "$(id -u)" = 0 ] || echo "sudo ")apt-get install --no-install-recommends" ;;
	dnf) echo "sudo dnf install" ;;
	pacman) echo "sudo pacman -S --needed" ;;
	zypper) echo "sudo zypper install" ;;
	brew) echo "brew install" ;;
	none) echo "install, with your system's package manager:" ;;
	esac
}

# missing COLUMN GROUP... - the table's COLUMN for each tool of the groups that is not found
missing() {
	local column=$1 line
	shift
	table_of "$@" | while IFS= read -r line; do
		"find_$(name_of "$line")" >/dev/null || cut -d'|' -f"$column" <<<"$line"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif has sudo; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		echo "cairn: this needs root, and there is no sudo: run as root: $*" >&2
		return 1
	fi
}

# GRUB's modules for a PC are packaged for PCs only: on another machine they are taken out of
# that architecture's packages.
install_foreign_grub() {
	local dir status=0
	dir=$(mktemp -d)
	as_root dpkg --add-architecture amd64
	as_root apt-get update -q
	{
		(cd "$dir" && apt-get download "${@/%/:amd64}") &&
			for deb in "$dir"/*.deb; do dpkg -x "$deb" "$dir/tree"; done &&
			as_root mkdir -p /usr/lib/grub &&
			as_root cp -r "$dir"/tree/usr/lib/grub/. /usr/lib/grub/
	} || {
		status=1
		echo "cairn: GRUB for PCs is in amd64's packages; add a source that has them (Ubuntu: archive.ubuntu.com with [arch=amd64])" >&2
	}
	rm -rf "$dir"
	return $status
}

apt_install() {
	local packages=() foreign=() p
	for p in "$@"; do
		case $host:$p in
		x86_64:*) packages+=("$p") ;;
		*:grub-pc-bin | *:grub-efi-amd64-bin) foreign+=("$p") ;;
		*) packages+=("$p") ;;
		esac
	done
	if [ ${#packages[@]} -gt 0 ]; then
		as_root apt-get install -y -q --no-install-recommends "${packages[@]}" || {
			echo "cairn: trying again with fresh package lists" >&2
			as_root apt-get update -q
			as_root apt-get install -y -q --no-install-recommends "${packages[@]}"
		}
	fi
	if [ ${#foreign[@]} -gt 0 ]; then install_foreign_grub "${foreign[@]}"; fi
}

ensure() {
	local manager names packages
	names=$(missing 2 "$@" | tr '\n' ' ')
	[ -n "$names" ] || return 0
	manager=$(package_manager)
	packages=$(missing "$(column_of "$manager")" "$@" | tr ' ' '\n' | sort -u | tr '\n' ' ')
	echo "cairn: missing: $names" >&2
	if [ "$manager" != apt-get ]; then
		echo "cairn: install what is missing with this command, then start again:" >&2
		echo "  $(install_command "$manager") $packages" >&2
		exit 1
	fi
	echo "cairn: installing: $packages" >&2
	# shellcheck disable=SC2086 # a list of words
	apt_install $packages || {
		echo "cairn: could not install: $packages" >&2
		exit 1
	}
	names=$(missing 2 "$@" | tr '\n' ' ')
	if [ -n "$names" ]; then
		echo "cairn: still missing after installing $packages: $names${CROSS_COMPILE:+(CROSS_COMPILE=$CROSS_COMPILE)}${LLVM_SUFFIX:+(LLVM=$LLVM_SUFFIX)}" >&2
		exit 1
	fi
}

# package_version FILE - the version of the package that FILE belongs to
package_version() {
	local package
	if has dpkg-query; then
		package=$(dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "$(readlink -f "$1")") || return
		dpkg-query -W -f '${Version}\n' "${package%%: /*}" | head -n 1
	else
		rpm -qf --qf '%{VERSION}\n' "$1" | head -n 1
	fi
}

# version PATH - the version of what was found, as the program or else its package says
version() {
	local out=
	case $1 in
	*/bin/* | */sbin/* | */shims/*) out=$("$1" --version 2>&1 </dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)*' | head -n 1) || true ;;
	esac
	[ -n "$out" ] || out=$(package_version "$1" 2>/dev/null) || true
	echo "${out:-present}"
}

doctor() {
	local manager column install name tested what line path needed status=0
	manager=$(package_manager)
	column=$(column_of "$manager")
	install=$(install_command "$manager")
	needed=$(table_of build image run)
	printf '%-14s %-26s %-12s %-34s %s\n' tool version "tested with" "what for" "what to do"
	while IFS= read -r line; do
		IFS='|' read -r _ name tested what _ <<<"$line"
		if path=$("find_$name"); then
			printf '%-14s %-26s %-12s %-34s %s\n' "$name" "$(version "$path")" "$tested" "$what" "nothing: $path"
		else
			printf '%-14s %-26s %-12s %-34s %s\n' "$name" MISSING "$tested" "$what" \
				"$install $(cut -d'|' -f"$column" <<<"$line")"
			case $'\n'$needed$'\n' in *$'\n'"$line"$'\n'*) status=1 ;; esac
		fi
	done < <(table)
	if [ "$manager" = apt-get ]; then
		echo "make run, make test, make lint and make debug install what they miss by themselves."
	fi
	return $status
}

case ${1:-} in
--doctor) doctor ;;
--table) table ;;
"") sed -n '3,9s/^# \?//p' "$0"; exit 2 ;;
*) ensure "$@" ;;
esac
