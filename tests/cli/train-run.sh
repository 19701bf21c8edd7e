#!/bin/sh
# mlv-train run, runs, show, compare and log: any command is tracked, known
# work is restored, metrics are logged and found again.
. "$(dirname "$0")/../lib.sh"

fresh outside
check 'run outside a repository is refused, mlv-data init named' <<'X'
	expect 3 mlv-train run -- true &&
	says "mlv-data init" &&
	test ! -s out
X

fresh run
mlv-data init >/dev/null
cat >train.sh <<'X'
echo "training lr=$MLV_PARAM_lr"
for i in 1 2 3; do echo "step=$i loss=0.$((9 - i)) auc=0.8$i" | mlv-train log; done
echo "model $MLV_PARAM_lr" >model.txt
echo trouble ahead >&2
X
check "run: the record has the run's name, its id, finished and exit status 0" <<'X'
	expect 0 mlv-train run -n first -d train.sh -p lr=0.1 -o model.txt -- sh train.sh &&
	grep -qE "^run:[0-9a-z-]+	sha256:[0-9a-f]{64}	finished	0$" out
X
first=$(cut -f1 out)
check 'run: what the command prints on stdout and stderr comes on stderr' <<'X'
	says "training lr=0.1" &&
	says "trouble ahead"
X
check 'run -o: the output that the command made is there' <<'X'
	test "$(cat model.txt)" = "model 0.1"
X

# --- work that was done before is not done again
rm model.txt
check 'run twice with one command, input and parameter: the output is restored, nothing runs' <<'X'
	expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh &&
	prints restored &&
	prints "$first" &&
	! grep -q training err &&
	test "$(cat model.txt)" = "model 0.1"
X
touch -d 2020-01-01 model.txt
check 'run -o: an output that is as it was is not written again' <<'X'
	expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh &&
	test "$(stat -c %Y model.txt)" = "$(date -d 2020-01-01 +%s)"
X
check 'run -p: another parameter value runs the command again' <<'X'
	expect 0 mlv-train run -d train.sh -p lr=0.2 -o model.txt -- sh train.sh &&
	prints finished &&
	test "$(cat model.txt)" = "model 0.2"
X
echo "# changed" >>train.sh
check 'run -d: an input of changed content runs the command again' <<'X'
	expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh &&
	prints finished
X
check 'run without an input: the command runs each time' <<'X'
	expect 0 mlv-train run -o made.txt -- sh -c "echo x >>made.txt" &&
	expect 0 mlv-train run -o made.txt -- sh -c "echo x >>made.txt" &&
	prints finished &&
	test "$(wc -l <made.txt)" = 2
X
check 'run -d -: other content of standard input runs again, known content is restored' <<'X'
	echo A >a &&
	echo B >b &&
	expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <a &&
	expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <b &&
	prints finished &&
	same in.txt b &&
	expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <a &&
	prints restored &&
	same in.txt a
X
check 'run without -d -: the command reads an empty standard input' <<'X'
	expect 0 mlv-train run -d a -o in.txt -- sh -c "cat >in.txt" <b &&
	test -f in.txt &&
	test ! -s in.txt
X
check 'run -d - -d -: standard input named twice is refused' <<'X'
	expect 2 mlv-train run -d - -d - -- true </dev/null
X
mkdir deep
copy='mkdir -p deep/er; cp a deep/er/x.txt'
expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "$copy"
rm -r deep
check 'run -o: an output is restored into a folder that is gone' <<'X'
	expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "$copy" &&
	prints restored &&
	same deep/er/x.txt a
X
make_program='echo "#!/bin/sh" >prog; echo "echo works" >>prog; chmod +x prog'
expect 0 mlv-train run -d a -o prog -- sh -c "$make_program"
rm prog
check 'run -o: an executable output is restored as executable' <<'X'
	expect 0 mlv-train run -d a -o prog -- sh -c "$make_program" &&
	prints restored &&
	test "$(./prog)" = works
X
translate='mkdir -p deep/er; tr A Z <a >deep/er/x.txt'
expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "$translate"
digits=$(sha256sum deep/er/x.txt | cut -c1-64)
object=.mlv/objects/$(echo "$digits" | cut -c1-2)/$(echo "$digits" | cut -c3-)
chmod u+w "$object" && printf X | dd of="$object" bs=1 seek=8 conv=notrunc 2>/dev/null
rm -r deep
check 'run: an output whose stored object is damaged is made again, and the object healed' <<'X'
	expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "$translate" &&
	prints finished &&
	grep -q Z deep/er/x.txt &&
	expect 0 mlv-data fsck
X
byte=$(printf '\377') other=$(printf '\376')
for v in "$byte" "$other"; do
	mlv-train run -d a -p "p=$v" -o b -- \
	    sh -c 'printf %s "$0" "$MLV_PARAM_p" >b' "$v" >/dev/null
	cp b "b.$v"
done
check 'run: commands that differ in a byte that is not UTF-8 are different work' <<'X'
	printf "\376\376" | cmp - "b.$other" &&
	printf "\377\377" | cmp - "b.$byte"
X
tell='printf %s "$MLV_PARAM_p" >b'
mlv-train run -d a -p "p=$byte" -o b -- sh -c "$tell" >/dev/null
check 'run -p: parameters that differ in a byte that is not UTF-8 are different work' <<'X'
	expect 0 mlv-train run -d a -p "p=$other" -o b -- sh -c "$tell" &&
	printf "\376" | cmp - b
X
check 'run --force: the command runs although its output is known' <<'X'
	expect 0 mlv-train run -f -d train.sh -p lr=0.1 -o model.txt -- sh train.sh &&
	prints finished
X

# --- commands that fail
check 'run: a command that fails is exit 1, its own status in the record' <<'X'
	expect 1 mlv-train run -n bad -- sh -c "exit 7" &&
	prints "	failed	7"
X
check 'run: a command that failed runs again, it is not restored' <<'X'
	expect 1 mlv-train run -n bad -- sh -c "exit 7" &&
	prints failed
X
check 'run -o: a command that did not make its output is exit 1' <<'X'
	expect 1 mlv-train run -o none.txt -- true &&
	says "did not make its output" &&
	prints failed
X
check 'run: a command that does not exist is exit 3, and show says why' <<'X'
	expect 3 mlv-train run -n absent -- ./no-such &&
	says "cannot run" &&
	expect 0 mlv-train show absent &&
	prints "status	failed" &&
	prints "error	cannot run" &&
	prints "No such file"
X
# a git that cannot be executed, and no other program on PATH
mkdir broken && : >broken/git
check 'run: a failure before the command starts reads as failed 127 and not as killed' <<'X'
	expect 3 env PATH="$PWD/broken" "$(command -v mlv-train)" run -n early -- /bin/true &&
	prints "failed	127" &&
	expect 0 mlv-train show early &&
	prints "status	failed" &&
	prints "error	cannot run"
X
check 'run without a command is a usage error' 'expect 2 mlv-train run -p a=1'
check 'run -p: a parameter without = is a usage error' 'expect 2 mlv-train run -p a -- true'
check 'run -d: an input that does not exist is exit 3' <<'X'
	expect 3 mlv-train run -d nope.csv -- true &&
	says nope.csv
X
check 'show -w stdout: a standard output bigger than a pipe is kept whole' <<'X'
	expect 0 mlv-train run -n loud -- sh -c "seq 1 100000" &&
	expect 0 mlv-train show -w stdout loud &&
	test "$(wc -l <out)" = 100000
X

# --- mlv-train runs
check 'runs: the newest run comes first' <<'X'
	expect 0 mlv-train runs &&
	test "$(head -n 1 out | cut -f4)" = loud
X
check 'runs --where: a metric chooses runs' <<'X'
	expect 0 mlv-train runs --where "metrics.auc > 0.82" &&
	test "$(wc -l <out)" -ge 3
X
check 'runs --where: a condition that no run meets prints nothing' <<'X'
	expect 0 mlv-train runs --where "metrics.auc > 1" &&
	test ! -s out
X
check 'runs --where --sort: a parameter chooses the run, a metric sorts' <<'X'
	expect 0 mlv-train runs --where "params.lr = 0.2" --sort -metrics.auc &&
	test "$(wc -l <out)" = 1
X
check 'runs --sort: runs without the field come last' <<'X'
	expect 0 mlv-train runs --sort metrics.auc -c metrics.auc &&
	test "$(tail -n 1 out | cut -f2)" = '\N'
X
check 'runs --json: JSON Lines of mlv.run.listed/1' <<'X'
	expect 0 mlv-train runs --json &&
	test "$(jq -r .schema out | sort -u)" = mlv.run.listed/1 &&
	test "$(wc -l <out)" -gt 1
X
no_field() {	# name that is no field, words that help, arguments...
	name=$1 words=$2
	shift 2
	expect 2 mlv-train runs "$@" &&
	    says "there is no field '$name'" &&
	    says "$words" &&
	    test "$(wc -l <err)" = 1 &&
	    test ! -s out
}
# The dotted names of all that ./out tells, without lists and their items.
fields() {
	jq -r 'paths(scalars) | map(tostring)
	    | select(.[0] != "schema" and (.[1] | type) != "number") | join(".")' out |
	    sed 's/^facts\.//; /^command/d; /^programs/d' |
	    sort -u
}
check 'runs: a name that is no field is a usage error, the nearest one named' <<'X'
	no_field metric.auc "did you mean 'metrics.auc'" -w "metric.auc > 0.8" &&
	no_field parms.lr "did you mean 'params.lr'" -s -parms.lr &&
	no_field word "metrics.NAME" -c word &&
	no_field failed "between quotes" -w "status = failed" &&
	no_field usage.wall "did you mean 'usage.wall_s'" -c usage.wall &&
	no_field git.comit "git.commit" -w "git.comit is null" &&
	no_field metrics. "" -c metrics.
X
check 'runs -c: every field that --json tells is a field' <<'X'
	expect 0 mlv-train runs --json &&
	told=$(fields) &&
	test -n "$told" &&
	for f in $told; do
		expect 0 mlv-train runs -q -c "$f" || return 1
	done
X
check 'runs: a warning names each metric and parameter that no run has' <<'X'
	expect 0 mlv-train runs -w "metrics.acu > 0.8 or params.lr = 0.2" \
	    -c params.nix,metrics.auc &&
	says "no run has metrics.acu" &&
	says "no run has params.nix" &&
	test "$(wc -l <err)" = 2 &&
	test -s out
X
check 'runs -c: a parameter that only other runs have is told without a warning' <<'X'
	expect 0 mlv-train runs -n 1 -c params.lr &&
	test ! -s err &&
	test "$(wc -l <out)" = 1
X
check 'runs --where: an expression that ends early is a usage error that says where' <<'X'
	expect 2 mlv-train runs --where "metrics.auc >" &&
	says "at the end"
X

# --- show and compare
check 'show: parameters and metrics of the run are told' <<'X'
	expect 0 mlv-train show first &&
	prints "params.lr	0.1" &&
	prints "metrics.auc	0.83"
X
check 'show -m: the history of a metric, a step a line' <<'X'
	expect 0 mlv-train show -m loss first &&
	printf "1\t0.8\n2\t0.7\n3\t0.6\n" | cmp -s - out
X
check 'show --json: the history of a metric is there' <<'X'
	expect 0 mlv-train show --json first &&
	holds '.history.auc | length == 3'
X
check 'show --json: the memory that the run took is there' <<'X'
	prints "max_rss_bytes"
X
check 'show of a run that does not exist is exit 3 and names it' <<'X'
	expect 3 mlv-train show nothere &&
	says nothere
X
check 'show -m of a metric that does not exist is exit 3' <<'X'
	expect 3 mlv-train show -m nothere first
X
check 'compare: parameters and states stand side by side, \N for none' <<'X'
	expect 0 mlv-train compare first bad &&
	prints 'params.lr	0.1	\N' &&
	prints "status	finished	failed"
X
check 'compare --stdin: names come from standard input' <<'X'
	mlv-train runs -n 2 >names &&
	expect 0 mlv-train compare --stdin <names
X
check 'compare of a single run is a usage error' 'expect 2 mlv-train compare first'

# --- mlv-train log
check 'log without a run: standard input makes a run, lines without metrics are counted' <<'X'
	printf 'loss=1\nnoise\n{"loss":0.5,"step":10}\n' >lines &&
	expect 0 mlv-train log -n piped -p a=1 <lines &&
	grep -qE "^run:[0-9a-z-]+	sha256:[0-9a-f]{64}	finished$" out &&
	says "1 of 3 lines"
X
check 'log: NaN and infinity are told as such by runs and compare' <<'X'
	printf "loss=1 gain=2\nloss=nan gain=-inf\n" >lines &&
	expect 0 mlv-train log -n gone <lines &&
	expect 0 mlv-train runs -n 1 &&
	prints "gain=-Infinity loss=NaN" &&
	expect 0 mlv-train compare gone piped &&
	prints "metrics.loss	NaN	0.5"
X
check 'log: NaN and infinity are null with a flag in JSON' <<'X'
	expect 0 mlv-train runs --json -n 1 &&
	prints '"metrics_flag":{"gain":"-Infinity","loss":"NaN"}' &&
	expect 0 mlv-train show --json gone &&
	prints '{"step":2,"value":null,"value_flag":"NaN"}'
X
check 'log: all 600 metrics of one line are kept' <<'X'
	awk 'BEGIN { for (i = 0; i < 600; i++) printf "m%d=%d ", i, i }' >lines &&
	expect 0 mlv-train log -n wide <lines &&
	expect 0 mlv-train show wide &&
	test "$(grep -c "^metrics" out)" = 600
X
check 'log: the step of a JSON line is kept' <<'X'
	expect 0 mlv-train show -m loss piped &&
	printf "1\t1\n10\t0.5\n" | cmp -s - out
X
check 'log -r: a run that has ended is refused by its id' <<'X'
	expect 1 mlv-train log -r "$first" auc=1
X
check 'log -r: a running run is joined by its name' <<'X'
	expect 0 mlv-train run -n joined -- mlv-train log -r joined auc=0.5 &&
	expect 0 mlv-train show joined &&
	prints "metrics.auc	0.5"
X
check 'log -r: a run that has ended is refused by its name' <<'X'
	expect 1 mlv-train log -r joined auc=1 &&
	says "has ended"
X
check 'log -r: a run that never was is exit 3' <<'X'
	expect 3 mlv-train log -r nobody auc=1 &&
	says "there is no run"
X
check 'log: a metric without a number is a usage error in one line' <<'X'
	expect 2 mlv-train log auc=high &&
	test "$(wc -l <err)" = 1
X

# the script of the man page, as it stands there
sed -n '/^import csv/,/^\.Ed/p' "$TOP/man/mlv-train.1" | sed '$d' >page.py
seq 0 7 | sed '1s/.*/Churn/' >churn-train.csv && mlv-data add churn-train.csv >/dev/null 2>&1
if command -v python3 >/dev/null; then
	check 'run: the script of the man page reads data and parameters and logs a metric' <<-'X'
		test "$(wc -l <page.py)" = 4 &&
		expect 0 mlv-train run -n paged -d page.py -d data:churn-train \
		    -p lr=0.1 -- python3 page.py &&
		expect 0 mlv-train show --json paged &&
		holds '(.metrics.score * 10 | round) == 7 and .params.lr == 0.1' &&
		expect 0 mlv-train show paged &&
		prints data:churn-train@1
	X
else
	skip 'run: the script of the man page reads data and parameters and logs a metric' 'no python3'
fi

# --- the state of the git tree
git init -q . && git add train.sh && git commit -qm one && echo "# dirty" >>train.sh
check 'run in a changed git tree: the commit and the difference to it are kept' <<'X'
	expect 0 mlv-train run -n dirty -d train.sh -p lr=0.3 -o model.txt -- sh train.sh &&
	expect 0 mlv-train show dirty &&
	prints "git.commit	$(git rev-parse HEAD)" &&
	prints "git.dirty	true" &&
	expect 0 mlv-train show -w diff dirty &&
	prints "+# dirty"
X
head -c 13000000 /dev/urandom >heavy
git add heavy && git commit -qm heavy
head -c 13000000 /dev/urandom >heavy
check 'run: a difference too big to keep is warned of, and the tree told as dirty' <<'X'
	expect 0 mlv-train run -n heavy -- true &&
	says "not kept" &&
	expect 0 mlv-train show heavy &&
	prints "git.dirty	true"
X
git reset -q --hard HEAD~1 && echo "# dirty" >>train.sh
check 'runs --where git.commit: the run of the commit is found' <<'X'
	expect 0 mlv-train runs --where "git.commit = '$(git rev-parse HEAD)'" &&
	test "$(wc -l <out)" = 1
X

# --- a file is told by what is in it, never taken for a run of that name
year=$(mlv-train runs -n 1 | cut -c5-8)
echo 'a model of no run' >"$year" && cp "$year" first
check "registry add: a file named like a run's id or name is not linked to that run" <<'X'
	expect 0 mlv-registry add bare "$year" &&
	prints "	\N" &&
	expect 0 mlv-registry add bare first &&
	prints "bare@1	" &&
	prints "	\N"
X
echo "echo one >one.onnx; echo two >two.onnx" >two.sh
check 'registry add: an output made again by a failed run belongs to the run that finished' <<'X'
	expect 0 mlv-train run -n whole -o one.onnx -- sh two.sh &&
	id=$(cut -f1 out) &&
	expect 1 mlv-train run -o one.onnx -o three.onnx -- sh two.sh &&
	expect 0 mlv-registry add --any-format bare one.onnx &&
	prints "$id"
X

# --- runs that are ended by a signal
# a run that was killed could not say so
background mlv-train run -n victim -- sh -c 'echo $$ >victim; exec sleep 60'
until_true test -s victim
check 'runs: a living run reads as running' <<'X'
	expect 0 mlv-train runs --where 'name = "victim"' &&
	prints running
X
# the run first: it would seal what it saw its command die of
kill -KILL "$server" "$(cat victim)"
wait "$server" 2>/dev/null
# nobody waits for the command; it holds the run open until it is gone
until_true sh -c '! kill -0 "$(cat victim)"'
check 'runs: a run ended by SIGKILL reads as killed' <<'X'
	expect 0 mlv-train runs --where 'name = "victim"' &&
	prints killed
X
background mlv-train run -n stopped -- sleep 60
stopped_runs() { mlv-train runs --where 'name = "stopped"' | grep -q running; }
until_true stopped_runs
kill -TERM "$server"
wait "$server"
check 'run: SIGTERM is passed on to the command, and the run reads as failed' <<'X'
	expect 0 mlv-train runs --where 'name = "stopped"' &&
	prints failed
X
gone() { ! kill -0 "$1" 2>/dev/null; }
for sig in TERM INT; do
	check "run: SIG$sig ends all that the command started, what lost its parent and nested runs too" <<X
		rm -f one two &&
		background mlv-train run -- mlv-train run -- sh -c \
		    '(sleep 600 & echo \$! >one); sleep 601 & echo \$! >two; wait' &&
		until_true test -s two &&
		kill -$sig "\$server" &&
		{ wait "\$server"; test \$? = 1; } &&
		gone "\$(cat one)" &&
		gone "\$(cat two)"
X
done
cat >counts.sh <<'X'
trap 'echo x >>count' TERM
: >ready
i=0
while [ $i -lt 8 ]; do sleep 0.1; i=$((i + 1)); done
X
check 'run: a command below two runs gets a signal once' <<'X'
	background mlv-train run -- mlv-train run -- sh counts.sh &&
	until_true test -e ready &&
	kill -TERM "$server" &&
	wait "$server" &&
	test "$(cat count)" = x
X
check 'run: a second signal kills what does not end' <<'X'
	rm -f ready &&
	background mlv-train run -- sh -c 'trap "" TERM; sleep 602 & echo $! >one; : >ready; wait; sleep 603' &&
	until_true test -e ready &&
	kill -TERM "$server" &&
	sleep 0.4 &&
	kill -TERM "$server" &&
	{ wait "$server"; test $? = 1; } &&
	gone "$(cat one)"
X
check 'fsck after the runs: the repository is whole' 'expect 0 mlv-data fsck'
check 'run: a record that cannot be written after the command is exit 5' <<'X'
	exits 5 mlv-train run -- true >/dev/full 2>err
X

# --- steps and values as other programs write them
steps() { mlv-train show -m "$1" "$2" | tr '\t\n' ': '; }
check 'log: step beats epoch, and a fraction of an epoch is a metric' <<'X'
	printf '{"step":%s,"loss":%s,"epoch":%s}\n' 10 1.5 0.5 20 1.2 1.0 >lines &&
	expect 0 mlv-train log -n fraction <lines &&
	test "$(steps loss fraction)" = '10:1.5 20:1.2 ' &&
	test "$(steps epoch fraction)" = '10:0.5 20:1 '
X
check 'log: a decimal comma is no number, and told with its line' <<'X'
	printf 'loss=1\nloss=0,31 acc=0.5\n' >lines &&
	expect 0 mlv-train log -n comma <lines &&
	says "line 2: 'loss=0,31'" &&
	test "$(steps loss comma)" = '1:1 ' &&
	test "$(steps acc comma)" = '2:0.5 '
X
check 'log: metrics parted by commas are all taken' <<'X'
	echo 'loss=1,acc=2, auc=3' >lines &&
	expect 0 mlv-train log -n parted <lines &&
	test "$(steps loss parted)$(steps acc parted)$(steps auc parted)" = '1:1 1:2 1:3 '
X
check 'log: a step that is no whole number is told, not cut' <<'X'
	printf 'loss=1 step=2.7\nloss=2 step=abc\n' >lines &&
	expect 0 mlv-train log -n cut <lines &&
	says '2 values' &&
	test "$(steps loss cut)" = '1:1 2:2 '
X
check 'log: the largest step is kept as it is' <<'X'
	printf 'loss=1 step=9223372036854775807\nloss=2\n' >lines &&
	expect 0 mlv-train log -n large <lines &&
	test "$(steps loss large)" = '9223372036854775807:1 9223372036854775807:2 '
X
check 'show: a terminal gets no escape sequence out of a name' <<'X'
	expect 0 mlv-train run -n "$(printf 'a\033[31mb\302\233c')" -- true &&
	id=$(cut -f1 out) &&
	script -qec "mlv-train show $id" /dev/null </dev/null >screen &&
	grep -qF 'a\x1b[31mb' screen &&
	! grep -q "$(printf '\033\[31m')" screen &&
	! grep -q "$(printf '\302\233')" screen
X
check 'show: a pipe gets a name byte for byte' <<'X'
	mlv-train show "$id" >out &&
	grep -q "$(printf 'a\033\[31mb')" out
X

# --- what a run read, asked for and shown
fresh asked
mlv-data init -q
awk 'BEGIN { print "a,y"; for (i = 0; i < 90; i++) print i * 37 % 101 "," (i % 3 ? "yes" : "no") }' >d.csv
mlv-data add -q d.csv >add.out
mlv-train fit data:d -t y -l logistic -n one -o one.onnx >fit.out
echo '5,yes' >>d.csv
mlv-data add -q d.csv >add.out
mlv-train fit d.csv -t y -l gbdt -n two -o two.onnx >fit.out
mlv-train run -n three -d data:d@1 -- true >run.out 2>&1
names() { cut -f4 out | tr '\n' ' '; }
check 'runs shows learner, target and data of a fit' <<'X'
	expect 0 mlv-train runs &&
	grep "	one	" out | cut -f6-8 >got &&
	printf "logistic\ty\tdata:d@1\n" >want &&
	same want got &&
	grep "	three	" out | cut -f6-8 >got &&
	printf "\\\\N\t\\\\N\tdata:d@1\n" >want &&
	same want got
X
check 'runs --input: by name, by version, by id, by file' <<'X'
	expect 0 mlv-train runs -i data:d &&
	test "$(names)" = "three one " &&
	expect 0 mlv-train runs --input data:d@1 &&
	test "$(names)" = "three one " &&
	expect 0 mlv-train runs --input d.csv &&
	test "$(names)" = "two " &&
	first=$(mlv-data cat data:d@1 | sha256sum | cut -c1-12) &&
	expect 0 mlv-train runs --input "sha256:$first" &&
	test "$(names)" = "three one "
X
check 'runs --input of bytes that have another name: they are found' <<'X'
	mlv-data cat data:d@1 >same.csv &&
	expect 0 mlv-train runs --input same.csv &&
	test "$(names)" = "three one "
X
check 'runs --input of what is not there: exit 3 for a version, nothing for a name' <<'X'
	expect 3 mlv-train runs --input data:d@9 &&
	expect 0 mlv-train runs --input data:none &&
	test ! -s out
X
check 'runs --where: by learner, target and data' <<'X'
	expect 0 mlv-train runs -w "learner = 'gbdt' and target = 'y'" &&
	test "$(names)" = "two " &&
	expect 0 mlv-train runs -w "data = 'data:d@1'" --columns learner,data &&
	test "$(wc -l <out)" = 2
X
if command -v script >/dev/null; then
	check 'show and compare at a terminal: tables, numbers of 4 digits; a pipe has all' <<-'X'
		script -qec "mlv-train compare one two" /dev/null </dev/null | tr -d "\r" >out &&
		head -n 1 out | grep -q "^field  *one  *two$" &&
		grep "^metrics.train.logloss" out >line &&
		awk '{ exit !(length($2) <= 6 && length($3) <= 6) }' line &&
		mlv-train compare one two | grep "^metrics.train.logloss" | cut -f2 >full &&
		test "$(wc -c <full)" -gt 9 &&
		script -qec "mlv-train show one" /dev/null </dev/null | tr -d "\r" >out &&
		head -n 1 out | grep -q "^field  *value"
	X
	check 'runs at a terminal: metrics fit a line, folds without their deviations; a pipe has all' <<-'X'
		mlv-train run -n wide -- sh -c "mlv-train log cv.auc=0.123456 cv.auc.sd=0.5 $(
		    seq -f metric_%g=0.25 9 | tr "\n" " ")" >/dev/null &&
		script -qec "mlv-train runs -n 1" /dev/null </dev/null | tr -d "\r" >out &&
		grep -q "  wide  cv.auc=0.1235 metric_1=0.25 .*=0.25 [.][.][.]  " out &&
		! grep -q metric_9 out &&
		expect 0 mlv-train runs -n 1 &&
		prints "cv.auc=0.123456 cv.auc.sd=0.5 metric_1=0.25 " &&
		prints "metric_9=0.25"
	X
fi

finish
