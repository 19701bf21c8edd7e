#!/bin/sh
# mlv-train tag, attach, archive, restore, and runs grouped: what is said of a
# run after it was begun.
. "$(dirname "$0")/../lib.sh"

fresh amend
mlv-data init >/dev/null
mlv-train log -n one -p lr=0.1 auc=0.5 >/dev/null
mlv-train log -n two -p lr=0.1 auc=0.7 >/dev/null
mlv-train log -n three -p lr=0.2 auc=0.6 >/dev/null
mlv-train log -n four auc=nan >/dev/null

check 'tag: tags and a note of a run that has ended are found again' <<'X'
	expect 0 mlv-train tag -m "learned too long" one team=alpha "for whom=a=b" &&
	grep -qE "^run:[0-9a-f-]+$" out &&
	expect 0 mlv-train runs -w "tags.team = 'alpha'" -c name,note &&
	prints "one	learned too long" &&
	expect 0 mlv-train show one &&
	prints "tags.for whom	a=b" &&
	expect 0 mlv-data fsck
X
check 'tag -d: one goes and the others stay' <<'X'
	expect 0 mlv-train tag -d team one &&
	expect 0 mlv-train show one &&
	! grep -q tags.team out &&
	prints "tags.for whom" &&
	expect 0 mlv-train runs -n 1 -w "metrics.auc = 0.5" -c params.lr &&
	prints 0.1
X
check 'tag -n: the run is found by its new word' <<'X'
	expect 0 mlv-train tag -n first one &&
	expect 0 mlv-train show first &&
	expect 3 mlv-train show one
X
check 'tag of a run that lives is in its journal, and in the sealed run' <<'X'
	cat >self.sh <<-'S' &&
	mlv-train tag "$MLV_RUN" state=early >/dev/null
	mlv-train runs -w "status = 'running'" -c tags.state
	S
	expect 0 mlv-train run -n living -- sh self.sh &&
	says "early" &&
	expect 0 mlv-train runs -w "name = 'living'" -c status,tags.state &&
	prints "finished	early"
X
check 'a run that a run begins has that as its parent' <<'X'
	expect 0 mlv-train run -n outer -- mlv-train run -n inner -- true &&
	outer=$(cut -f1 out) &&
	expect 0 mlv-train runs -w "parent = '${outer#run:}'" -c name &&
	test "$(cut -f2 out)" = inner
X
check 'tag -p: a parent is set and taken away, and is another run' <<'X'
	expect 0 mlv-train tag -p two three &&
	expect 0 mlv-train runs -w "parent is not null and name = 'three'" &&
	test -s out &&
	expect 0 mlv-train tag -p "" three &&
	expect 0 mlv-train runs -w "parent is not null and name = 'three'" &&
	test ! -s out &&
	expect 2 mlv-train tag -p two two &&
	says "is no part of itself" &&
	expect 3 mlv-train tag -p nobody two &&
	says "there is no run 'nobody'"
X
check 'tag: nothing to say, no run and a word without a value are refused' <<'X'
	expect 2 mlv-train tag &&
	expect 2 mlv-train tag two &&
	expect 2 mlv-train tag two team &&
	says "'team' is not NAME=VALUE" &&
	expect 2 mlv-train tag two =x &&
	expect 3 mlv-train tag nobody a=b
X
check 'tag: twenty at once, and none is lost' <<'X'
	for i in $(seq 20); do
		{ mlv-train tag two "t$i=x" >/dev/null || echo bad >>failed; } &
	done &&
	wait &&
	test ! -e failed &&
	expect 0 mlv-train show two &&
	test "$(grep -c '^tags.t[0-9]' out)" = 20
X
check 'archive: the run is listed with --all only, and restore brings it back' <<'X'
	expect 0 mlv-train archive two &&
	expect 0 mlv-train runs -c name &&
	! grep -q two out &&
	expect 0 mlv-train runs -a -w "archived is not null" -c name &&
	test "$(cut -f2 out)" = two &&
	expect 0 mlv-train show two &&
	expect 0 mlv-train restore two &&
	expect 0 mlv-train runs -c name &&
	prints two
X
check 'archive --stdin takes what runs prints' <<'X'
	mlv-train runs -w "metrics.auc < 0.65" >names &&
	expect 0 mlv-train archive --stdin <names &&
	test "$(wc -l <out)" = 2 &&
	expect 0 mlv-train runs -w "metrics.auc < 0.65" &&
	test ! -s out &&
	expect 0 mlv-train restore --stdin <names
X
check 'attach: a file from anywhere is an output of the run' <<'X'
	echo curve >../roc.png &&
	expect 0 mlv-train attach two ../roc.png &&
	run=$(cat out) &&
	expect 0 mlv-data cat "$run:roc.png" &&
	prints curve &&
	expect 0 mlv-data fsck
X
check 'attach: one of the same name takes the place of the one before' <<'X'
	echo better >roc.png &&
	expect 0 mlv-train attach two roc.png &&
	expect 0 mlv-train show two &&
	test "$(grep -c roc.png out)" = 1 &&
	expect 0 mlv-data cat "$run:roc.png" &&
	prints better
X
check 'attach --as: it has another name, below the run' <<'X'
	expect 0 mlv-train attach --as plots/a.png two roc.png &&
	expect 0 mlv-data cat "$run:plots/a.png" &&
	expect 2 mlv-train attach --as ../a.png two roc.png &&
	expect 2 mlv-train attach --as x two roc.png roc.png
X
check 'attach: what is no file is refused, and the run is as it was' <<'X'
	mkdir folder &&
	mlv-train show --json two >before &&
	expect 3 mlv-train attach two roc.png absent.png &&
	says absent.png &&
	expect 3 mlv-train attach two folder &&
	mlv-train show --json two >after &&
	same before after &&
	expect 2 mlv-train attach two
X
check 'runs --group-by: a record each value, with the best and the mean' <<'X'
	expect 0 mlv-train runs -w "verb = 'log'" -g params.lr --agg max:metrics.auc,mean:metrics.auc,count:metrics.auc &&
	printf '0.1\t2\t0.7\t0.6\t2\n0.2\t1\t0.6\t0.6\t1\n\\N\t1\t\\N\t\\N\t0\n' >want &&
	same want out
X
check 'runs --group-by: sorted by an aggregate or the number of runs, cut to the first' <<'X'
	expect 0 mlv-train runs -g params.lr --agg min:metrics.auc -s -min:metrics.auc -n 1 &&
	printf '0.2\t1\t0.6\n' >want &&
	same want out &&
	expect 0 mlv-train runs -g verb -s runs &&
	printf 'run\t3\nlog\t4\n' >want &&
	same want out
X
check 'runs --group-by --json: what is no number is null' <<'X'
	expect 0 mlv-train runs -w "name = 'four'" -g params.lr,verb --agg sd:metrics.auc --json &&
	holds '.by == {"verb": "log"} and .runs == 1 and .agg == {"sd:metrics.auc": null}'
X
check 'runs --group-by: wrong words are told with the right ones' <<'X'
	expect 2 mlv-train runs --agg max:metrics.auc &&
	expect 2 mlv-train runs -g params.lr --agg maxx:metrics.auc &&
	says "as in 'max:metrics.auc'" &&
	expect 2 mlv-train runs -g params.lr --agg max &&
	expect 2 mlv-train runs -g parms.lr &&
	says "did you mean 'params.lr'" &&
	expect 2 mlv-train runs -g params.lr -s metrics.auc &&
	expect 2 mlv-train runs -g params.lr -c name &&
	expect 0 mlv-train runs -g params.none &&
	says "no run has params.none"
X
finish
