#!/bin/sh
# mlv-data hook: git's own hooks that call us, with git itself.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
states() { cut -f1-3 out | tr '\t' ' '; }
rows() { printf 'id,x\n1,%s\n2,b\n' "$1"; }
fresh hook
git init -q -b main .
mlv-data init >../log
rows a >t.csv
mlv-data add t.csv >>../log
git add .
git commit -qm one
check 'status: nothing is installed, exit 1' <<'X'
	expect 1 mlv-data hook status &&
	test "$(states | sort -u | cut -d ' ' -f 2- | sort -u)" = "absent false"
X
check 'install: five hooks and the merge driver, twice the same; status: exit 0' <<'X'
	expect 0 mlv-data hook install &&
	test "$(cut -f2,4 out | sort -u)" = "installed${tab}true" &&
	expect 0 mlv-data hook install &&
	test "$(cut -f2,3,4 out | sort -u | head -n 1)" = "installed${tab}false${tab}false" &&
	expect 0 mlv-data hook status &&
	test "$(git config merge.mlv.driver)" = "mlv-data hook merge %O %A %B" &&
	test "$(grep -c merge=mlv .git/info/attributes)" = 1
X
check 'pre-commit: an edited file is no commit; added it is one' <<'X'
	rows changed >t.csv &&
	echo code >code &&
	git add code &&
	expect 1 git commit -qm two &&
	says "'t.csv' is not what its pointer says" &&
	mlv-data add t.csv >../log &&
	git add t.csv.mlv &&
	expect 0 git commit -qm two
X
check 'pre-commit: --no-verify passes it, and a missing file is no reason' <<'X'
	rows again >t.csv &&
	expect 0 git commit -q --no-verify --allow-empty -m "not looked at" &&
	rm t.csv &&
	expect 0 git commit -q --allow-empty -m "no file" &&
	mlv-data checkout >../log
X
check 'pre-commit: a file whose pointer is to be committed keeps the schema beside it' <<'X'
	mlv-data schema t.csv >t.csv.schema.yaml &&
	printf 'id,x\nfour,b\n' >t.csv &&
	mlv-data add t.csv >../log &&
	git add t.csv.mlv &&
	expect 1 git commit -qm broken &&
	says "t.csv" &&
	says "nothing is committed" &&
	git reset -q --hard &&
	rm t.csv.schema.yaml &&
	mlv-data checkout >../log
X
check 'post-checkout: the data is that of the commit' <<'X'
	git checkout -q main~3 &&
	rows a | same - t.csv &&
	git checkout -q main &&
	rows changed | same - t.csv
X
check 'post-checkout: an edit stays and is told, and git goes on' <<'X'
	rows edited >t.csv &&
	expect 0 git checkout -q main~3 &&
	rows edited | same - t.csv &&
	says "'t.csv' was changed" &&
	mlv-data checkout -f >../log &&
	git checkout -q main
X
check 'post-checkout: one path checked out by git brings no data' <<'X'
	rm t.csv &&
	git checkout -q -- code &&
	test ! -e t.csv &&
	mlv-data checkout >../log
X
check 'post-merge: a merge brings the data' <<'X'
	git checkout -q -b side main &&
	rows side >t.csv &&
	mlv-data add t.csv >../log &&
	git commit -qam side &&
	git checkout -q main &&
	rows changed | same - t.csv &&
	git merge -q side &&
	rows side | same - t.csv
X
check 'merge driver: two versions of a pointer are a conflict that shows both whole' <<'X'
	git checkout -q -b left main &&
	rows left >t.csv &&
	mlv-data add t.csv >../log &&
	git commit -qam left &&
	git checkout -q -b right main &&
	rows right >t.csv &&
	mlv-data add t.csv >../log &&
	git commit -qam right &&
	expect 1 git merge left &&
	test "$(grep -c '^content: ' t.csv.mlv)" = 2 &&
	test "$(sed -n '1p;/^====/p;$p' t.csv.mlv | tr '\n' ' ')" = "<<<<<<< ours ======= >>>>>>> theirs "
X
check 'pre-commit: a pointer with the marks of a conflict is not committed' <<'X'
	git add t.csv.mlv &&
	expect 1 git commit -qm conflict &&
	says "t.csv" &&
	git checkout -q left -- t.csv.mlv &&
	mlv-data checkout -f >../log 2>&1 &&
	git add t.csv.mlv &&
	expect 0 git commit -qm merged &&
	rows left | same - t.csv
X
check 'pre-merge-commit: a merge while a file is edited is refused' <<'X'
	git checkout -q -b other main &&
	echo more >more &&
	git add more &&
	git commit -qm more &&
	git checkout -q left &&
	rows edited >t.csv &&
	expect 1 git merge --no-ff -m no other &&
	says "is not what its pointer says" &&
	git merge --abort &&
	mlv-data checkout -f >../log
X
check 'pre-push: without a remote of ours git pushes as ever' <<'X'
	git init -q --bare ../bare.git &&
	git remote add origin ../bare.git &&
	expect 0 git push -q origin main
X
check 'pre-push: with a remote of ours the data is pushed first' <<'X'
	mkdir ../shared-data &&
	mlv-data remote add store "$(cd ../shared-data && pwd)" >../log &&
	git checkout -q main &&
	git commit -q --allow-empty -m pushed &&
	expect 0 git push -q origin main &&
	test -n "$(ls ../shared-data)" &&
	rm -rf ../shared-data &&
	echo broken >../shared-data &&
	git commit -q --allow-empty -m "not pushed" &&
	expect 1 git push -q origin main &&
	mlv-data remote rm store >../log
X
check 'uninstall: nothing of ours is left' <<'X'
	expect 0 mlv-data hook uninstall &&
	test "$(cut -f2 out | sort -u)" = absent &&
	test -z "$(git config --get-regexp '^merge\.mlv')" &&
	test -z "$(ls .git/hooks | grep -v sample)" &&
	test ! -s .git/info/attributes
X

# --- hooks of others
printf '#!/bin/sh\necho "theirs $*" >>seen\ncat >>seen\nexit $(cat verdict)\n' >.git/hooks/pre-push
printf '#!/bin/sh\necho first >>seen\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-push .git/hooks/pre-commit
cp -p .git/hooks/pre-push ../theirs
printf '*.txt text\n' >.git/info/attributes
cp .git/info/attributes ../attributes
check 'install: a hook that is there is kept and run first, with its arguments and input' <<'X'
	expect 0 mlv-data hook install &&
	test "$(awk -F'\t' '$3 == "true" { print $1 }' out | tr '\n' ' ')" = "pre-commit pre-push " &&
	echo 0 >verdict &&
	git checkout -q -B pushed &&
	expect 0 git push -q origin pushed &&
	grep -q '^theirs origin ../bare.git' seen &&
	grep -q '^refs/heads/pushed ' seen
X
check 'what it says no to is no' <<'X'
	echo 1 >verdict &&
	git commit -q --allow-empty -m third &&
	grep -q first seen &&
	expect 1 git push -q origin pushed
X
check 'uninstall: it has its name, its bytes and its mode back, and so have the attributes' <<'X'
	expect 0 mlv-data hook uninstall &&
	same .git/hooks/pre-push ../theirs &&
	test -x .git/hooks/pre-push &&
	test ! -e .git/hooks/pre-push.before-mlv &&
	same .git/info/attributes ../attributes
X
check 'install: where its other name is taken, too, nothing is overwritten: exit 3' <<'X'
	echo old >.git/hooks/pre-commit.before-mlv &&
	cp .git/hooks/pre-commit ../mine &&
	expect 3 mlv-data hook install &&
	says "pre-commit.before-mlv', where it would be kept, is there already" &&
	same .git/hooks/pre-commit ../mine &&
	rm .git/hooks/pre-commit.before-mlv
X
check 'uninstall: a hook written over ours is left alone' <<'X'
	mlv-data hook install >../log &&
	echo '#!/bin/sh' >.git/hooks/post-merge &&
	expect 0 mlv-data hook uninstall &&
	grep -q "^post-merge${tab}other" out &&
	test "$(cat .git/hooks/post-merge)" = '#!/bin/sh' &&
	rm .git/hooks/*
X

# --- where git looks
check 'core.hooksPath is honoured' <<'X'
	git config core.hooksPath ../shared-hooks &&
	expect 0 mlv-data hook install &&
	test -x ../shared-hooks/pre-commit &&
	test ! -e .git/hooks/pre-commit &&
	rows edited >t.csv &&
	expect 1 git commit -q --allow-empty -m no &&
	mlv-data checkout -f >../log &&
	mlv-data hook uninstall >../log &&
	git config --unset core.hooksPath
X
check 'a linked worktree has the hooks of the main one, and its own data' <<'X'
	mlv-data hook install >../log &&
	git worktree add -q ../linked main 2>err &&
	cd ../linked &&
	expect 0 mlv-data hook status &&
	mlv-data checkout >../log &&
	rows side | same - t.csv &&
	rows edited >t.csv &&
	expect 1 git commit -q --allow-empty -m no &&
	says "'t.csv' is not what its pointer says" &&
	cd ../hook
X
check 'a repository in a folder below the top: its hooks look at it' <<'X'
	git init -q -b main "../above it" &&
	mkdir "../above it/sub dir" &&
	cd "../above it/sub dir" &&
	mlv-data init >../../log &&
	rows a >t.csv &&
	mlv-data add t.csv >../../log &&
	mlv-data hook install >../../log &&
	git add .. &&
	git commit -qm one &&
	rows b >t.csv &&
	cd .. &&
	expect 1 git commit -q -a --allow-empty -m two &&
	says "'t.csv' is not what its pointer says" &&
	(cd "sub dir" && mlv-data add t.csv) >../log &&
	expect 0 git commit -qam two &&
	git checkout -q main~1 &&
	rows a | same - "sub dir/t.csv" &&
	cd ../hook
X

# --- bad input
check 'outside git: exit 3, one line' <<'X'
	mkdir "$HOME_DIR/nogit" &&
	cd "$HOME_DIR/nogit" &&
	mlv-data init >../log &&
	expect 3 mlv-data hook install &&
	says "is no work tree of git" &&
	test "$(wc -l <err)" = 1 &&
	cd "$HOME_DIR/hook"
X
check 'an unknown hook, a name too many, a file that is not there' <<'X'
	expect 2 mlv-data hook run pre-rebase &&
	says "'pre-rebase' is no hook of ours" &&
	expect 2 mlv-data hook run &&
	expect 2 mlv-data hook install x &&
	expect 2 mlv-data hook merge a b &&
	expect 3 mlv-data hook merge a b c &&
	says "'a'" &&
	expect 2 mlv-data hook
X
finish
