#!/bin/sh
# mlv-data push and pull over S3: against a server that checks signatures and
# behaves badly when it is told to.
. "$(dirname "$0")/../lib.sh"

AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret123
AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
unset AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_PROFILE

# Start a server over $HOME_DIR/NAME with one bucket; $url is a remote in it.
serve() {	# name, option of the server...
	d=$HOME_DIR/$1
	shift
	mkdir -p "$d/team"
	rm -f "$d.port"
	background python3 "$TOP/tests/tools/s3_server.py" "$d" "$d.port" --log "$d.log" "$@"
	until_true test -s "$d.port"
	endpoint=http://127.0.0.1:$(cat "$d.port")
	url="s3://team/our data/x+y?endpoint=$endpoint"
}
repository() {	# folder; a data set of some size in it
	fresh "$1"
	mlv-data init >log
	awk 'BEGIN { print "id,x"; for (i = 0; i < 20000; i++) print i "," i * 7919 % 100003 }' >t.csv
	mlv-data add t.csv >log
	mlv-data remote add origin "$url" >log
}

serve good
repository alice
check 'push and clone over S3: the same bytes, every request signed right' <<'X'
	expect 0 mlv-data push &&
	cd .. &&
	expect 0 mlv-data clone "$url" bob &&
	cd bob &&
	mlv-data cat data:t | cmp - ../alice/t.csv &&
	expect 0 mlv-data fsck --strong
X
cd ../alice || exit 1
check 'a push with nothing new is one request, a small one is four; nothing is listed' <<'X'
	: >"$d.log" &&
	expect 0 mlv-data push &&
	test "$(wc -l <"$d.log")" = 1 &&
	: >"$d.log" &&
	echo 20000,1 >>t.csv && mlv-data add t.csv >log &&
	expect 0 mlv-data push &&
	test "$(wc -l <"$d.log")" -le 5 &&
	test "$(grep -c "list-type" "$d.log")" = 0
X
check 'a wrong secret is one message that names the variables' <<'X'
	AWS_SECRET_ACCESS_KEY=wrong expect 3 mlv-data push &&
	says "remote 'origin'" &&
	says AWS_SECRET_ACCESS_KEY &&
	test "$(wc -l <err)" = 1
X
check 'an unknown key and no key at all are refused, not taken for an empty remote' <<'X'
	AWS_ACCESS_KEY_ID=nobody expect 3 mlv-data pull &&
	says InvalidAccessKeyId &&
	AWS_ACCESS_KEY_ID= expect 2 mlv-data pull &&
	says "no key for S3"
X
check 'files of profiles that cannot be read matter only where no key is in the environment' <<'X'
	mkdir -p ../folder &&
	AWS_SHARED_CREDENTIALS_FILE=../folder AWS_CONFIG_FILE=../folder expect 0 mlv-data pull &&
	AWS_ACCESS_KEY_ID= AWS_SHARED_CREDENTIALS_FILE=../folder expect 3 mlv-data pull &&
	says folder
X
# A command with keys from files alone.
by_files() {	# NAME=value..., command
	env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY "AWS_SHARED_CREDENTIALS_FILE=$HOME_DIR/credentials" \
	    "AWS_CONFIG_FILE=$HOME_DIR/config" "$@"
}
cat >"$HOME_DIR/credentials" <<X
# keys
[default]
aws_access_key_id = testkey
aws_secret_access_key=testsecret123

[wrong]
aws_access_key_id = testkey
aws_secret_access_key = nonsense
X
cat >"$HOME_DIR/config" <<X
[profile process]
region = us-east-1
endpoint_url = $endpoint
credential_process = echo '{"Version":1,"AccessKeyId":"testkey","SecretAccessKey":"testsecret123"}'
s3 =
  addressing_style = path
[profile broken]
credential_process = exit 7
X
check 'keys come from the files of profiles: the default one, one by its name, a process' <<'X'
	expect 0 by_files mlv-data pull &&
	expect 0 by_files AWS_PROFILE=process mlv-data pull &&
	expect 0 by_files AWS_PROFILE=process mlv-data clone "s3://team/our data/x+y" ../by-profile
X
check 'a profile that is wrong, is not there, or whose process fails is one line that names it' <<'X'
	expect 3 by_files AWS_PROFILE=wrong mlv-data push && says "the profile 'wrong'" && test "$(wc -l <err)" = 1 &&
	expect 2 by_files AWS_PROFILE=none mlv-data push && says "has that profile" &&
	expect 2 by_files AWS_PROFILE=broken mlv-data push && says "ended with 7"
X
check 'a bucket that is not there, and a server that is not there, are named' <<'X'
	expect 3 mlv-data push -r "s3://none/x?endpoint=$endpoint" &&
	says "there is no bucket 'none'"
X
check 'both add a version over S3: refused, renumbered, pushed' <<'X'
	(cd ../bob && mlv-data pull) >log &&
	echo 20001,1 >>t.csv && mlv-data add t.csv >log && mlv-data push >log &&
	cd ../bob && printf "id,x\n1,1\n" >t.csv && mlv-data add t.csv >log 2>&1 &&
	expect 1 mlv-data push &&
	expect 0 mlv-data pull &&
	prints renumbered &&
	expect 0 mlv-data push &&
	expect 0 mlv-data fsck
X

# --- several packs: 130 MB that do not shrink
serve wide
fresh leo
mlv-data init >log
mlv-data remote add origin "$url" >log
head -c 130000000 /dev/urandom >big.bin
mlv-data add big.bin >log
mlv-data push --json >pushed
check 'packs are sent several at once' <<'X'
	test "$(grep -c "PUT .*/packs/" "$d.log")" -ge 4 &&
	grep "PUT .*/packs/" "$d.log" | grep -q "at once: [2-9]"
X
there="$d/team/our data/x+y"
check 'of a push that was cut what was sent is not sent again: one pack of several is' <<'X'
	rm "$there/head" && rm "$(ls "$there"/packs/* | head -n 1)" &&
	: >"$d.log" &&
	expect 0 mlv-data push --json &&
	test "$(grep -c "PUT .*/packs/" "$d.log")" = 1 &&
	test "$(jq -se ".[-1].bytes" out)" -lt "$(jq -se ".[-1].bytes" pushed)"
X
check 'packs are fetched several at once, and are the same bytes' <<'X'
	: >"$d.log" &&
	expect 0 mlv-data clone "$url" ../mia &&
	grep "GET .*/packs/" "$d.log" | grep -q "at once: [2-9]" &&
	(cd ../mia && mlv-data cat data:big) | cmp - big.bin
X
# Every pack in turn with two bytes changed near its beginning, where lists of
# parts may lie; then all of them good again.
each_pack_damaged() {
	for p in "$there"/packs/*; do
		cp -p "$p" saved && rm -rf .mlv && mlv-data init >log && mlv-data remote add origin "$url" >log || return 1
		printf "\377\376" | dd of="$p" bs=1 seek=1000 conv=notrunc 2>log
		mlv-data pull >log 2>err && { echo "$p: taken"; return 1; }
		grep -q "remote 'origin'" err || return 1
		cp -p saved "$p"
	done
}
check 'whichever of several packs is damaged: refused, no name moves; good ones then are taken' <<'X'
	fresh nora &&
	each_pack_damaged &&
	test ! -e .mlv/refs/data &&
	expect 0 mlv-data pull &&
	expect 0 mlv-data fsck --strong
X
rm -rf "$d" ../leo ../mia

serve tomorrow --skew 86400
repository dan
check 'a clock that is off by a day is named, with by how much, in one line' <<'X'
	expect 3 mlv-data push &&
	says "the clock of this machine is 2" &&
	says "behind that of" &&
	test "$(wc -l <err)" = 1
X
serve yesterday --skew -90000
repository eve
check 'a clock that is ahead is named as such' <<'X'
	expect 3 mlv-data push &&
	says "25 h 0 min ahead of"
X

serve deaf --ignore-conditions
repository carol
check 'a server that ignores If-None-Match is noticed and refused' <<'X'
	expect 3 mlv-data push &&
	says "ignores the header If-None-Match" &&
	test ! -e "$d/team/our data/x+y/head"
X

for seed in 1 2 3 4; do
	serve "bad$seed" --bad 0.3 --seed $seed
	repository "dave$seed"
	check "seed $seed: of three requests one is dropped, cut, slow or answered wrong: all arrives" <<'X'
	for i in 1 2 3 4 5 6; do
		mlv-data push >log 2>&1 && break
	done &&
	cd .. &&
	for i in 1 2 3 4 5 6; do
		mlv-data clone "$url" "erin$seed" >log 2>&1 && break
	done &&
	cd "erin$seed" &&
	mlv-data cat data:t | cmp - "../dave$seed/t.csv" &&
	expect 0 mlv-data fsck --strong
X
done

serve flips --bad 1 --kinds flip
repository frank
mlv-data push >log 2>&1
fresh grace
check 'bytes that are flipped on the way are refused, no name moves' <<'X'
	mlv-data init >log && mlv-data remote add origin "$url" >log &&
	expect 3 mlv-data pull &&
	test ! -e .mlv/refs/data &&
	expect 0 mlv-data fsck
X
serve longer --bad 1 --kinds more
repository heidi
mlv-data push >log 2>&1
fresh ivan
check 'a server that sends more than was asked for does no harm' <<'X'
	mlv-data init >log &&
	mlv-data remote add origin "$url" >log &&
	{ mlv-data pull >log 2>&1; test $? -ne 139; } &&
	expect 0 mlv-data fsck --strong
X
finish
