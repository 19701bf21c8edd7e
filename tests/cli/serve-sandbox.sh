#!/bin/sh
# What mlv-serve http gives up before it reads a model.
. "$(dirname "$0")/../server.sh"

fresh sandbox
state() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$server/status"; }
start --json --log log "$ridge"
url=$(jq -r .url server.out)
level=$(jq -r .sandbox server.out)
check 'the record and the metrics say how far it came' <<'X'
	test -n "$level" &&
	case $level in *landlock*) wanted=${level##* } ;; *) wanted=0 ;; esac &&
	metric_is 'mlv_sandbox{by="landlock"}' "$wanted"
X
case $level in
*seccomp*)
	check 'a filter of calls stands, and no new rights can be had' <<-'X'
		test "$(state Seccomp)" = 2 &&
		test "$(state NoNewPrivs)" = 1
	X
	;;
*) skip 'a filter of calls' 'no seccomp here' ;;
esac
check 'it answers and logs all the same' <<'X'
	answers 200 -H "$as_json" -d '{"instances":[[1,2,3,4,5,6]]}' "$url/invocations" &&
	until_true eval 'test "$(cat log/*.jsonl | wc -l)" = 1' &&
	stop
X
check '--sandbox off gives up nothing' <<'X'
	start --json --sandbox off "$ridge" &&
	test "$(jq -r .sandbox server.out)" = none &&
	test "$(state Seccomp)" = 0 &&
	stop
X
check '--sandbox is one of three words' <<'X'
	expect 2 mlv-serve http --sandbox some "$ridge"
X
case $level in
seccomp,*landlock*)
	check '--sandbox required starts where both are there' <<-'X'
		start --sandbox required "$ridge" &&
		stop
	X
	;;
*)
	check '--sandbox required does not start where one is missing' <<-'X'
		expect 3 mlv-serve http --sandbox required --port 0 "$ridge" &&
		says 'this system has no'
	X
	;;
esac
check 'a user that is not there is refused' <<'X'
	expect 3 mlv-serve http --user no-such-user --port 0 "$ridge" &&
	says "there is no user 'no-such-user'"
X
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	check 'with --user nothing is done as the superuser, for good' <<-'X'
		chmod 755 . &&
		cp "$ridge" model.onnx &&
		chmod 644 model.onnx &&
		mkdir theirs &&
		chown nobody theirs &&
		start --user nobody --log theirs model.onnx &&
		test "$(state Uid | tr '\t' '\n' | sort -u)" = "$(id -u nobody)" &&
		test "$(state CapEff)" = 0000000000000000 &&
		answers 200 -H "$as_json" -d '{"instances":[[1,2,3,4,5,6]]}' "$url/invocations" &&
		until_true eval 'test "$(cat theirs/*.jsonl | wc -l)" = 1' &&
		test "$(stat -c %U theirs/*.jsonl)" = nobody &&
		stop
	X
	check 'with --user a socket at a path is his, and gone at the end' <<-'X'
		background mlv-serve http --grace 0 --user nobody --listen unix:theirs/sock --socket-mode 0660 model.onnx &&
		until_true grep -q unix: server.out &&
		test "$(stat -c '%U %G %a' theirs/sock)" = "nobody $(id -gn nobody) 660" &&
		answers 200 --unix-socket theirs/sock http://localhost/readyz &&
		stop &&
		ls -A theirs >left &&
		exits 1 grep sock left
	X
	check 'a folder in which the user can make no socket is refused at the start, and left as it was' <<-'X'
		mkdir closed &&
		chmod 755 closed &&
		expect 3 mlv-serve http --user nobody --listen unix:closed/sock model.onnx &&
		says "as user 'nobody': cannot listen at 'closed/sock'" &&
		test -z "$(ls -A closed)"
	X
	check 'a log folder that the user cannot write is refused at the start' <<-'X'
		mkdir ours &&
		chmod 755 ours &&
		expect 3 mlv-serve http --port 0 --user nobody --log ours model.onnx &&
		says "cannot write into 'ours'"
	X
else
	skip 'another user' 'only the superuser can become one'
	check '--user without the rights for it is refused' <<-'X'
		expect 2 mlv-serve http --user "$(id -un)" --port 0 "$ridge" &&
		says 'only the superuser'
	X
fi
finish
