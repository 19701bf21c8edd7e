#!/bin/sh
# What every verb of every tool promises alike.
. "$(dirname "$0")/../lib.sh"

fresh conventions
for path in "$BUILD"/bin/mlv-*; do
	[ -x "$path" ] || continue
	t=$(basename "$path")
	check "$t --help is whole and exit 0" 'expect 0 $t --help && prints usage: && test ! -s err'
	check "$t --help fits a terminal" '! grep -E ".{81}" out'
	check "$t --version names itself" 'expect 0 $t --version && prints "$t "'
	check "$t alone shows help, exit 2" 'expect 2 $t && prints usage:'
	check "$t refuses an unknown verb in one line" \
		'expect 2 $t no-such-verb && test ! -s out && test "$(wc -l <err)" = 1 && says "$t: error:"'
	check "$t --help > /dev/full is exit 3" '$t --help >/dev/full 2>err; test $? = 3 && says "$t: error:"'
	check "$t --help with stdout closed is exit 3" '$t --help >&- 2>err; test $? = 3'
	"$t" --list-options >options.txt
	for v in $(awk -F'\t' '$2 == "-" { print $1 }' options.txt); do
		check "$t $v --help" 'expect 0 $t $v --help && prints "usage: $t $v" && test ! -s err'
		check "$t $v --help fits a terminal" '! grep -E ".{81}" out'
		check "$t $v -h is the same" 'cp out help1 && expect 0 $t $v -h && same out help1'
		check "$t $v refuses an unknown option, exit 2, one line" \
			'expect 2 $t $v --no-such-option </dev/null && test ! -s out && test "$(wc -l <err)" = 1 && says "$t: error:"'
		check "$t $v --help > /dev/full is exit 3" '$t $v --help >/dev/full 2>err; test $? = 3'
	done
done
check 'help of a verb that is none' 'expect 2 mlv-data help nope && says "unknown verb" && test ! -s out'
evil="$(printf 'a\nb\033[31m.csv')"
check 'a hostile file name makes one line, without words for the terminal' 'expect 3 mlv-drift compare "$evil" "$evil" && test "$(wc -l <err)" = 1 && ! grep -q "$(printf "\033")" err && says "a\\nb\\x1b[31m.csv"'
# a sanitizer takes all the room there is
if [ -z "${MLV_SANITIZED:-}" ]; then
	check 'no memory: one line in the name of the tool' 'yes 1,2,3,4,5,6,7,8 | head -n 400000 | sed "1s/.*/a,b,c,d,e,f,g,h/" >big.csv; (ulimit -v 60000; mlv-drift compare big.csv big.csv) >out 2>err; test $? = 3 && test "$(wc -l <err)" = 1 && says "mlv-drift: error:"'
fi
check 'help carries no colour codes' '! grep -q "$(printf "\033")" help1'
check 'a reader that leaves early is not an error message' \
	'{ mlv-data --help 2>err; echo $? >status; } | true; test ! -s err'
finish
