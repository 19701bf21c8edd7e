#!/bin/sh
# mlv-data import dvc, import lfs: repositories laid out as those tools do.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
# A file of DVC's cache in the layout of 3.x (files/md5) or of before.
cached() {	# layout, file
	md5=$(md5sum "$2" | cut -c1-32)
	folder=$1/$(echo "$md5" | cut -c1-2)
	mkdir -p "$folder"
	cp "$2" "$folder/$(echo "$md5" | cut -c3-)"
}
out_of() {	# .dvc file, path, md5 [, more]
	printf 'outs:\n- md5: %s\n  size: 1\n%s  path: %s\n' "$3" "${4:-}" "$2" >"$1"
}
new=.dvc/cache/files/md5
fresh dvc
git init -q .
mkdir .dvc raw
printf 'id,x\n1,a\n2,b\n' >t.csv
printf 'id,x\n1,a\n2,b\n3,c\n' >raw/t.csv
cached $new t.csv
t=$md5
out_of t.csv.dvc t.csv "$t" "  hash: md5$(printf '\nx')"
sed -i 's/^x  path/  path/' t.csv.dvc
cached .dvc/cache raw/t.csv
out_of raw/t.csv.dvc t.csv "$md5"
mkdir -p images/sub
echo one >images/b.txt
echo two >images/sub/a.txt
cached $new images/b.txt
one=$md5
cached $new images/sub/a.txt
two=$md5
printf '[{"md5": "%s", "relpath": "b.txt"}, {"md5": "%s", "relpath": "sub/a.txt"}]' "$one" "$two" >dir
dir=$(md5sum dir | cut -c1-32)
mkdir -p "$new/$(echo "$dir" | cut -c1-2)"
mv dir "$new/$(echo "$dir" | cut -c1-2)/$(echo "$dir" | cut -c3-).dir"
printf 'outs:\n- md5: %s.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: images\n' "$dir" >images.dvc
cat >dvc.lock <<X
schema: '2.0'
stages:
  prep:
    cmd: cp t.csv out.csv
    deps:
    - path: t.csv
      hash: md5
      md5: $t
      size: 13
    outs:
    - path: out.csv
      hash: md5
      md5: $t
      size: 13
X
mlv-data init >../log
check 'dvc: each file is a version with its pointer, rows counted; a stem twice is the path' <<'X'
	expect 0 mlv-data import dvc &&
	cut -f1,3,5 out >got &&
	printf 'data:images@1\t\\N\timages\ndata:out@1\t2\tout.csv\n' >want &&
	printf 'data:t@1\t2\tt.csv\ndata:raw-t@1\t3\traw/t.csv\n' >>want &&
	same want got &&
	test -f t.csv.mlv &&
	test -f raw/t.csv.mlv
X
check 'dvc: what is there already is the same, what is not is checked out' <<'X'
	expect 0 mlv-data status images t.csv raw/t.csv &&
	test "$(cut -f3 out | sort -u)" = same &&
	cp -r images ../images &&
	rm -r images &&
	mlv-data checkout >../log &&
	diff -r images ../images &&
	same out.csv t.csv
X
check 'dvc: a folder has the id that adding it gives' <<'X'
	id=$(grep ^content images.mlv) &&
	mlv-data add images >../log &&
	test "$(grep ^content images.mlv)" = "$id"
X
check 'dvc: twice is the same versions; nothing of DVC is changed' <<'X'
	find .dvc -type f -exec sha256sum {} + | sort >../before &&
	expect 0 mlv-data import dvc . &&
	test "$(cut -f1 out | grep -c '@1$')" = 4 &&
	find .dvc -type f -exec sha256sum {} + | sort | same ../before -
X
check 'dvc: one .dvc file, another folder of the cache by its configuration' <<'X'
	mv .dvc/cache ../elsewhere &&
	printf '[core]\n    remote = x\n[cache]\n    dir = ../../elsewhere\n' >.dvc/config &&
	echo new >extra &&
	cached ../elsewhere/files/md5 extra &&
	out_of extra.dvc extra "$md5" &&
	rm extra &&
	expect 0 mlv-data import dvc extra.dvc &&
	test "$(cut -f1 out)" = data:extra@1 &&
	mlv-data checkout extra >../log &&
	test "$(cat extra)" = new
X
check 'dvc: a text of before 3.0 has the MD5 of LF line ends' <<'X'
	printf 'a,b\r\n1,2\r\n' >crlf.csv &&
	printf 'a,b\n1,2\n' >lf &&
	md5=$(md5sum lf | cut -c1-32) &&
	mkdir -p "../elsewhere/$(echo "$md5" | cut -c1-2)" &&
	cp crlf.csv "../elsewhere/$(echo "$md5" | cut -c1-2)/$(echo "$md5" | cut -c3-)" &&
	out_of crlf.csv.dvc crlf.csv "$md5" &&
	expect 0 mlv-data import dvc crlf.csv.dvc &&
	test "$(cut -f2 out)" = "sha256:$(sha256sum crlf.csv | cut -c1-64)"
X
check 'dvc: an object that is missing is named, the others are taken: exit 3' <<'X'
	out_of gone.dvc gone 0123456789abcdef0123456789abcdef &&
	expect 3 mlv-data import dvc &&
	says "'gone': its object" &&
	says "files/md5/01/23456789abcdef0123456789abcdef' is missing" &&
	grep -q ^data:t@1 out &&
	test ! -e gone.mlv &&
	rm gone.dvc
X
check 'dvc: the file itself will do where the cache has no object' <<'X'
	echo here >here &&
	out_of here.dvc here "$(md5sum here | cut -c1-32)" &&
	expect 0 mlv-data import dvc here.dvc &&
	echo edited >here &&
	out_of here.dvc here "$(echo there | md5sum | cut -c1-32)" &&
	expect 3 mlv-data import dvc here.dvc &&
	says "is missing"
X
check 'dvc: a damaged object, one in a folder too, is refused: exit 3' <<'X'
	f=../elsewhere/files/md5/$(echo "$two" | cut -c1-2)/$(echo "$two" | cut -c3-) &&
	echo X >>"$f" &&
	expect 3 mlv-data import dvc images.dvc &&
	says "its bytes do not have the digest in its name" &&
	says "images/sub/a.txt" &&
	test ! -s out &&
	echo two >"$f"
X
check 'dvc: paths that lead elsewhere, no digest, no YAML: exit 3, nothing taken' <<'X'
	out_of evil.dvc ../evil "$t" &&
	expect 3 mlv-data import dvc evil.dvc &&
	says "'../evil' is no path below it" &&
	printf '[{"md5": "%s", "relpath": "../x"}]' "$one" >dir &&
	md5=$(md5sum dir | cut -c1-32) &&
	mkdir -p "../elsewhere/files/md5/$(echo "$md5" | cut -c1-2)" &&
	cp dir "../elsewhere/files/md5/$(echo "$md5" | cut -c1-2)/$(echo "$md5" | cut -c3-).dir" &&
	out_of evil.dvc evil "$md5.dir" &&
	expect 3 mlv-data import dvc evil.dvc &&
	says "'../x' is no entry of a folder" &&
	printf 'outs:\n- path: x\n' >evil.dvc &&
	expect 3 mlv-data import dvc evil.dvc &&
	says "'x' has no MD5" &&
	echo '{' >evil.dvc &&
	expect 3 mlv-data import dvc evil.dvc &&
	says "'evil.dvc'" &&
	rm evil.dvc
X
check 'dvc: no repository of DVC, no such path, a file of another kind, nothing in it' <<'X'
	mkdir "$HOME_DIR/none" "$HOME_DIR/none/.dvc" &&
	expect 3 mlv-data import dvc nope &&
	says "'nope'" &&
	expect 2 mlv-data import dvc t.csv &&
	says "is no folder, .dvc file or dvc.lock" &&
	expect 3 mlv-data import dvc "$HOME_DIR/none" &&
	says "there is nothing that DVC keeps" &&
	rmdir "$HOME_DIR/none/.dvc" &&
	expect 3 mlv-data import dvc "$HOME_DIR/none" &&
	says "there is no .dvc folder at or above"
X

# --- git-lfs
fresh lfs
git init -q .
object() {	# file: its pointer on stdout, its object beside git's
	sha=$(sha256sum "$1" | cut -c1-64)
	at=.git/lfs/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-4)
	mkdir -p "$at"
	cp "$1" "$at/$sha"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$sha" "$(wc -c <"$1")"
}
mkdir 'sub dir'
printf 'id,x\n1,a\n' >../t.csv
head -c 5000 /dev/zero >../zero.bin
object ../t.csv >t.csv
object ../zero.bin >'sub dir/zero.bin'
printf 'version https://git-lfs.github.com/spec/v1\nnothing more\n' >words
mlv-data init >../log
git add .
git commit -qm lfs
check 'lfs: each pointer in the index is a version, of its bytes' <<'X'
	expect 0 mlv-data import lfs &&
	cut -f1,2,3,5 out >got &&
	printf 'data:t@1\tsha256:%s\t1\tt.csv\n' "$(sha256sum ../t.csv | cut -c1-64)" >want &&
	printf 'data:zero@1\tsha256:%s\t\\N\tsub dir/zero.bin\n' "$(sha256sum ../zero.bin | cut -c1-64)" >>want &&
	same want got
X
check 'lfs: checked out, the pointer in the work tree becomes the file' <<'X'
	expect 0 mlv-data checkout -f &&
	same t.csv ../t.csv &&
	same 'sub dir/zero.bin' ../zero.bin
X
check 'lfs: a pointer that git cannot read is told, and nothing passes for all of it: exit 3' <<'X'
	cp -a . ../torn &&
	(cd ../torn && id=$(git rev-parse :t.csv) && rest=${id#??} && rm -f ".git/objects/${id%"$rest"}/$rest" &&
	    expect 3 mlv-data import lfs && says "unable to read")
X
check 'lfs: a folder below, and a linked worktree' <<'X'
	expect 0 mlv-data import lfs 'sub dir' &&
	test "$(cut -f5 out)" = 'sub dir/zero.bin' &&
	git worktree add -q ../linked-lfs 2>err &&
	cd ../linked-lfs &&
	expect 0 mlv-data import lfs &&
	test "$(wc -l <out)" = 2 &&
	cd ../lfs
X
check 'lfs: an object missing is named, one damaged refused, the other taken: exit 3' <<'X'
	git checkout -q -f -- . &&
	sha=$(sha256sum ../t.csv | cut -c1-64) &&
	f=.git/lfs/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-4)/$sha &&
	mv "$f" ../kept &&
	expect 3 mlv-data import lfs &&
	says "'t.csv': its object" &&
	says "$sha' is missing" &&
	grep -q "^data:zero@1" out &&
	cp ../zero.bin "$f" &&
	expect 3 mlv-data import lfs &&
	says "its bytes do not have the digest in its name" &&
	cp ../kept "$f"
X
check 'lfs: outside git, and where git-lfs keeps nothing: exit 3' <<'X'
	expect 3 mlv-data import lfs "$HOME_DIR/none" &&
	says "is no work tree of git" &&
	git init -q ../plain-git &&
	expect 3 mlv-data import lfs ../plain-git &&
	says "there is nothing that git-lfs keeps"
X
finish
