# tests/lib.sh - sourced by every CLI test.
#
# A test runs in a fresh temporary folder with the built tools on PATH, and
# says what must hold:
#
#	check 'init makes a repository' '
#		mlv-data init &&
#		test -d .mlv
#	'
#	check 'a missing file is exit 3' 'expect 3 mlv-data add nope.csv'
#
# A body that needs quotes of its own comes as a here-document, so that there
# is never a quote within a quote:
#
#	check 'show prints the id' <<'X'
#		expect 0 mlv-data show --json data:t &&
#		test "$(jq -r '.id' out)" = "$id"
#	X
#
# One statement a line, each ended by `&&` so that the first failure decides;
# a body whose chain is broken fails as such.  A title stands alone: who reads
# only the failing line knows what does not hold.
#
# Inside a check: `expect CODE COMMAND...` runs the command with stdout in
# ./out and stderr in ./err and wants that exit status; `says TEXT` wants
# TEXT in ./err, `prints TEXT` wants it in ./out, `holds FILTER`
# wants the jq filter to hold of the JSON in ./out.  Nothing the tool under
# test prints is piped away, so its exit status always counts; where stdout
# is not a file, `exits CODE COMMAND... >/dev/full` wants the status alone.
set -u
LC_ALL=C
export LC_ALL
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
PATH=$BUILD/bin:$PATH
GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@localhost
GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@localhost
export PATH GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
unset MLV_THREADS NO_COLOR 2>/dev/null || :

HOME_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mlv-test.XXXXXX") || exit 1
pids=
tests_done() {
	for p in $pids; do kill "$p" 2>/dev/null && wait "$p" 2>/dev/null; done
	cd / && rm -rf "$HOME_DIR"
}
trap tests_done EXIT
trap 'exit 130' INT TERM
cd "$HOME_DIR" || exit 1

count=0 bad=0
attempt() { eval "$1"; }	# where `return` in a check's code leads to
# With a false start nothing of an unbroken chain runs, and 117 comes through.
unbroken() {
	(attempt "(exit 117) && $1") >/dev/null 2>&1
	[ $? -eq 117 ] || { echo 'the && chain of this check is broken'; return 1; }
}
check() {	# title [shell code; else it is read from stdin]
	count=$((count + 1))
	[ $# -ge 2 ] || set -- "$1" "$(cat)"
	if { unbroken "$2" && attempt "$2"; } >"$HOME_DIR/.log" 2>&1; then
		echo "ok $count - $1"
	else
		bad=$((bad + 1))
		echo "not ok $count - $1"
		sed 's/^/#   /' "$HOME_DIR/.log"
		[ -f err ] && sed 's/^/#   stderr: /' err | head -n 5
	fi
}
skip() { count=$((count + 1)); echo "ok $count - $1 # SKIP $2"; }
expect() {	# exit status, command...
	want=$1
	shift
	"$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || { echo "exit $got, not $want: $*"; return 1; }
}
says() { grep -qF -- "$1" err || { echo "stderr does not say: $1"; return 1; }; }
prints() { grep -qF -- "$1" out || { echo "stdout does not print: $1"; head -n 5 out; return 1; }; }
same() { cmp -s "$1" "$2" || { diff "$1" "$2" | head -n 10; return 1; }; }
# A fresh folder of its own, the current one from here on.
fresh() { cd "$HOME_DIR" && rm -rf "$1" && mkdir "$1" && cd "$1" || exit 1; }
# Start a server in the background, its words in ./server.err; its pid in $server.
background() { : >server.out; "$@" >server.out 2>server.err & server=$!; pids="$pids $server"; }
# Wait until a command succeeds, at most about 10 s.
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.05
	done
}
# The exit status alone: stdin, stdout and stderr go where the caller says.
exits() { want=$1; shift; "$@"; [ $? -eq "$want" ]; }
# What jq makes of ./out is neither false nor null.
holds() {	# jq filter
	jq -e "$1" out >/dev/null || { echo "stdout does not hold: $1"; head -c 500 out; return 1; }
}
finish() { echo "1..$count"; [ $bad -eq 0 ]; }
