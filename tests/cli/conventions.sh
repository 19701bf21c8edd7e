#!/bin/sh
# What every verb of every tool promises alike: its help, its exit statuses,
# one line an error.
. "$(dirname "$0")/../lib.sh"

# --- every tool, and every verb of it
fresh conventions
for path in "$BUILD"/bin/mlv-*; do
	[ -x "$path" ] || continue
	t=$(basename "$path")
	check "$t --help: usage on stdout, nothing on stderr, exit 0" <<-'X'
		expect 0 $t --help &&
		prints usage: &&
		test ! -s err
	X
	check "$t --help: no line is over 80 columns" <<-'X'
		! grep -E ".{81}" out
	X
	check "$t --version: the tool names itself" <<-'X'
		expect 0 $t --version &&
		prints "$t "
	X
	check "$t without a verb: usage on stdout, exit 2" <<-'X'
		expect 2 $t &&
		prints usage:
	X
	check "$t with an unknown verb: exit 2, one line on stderr" <<-'X'
		expect 2 $t no-such-verb &&
		test ! -s out &&
		test "$(wc -l <err)" = 1 &&
		says "$t: error:"
	X
	check "$t --help to a full disk: exit 3, told in the name of the tool" <<-'X'
		exits 3 $t --help >/dev/full 2>err &&
		says "$t: error:"
	X
	check "$t --help with stdout closed: exit 3" 'exits 3 $t --help >&- 2>err'
	"$t" --list-options >options.txt
	awk -F'\t' '$2 == "-" { print $1 }' options.txt >verbs.txt
	while read -r v; do
		check "$t $v --help: usage of the verb on stdout, nothing on stderr, exit 0" <<-'X'
			expect 0 $t $v --help &&
			prints "usage: $t $v" &&
			test ! -s err
		X
		check "$t $v --help: no line is over 80 columns" <<-'X'
			! grep -E ".{81}" out
		X
		check "$t $v -h: the text of --help" <<-'X'
			cp out help1 &&
			expect 0 $t $v -h &&
			same out help1
		X
		check "$t $v with an unknown option: exit 2, one line on stderr, nothing on stdout" <<-'X'
			expect 2 $t $v --no-such-option </dev/null &&
			test ! -s out &&
			test "$(wc -l <err)" = 1 &&
			says "$t: error:"
		X
		check "$t $v --help to a full disk: exit 3" <<-'X'
			exits 3 $t $v --help >/dev/full 2>err
		X
	done <verbs.txt
done

# --- what one tool shows for all
check 'mlv-data help: an unknown verb is exit 2' <<'X'
	expect 2 mlv-data help nope &&
	says "unknown verb" &&
	test ! -s out
X
evil=$(printf 'a\nb\033[31m.csv')
check 'mlv-drift compare: a file name with newline and escape is told in one line, quoted' <<'X'
	expect 3 mlv-drift compare "$evil" "$evil" &&
	test "$(wc -l <err)" = 1 &&
	! grep -q "$(printf "\033")" err &&
	says 'a\nb\x1b[31m.csv'
X
# a sanitizer takes all the room there is
if [ -z "${MLV_SANITIZED:-}" ]; then
	check 'mlv-drift compare: too little memory is exit 3, one line in the name of the tool' <<-'X'
		yes 1,2,3,4,5,6,7,8 | head -n 400000 | sed '1s/.*/a,b,c,d,e,f,g,h/' >big.csv &&
		(ulimit -v 60000 && exits 3 mlv-drift compare big.csv big.csv) >out 2>err &&
		test "$(wc -l <err)" = 1 &&
		says "mlv-drift: error:"
	X
fi
check 'mlv-train --help in a pipe: no colour codes' <<'X'
	! grep -q "$(printf "\033")" help1
X
check 'mlv-data --help into a closed pipe: nothing on stderr' <<'X'
	: >err &&
	{ mlv-data --help 2>err | true; } &&
	test ! -s err
X
finish
