#!/bin/sh
# mlv-data add, status, checkout and cat of folders: each version of a folder
# is one tree, with odd names, executable files, links and empty folders.
. "$(dirname "$0")/../lib.sh"

fresh repo
git init -q .
mlv-data init >/dev/null
newline=$(printf 'new\nline')
latin=$(printf 'caf\351')
mkdir -p images/a/b images/empty
printf one >images/one
printf run >images/a/run
chmod +x images/a/run
ln -s ../one images/a/link
printf n >"images/$newline"
printf l >"images/$latin"
printf d >images/-dash
: >images/none
state() {	# wanted state of images
	expect 0 mlv-data status images || return 1
	[ "$(cut -f3 out)" = "$1" ] || { echo "status: $(cat out)"; return 1; }
}
same_as() {	# folder
	diff -r --no-dereference "$1" images
}

# --- add
check 'add: a folder is one version, with its files and bytes' <<'X'
	expect 0 mlv-data add --json images/ &&
	holds '.name == "data:images@1" and .files == 7 and .bytes == 9 and .rows == null' &&
	holds '.stored > 0' &&
	grep -qx /images .gitignore &&
	grep -qx "files: 7" images.mlv &&
	grep -qx "size: 9" images.mlv &&
	cp -a images ../first
X
check 'add: many files share one pack and no loose object is made for them' <<'X'
	test "$(ls .mlv/packs | wc -l)" = 1 &&
	ls .mlv/packs >../pack &&
	test "$(find .mlv/objects -type f | wc -l)" -le 1
X
check 'add: the same folder again is the same version and takes no room' <<'X'
	expect 0 mlv-data add --json images &&
	holds '.name == "data:images@1" and .added == false and .stored == 0'
X
check 'add: the id does not depend on where the folder is, nor on times and owners' <<'X'
	cp -R images other &&
	touch -d 2001-01-01 other/one &&
	expect 0 mlv-data add other &&
	test "$(grep content: other.mlv)" = "$(grep content: images.mlv)"
X
check 'status, ls and show: a folder is looked at as one' <<'X'
	state same &&
	expect 0 mlv-data ls --json data:images &&
	holds '.files == 7 and .bytes == 9 and .state == "same"' &&
	expect 0 mlv-data show --json data:images &&
	holds '.manifest.files == 7 and .manifest.links[0].type == "application/x-mlv-tree"'
X
check 'fsck: what a tree names is followed' <<'X'
	expect 0 mlv-data fsck --strong
X

# --- what changed
change() {	# title, shell code that changes the folder: seen, and undone by checkout
	check "status: $1 is a change, and checkout undoes it" "
		rm -rf images &&
		cp -a ../first images &&
		sleep 0.02 &&
		$2 &&
		state changed &&
		expect 0 mlv-data checkout -f images &&
		state same &&
		same_as ../first"
}
change 'an edit of the same size' 'printf two >images/one'
change 'a new file' 'printf x >images/a/new'
change 'a new folder' 'mkdir images/a/more'
change 'a file that is gone' 'rm "images/$latin"'
change 'a folder that is gone' 'rm -r images/a'
change 'an empty folder that is gone' 'rmdir images/empty'
change 'a file that is executable now' 'chmod +x images/one'
change 'a file that is no longer executable' 'chmod -x images/a/run'
change 'a link to elsewhere' 'ln -sfn ../none images/a/link'
change 'a file instead of a link' 'rm images/a/link && printf one >images/a/link'
change 'a folder instead of a file' 'rm images/one && mkdir images/one'
change 'a file instead of a folder' 'rm -r images/a && printf a >images/a'
change 'another name' 'mv images/one "images/$newline.2"'

# --- checkout
check 'checkout: a folder that is gone comes back, byte for byte' <<'X'
	rm -rf images &&
	expect 0 mlv-data checkout &&
	test "$(cut -f4 out)" = missing &&
	same_as ../first
X
check 'checkout: an edit that is stored nowhere keeps the whole folder as it is' <<'X'
	printf edited >images/one &&
	rm images/none &&
	expect 3 mlv-data checkout images &&
	says "'images/one' was changed, and that is stored nowhere" &&
	test ! -e images/none &&
	test "$(cat images/one)" = edited
X
check 'checkout: between versions, what was added goes and what was removed comes' <<'X'
	mkdir images/late &&
	printf 2 >images/late/two &&
	expect 0 mlv-data add images &&
	prints "data:images@2" &&
	cp -a images ../second &&
	expect 0 mlv-data checkout data:images@1 &&
	same_as ../first &&
	expect 0 mlv-data checkout data:images@2 &&
	same_as ../second
X
check 'checkout: one file or folder of a version' <<'X'
	rm -r images/late &&
	expect 0 mlv-data checkout images/late &&
	same_as ../second &&
	expect 0 mlv-data checkout data:images@1:none &&
	test -e images/none &&
	test ! -s images/none &&
	rm images/none images/a/link &&
	expect 0 mlv-data checkout data:images:a/link &&
	same_as ../second &&
	expect 3 mlv-data checkout images/nothing &&
	says "there is no 'nothing' in it"
X
check 'checkout: a link on the way is not followed' <<'X'
	rm -rf images/a ../outside &&
	mkdir ../outside &&
	ln -s ../../outside images/a &&
	expect 0 mlv-data checkout -f images &&
	same_as ../second &&
	test -z "$(ls -A ../outside)"
X
check 'checkout: a damaged file in a folder keeps all of the folder from its name' <<'X'
	fresh damaged &&
	mlv-data init >/dev/null &&
	mkdir -p d/new/sub &&
	seq 5000 >d/new/a &&
	seq 5000 9999 >d/new/sub/b &&
	ln -s a d/new/link &&
	mlv-data add d >/dev/null &&
	rm -r d/new &&
	pack=$(ls .mlv/packs/*) &&
	cp "$pack" ../good &&
	chmod u+w "$pack" &&
	printf "\377" | dd of="$pack" bs=1 seek=12000 conv=notrunc 2>dd.log &&
	expect 3 mlv-data checkout d &&
	says "is damaged" &&
	test -z "$(ls d)$(ls .mlv/tmp)" &&
	cp ../good "$pack" &&
	expect 0 mlv-data checkout d &&
	test "$(readlink d/new/link)" = a &&
	seq 5000 | cmp - d/new/a &&
	expect 0 mlv-data status --exit-code
X
check 'checkout: a folder that .mlvignore names now is in the way, but for --force' <<'X'
	mv d/new ../new &&
	mkdir d/new &&
	echo mine >d/new/a &&
	echo mine >d/new/c &&
	echo new >.mlvignore &&
	expect 3 mlv-data checkout d &&
	says "'d/new/a' is in the way" &&
	test "$(cat d/new/a)" = mine &&
	test -z "$(ls .mlv/tmp)" &&
	expect 0 mlv-data checkout -f d &&
	test "$(cat d/new/c)" = mine &&
	rm d/new/c &&
	diff -r --no-dereference ../new d/new &&
	test -z "$(ls .mlv/tmp)"
X
check 'checkout: what a killed one left is swept two days later' <<'X'
	mkdir -p .mlv/tmp/0123456789abcdef.tmp/sub .mlv/tmp/mine &&
	echo x >.mlv/tmp/0123456789abcdef.tmp/sub/x &&
	touch -d "2 days ago" .mlv/tmp/* &&
	echo 1 >late &&
	expect 0 mlv-data add late &&
	test "$(ls .mlv/tmp)" = mine
X
cd ../repo || exit 1

# --- cat
check 'cat: a file in a folder, of any version' <<'X'
	expect 0 mlv-data cat data:images@1:one data:images@2:one &&
	test "$(cat out)" = oneedited &&
	expect 0 mlv-data cat "data:images:$latin" &&
	test "$(cat out)" = l &&
	expect 2 mlv-data cat data:images &&
	says "name a file in it, as data:images@2:PATH" &&
	expect 2 mlv-data cat data:images:a &&
	expect 3 mlv-data cat data:images:a/nothing
X
check 'a table in a folder is read like any other' <<'X'
	mkdir tables &&
	printf "id,x\n1,2\n" >tables/t.csv &&
	expect 0 mlv-data add tables &&
	expect 0 mlv-data schema data:tables:t.csv &&
	expect 2 mlv-data schema data:tables
X

# --- .mlvignore
check '.mlvignore: by the rules of gitignore, in the folder and above it' <<'X'
	mkdir -p kept/sub &&
	printf "*.tmp\n!keep.tmp\n/sub/x\n" >kept/.mlvignore &&
	printf "*.log\n" >.mlvignore &&
	touch kept/a.tmp kept/keep.tmp kept/b.log kept/sub/x kept/x kept/sub/y &&
	expect 0 mlv-data add --json kept &&
	holds '.files == 4' &&
	expect 0 mlv-data cat data:kept:keep.tmp data:kept:x data:kept:sub/y &&
	expect 3 mlv-data cat data:kept:sub/x &&
	rm kept/x &&
	expect 0 mlv-data checkout kept &&
	test -e kept/a.tmp &&
	test -e kept/b.log
X

# --- what cannot be kept
check 'add: a FIFO in a folder is named and nothing is stored' <<'X'
	mkdir odd &&
	printf x >odd/x &&
	mkfifo odd/pipe &&
	before=$(ls .mlv/packs) &&
	expect 3 mlv-data add odd &&
	says "'odd/pipe' is neither file, folder nor link" &&
	test "$before" = "$(ls .mlv/packs)" &&
	test ! -e odd.mlv
X
check 'add: a pointer in a folder is named' <<'X'
	rm odd/pipe &&
	printf "name: x\n" >odd/x.csv.mlv &&
	expect 3 mlv-data add odd &&
	says "'odd/x.csv.mlv' is a pointer"
X
check 'add: a link to a folder, the work tree itself and a folder outside are refused' <<'X'
	ln -s images linked &&
	expect 3 mlv-data add linked &&
	says "is a link to a folder" &&
	expect 2 mlv-data add -n all . &&
	says "the work tree itself" &&
	expect 2 mlv-data add -n out ../first &&
	says "outside the work tree"
X
check 'add: folders of git and of mlv are left out' <<'X'
	mkdir -p deep/.git deep/.mlv &&
	touch deep/.git/x deep/.mlv/y deep/z &&
	expect 0 mlv-data add --json deep &&
	holds '.files == 1'
X
check 'a damaged pack is named, and adding the folder again heals it' <<'X'
	rm -rf images &&
	cp -a ../second images &&
	pack=.mlv/packs/$(cat ../pack) &&
	chmod u+w "$pack" &&
	printf "\377" | dd of="$pack" bs=1 seek=9 conv=notrunc 2>dd.log &&
	expect 1 mlv-data fsck &&
	prints "checksum is wrong" &&
	expect 0 mlv-data add ../first/one -n one &&
	expect 0 mlv-data add images &&
	expect 0 mlv-data checkout -f images &&
	same_as ../second &&
	expect 0 mlv-data fsck &&
	prints "another is whole"
X
finish
