#!/bin/sh
# Where mlv-serve http listens: at a path, at what a supervisor handed over;
# and what it tells that supervisor.
. "$(dirname "$0")/../server.sh"

at_path() {	# HTTP status, path, more of curl
	answers "$1" --unix-socket "$2" http://localhost/v2/health/ready
}
listens() {	# path, options of mlv-serve http
	path=$1
	shift
	background mlv-serve http --grace 0 --listen "unix:$path" "$@" "$ridge"
	until_true grep -q unix: server.out || { cat server.err; return 1; }
}

# --- a path
fresh path
check 'a socket at a path answers, and is gone at the end' <<'X'
	listens sock &&
	test "$(cat server.out)" = unix:sock &&
	test "$(stat -c %a sock)" = 600 &&
	at_path 200 sock &&
	stop &&
	test ! -e sock
X
check '--socket-mode says who may connect, and the record tells it' <<'X'
	listens sock --socket-mode 0660 --json &&
	test "$(stat -c %a sock)" = 660 &&
	test "$(jq -r .mode server.out)" = 0660 &&
	stop
X
check 'the socket of a server that was killed is taken over' <<'X'
	listens sock &&
	kill -9 "$server" &&
	until_true eval '! kill -0 "$server"' &&
	test -S sock &&
	listens sock &&
	at_path 200 sock &&
	stop
X
check 'a path at which somebody listens is refused as busy, and he goes on' <<'X'
	listens sock &&
	expect 4 mlv-serve http --listen unix:sock "$ridge" &&
	says 'somebody listens' &&
	at_path 200 sock &&
	stop
X
check 'of many servers that start at a path at once one has it' <<'X'
	racers= &&
	for i in 1 2 3 4 5 6; do
		mlv-serve http --grace 0 --listen unix:race "$ridge" >"race.$i" 2>"busy.$i" & racers="$racers $!"
	done &&
	pids="$pids $racers" &&
	until_true eval 'test "$(cat busy.? | grep -c "somebody listens")" = 5' &&
	test "$(cat race.? | wc -l)" = 1 &&
	at_path 200 race &&
	{ kill $racers 2>/dev/null; wait $racers; test ! -e race; }
X
check 'a file of another kind is not taken' <<'X'
	echo mine >plain &&
	expect 3 mlv-serve http --listen unix:plain "$ridge" &&
	test "$(cat plain)" = mine &&
	ls >after &&
	! grep plain. after
X
check 'a path that is too long, and words that make no sense, are refused' <<'X'
	expect 3 mlv-serve http --listen "unix:$(printf '%0200d' 0)" "$ridge" &&
	says 'too long for a socket' &&
	expect 2 mlv-serve http --listen nowhere "$ridge" &&
	expect 2 mlv-serve http --listen unix:a --host 127.0.0.1 "$ridge" &&
	expect 2 mlv-serve http --listen unix:a --socket-mode 999 "$ridge" &&
	expect 2 mlv-serve http --socket-mode 0600 "$ridge" &&
	expect 2 mlv-serve http --listen 127.0.0.1:0 --port 0 "$ridge" &&
	expect 2 mlv-serve grpc --listen unix:a --port 0 &&
	says '--port and --listen exclude each other' &&
	expect 2 mlv-serve http --listen 0.0.0.0:0 "$ridge" &&
	says --token-file
X
check '--listen takes an address with its port, too' <<'X'
	background mlv-serve http --grace 0 --listen 127.0.0.1:0 "$ridge" &&
	until_true grep -q http server.out &&
	answers 200 "$(cut -f1 server.out)/readyz" &&
	stop
X

# --- words without effect
fresh idle
check 'an option that would have no effect is refused, and the one it goes with named' <<'X'
	refused() { expect 2 mlv-serve http "$@" "$ridge" && test "$(wc -l <err)" = 1; } &&
	refused --poll 5 && says '--poll means nothing without --remote' &&
	refused --cache c && says --remote &&
	refused --feature-store o.mdb && says '--feature-store means nothing without --features' &&
	refused --service s && says --features &&
	refused --log-policy p && says --log &&
	refused --share-file s && says --canary
X

# --- a supervisor
fresh supervised
supervised() {	# arguments of the supervisor
	rm -f told
	background python3 "$TOP/tests/tools/supervisor.py" "$@"
	until_true grep -q READY=1 told || { cat server.err; return 1; }
	url=$(sed -n 1p server.out) health=$(sed -n 2p server.out)
}
if ! command -v python3 >/dev/null; then
	skip 'sockets that are handed over' 'no python3'
	finish
	exit
fi
check 'a socket that was handed over answers, and readiness is told' <<'X'
	supervised told mlv-serve http --grace 0 "$ridge" &&
	answers 200 "$url/readyz" &&
	grep -q "^STATUS=answers at $url" told
X
check 'life is told again and again, a reload with its end' <<'X'
	until_true eval 'test "$(grep -c WATCHDOG=1 told)" -ge 3' &&
	kill -HUP "$server" &&
	until_true grep -q RELOADING=1 told &&
	until_true eval 'test "$(grep -c READY=1 told)" = 2' &&
	grep -q '^MONOTONIC_USEC=[0-9]' told
X
check 'the end is told' <<'X'
	stop &&
	grep -q STOPPING=1 told
X
check 'a second socket, called health, answers for health alone' <<'X'
	supervised --health told mlv-serve http --grace 0 "$ridge" &&
	answers 200 "$health/readyz" &&
	answers 404 "$health/v2" &&
	answers 200 "$url/v2" &&
	stop
X
check 'an address of our own beside sockets that were handed over is refused' <<'X'
	expect 2 python3 "$TOP/tests/tools/supervisor.py" told mlv-serve http --host 127.0.0.1 "$ridge" &&
	says 'leave out --host' &&
	expect 2 python3 "$TOP/tests/tools/supervisor.py" told mlv-serve http --port 0 "$ridge" &&
	says 'leave out --host, --port' &&
	expect 2 python3 "$TOP/tests/tools/supervisor.py" --health told mlv-serve http --health-port 0 "$ridge" &&
	says 'leave out --health-port' &&
	expect 2 python3 "$TOP/tests/tools/supervisor.py" --health told mlv-serve grpc &&
	says 'nothing answers there'
X

# --- the unit files
fresh units
if command -v systemd-analyze >/dev/null; then
	check 'the unit files of examples/serve are well-formed' <<-'X'
		for unit in "$TOP"/examples/serve/mlv-serve.*; do
			sed "s|/usr/local/bin/|$BUILD/bin/|; /^Documentation/d" "$unit" >"$(basename "$unit")" ||
			break
		done &&
		expect 0 env SYSTEMD_UNIT_PATH="$PWD:" systemd-analyze verify ./mlv-serve.service ./mlv-serve.socket &&
		! grep mlv-serve err
	X
else
	skip 'the unit files of examples/serve' 'no systemd-analyze'
fi
finish
