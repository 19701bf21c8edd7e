#!/bin/sh
# Two people, two machines, one remote: what one of them computed the other
# one gets without computing it, can compute again to the same bytes, and can
# have served from the remote.  Here both are folders below a temporary one,
# and the remote is a third; a bucket or a host works the same:
#
#	REMOTE=s3://bucket/prefix sh examples/team/demo.sh
#
# Everything goes into a temporary folder that is removed at the end.
set -eu
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
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

say 'ada: a model, judged, made champion and pushed: what it leads to comes along'
cd "$work/ada"
mlv-data split data:spend train=70 test=30
fitted=$(mlv-train fit -t churned --drop id -l logistic -o churn.onnx data:spend-train | cut -f1)
mlv-registry add churn churn.onnx
mlv-train eval model:churn data:spend-test
mlv-registry set churn@champion 1
mlv-data push model:churn

say 'bob: her champion; the run behind it, fitted again, gives the same bytes'
cd "$work/bob"
mlv-data pull model:churn
mlv-train show "$fitted"
mlv-registry show churn@champion
mlv-train fit -t churned --drop id -l logistic -o again.onnx data:spend-train
cmp again.onnx "$work/ada/churn.onnx"

say 'elsewhere, with no repository: the champion is served from the remote'
mkdir "$work/served"
cd "$work/served"
mlv-serve http model:churn@champion --remote "$remote" --cache cache --port 0 --grace 0 >url.txt &
server=$!
until [ -s url.txt ]; do kill -0 $server || exit 1; sleep 0.1; done
printf 'spend\n3\n99\n' | curl -sS -H 'Content-Type: text/csv' --data-binary @- -D head.txt \
    "$(cut -f1 url.txt)/invocations"
echo
grep "sha256:$(sha256sum <"$work/ada/churn.onnx" | cut -d' ' -f1)" head.txt
kill $server
wait $server
server=
cd "$work/bob"

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
