#!/bin/sh
# scripts/bench/data.sh - versions of a large file and of many small ones,
# beside git, git-lfs, restic, borg and dvc, whichever are there.
#
# BENCH_ROWS (8000000: about 600 MB), BENCH_FILES (100000) and BENCH_RUNS (3)
# set the size; what is printed is TAB-separated: what, who, seconds (the
# median), peak memory in MB, bytes on disk that it took.
set -u
LC_ALL=C
export LC_ALL
TOP=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${BUILD:-$TOP/build}/bin:$PATH
rows=${BENCH_ROWS:-8000000} files=${BENCH_FILES:-100000} runs=${BENCH_RUNS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/mlv-bench.XXXXXX") || exit 1
trap 'cd / && rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 1
RESTIC_PASSWORD=x BORG_PASSPHRASE=x BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
export RESTIC_PASSWORD BORG_PASSPHRASE BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 DVC_NO_ANALYTICS=1
git config --global user.name bench && git config --global user.email bench@localhost

have() { command -v "$1" >/dev/null 2>&1; }
peers() { for p in mlv git git-lfs restic borg dvc; do case $p in mlv) echo mlv ;; *) have $p && echo $p ;; esac; done; }

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
store_of() {	# who
	case $1 in mlv) echo .mlv ;; git | git-lfs) echo .git ;; dvc) echo .dvc ;; *) echo store ;; esac
}

bytes() { du -sb "$1" 2>/dev/null | cut -f1; }
# Seconds and peak memory of a function called in a shell of its own.
clock() {	# function, arguments...
	/usr/bin/time -q -o "$work/time" -f '%e %M' sh -c '. "$0"; "$@"' "$work/verbs" "$@" \
	    >"$work/said" 2>&1 || echo "$*: exit $? $(tail -n 1 "$work/said")" >&2
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
report() {	# what, who, file of "seconds KB", bytes
	printf '%s\t%s\t%s\t%d\t%s\n' "$1" "$2" "$(cut -d' ' -f1 "$3" | median)" \
	    "$(($(cut -d' ' -f2 "$3" | median) / 1024))" "$4"
}
# What a shell of its own needs to know.
sed -n '/^begin()/,/^}/p; /^put()/,/^}/p; /^look()/,/^}/p' "$TOP/scripts/bench/data.sh" >verbs

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
{ echo id,time,a,b,c,plan,n,y; make_rows 0 "$rows"; } >base.csv
{ cat base.csv; make_rows "$rows" $((rows + rows / 100)); } >append.csv
awk -v at=$((rows / 2)) 'NR == at { sub(/,[abcd],/, ",z,") } { print }' base.csv >edit.csv

for who in $(peers); do
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

# --- many files of 1 KB: add, status, 10 touched, checkout
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
for who in mlv git dvc; do
	[ $who = mlv ] || have $who || continue
	rm -rf repo && mkdir repo && cd repo || exit 1
	begin "$who" >"$work/said" 2>&1 ||
	    { echo "$who: $(tail -n 1 "$work/said")" >&2; cd ..; continue; }
	cp -a ../many many
	sleep 0.1
	before=$(bytes "$(store_of "$who")")
	clock put "$who" many
	report "files, add" "$who" "$work/time" $(($(bytes "$(store_of "$who")") - before))
	[ $who != git ] || git commit -qm many
	clock look "$who" many		# what was racy is settled
	: >"$work/all"
	for _ in $(seq "$runs"); do
		clock look "$who" many
		cat "$work/time" >>"$work/all"
	done
	report "files, status" "$who" "$work/all" 0
	for f in many/00000/*[0-9]; do touch "$f"; done
	clock look "$who" many
	report "files, status after a touch of 100" "$who" "$work/time" 0
	rm -rf many
	case $who in
	mlv) restore='mlv-data checkout many' ;;
	git) restore='git checkout -q -- many' ;;
	dvc) restore='dvc checkout -q' ;;
	esac
	/usr/bin/time -q -o "$work/time" -f '%e %M' $restore >/dev/null 2>&1
	report "files, checkout" "$who" "$work/time" 0
	cd ..
done
