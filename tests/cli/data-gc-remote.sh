#!/bin/sh
# mlv-data gc --remote: packs that no name leads to leave a remote, what is
# half of use is written anew, a push meanwhile wins.
. "$(dirname "$0")/../lib.sh"

cat >fake-ssh <<'X'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift 2
exec sh -c "$*"
X
# The other side as it was before it could remove.
cat >old-ssh <<'X'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift 2
sh -c "$*" | sed -u '1s/^mlv-remote 1 .*/mlv-remote 1 1/'
X
chmod +x fake-ssh old-ssh
MLV_SSH=$HOME_DIR/fake-ssh
AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret123
AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null
export MLV_SSH AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE

numbers() { awk -v s="$1" -v n="${2:-20000}" 'BEGIN { srand(s); for (i = 0; i < n; i++) print int(rand() * 1e9) }'; }
add() {	# file, seed
	numbers "$2" >"$1"
	mlv-data add -q "$1" >log
}
# A repository with two versions of data:t, each pushed by itself.
two_versions() {	# folder, URL
	fresh "$1"
	mlv-data init >log
	mlv-data remote add origin "$2" >log
	add t.csv 1
	mlv-data push >log
	add t.csv 2
	mlv-data push >log
}
collect() { expect 0 mlv-data gc --json --remote origin --keep all "$@"; }
total() { tail -n 1 out | jq -e "$1" >/dev/null || { cat out; return 1; }; }
packs_of() { find "$1/packs" -type f | wc -l; }
clone_is_whole() {	# URL
	rm -rf ../clone
	expect 0 mlv-data clone "$1" ../clone &&
	(cd ../clone && expect 0 mlv-data fsck --strong)
}

mkdir share
share=$HOME_DIR/share
two_versions alice "$share"
check 'gc --remote: without a scope, or with one that would change names, it is refused' <<'X'
	expect 2 mlv-data gc --remote origin &&
	says "takes --keep all" &&
	expect 2 mlv-data gc --remote origin --keep newest &&
	says "is pushed" &&
	expect 2 mlv-data gc --remote origin --keep all --for-good &&
	expect 3 mlv-data gc --remote nope --keep all &&
	says nope
X
check 'gc --remote: where all is of use, nothing is written' <<'X'
	cp -a "$share" ../before &&
	collect &&
	total ".doomed == 0 and .packs == 2 and .versions == 0" &&
	diff -r ../before "$share"
X
mlv-data rm data:t@1 >log && mlv-data push >log
check 'gc --remote --dry-run: names and bytes of what would go, and nothing is changed' <<'X'
	rm -rf ../before && cp -a "$share" ../before &&
	collect -n &&
	jq -se "any(.[]; .name == \"data:t@1\" and .bytes > 100000)" out >log &&
	total ".verdict == \"dry run\" and .versions == 1 and .doomed > 80000" &&
	diff -r ../before "$share"
X
check 'gc --remote: what no name leads to is doomed, and is there until the grace period is over' <<'X'
	collect &&
	total ".versions == 1 and .doomed > 80000 and .removed == 0" &&
	test "$(packs_of "$share")" = 2 &&
	jq -e ".schema == \"mlv.remote.head/2\"" "$share/head" >log &&
	collect &&
	total ".waiting > 80000 and .removed == 0 and .versions == 0" &&
	clone_is_whole "$share"
X
check 'gc --remote: a push that brings a doomed pack again takes it back' <<'X'
	expect 0 mlv-data rm --undo data:t@1 &&
	expect 0 mlv-data push &&
	test "$(packs_of "$share")" = 2 &&
	jq -e "all(.leaving[]; .key | startswith(\"records/\"))" "$share/head" >log &&
	collect --grace 0 &&
	total ".doomed == 0" &&
	clone_is_whole "$share" &&
	(cd ../clone && mlv-data cat data:t@1 >../one) &&
	numbers 1 | cmp - ../one
X
check 'gc --remote: after the grace period the files are gone, and once more removes nothing' <<'X'
	expect 0 mlv-data rm data:t@1 &&
	expect 0 mlv-data push &&
	collect &&
	total ".doomed > 80000" &&
	collect --grace 0 &&
	total ".removed > 80000" &&
	test "$(packs_of "$share")" = 1 &&
	test "$(find "$share/records" -type f | wc -l)" = 1 &&
	collect --grace 0 &&
	total ".removed == 0 and .doomed == 0" &&
	clone_is_whole "$share"
X
check 'gc --remote: what was removed is brought again by whoever pushes it' <<'X'
	mkdir ../bob && cd ../bob && mlv-data init >log && mlv-data remote add origin "$share" >log &&
	numbers 1 >u.csv && mlv-data add -q u.csv >log &&
	expect 0 mlv-data push &&
	cd ../alice &&
	clone_is_whole "$share" &&
	(cd ../clone && mlv-data cat data:u) | cmp - ../bob/u.csv &&
	collect --grace 0 &&
	total ".versions == 0 and .packs == 2" &&
	clone_is_whole "$share"
X
check 'gc --remote: a version brought back with rm --undo comes back with its bytes' <<'X'
	expect 0 mlv-data rm --undo data:t@1 &&
	expect 0 mlv-data push &&
	jq -r ".leaving[] | select(.gone) | .key" "$share/head" >../gone &&
	grep -q packs/ ../gone &&
	while read -r key; do
		test ! -e "$share/$key" || return 1
	done <../gone &&
	clone_is_whole "$share" &&
	(cd ../clone && mlv-data cat data:t@1 >../one) &&
	numbers 1 | cmp - ../one
X

# One pack in which two of three files are of no use later.
mkdir "$HOME_DIR/mixed"
fresh carol
mlv-data init >log
mlv-data remote add origin "$HOME_DIR/mixed" >log
for i in 1 2 3; do numbers $i >f$i.csv; done
mlv-data add -q f1.csv f2.csv f3.csv >log
mlv-data push >log
mlv-data rm data:f1@1 data:f2@1 >log && mlv-data push >log
check 'gc --remote: of a pack that is mostly of no use the rest is written anew' <<'X'
	collect --grace 0 &&
	total ".versions == 2 and .objects > 0 and .written > 0 and .removed > 200000" &&
	test "$(du -sb "$HOME_DIR/mixed/packs" | cut -f1)" -lt 150000 &&
	clone_is_whole "$HOME_DIR/mixed" &&
	(cd ../clone && mlv-data cat data:f3) | cmp - f3.csv
X
# A pack that stays, for more than half of it is of use.
mkdir "$HOME_DIR/held"
mlv-data remote add held "$HOME_DIR/held" >log
mkdir many && for i in 1 2 3 4 5 6 7 8; do numbers $i 3000 >many/$i; done
mlv-data add -q many >log
rm many/1 many/2 && mlv-data add -q many >log
mlv-data push -r held data:many >log
mlv-data rm data:many@1 >log && mlv-data push -r held data:many >log
check 'gc --remote: what is dead in a pack that stays is not counted on by a later push' <<'X'
	expect 0 mlv-data gc --json --remote held --keep all --grace 0 &&
	total ".versions == 1 and .packs >= 1 and .doomed == 0" &&
	grep -q "\"dead\"" "$HOME_DIR"/held/records/* &&
	clone_is_whole "$HOME_DIR/held" &&
	mlv-data rm --undo data:many@1 >log &&
	expect 0 mlv-data push -r held data:many &&
	tail -n 1 out | jq -Re "split(\"\t\")[4] | tonumber > 2" >log &&
	clone_is_whole "$HOME_DIR/held" &&
	(cd ../clone && mlv-data checkout data:many@1 >log && test -s many/1)
X

# --- the other transports
mkdir "$HOME_DIR/far"
two_versions dora "ssh://there$HOME_DIR/far"
mlv-data rm data:t@1 >log && mlv-data push >log
check 'gc --remote over ssh: an old program over there is told so before anything is changed' <<'X'
	cp -a ../far ../far.before &&
	MLV_SSH=$HOME_DIR/old-ssh expect 3 mlv-data gc --remote origin --keep all &&
	says "too old to remove" &&
	diff ../far/head ../far.before/head &&
	MLV_SSH=$HOME_DIR/old-ssh expect 0 mlv-data pull
X
check 'gc --remote over ssh' <<'X'
	collect --grace 0 &&
	total ".removed > 80000" &&
	test "$(packs_of ../far)" = 1 &&
	clone_is_whole "ssh://there$HOME_DIR/far"
X
serve() {	# name, option of the server...
	d=$HOME_DIR/$1
	shift
	mkdir -p "$d/team"
	rm -f "$d.port"
	background python3 "$TOP/tests/tools/s3_server.py" "$d" "$d.port" --log "$d.log" "$@"
	until_true test -s "$d.port"
	url="s3://team/x?endpoint=http://127.0.0.1:$(cat "$d.port")"
}
serve good
two_versions eve "$url"
mlv-data rm data:t@1 >log && mlv-data push >log
check 'gc --remote over S3, with a dry run that writes nothing' <<'X'
	: >"$d.log" &&
	collect -n &&
	! grep -qE "PUT|DELETE" "$d.log" &&
	collect --grace 0 &&
	total ".removed > 80000" &&
	test "$(packs_of "$d/team/x")" = 1 &&
	clone_is_whole "$url"
X

# --- who had read the head before gc wrote another one
# A head, the records and the packs that are gone since.
serve before
two_versions old "$url"
add t.csv 3 && mlv-data push >log
mlv-data rm data:t@1 >log && mlv-data push >log
cp -a "$d/team/x" "$HOME_DIR/was"
collect --grace 0
# The server anew, which tells its first reader of the head what it was.
serve_late() { serve before --first-head "$HOME_DIR/was/head"; }
# Somebody who pulls from there for the first time.
pull_late() {	# exit status
	rm -rf ../late && mkdir ../late &&
	(cd ../late && mlv-data init >log && mlv-data remote add origin "$url" >log && expect "$1" mlv-data pull) &&
	cp ../late/err err
}
serve_late
check 'a pull under which gc removes the records that it is about to read goes on by the new head' <<'X'
	: >"$d.log" &&
	pull_late 0 &&
	test "$(grep -c "GET /team/x/head" "$d.log")" = 3 &&
	(cd ../late && mlv-data cat data:t && expect 0 mlv-data fsck --strong >log) | cmp - t.csv
X
serve_late
cp "$HOME_DIR"/was/records/* "$d/team/x/records/"
check 'and one under which packs are removed' <<'X'
	pull_late 0 &&
	(cd ../late && mlv-data cat data:t) | cmp - t.csv
X
serve_late
rm -f "$d"/team/x/records/* && cp -a "$HOME_DIR/was/head" "$d/team/x/head"
check 'what no other head takes the place of is damage, and told as such' <<'X'
	pull_late 3 &&
	says "a record that the head lists is not there"
X

# --- what a push that was cut has left
# A push to where no head can be written: its packs and its record are there.
cut_push() {	# remote, its folder
	expect 3 mlv-data push -r "$1" &&
	test "$(packs_of "$2")" -ge "$packs" &&
	test "$(find "$2/records" -type f | wc -l)" -ge 1
}
mkdir "$HOME_DIR/half" "$HOME_DIR/half/locks" "$HOME_DIR/half/locks/head"
fresh ida
mlv-data init >log
mlv-data remote add origin "$HOME_DIR/half" >log
add t.csv 1
packs=1
check 'gc --remote: a dry run tells what a push that was cut has left, and does nothing' <<'X'
	cut_push origin ../half &&
	rmdir ../half/locks/head &&
	rm -rf ../before && cp -a ../half ../before &&
	collect -n &&
	total ".unlisted > 80000 and .doomed == .unlisted and .versions == 0" &&
	test "$(grep -c "mlv.gc.remote.file/1" out)" = 2 &&
	diff -r ../before ../half
X
check 'gc --remote: what a push that was cut has left is doomed, and a push that needs it takes it back' <<'X'
	collect &&
	total ".unlisted > 80000 and .removed == 0" &&
	collect &&
	total ".unlisted == 0 and .waiting > 80000" &&
	test "$(packs_of ../half)" = 1 &&
	expect 0 mlv-data push &&
	test "$(packs_of ../half)" = 1 &&
	jq -e "all(.leaving[]; .key | startswith(\"records/\"))" ../half/head >log &&
	collect --grace 0 &&
	total ".unlisted == 0 and .doomed == 0" &&
	clone_is_whole "$HOME_DIR/half"
X
check 'gc --remote: after the grace period what a push that was cut has left is gone' <<'X'
	add t.csv 2 &&
	mkdir ../half/locks/keep && mv ../half/locks/head ../half/locks/keep/ && mkdir ../half/locks/head &&
	packs=2 && cut_push origin ../half &&
	rmdir ../half/locks/head && mv ../half/locks/keep/head ../half/locks/ &&
	cp -a ../half ../half.cut &&
	collect --grace 0 &&
	total ".unlisted > 80000 and .removed >= .unlisted" &&
	test "$(packs_of ../half)" = 1 &&
	test "$(find ../half/records -type f | wc -l)" = 1 &&
	clone_is_whole "$HOME_DIR/half" &&
	expect 0 mlv-data push &&
	test "$(packs_of ../half)" = 2 &&
	clone_is_whole "$HOME_DIR/half" &&
	(cd ../clone && mlv-data cat data:t@2) | cmp - t.csv
X
check 'gc --remote: a file that is not named by a hash is not ours, and stays' <<'X'
	echo mine >../half/packs/readme &&
	collect --grace 0 &&
	total ".unlisted == 0" &&
	rm ../half/packs/readme
X
check 'gc --remote: a gc that was cut before its head is cleaned up after, and nothing is lost' <<'X'
	expect 0 mlv-data rm data:t@1 && expect 0 mlv-data push &&
	mv ../half/locks/head ../half/locks/keep/ && mkdir ../half/locks/head &&
	expect 3 mlv-data gc --remote origin --keep all --grace 0 &&
	rmdir ../half/locks/head && mv ../half/locks/keep/head ../half/locks/ &&
	collect --grace 0 &&
	test "$(packs_of ../half)" = 1 &&
	test "$(find ../half/records -type f | wc -l)" = 1 &&
	collect --grace 0 &&
	total ".unlisted == 0 and .removed == 0" &&
	clone_is_whole "$HOME_DIR/half" &&
	(cd ../clone && mlv-data cat data:t@2) | cmp - t.csv
X
mlv-data remote add ssh "ssh://there$HOME_DIR/half.cut" >log
check 'gc --remote over ssh finds what a push that was cut has left' <<'X'
	expect 0 mlv-data gc --json --remote ssh --keep all --grace 0 &&
	total ".unlisted > 80000" &&
	test "$(packs_of ../half.cut)" = 1 &&
	clone_is_whole "ssh://there$HOME_DIR/half.cut"
X
# Files without a name as a killed push leaves them where the file system has no
# nameless ones; and others.
leave_files() {	# a remote's folder
	mkdir -p "$1/tmp" &&
	head -c 5000 /dev/zero >"$1/tmp/0123456789abcdef.tmp" &&
	head -c 300 /dev/zero >"$1/tmp/head.0123456789abcdef.tmp" &&
	touch -d "15 days ago" "$1"/tmp/* &&
	echo young >"$1/tmp/fedcba9876543210.tmp" &&
	touch -d "50 minutes ago" "$1/tmp/fedcba9876543210.tmp" &&
	for name in notes notes.tmp x0123456789abcdef.tmp 0123456789ABCDEF.tmp; do
		echo mine >"$1/tmp/$name" && touch -d "15 days ago" "$1/tmp/$name" || return 1
	done
}
left() { (cd "$1/tmp" && ls) | sort | tr '\n' ' '; }
check 'gc --remote removes what killed pushes left without a name, once it is old' <<'X'
	leave_files ../half &&
	rm -rf ../before && cp -a ../half ../before &&
	collect -n &&
	total ".unfinished == 5300 and .unlisted == 0" &&
	diff -r ../before ../half &&
	collect --grace 30 &&
	total ".unfinished == 0" &&
	collect --grace 0 &&
	total ".unfinished == 5300" &&
	test "$(left ../half)" = "0123456789ABCDEF.tmp fedcba9876543210.tmp notes notes.tmp x0123456789abcdef.tmp " &&
	collect --grace 0 &&
	total ".unfinished == 0" &&
	clone_is_whole "$HOME_DIR/half"
X
check 'gc --remote over ssh removes it, too' <<'X'
	leave_files ../half.cut &&
	expect 0 mlv-data gc --json --remote ssh --keep all -n &&
	total ".unfinished == 5300" &&
	expect 0 mlv-data gc --json --remote ssh --keep all &&
	total ".unfinished == 5300" &&
	test "$(left ../half.cut)" = "0123456789ABCDEF.tmp fedcba9876543210.tmp notes notes.tmp x0123456789abcdef.tmp "
X
if [ -z "${MLV_SANITIZED:-}" ] && strace -qq -o /dev/null true 2>/dev/null; then
	check 'a push that is killed while it replaces the head leaves a file that nobody reads' <<'X'
	mkdir ../killed &&
	mlv-data remote add killed "$HOME_DIR/killed" >log &&
	expect 0 mlv-data push -r killed &&
	add t.csv 9 &&
	for n in 1 2 3 4 5 6; do
		strace -f -qq -o trace -e "inject=rename,renameat,renameat2:signal=KILL:when=$n" \
		    mlv-data push -r killed >log 2>&1 && return 1
		test -z "$(left ../killed)" || break
	done &&
	test "$(left ../killed | wc -w)" = 1 &&
	touch -d "15 days ago" ../killed/tmp/* &&
	expect 0 mlv-data gc --json --remote killed --keep all &&
	total ".unfinished > 0 and .unlisted > 0" &&
	test "$(left ../killed | wc -w)" = 0 &&
	expect 0 mlv-data push -r killed &&
	clone_is_whole "$HOME_DIR/killed"
X
else
	skip 'a push that is killed while it replaces the head leaves a file that nobody reads' 'no strace'
fi
cat >"$HOME_DIR/second-ssh" <<'S'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift 2
sh -c "$*" | sed -u '1s/^mlv-remote 1 .*/mlv-remote 1 2/'
S
chmod +x "$HOME_DIR/second-ssh"
check 'gc --remote over ssh goes on where the other side is too old to list' <<'X'
	MLV_SSH=$HOME_DIR/second-ssh expect 0 mlv-data gc --json --remote ssh --keep all &&
	total ".unlisted == null and .unfinished == null"
X
# The same server thrice: one that takes no head, one whose key may not list.
serve three --page 1
whole=$url
serve three --refuse head
cut=$url
serve three --no-list
mlv-data remote add whole "$whole" >log
mlv-data remote add cut "$cut" >log
mlv-data remote add shy "$url" >log
check 'gc --remote over S3: a key that may not list removes the rest' <<'X'
	add t.csv 3 && add u.csv 4 &&
	expect 0 mlv-data push -r whole data:t &&
	add t.csv 5 &&
	packs=2 && cut_push cut "$d/team/x" &&
	expect 0 mlv-data gc --json --remote shy --keep all --grace 0 &&
	total ".unlisted == null and .removed == 0"
X
check 'gc --remote over S3 finds what a push that was cut has left, a page at a time' <<'X'
	files=$(find "$d/team/x" -type f | wc -l) &&
	: >"$d.log" &&
	expect 0 mlv-data gc --json --remote whole --keep all -n &&
	total ".unlisted > 80000" &&
	! grep -qE "PUT|DELETE" "$d.log" &&
	test "$(find "$d/team/x" -type f | wc -l)" = "$files" &&
	expect 0 mlv-data gc --json --remote whole --keep all --grace 0 &&
	total ".unlisted > 80000 and .removed >= .unlisted" &&
	test "$(find "$d/team/x/records" -type f | wc -l)" = 1 &&
	clone_is_whole "$whole" &&
	expect 0 mlv-data push -r whole &&
	clone_is_whole "$whole" &&
	(cd ../clone && mlv-data cat data:t) | cmp - t.csv
X

serve bad --bad 0.2
two_versions finn "$url"
mlv-data rm data:t@1 >log && mlv-data push >log
check 'gc --remote over S3 of a server that fails now and then' <<'X'
	collect --grace 0 &&
	total ".removed > 80000" &&
	test "$(packs_of "$d/team/x")" = 1 &&
	clone_is_whole "$url"
X

# --- two at once
mkdir "$HOME_DIR/busy"
fresh gus
mlv-data init >log
mlv-data remote add origin "$HOME_DIR/busy" >log
add t.csv 1 && mlv-data push >log
mlv-data clone "$HOME_DIR/busy" ../hal >log
check 'gc --remote again and again beside pushes from two clones: nothing is lost' <<'X'
	(cd ../hal && for i in 1 2 3 4 5 6 7 8; do
		numbers $((10 + i % 3)) >"h$i.csv" && mlv-data add -q "h$i.csv" >log &&
		mlv-data push >log 2>&1 && mlv-data rm "data:h$i@1" >log && mlv-data push >log 2>&1 || echo "push $i" >>../wrong
	done) &
	other=$! &&
	for i in 1 2 3 4 5 6 7 8; do
		mlv-data gc --remote origin --keep all --grace 0 >gc.log 2>&1 || cat gc.log >>../wrong
		numbers $((10 + i % 3)) >"g$i.csv" && mlv-data add -q "g$i.csv" >log && mlv-data push >log 2>&1 || cat log >>../wrong
	done &&
	wait $other &&
	test ! -e ../wrong &&
	clone_is_whole "$HOME_DIR/busy" &&
	for i in 1 2 3 4 5 6 7 8; do
		(cd ../clone && mlv-data cat "data:g$i") | cmp - "g$i.csv" || return 1
	done
X
mkdir "$HOME_DIR/torn"
fresh jon
mlv-data init >log
mlv-data remote add origin "$HOME_DIR/torn" >log
add t.csv 1 && mlv-data push >log
mlv-data clone "$HOME_DIR/torn" ../kim >log
killed_push() { timeout -s KILL "0.0$1" mlv-data push >push.log 2>&1 || :; }
check 'gc --remote with no grace beside pushes that are killed: only what no name leads to is gone' <<'X'
	(cd ../kim && for i in 1 2 3 4 5 6 7 8 9; do
		add h.csv "2$i" && killed_push $((10 - i)) || echo "add $i" >>../wrong
	done && mlv-data push >log 2>&1 || cat log >>../wrong) 2>/dev/null &
	other=$! &&
	for i in 1 2 3 4 5 6 7 8 9; do
		add g.csv "3$i" && killed_push $i
		mlv-data gc --remote origin --keep all --grace 0 >gc.log 2>&1 || cat gc.log >>../wrong
	done 2>/dev/null &&
	wait $other &&
	test ! -e ../wrong &&
	expect 0 mlv-data push &&
	collect --grace 0 &&
	collect --grace 0 &&
	total ".unlisted == 0" &&
	test "$(jq .packs out)" = "$(packs_of ../torn)" &&
	clone_is_whole "$HOME_DIR/torn" &&
	for i in 1 2 3 4 5 6 7 8 9; do
		numbers "2$i" >want && (cd ../clone && mlv-data cat "data:h@$i") | cmp - want || return 1
		numbers "3$i" >want && (cd ../clone && mlv-data cat "data:g@$i") | cmp - want || return 1
	done
X
finish
