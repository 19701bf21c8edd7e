#!/bin/sh
# Servers under everything at once for some seconds: right, malformed, cut and
# idle clients, aliases and files that move, SIGHUP and SIGTERM.
#
#	SOAK_SECONDS=300 sh tests/fault/soak.sh
#
# goes on for longer; `sh scripts/soak 300` prints all its counts.
. "$(dirname "$0")/../server.sh"
soak=$BUILD/tools/soak
is_count() { grep -q "^$1  *$2\$" "${3:-counts}"; }	# words, pattern, file

# --- the clients of the soak themselves: they notice what they look for
fresh clients
awk -v OFS=, 'BEGIN {
	print "u", "v", "c", "y"
	for (i = 0; i < 90; i++) print i % 7, i % 11, i % 2 ? "red" : "blue", i % 7 + (i % 2 ? 1 : 2) * (i % 11)
}' >train.csv
mlv-train fit train.csv --target y --learner linear -o model.onnx >/dev/null
printf '%s\n' 1,2,red 2,,blue 0,3,new 5,1, >rows
{ echo u,v,c; cat rows; } >rows.csv
mlv-serve batch -i rows.csv model.onnx | sed 1d >answers
sed 's/$/1/' answers >others
model=sha256:$(sha256sum <model.onnx | cut -c 1-64)
# Until the clients have asked for a second; their exit status.
soak_for_a_second() {	# options, operands
	"$soak" "$@" >counts 2>words &
	asking=$!
	pids="$pids $asking"
	sleep 1
	kill $asking
	wait $asking
}
start --name soak model.onnx
check 'the clients of the soak are content with a server that answers as is due' <<'X'
	exits 0 soak_for_a_second 1 rows "$model=answers" "$port" &&
	is_count 'answers right' '[1-9][0-9]*' &&
	is_count 'odd requests answered as is due' '[1-9][0-9]*' &&
	is_count 'idle and slow connections' '[1-9][0-9]*'
X
check 'the clients of the soak call an answer wrong that is not the text of the model named' <<'X'
	exits 1 soak_for_a_second -b 0 -i 0 1 rows "$model=others" "$port" &&
	is_count 'answers right' 0 &&
	is_count 'answers wrong' '[1-9][0-9]*' &&
	grep -q '^soak: wrong: ' words
X
check 'the clients of the soak call an answer wrong that names a model they do not know' <<'X'
	exits 1 soak_for_a_second -b 0 -i 0 1 rows "sha256:0=answers" "$port" &&
	is_count 'answers wrong' '[1-9][0-9]*'
X
check 'the clients of the soak ask as many a second as they are told, and hold as many idle connections' <<'X'
	exits 0 soak_for_a_second -g 2 -b 0 -i 0 -n 300 -r 50 1 rows "$model=answers" "$port" &&
	test "$(sed -n 's/^answers right  *//p' counts)" -le 120 &&
	is_count 'idle and slow connections' 300 &&
	is_count 'of them cut off' 0
X
stop
start --name other model.onnx
check 'the clients of the soak count good requests that are refused' <<'X'
	exits 1 soak_for_a_second -b 0 -i 0 1 rows "$model=answers" "$port" &&
	is_count 'answers wrong' 0 &&
	is_count 'good requests failed' '[1-9][0-9]*'
X
check 'the clients of the soak count odd requests that are not answered as is due' <<'X'
	exits 1 soak_for_a_second -g 0 -i 0 1 rows "$model=answers" "$port" &&
	is_count 'odd requests answered otherwise' '[1-9][0-9]*' &&
	grep -q '^soak: a tensor: 1 answers, the first 404, not 1, 200' words
X
stop

# --- the whole
fresh whole
check 'a soak of some seconds finds nothing wrong with the servers' <<'X'
	expect 0 sh "$TOP/scripts/soak" "${SOAK_SECONDS:-3}"
X
check 'in the soak right and odd requests were answered, models taken up and corrupt ones refused' <<'X'
	is_count 'answers right' '[1-9][0-9]*' out &&
	is_count 'answers wrong' 0 out &&
	is_count 'good requests failed' 0 out &&
	is_count 'odd requests answered otherwise' 0 out &&
	is_count 'odd requests refused 4xx' '[1-9][0-9]*' out &&
	is_count 'models taken up' '[1-9][0-9]*' out &&
	is_count 'models that could not be taken up' '[1-9][0-9]*' out
X
check 'in the soak servers were killed, and those started in their place answered right' <<'X'
	is_count 'servers killed' '[1-9][0-9]*' out &&
	is_count 'answers right where killed' '[1-9][0-9]*' out &&
	is_count 'answers wrong where killed' 0 out &&
	is_count 'exit of the server of the killed' 0 out
X
check 'both servers of the soak ended with 0 at SIGTERM, and no answer was cut short by it' <<'X'
	is_count 'exit of the server of the alias' 0 out &&
	is_count 'exit of the server of the file' 0 out &&
	is_count 'good requests at SIGTERM failed' 0 out
X
check 'the request log of the soak says what the models answer' <<'X'
	is_count 'rows of the request log compared' '[1-9][0-9]*' out
X
# The built programs, but servers are killed after four seconds.
fresh killed
mkdir -p fake/bin fake/tools
for tool in data train registry; do ln -s "$BUILD/bin/mlv-$tool" fake/bin/; done
ln -s "$soak" "$BUILD/tools/keeper" fake/tools/
printf '#!/bin/sh\n[ "$1" != http ] || exec timeout -s KILL 4 "%s" "$@"\nexec "%s" "$@"\n' \
    "$BUILD/bin/mlv-serve" "$BUILD/bin/mlv-serve" >fake/bin/mlv-serve
chmod +x fake/bin/mlv-serve
check 'a soak whose servers are killed says that one is gone, and exits 1' <<'X'
	BUILD=$PWD/fake expect 1 sh "$TOP/scripts/soak" 60 &&
	says 'a server is gone'
X
check 'the soak refuses a length that is no number' 'expect 2 sh "$TOP/scripts/soak" 3x'
finish
