#!/bin/sh
# What MLflow's own client sent in a session and how it was answered, replayed
# without it.  tests/interop/track.py writes the files with RECORD:
#
#	> METHOD path		a request
#	| text			its body, or
#	x N			N bytes of a file (here all are x)
#	< status text		the answer, or
#	< status x N		so many bytes of a file
#
# <run1> and the like stand for ids, as they first appear in answers; times
# of the server are 0.
. "$(dirname "$0")/../server.sh"

cat >replay.awk <<'A'
# URL; writes into got what the file would say of this server
function real(s, id) {
	for (id in name)
		while (i = index(s, name[id]))
			s = substr(s, 1, i - 1) id substr(s, i + length(name[id]))
	return s
}
function masked(s, rest, id, kind) {
	rest = s
	while (match(rest, /"(run|experiment|model)_id":"[^"]*"/)) {
		id = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		kind = substr(id, 2, index(id, "_") - 2)
		sub(/^[^:]*:"/, "", id)
		sub(/"$/, "", id)
		if (length(id) > 5 && !(id in name))
			name[id] = "<" kind (++count[kind]) ">"
	}
	for (id in name)
		gsub(id, name[id], s)
	for (i = 1; i <= n_times; i++)
		gsub("\"" times[i] "\":[0-9]+", "\"" times[i] "\":0", s)
	return s
}
function ask(what, status, line) {
	what = sent ? " -H 'Content-Type: application/json' --data-binary @sent" : ""
	what = "curl -s -o answer -w '%{http_code} %{content_type}\n' -X " method what " '" URL real(path) "'"
	what | getline status
	close(what)
	split(status, word, " ")
	if (word[2] ~ /json/) {
		getline line <"answer"
		close("answer")
		return word[1] " " masked(line)
	}
	"wc -c <answer; tr -d x <answer | wc -c" | getline line
	close("wc -c <answer; tr -d x <answer | wc -c")
	return word[1] " x " line + 0
}
BEGIN { n_times = split("creation_time last_update_time creation_timestamp last_updated_timestamp " \
    "creation_timestamp_ms last_updated_timestamp_ms", times, " ") }
/^> / { method = $2; path = $3; sent = 0 }
/^\| / { printf "%s", real(substr($0, 3)) >"sent"; close("sent"); sent = 1 }
/^x / {
	text = ""
	printf "" >"sent"
	for (i = $2 + 0; i; i--)
		printf "x" >"sent"
	close("sent")
	sent = 1
}
/^< / { print "< " ask(); next }
{ print }
A
for session in "$TOP"/tests/golden/mlflow/*.session; do
	version=$(basename "$session" .session)
	fresh "mlflow-$version"
	mlv-data init >/dev/null
	background mlv-serve track --port 0
	until_true grep -q http server.out || cat server.err
	url=$(cut -f1 server.out)
	check "a session of mlflow's client $version is answered as it was" <<-'X'
		rm -f answer sent &&
		awk -v URL="$url" -f ../replay.awk "$session" >got &&
		{ diff "$session" got >differs || { head -c 2000 differs && false; }; }
	X
	check "runs, models and aliases of client $version are the command line's" <<-'X'
		expect 0 mlv-train runs --where "tags.team = 'alpha'" -c name,status,params.lr,metrics.again &&
		prints "first	finished	0.10	1" &&
		expect 0 mlv-registry ls &&
		prints "champion"
	X
	stop
done
finish
