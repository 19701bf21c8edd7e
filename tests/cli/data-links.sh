#!/bin/sh
# A checkout is somebody else's: links, devices and programs in it do nothing to what is ours.
. "$(dirname "$0")/../lib.sh"

# --- the folders of the store
fresh folders
mkdir victim
echo precious >victim/0123456789abcdef.tmp
touch -d '3 days ago' victim/0123456789abcdef.tmp
# A checkout in which one path of .mlv is a link to the victim's folder.
checkout_with_link() {	# path below .mlv
	rm -rf c
	mkdir c
	(cd c && mlv-data init >/dev/null && printf 'a,b\n1,2\n' >d.csv && mlv-data add -q d.csv >/dev/null)
	printf 'a,b\n1,2\n3,4\n' >c/d.csv
	mkdir -p "c/.mlv/$(dirname "$1")"
	rm -rf "c/.mlv/$1"
	ln -s "$PWD/victim" "c/.mlv/$1"
}
victim_is_whole() {
	[ "$(ls -A victim)" = 0123456789abcdef.tmp ] || { echo "in victim: $(ls -A victim)"; return 1; }
	[ "$(cat victim/*)" = precious ]
}
for path in objects refs refs/data audit locks tmp cache runs cache/memo; do
	check "add: $path as a link is refused, and nothing happens behind it" <<X
		checkout_with_link $path &&
		(cd c && exits 3 mlv-data add d.csv >../out 2>../err) &&
		says "$path' is a link" &&
		victim_is_whole
X
done
check 'init: .mlv itself as a link is refused' <<'X'
	rm -rf c &&
	mkdir c &&
	ln -s "$PWD/victim" c/.mlv &&
	(cd c && exits 3 mlv-data init >../out 2>../err) &&
	says ".mlv' is a link" &&
	victim_is_whole
X
# The shard that an object of these bytes goes to.
id=$(printf 'a,b\n1,2\n3,4\n' | sha256sum | cut -c1-2)
check 'add: the folder of an object as a link is refused' <<'X'
	checkout_with_link "objects/$id" &&
	(cd c && exits 3 mlv-data add d.csv >../out 2>../err) &&
	says "is a link" &&
	victim_is_whole
X
for path in objects/$id refs/data studies runs; do
	check "every verb that writes: $path as a link makes nothing behind it" <<X
		checkout_with_link $path &&
		printf 'a,y\\n1,no\\n2,yes\\n3,no\\n4,yes\\n' >c/t.csv &&
		cd c &&
		{ mlv-train run -- true >../out 2>../err; true; } &&
		{ mlv-train fit -q t.csv --target y --learner logistic -o m.onnx >>../out 2>>../err; true; } &&
		{ mlv-train search new -p x=0..1 s >>../out 2>>../err; true; } &&
		{ mlv-data profile t.csv -o profile:t >>../out 2>>../err; true; } &&
		{ mlv-data fsck >>../out 2>>../err; true; } &&
		cd .. &&
		victim_is_whole
X
done
check 'http: a request log that is a link in .mlv is refused' <<'X'
	checkout_with_link requests &&
	printf 'a,y\n1,no\n2,yes\n3,no\n4,yes\n5,no\n6,yes\n' >c/t.csv &&
	cd c &&
	mlv-train fit -q t.csv --target y --learner logistic -o m.onnx >/dev/null &&
	exits 3 timeout 20 mlv-serve http m.onnx --port 0 --log .mlv/requests >../out 2>../err &&
	cd .. &&
	says "link" &&
	victim_is_whole
X
check 'compare: a request log that is a link in .mlv is not read' <<'X'
	checkout_with_link requests &&
	cd c &&
	exits 3 mlv-drift compare d.csv .mlv/requests >../out 2>../err &&
	cd .. &&
	says "link"
X
check 'add: files in tmp that have none of our names stay, however old' <<'X'
	checkout_with_link runs &&
	rm c/.mlv/runs &&
	echo mine >c/.mlv/tmp/notes &&
	echo mine >c/.mlv/tmp/notes.tmp &&
	touch -d '3 days ago' c/.mlv/tmp/notes c/.mlv/tmp/notes.tmp &&
	(cd c && expect 0 mlv-data add d.csv) &&
	test -e c/.mlv/tmp/notes &&
	test -e c/.mlv/tmp/notes.tmp
X

# --- the files of the store
fresh files
keep_victim() { echo 'my only copy' >victim; }
checkout_with_file() {	# path below .mlv that is a link to the victim's file
	rm -rf c
	mkdir c
	(cd c && mlv-data init >/dev/null && printf 'a,b\n1,2\n' >d.csv && mlv-data add -q d.csv >/dev/null)
	printf 'a,b\n1,2\n3,4\n' >c/d.csv
	keep_victim
	rm -f "c/.mlv/$1"
	ln -s "$PWD/victim" "c/.mlv/$1"
}
for path in audit/log refs/data/d locks/refs locks/ignore cache/stat config; do
	check "add: $path as a link is never written through" <<X
		checkout_with_file $path &&
		(cd c && mlv-data add d.csv >../out 2>../err; true) &&
		test "\$(cat victim)" = "my only copy"
X
done
check 'add: an audit log that is a FIFO is refused, not waited for' <<'X'
	checkout_with_file audit/log &&
	rm c/.mlv/audit/log &&
	mkfifo c/.mlv/audit/log &&
	(cd c && exits 3 timeout 10 mlv-data add d.csv >../out 2>../err) &&
	says "no regular file"
X
check 'cat: an object that is a FIFO is damaged, not waited for' <<'X'
	checkout_with_file config &&
	rm c/.mlv/config &&
	(cd c && mlv-data init && expect 0 mlv-data add d.csv) &&
	id=$(sha256sum <c/d.csv | cut -c1-64) &&
	object=c/.mlv/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-) &&
	rm -f "$object" &&
	mkfifo "$object" &&
	(cd c && exits 3 timeout 10 mlv-data cat data:d >../out 2>../err) &&
	says "damaged"
X

# --- a linked work tree of git
fresh worktrees
check 'add: a .git that names a work tree which does not name it back is not believed' <<'X'
	mkdir main && (cd main && git init -q . && mlv-data init >/dev/null && git add -f .mlv/config &&
	    git commit -qm x && git worktree add -q ../linked HEAD) &&
	printf 'a\n1\n' >linked/d.csv &&
	(cd linked && mlv-data add -q d.csv >/dev/null) &&
	test -e main/.mlv/refs/data/d &&
	mkdir other && cp linked/.git other/.git && (cd other && mlv-data init >/dev/null) &&
	printf 'a\n2\n' >other/e.csv &&
	(cd other && mlv-data add -q e.csv >/dev/null) &&
	test ! -e main/.mlv/refs/data/e &&
	test -e other/.mlv/refs/data/e
X

# --- what git keeps
fresh pointers
echo 'my only copy' >victim
mkdir c
(cd c && git init -q . && mlv-data init >/dev/null && printf 'a,b\n1,2\n' >d.csv)
check 'add: a pointer that is a link is replaced, not written through' <<'X'
	ln -s "$PWD/victim" c/d.csv.mlv &&
	(cd c && expect 0 mlv-data add d.csv) &&
	test "$(cat victim)" = "my only copy" &&
	test ! -L c/d.csv.mlv &&
	grep -q "^name: d$" c/d.csv.mlv
X
check 'add: .gitignore that is a link is replaced by our line alone' <<'X'
	rm c/.gitignore &&
	ln -s "$PWD/victim" c/.gitignore &&
	(cd c && expect 0 mlv-data add d.csv && says "was a link") &&
	test "$(cat victim)" = "my only copy" &&
	test ! -L c/.gitignore &&
	test "$(cat c/.gitignore)" = "/d.csv"
X
check 'add: .gitignore as a link that leads nowhere makes nothing there' <<'X'
	rm c/.gitignore &&
	ln -s "$PWD/new" c/.gitignore &&
	(cd c && expect 0 mlv-data add d.csv) &&
	test ! -e new &&
	test "$(cat c/.gitignore)" = "/d.csv"
X

# --- outputs
fresh outputs
mlv-data init >/dev/null
awk 'BEGIN { print "a,y"; for (i = 0; i < 40; i++) print i % 7 "," (i % 3 ? "no" : "yes") }' >d.csv
mlv-data add -q d.csv >/dev/null
mlv-train fit -q d.csv --target y --learner logistic -o m.onnx >/dev/null
cp .mlv/config config
ln -s .mlv sub
ln -s .mlv/config link
for out in .mlv/config ./.mlv/config sub/config link .mlv/refs/data/d .mlv; do
	check "cat, profile, batch, fit: an output into the repository ($out) is a usage error" <<X
		expect 2 mlv-data cat -o $out d.csv &&
		says "the repository's own" &&
		expect 2 mlv-data profile -o $out d.csv &&
		expect 2 mlv-serve batch m.onnx -i d.csv -o $out &&
		expect 2 mlv-train fit -q d.csv --target y --learner logistic -o $out &&
		same .mlv/config config &&
		expect 0 mlv-data fsck
X
done

# --- git's own programs
fresh monitor
if command -v git >/dev/null; then
	git init -q .
	mlv-data init >/dev/null
	printf '#!/bin/sh\ntouch "%s/ran"\ncat\n' "$PWD" >evil
	chmod +x evil
	echo '*.txt filter=evil' >.gitattributes
	echo a >a.txt
	printf 'a\n1\n' >d.csv
	git add . && git commit -qm x
	mkdir hooks
	cp evil hooks/post-index-change
	git config core.fsmonitor "$PWD/evil"
	git config core.hooksPath "$PWD/hooks"
	git config filter.evil.clean "$PWD/evil"
	git config diff.external "$PWD/evil"
	rm -f ran
	check "add, run: what a checkout's git configuration names is not run" <<'X'
		expect 0 mlv-data add d.csv &&
		says "git tracks" &&
		test ! -e ran &&
		sleep 0.01 &&
		echo b >a.txt &&
		expect 0 mlv-train run -- true &&
		test ! -e ran
X
fi
finish
