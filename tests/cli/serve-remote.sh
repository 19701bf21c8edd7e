#!/bin/sh
# mlv-serve http --remote: models served straight from a folder or a bucket,
# without a repository; aliases followed there; a remote that goes away.
. "$(dirname "$0")/../server.sh"

HOME=$HOME_DIR/home
export HOME
unset XDG_CACHE_HOME
mkdir "$HOME" "$HOME_DIR/share"
share=$HOME_DIR/share

# ada registers two versions and pushes the first as champion.
fresh ada
mlv-data init >log
mlv-data remote add origin "$share" >log
mlv-registry add score "$ridge" >log
mlv-registry add score "$elastic_net" >log
mlv-registry set score@champion 1 >log
printf 'id,x\n1,2\n' >t.csv
mlv-data add t.csv >log
mlv-data push >log
champion() {	# version; moved by ada and pushed, to a remote where that is said
	(cd "$HOME_DIR/ada" && mlv-registry set score@champion "$1" && mlv-data push ${2:+-r "$2"}) >log 2>&1
}
serves() {	# version
	ask -o body -D head -H "$as_csv" --data-binary @row.csv "$url/invocations" &&
	test "$(header X-Mlv-Version)" = "$1"
}
until_serves() { until_true serves "$1"; }

fresh bob
printf 'a,b,c,d,e,f\n1,2,3,4,5,6\n' >row.csv
check 'the champion at a remote is served without a repository, byte for byte' <<'X'
	start --columns a,b,c,d,e,f --remote "$share" --poll 1 model:score@champion &&
	serves 1 &&
	test "$(header X-Mlv-Model)" = "sha256:$(sha256sum <"$ridge" | cut -d" " -f1)" &&
	mlv-serve batch -i row.csv "$ridge" >want &&
	ask -H "$as_csv" --data-binary @row.csv "$url/invocations" | grep -q "$(tail -n 1 want)" &&
	test ! -e .mlv
X
cache=$(echo "$HOME"/.cache/mlv/mirrors/url-*)
check 'of other names and versions nothing was fetched' <<'X'
	test "$(ls "$cache/.mlv/refs")" = model &&
	test "$(cd "$cache" && mlv-data cat model:score@1 | sha256sum)" = "$(sha256sum <"$ridge")" &&
	! (cd "$cache" && mlv-data cat data:t) 2>log
X
check 'the alias is followed while the server runs' <<'X'
	champion 2 &&
	until_serves 2
X
check 'a remote that goes away is told once, and what was served is served on' <<'X'
	mv "$share" "$share.away" &&
	until_true metric_is mlv_remote_reachable 0 &&
	kill -HUP "$server" && sleep 1 &&
	kill -HUP "$server" && sleep 1 &&
	serves 2 &&
	test "$(grep -c "served on" server.err)" = 1 &&
	grep -q "$share" server.err
X
check '... and followed again when it is back' <<'X'
	mv "$share.away" "$share" &&
	champion 1 &&
	kill -HUP "$server" &&
	until_serves 1 &&
	grep -q "answers again" server.err &&
	metric_is mlv_remote_reachable 1
X
stop
check 'a start while the remote is away serves what came before, and says so' <<'X'
	champion 1 && start --columns a,b,c,d,e,f --remote "$share" --poll 1 model:score@champion && stop &&
	mv "$share" "$share.away" &&
	start --columns a,b,c,d,e,f --remote "$share" --poll 1 model:score@champion &&
	serves 1 &&
	grep -q "served on" server.err &&
	stop &&
	mv "$share.away" "$share"
X
check 'a pack with flipped bits is no model: nothing is served, and with good bytes it is' <<'X'
	cp -r "$share" bad &&
	for p in bad/packs/*; do
		chmod u+w "$p" && printf "\377\377" | dd of="$p" bs=1 seek=40 conv=notrunc 2>log || return 1
	done &&
	expect 3 mlv-serve http --port 0 --columns a,b,c,d,e,f --remote ./bad model:score@champion &&
	says "remote" &&
	cp "$share"/packs/* bad/packs/ &&
	start --columns a,b,c,d,e,f --remote ./bad model:score@champion &&
	serves 1 &&
	stop
X
check 'one version by its number, and a canary that is not set yet' <<'X'
	start --columns a,b,c,d,e,f --remote "$share" --poll 1 --cache ./c model:score@2 --canary model:score@next=50 &&
	serves 2 && stop && test -d c/.mlv
X
check 'a name that the remote has not, a file, a folder that is none: one line each' <<'X'
	expect 3 mlv-serve http --port 0 --remote "$share" model:nope@champion &&
	says "model:nope" &&
	test "$(wc -l <err)" = 1 &&
	expect 2 mlv-serve http --port 0 --remote "$share" "$ridge" && says "is no model that a remote keeps" &&
	expect 3 mlv-serve http --port 0 --remote /nowhere/at/all model:score@champion && says /nowhere/at/all &&
	test "$(wc -l <err)" = 1 &&
	expect 2 mlv-serve http --port 0 --cache x "$ridge" && says "--remote"
X
cd ../ada || exit 1
check 'in a repository the remote goes by its name, and no name of the repository moves' <<'X'
	cp ../bob/row.csv . &&
	cp -r .mlv/refs before &&
	start --columns a,b,c,d,e,f --remote origin --poll 1 model:score@champion && serves 1 && stop &&
	diff -r before .mlv/refs &&
	test -d .mlv/cache/mirrors
X

# --- over S3
AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret123
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
unset AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_PROFILE
d=$HOME_DIR/s3
mkdir -p "$d/team"
background python3 "$TOP/tests/tools/s3_server.py" "$d" "$d.port"
s3=$server
until_true test -s "$d.port"
bucket="s3://team/x?endpoint=http://127.0.0.1:$(cat "$d.port")"
mlv-data push -r "$bucket" >log
cd ../bob || exit 1
check 'the champion in a bucket is served and followed' <<'X'
	start --columns a,b,c,d,e,f --remote "$bucket" --poll 1 model:score@champion &&
	serves 1 &&
	champion 2 "$bucket" &&
	until_serves 2
X
check 'the bucket goes away: what was served is served on, and SIGTERM ends it' <<'X'
	kill "$s3" && sleep 2 &&
	serves 2 &&
	stop
X
finish
