#!/bin/sh
# Two people, two machines, one remote: what one of them computed the other
# one gets without computing it.  Here both are folders below a temporary one,
# and the remote is a third; a bucket or a host works the same:
#
#	REMOTE=s3://bucket/prefix sh examples/team/demo.sh
#
# Everything goes into a temporary folder that is removed at the end.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '\n== %s\n' "$*"; }
mkdir "$work/remote" "$work/ada"
remote=${REMOTE:-$work/remote}
export GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=ada GIT_COMMITTER_EMAIL=ada@example.org

say 'ada: data under version control, its repository known to git'
cd "$work/ada"
git init -q .
mlv-data init
awk 'BEGIN { print "id,spend,churned"
	for (i = 1; i <= 400; i++) print i "," i * 37 % 101 "," (i * 37 % 101 > 60 ? "yes" : "no") }' >spend.csv
mlv-data add spend.csv
mlv-data remote add origin "$remote"
git add -A && git commit -qm 'spending and churn'

say 'ada: a run, remembered by what it read, and what came of it pushed'
mlv-train run -d spend.csv -o totals.csv -- sh -c \
    'awk -F, "NR > 1 { n[\$3]++ } END { for (c in n) print c \",\" n[c] }" spend.csv | sort >totals.csv'
mlv-data push

say 'bob: a clone of the code, then what the pointers stand for'
git clone -q "$work/ada" "$work/bob"
cd "$work/bob"
mlv-data pull data:spend
mlv-data checkout

say 'bob: the same run is not run again; its outputs are the same bytes'
mlv-train run --pull -d spend.csv -o totals.csv -- sh -c \
    'awk -F, "NR > 1 { n[\$3]++ } END { for (c in n) print c \",\" n[c] }" spend.csv | sort >totals.csv' |
	tee run.txt
grep -q restored run.txt
cmp totals.csv "$work/ada/totals.csv"

say 'both add a version: the second one is told, and gets the next number'
echo 401,1,no >>"$work/ada/spend.csv"
(cd "$work/ada" && mlv-data add spend.csv && mlv-data push data:spend)
echo 402,99,yes >>spend.csv
mlv-data add spend.csv
mlv-data push data:spend && exit 1
mlv-data pull
mlv-data push

say 'nothing is lost, on either side'
mlv-data fsck
cd "$work/ada"
mlv-data pull
mlv-data ls --all
mlv-data fsck
