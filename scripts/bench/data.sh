#!/bin/sh
# scripts/bench/data.sh - versions of a large file and of many small ones,
# beside git, git-lfs, restic, borg and dvc, whichever are there.
#
# BENCH_ROWS (3000000: about 175 MB; 17000000 are 1 GB), BENCH_FILES (100000),
# and BENCH_RUNS (5) set the size, BENCH_WHO who is asked and BENCH_WHAT (file
# files push start) what; what is printed is TAB-separated: what, who, seconds
# (the median), the processor's seconds, peak memory in MB, bytes on disk that it
# took, and of a push over S3 its requests.  Of what is done once there is one
# figure.  Where others use the machine the processor's seconds compare better.
# A million files take 4 GB a copy, of which there are four at once, and one more
# for each run.  The S3 server is versitygw, or the one of the tests where it is
# not on PATH.  Rows compared: data-diff.sh.
set -u
LC_ALL=C
export LC_ALL
TOP=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${BUILD:-$TOP/build}/bin:$PATH
rows=${BENCH_ROWS:-3000000} files=${BENCH_FILES:-100000} runs=${BENCH_RUNS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/mlv-bench.XXXXXX") || exit 1
server=
trap 'cd / && { [ -z "$server" ] || kill "$server"; rm -rf "$work"; }' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 1
RESTIC_PASSWORD=x BORG_PASSPHRASE=x BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
export RESTIC_PASSWORD BORG_PASSPHRASE BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 DVC_NO_ANALYTICS=1
git config --global user.name bench && git config --global user.email bench@localhost

have() { command -v "$1" >/dev/null 2>&1; }
peers() {
	for p in ${BENCH_WHO:-mlv git git-lfs restic borg dvc}; do
		case $p in mlv) echo mlv ;; *) have $p && echo "$p" ;; esac
	done
}
wanted() { case " ${BENCH_WHAT:-file files push start} " in *" $1 "*) ;; *) false ;; esac; }

# --- what each does: a fresh store in the current folder, and its command to
# put what has changed of $1 into it; then to say what has changed.
begin() {	# who
	git init -q . || return 1
	case $1 in
	mlv) mlv-data init >/dev/null ;;
	git-lfs) git lfs install --local && git lfs track '*.csv' ;;
	restic) restic -q init -r store ;;
	borg) borg init -e none store ;;
	dvc) dvc init -q ;;
	esac
}
put() {		# who, path
	case $1 in
	mlv) mlv-data add -q "$2" ;;
	git | git-lfs) git add "$2" ;;
	restic) restic -q backup -r store "$2" ;;
	borg) borg create -C lz4 "store::$(date +%s%N)" "$2" ;;
	dvc) dvc add -q "$2" ;;
	esac
}
look() {	# who, path
	case $1 in
	mlv) mlv-data status "$2" ;;
	git) git status --porcelain ;;
	dvc) dvc status ;;
	esac
}
restore() {	# who, path
	case $1 in
	mlv) mlv-data checkout -q "$2" ;;
	git) git checkout -q -- "$2" ;;
	dvc) dvc checkout -q ;;
	esac
}
store_of() {	# who
	case $1 in mlv) echo .mlv ;; git | git-lfs) echo .git ;; dvc) echo .dvc ;; *) echo store ;; esac
}

bytes() { du -sb "$1" 2>/dev/null | cut -f1; }
# Seconds and peak memory of a function called in a shell of its own.
clock() {	# function, arguments...
	/usr/bin/time -q -o "$work/time" -f '%e %U %S %M' sh -c '. "$0"; "$@"' "$work/verbs" "$@" \
	    >"$work/said" 2>&1 || echo "$*: exit $? $(tail -n 1 "$work/said")" >&2
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
report() {	# what, who, file of "seconds user system KB", bytes, requests
	printf '%s\t%s\t%s\t%s\t%d\t%s\t%s\n' "$1" "$2" "$(cut -d' ' -f1 "$3" | median)" \
	    "$(awk '{ print $2 + $3 }' "$3" | median)" "$(($(cut -d' ' -f4 "$3" | median) / 1024))" "$4" "${5:--}"
}
# What a shell of its own needs to know.
sed -n '/^begin()/,/^}/p; /^put()/,/^}/p; /^look()/,/^}/p; /^restore()/,/^}/p' \
    "$TOP/scripts/bench/data.sh" >verbs

# --- a large file: first, unchanged, one hundredth appended, one row edited
make_rows() {	# from, to
	awk -v from="$1" -v to="$2" 'BEGIN {
		srand(from)
		for (i = from; i < to; i++)
			printf "%d,2026-%02d-%02dT%02d:%02d:%02d,%.6f,%.4f,%.2f,%s,%d,%d\n", i,
			    i / 2600000 % 12 + 1, i / 86400 % 28 + 1, i / 3600 % 24, i / 60 % 60, i % 60,
			    rand(), rand() * 100, rand() * 1000, substr("abcd", 1 + int(rand() * 4), 1),
			    int(rand() * 100), int(rand() * 2)
	}'
}
make_files() {
	echo id,time,a,b,c,plan,n,y >base.csv
	make_rows 0 "$rows" >>base.csv
	{ cat base.csv; make_rows "$rows" $((rows + rows / 100)); } >append.csv
	awk -v at=$((rows / 2)) 'NR == at { sub(/,[abcd],/, ",z,") } { print }' base.csv >edit.csv
}

wanted file && make_files
for who in $(wanted file && peers); do
	for what in first unchanged append edit; do : >"$work/$who.$what"; done
	for _ in $(seq "$runs"); do
		rm -rf repo && mkdir repo && cd repo || exit 1
		begin "$who" >"$work/said" 2>&1 ||
		    { echo "$who: $(tail -n 1 "$work/said")" >&2; cd ..; continue 2; }
		for what in first unchanged append edit; do
			case $what in
			first | unchanged) from=base ;;
			*) from=$what ;;
			esac
			[ $what = unchanged ] || cp "../$from.csv" d.csv
			sleep 0.1
			before=$(bytes "$(store_of "$who")")
			clock put "$who" d.csv
			cat "$work/time" >>"$work/$who.$what"
			eval "took_$what=$(($(bytes "$(store_of "$who")") - before))"
		done
		cd ..
	done
	for what in first unchanged append edit; do
		eval "report 'file, $what' $who '$work/$who.$what' \$took_$what"
	done
done
rm -rf repo ./*.csv

# --- many files of 1 KB: add, status, 10 touched, checkout, push
wanted files || wanted push || files=0
mkdir many
awk -v n="$files" 'BEGIN {
	srand(7)
	for (i = 0; i < n; i++) {
		if (i % 100 == 0) {
			folder = sprintf("many/%05d", i / 100)
			system("mkdir " folder)
		}
		file = sprintf("%s/%07d", folder, i)
		for (k = 0; k < 52; k++) printf "%.16f\n", rand() >file
		close(file)
	}
}'
# What status says of nothing, then of ten files touched, the median of each;
# then all of it back, what was there being moved away: deleted files keep their
# inodes from others for a while.
measure_files() {	# who
	begin "$1" >"$work/said" 2>&1 || { echo "$1: $(tail -n 1 "$work/said")" >&2; return; }
	cp -a ../many many
	sleep 0.1
	before=$(bytes "$(store_of "$1")")
	clock put "$1" many
	report 'files, add' "$1" "$work/time" $(($(bytes "$(store_of "$1")") - before))
	[ "$1" != git ] || git commit -qm many
	clock look "$1" many		# what was racy is settled
	: >"$work/all"
	: >"$work/touched"
	for _ in $(seq "$runs"); do
		clock look "$1" many
		cat "$work/time" >>"$work/all"
	done
	report 'files, status' "$1" "$work/all" 0
	for _ in $(seq "$runs"); do
		touch many/00000/000000?
		clock look "$1" many
		cat "$work/time" >>"$work/touched"
	done
	report 'files, status after a touch of 10' "$1" "$work/touched" 0
	: >"$work/back"
	for i in $(seq "$runs"); do
		mv many "../away.$1.$i"
		clock restore "$1" many
		cat "$work/time" >>"$work/back"
		diff -rq ../many many >&2
	done
	report 'files, checkout' "$1" "$work/back" 0
}
for who in $(wanted files && peers); do
	case $who in git-lfs | restic | borg) continue ;; esac
	rm -rf repo ./away.* && mkdir repo && cd repo || exit 1
	measure_files "$who"
	cd .. || exit 1
done
rm -rf ./away.*

# --- the same to a folder elsewhere, again with nothing new, and ten changed;
# then over S3, with its requests counted
push_all() {	# who
	case $1 in
	mlv) mlv-data push -q ;;
	dvc) dvc push -q ;;
	esac
}
sed -n '/^push_all()/,/^}/p' "$TOP/scripts/bench/data.sh" >>verbs

# A server with an empty bucket; $endpoint is where it answers, and a line of
# $work/requests is a request.
serve_s3() {
	AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret123
	AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null
	export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
	mkdir -p "$work/s3/bucket"
	: >"$work/requests"
	if have versitygw; then
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		ROOT_ACCESS_KEY=testkey ROOT_SECRET_KEY=testsecret123 versitygw --port "127.0.0.1:$port" --quiet \
		    --access-log "$work/requests" posix "$work/s3" >"$work/server.log" 2>&1 &
		server=$!
	else
		python3 "$TOP/tests/tools/s3_server.py" "$work/s3" "$work/port" --log "$work/requests" \
		    >"$work/server.log" 2>&1 &
		server=$!
		until [ -s "$work/port" ]; do sleep 0.1; done
		port=$(cat "$work/port")
	fi
	endpoint=http://127.0.0.1:$port
	for _ in $(seq 100); do
		curl -s -o "$work/said" "$endpoint" && break
		sleep 0.1
	done
}
requests() { [ -z "$server" ] || wc -l <"$work/requests"; }
push_and_count() {	# what, who, folder that grows
	before=$(bytes "$3") asked=$(requests)
	clock push_all "$2"
	sleep 0.2		# a server writes its log when it has answered
	report "$1" "$2" "$work/time" $(($(bytes "$3") - before)) "${asked:+$(($(requests) - asked))}"
}
measure_push() {	# who, where in words, folder that grows
	push_and_count "files, push to $2" "$1" "$3"
	push_and_count "files, push of nothing to $2" "$1" "$3"
	for f in many/00000/000000?; do echo more >>"$f"; done
	put "$1" many >"$work/said" 2>&1
	push_and_count "files, push of 10 changed to $2" "$1" "$3"
}
for who in $(wanted push && peers); do
	case $who in mlv | dvc) ;; *) continue ;; esac
	rm -rf repo remote && mkdir repo remote && cd repo || exit 1
	begin "$who" >"$work/said" 2>&1 && cp -a ../many many && put "$who" many >"$work/said" 2>&1
	case $who in
	mlv) mlv-data remote add origin "$work/remote" ;;
	dvc) dvc remote add -q -d origin "$work/remote" ;;
	esac >"$work/said" 2>&1
	measure_push "$who" 'a folder' "$work/remote"
	if [ "$who" = mlv ]; then
		serve_s3
		mlv-data remote add bucket "s3://bucket/many?endpoint=$endpoint" >"$work/said" &&
		    mlv-data remote default bucket >"$work/said"
		measure_push mlv S3 "$work/s3"
		kill "$server"
		server=
	fi
	cd .. || exit 1
done

# --- how long each of the tools takes to start, beside git
if wanted start; then
	cd "$TOP" && sh scripts/bench/startup.sh
fi
