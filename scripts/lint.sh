#!/bin/bash
# SPDX-License-Identifier: MIT
# lint.sh OUT [CHECK...] - every check of the sources that needs no boot, or these; make lint calls it with the
# compiler's flags. Each check prints what it found; the last line says how many of them did.
# shellcheck disable=SC2016 # what bash -c is given expands there
set -uo pipefail
cd "$(dirname "$0")/.." || exit
out=$1/lint
shift
only=" $* "
mkdir -p "$out"
failed=()

# What others wrote and is kept as it came.
foreign='^tests/modules/(kmalloc|vmalloc)_sample\.c$|^tests/bench/mmbench\.c$'
# The ports to a process have headers of their own, and one file each that sees the C library;
# tests that are ordinary programs see it too.
process='^(arch/(hosted|preload|memblock)|tests/(hosted|fuzz))/'
programs='/host\.c$|^tests/hosted/(malloc|bench|memblock)/'
# What is built only where accesses are checked.
watched='^(mm|arch/x86_64)/kasan'
files() { git ls-files --cached --others --exclude-standard -- "$@" | grep -vE "$foreign" | while read -r f; do [ ! -e "$f" ] || echo "$f"; done; }
# What is no source: documents, data, lists, and settings of tools. All else is, whatever it is called.
data='\.(md|png|txt|tsv|dict|map)$|(^|/)(LICENSE|README)$|(^|/)\.(clang-[a-z]*|editorconfig|gitignore)$|^tests/(data|fuzz/(corpus|regressions))/'
sources() { files | grep -vE "$data"; }
# scripts_in LANGUAGE SUFFIX - scripts, by their suffix or first line
scripts_in() { sources | LANGUAGE=$1 SUFFIX=$2 xargs awk 'FNR == 1 && (FILENAME ~ "[.]" ENVIRON["SUFFIX"] "$" || /^#!/ && $0 ~ ENVIRON["LANGUAGE"]) { print FILENAME }'; }
jobs=$(getconf _NPROCESSORS_ONLN)

# check NAME COMMAND... - what the command prints is a finding, as is a status that is not 0
check() {
	local name=$1 log=$out/$1.log begin=$SECONDS
	shift
	names+=" $name "
	case $only in "  " | *" $name "*) ;; *) return ;; esac
	printf '  %-16s ' "$name"
	if "$@" >"$log" 2>&1 && [ ! -s "$log" ]; then
		echo "ok ($((SECONDS - begin)) s)"
	else
		echo "FAILED"
		sed 's/^/    /' "$log" | head -n 200
		failed+=("$name")
	fi
}

format() {
	files '*.c' '*.h' | xargs -P "$jobs" -n 1 bash -c \
		'clang-format --dry-run -Werror "$1" >/dev/null 2>&1 || echo "$1: not in the format of .clang-format; make format does it"' _
}

# The first line of each source names its licence.
licence() {
	sources | xargs awk 'function complain() { if (name && !named) print name ": no SPDX-License-Identifier: MIT at the top" }
		FNR == 1 { complain(); name = FILENAME; named = 0 }
		FNR <= 2 && /SPDX-License-Identifier: MIT/ { named = 1 }
		END { complain() }'
}

whitespace() {
	{ sources; files '*.md'; } | xargs grep -nE '[[:space:]]+$' | sed 's/$/: blanks at the end of a line/'
	files '*.[chS]' '*.ld' '*.lds' | xargs grep -nE '^ {8,}[^ \\]' | sed 's/$/: blanks for a tab/'
	return 0
}

rings() { files '*.[chS]' | xargs python3 scripts/rings.py; }

# A file whose opening comment says "Pure." or "Pure: ..." has no variables, and calls nobody but others of its
# kind and functions on strings and bits, which lib/ has.  Two know a table more: where zones end
# (mm/section.c), the font (drivers/fb_text.c).
lib_names='^(mem(cpy|move|set|set16|cmp|chr)|bcmp|str[a-z]*|v?sn?printf|scnprintf|_*find_[a-z_]*|bitmap_[a-z_]*)$'
known_tables='^(zone_type_(of|end)|font_(init|rows))$'
pure() {
	rm -rf "$out/pure" && mkdir "$out/pure"
	files '*.c' | grep -v '^tests/' | xargs awk 'FNR == 1 { head = 1 } head && /(^| )Pure[.:]/ { print FILENAME } /\*\// && FNR > 1 { head = 0 }' |
		DIR=$out/pure xargs -P "$jobs" -n 1 bash -c 'object=$DIR/${1//\//-}
			$CC $CPPFLAGS $CODEGEN -DKBUILD_MODNAME=\"lint\" -c "$1" -o "${object%c}o"' _
	"${NM:-nm}" -A "$out"/pure/*.o | LIB=$lib_names KNOWN=$known_tables awk '
		{ file = $1; sub(/^.*\//, "", file); sub(/:.*/, "", file); kind = $(NF - 1); name = $NF }
		kind ~ /^[bBdDcCsS]$/ { print file ": " name " is a variable" }
		kind == "U" { wanted[name] = wanted[name] " " file; next }
		{ here[name] = 1 }
		END {
			for (name in wanted)
				if (!(name in here) && name !~ ENVIRON["LIB"] && name !~ ENVIRON["KNOWN"])
					print "it is not pure to call " name "():" wanted[name]
			if (!NR) print "no file says that it is pure"
		}'
}

# Each header of the API compiles on its own, and twice.
headers() {
	files 'include/linux/*.h' 'include/cairn/*.h' 'include/asm-generic/*.h' 'arch/x86_64/include/asm/*.h' |
		sed -E 's,^(arch/x86_64/)?include/,,' |
		CPPFLAGS=$CPPFLAGS CODEGEN=$CODEGEN CC=$CC xargs -P "$jobs" -I{} bash -c \
			'printf "#include <{}>\n#include <{}>\n" | $CC $CPPFLAGS $CODEGEN -Wall -fsyntax-only -x c - || echo "{} does not stand alone"'
}

clang_include() {
	local prefix
	prefix=$(dirname "$(dirname "$(readlink -f "$(command -v clang-tidy)")")")
	dirname "$prefix"/lib/clang/*/include/stddef.h
}
clang_flags() { # clang_flags [INCLUDE] - as the compiler is called, INCLUDE before the machine's headers
	echo "-nostdinc -isystem $(clang_include) -Iinclude $* -Iarch/x86_64/include --target=x86_64-unknown-none-elf"
	echo "$CODEGEN" | tr ' ' '\n' | grep -E '^-(std|ff|m|fno-builtin)'
	echo '-DKBUILD_MODNAME="lint"'
}
run_tidy() { # run_tidy FLAG... - over the files that standard input names
	FLAGS=$* TIDY=${tidy_options:-} xargs -P "$jobs" -n 4 bash -c 'clang-tidy --quiet --warnings-as-errors="*" $TIDY "$@" -- $FLAGS 2>&1 |
			grep -vE "^[0-9]+ warnings? (treated as errors|generated)|^Suppressed |^Use -header-filter" || true' _
}
tidy() {
	# shellcheck disable=SC2046 # lists of flags
	files '*.c' | grep -vE "^tests/|$process|$watched" | run_tidy $(clang_flags)
	# Following every path through the macros of a test takes as long as through all of the kernel; tests
	# are followed by cppcheck, and run with both sanitizers.
	# shellcheck disable=SC2046
	files 'tests/*.c' | grep -vE "^tests/(modules|surface)/|$process|$watched" |
		tidy_options='--checks=-clang-analyzer-*' run_tidy $(clang_flags)
	# shellcheck disable=SC2046
	files '*.c' | grep -E "$watched" | run_tidy $(clang_flags) -DCONFIG_KASAN
	# shellcheck disable=SC2046
	files '*.c' | grep -E "$process" | grep -vE "$programs|^arch/preload/" | run_tidy $(clang_flags -Iarch/hosted/include | sed 's/-mcmodel=kernel//') -DCONFIG_KASAN
	# shellcheck disable=SC2046
	files 'arch/preload/*.c' | grep -vE "$programs" |
		run_tidy $(clang_flags -Iarch/preload/include -Iarch/hosted/include | sed 's/-mcmodel=kernel//')
	# Programs that call malloc() wrongly on purpose have more findings than mistakes.
	files 'arch/*/host.c' | run_tidy -std=gnu11
}

# tests/modules and tests/surface stand for modules of others, in the style of many years of Linux.
static_analysis() {
	files '*.c' | grep -vE "^tests/(modules|surface)/|$process" | xargs cppcheck --quiet -j "$jobs" --std=c11 --platform=unix64 \
		--enable=warning --inline-suppr --suppressions-list=scripts/cppcheck.txt \
		-D__x86_64__ -D__GNUC__=12 -DKBUILD_MODNAME='"lint"' -Iscripts/cppcheck -Iinclude -Iarch/x86_64/include --error-exitcode=1
}

# Address spaces (__iomem, __percpu) and unbalanced locks: what no compiler sees.
#   A per-CPU variable is declared without its address space, because most of its users reach it
#   through %gs: hence -Wno-decl, and what is said of its second declaration is left out.
#   -Wno-non-pointer-null, -Wno-declaration-after-statement, -Wno-vla: matters of style; the
#   compiler has -Wvla.  "cast truncates bits" is said of every constant that is masked.
#   Tests leave locks held on purpose, to see it reported; surface_*.c have a function end in the
#   middle of one: no -Wcontext there.
#   tests/bench/smp compiles the benchmark, which is not ours to change, once for each CPU.
spaces() {
	local flags
	flags="-nostdinc -isystem $($CC -print-file-name=include) -Iinclude -Iarch/x86_64/include -std=gnu11 -m64"
	files '*.c' | grep -vE "^tests/(modules|bench/smp)/|$process" |
		FLAGS=$flags xargs -P "$jobs" -n 1 bash -c 'context=-Wcontext; [[ $1 != tests/* ]] || context=-Wno-context
			[[ ! $1 =~ '"$watched"' ]] || FLAGS+=" -DCONFIG_KASAN"
			sparse $FLAGS -D__seg_gs= "-D__builtin_assume_aligned(p,n)=(p)" \
			-Wno-decl -Wno-non-pointer-null -Wno-declaration-after-statement -Wno-vla -Waddress-space $context \
			-DKBUILD_MODNAME=\"lint\" "$1" 2>&1 |
			sed "/redeclared with different type/,/previously declared as/d" |
			grep -E ": (error|warning): " |
			grep -vE "cast truncates bits" || true' _
}

# gcc's own analyzer over mm/, lib/ and the parsers: a minute and a half of one CPU.
#   -Wno-analyzer-null-dereference, where it follows no relation between two values: that a list of
#   nents entries does not end before (dma_map.c), that a black node has a sibling (rbtree.c), that
#   an entry which was present leads to a table (page_table.c).
#   mm/kasan*.c are compiled with make KASAN=1 only.
analyzer() {
	case $CC in *clang*) return ;; esac
	files 'mm/*.c' 'lib/*.c' 'boot/*.c' 'drivers/acpi*.c' 'drivers/pci*.c' kernel/cmdline.c kernel/params.c |
		grep -v '^mm/kasan' | CPPFLAGS=$CPPFLAGS CODEGEN=$CODEGEN CC=$CC xargs -P "$jobs" -n 1 bash -c '
			case $1 in
			mm/dma_map.c | mm/page_table.c | lib/rbtree.c) off=-Wno-analyzer-null-dereference ;;
			esac
			$CC $CPPFLAGS $CODEGEN -DKBUILD_MODNAME=\"lint\" -fanalyzer ${off:-} -S "$1" -o /dev/null 2>&1 |
				grep -A 8 -E "(warning|error):"' _ || true
}

shell() { scripts_in sh sh | xargs shellcheck; }
python() {
	scripts_in python py | xargs python3 -c 'import ast, sys
for name in sys.argv[1:]:
    try:
        ast.parse(open(name, encoding="utf-8").read(), name)
    except SyntaxError as error:
        print(f"{name}:{error.lineno}: {error.msg}")'
}

check format format
check licence licence
check whitespace whitespace
check rings rings
check pure pure
check headers headers
check clang-tidy tidy
check cppcheck static_analysis
check sparse spaces
check analyzer analyzer
check shellcheck shell
# Each test that tests/api.tsv names exists; docs/api-status.md has its rows and no others.
api_tests() { python3 scripts/api_status.py tests/api.tsv docs/api-status.md; }
# The same of each bad input.
bad_inputs() { python3 scripts/bad_inputs_status.py docs/bad-inputs.md; }

# What documents name is there.
documents() { files '*.md' | xargs python3 scripts/doc_names.py; }

# Figures in documents are those of one run of the benchmark.
figures() { python3 scripts/figures.py --check docs/performance.md README.md docs/page-allocator.md; }

check python python
check documents documents
check figures figures
check api-status api_tests
check bad-inputs bad_inputs

for name in $only; do
	case $names in *" $name "*) ;; *) echo "lint: no check is called $name; there are:$names" | tr -s ' ' >&2; exit 2 ;; esac
done
if [ ${#failed[@]} -gt 0 ]; then
	echo "lint: ${#failed[@]} checks failed: ${failed[*]}"
	exit 1
fi
echo "lint: all checks passed"
