#!/bin/sh
# Tracked runs: any command, its memory, its metrics, its listing.
. "$(dirname "$0")/../lib.sh"

fresh outside
check 'run needs a repository' 'expect 3 mlv-train run -- true && says "mlv-data init" && test ! -s out'

fresh run
mlv-data init >/dev/null
cat >train.sh <<'X'
echo "training lr=$MLV_PARAM_lr"
for i in 1 2 3; do echo "step=$i loss=0.$((9 - i)) auc=0.8$i" | mlv-train log; done
echo "model $MLV_PARAM_lr" >model.txt
echo trouble ahead >&2
X
check 'a run prints its name first' \
	'expect 0 mlv-train run -n first -d train.sh -p lr=0.1 -o model.txt -- sh train.sh && grep -qE "^run:[0-9a-z-]+	sha256:[0-9a-f]{64}	finished	0$" out'
first=$(cut -f1 out)
check 'the command speaks on stderr' 'says "training lr=0.1" && says "trouble ahead"'
check 'its output is there' 'test "$(cat model.txt)" = "model 0.1"'
rm model.txt
check 'the same again is restored, not run' \
	'expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh && prints restored && prints "$first" && ! says "training" >/dev/null && test "$(cat model.txt)" = "model 0.1"'
touch -d 2020-01-01 model.txt
check 'an output that is right is not touched' \
	'expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh && test "$(stat -c %Y model.txt)" = "$(date -d 2020-01-01 +%s)"'
check 'another parameter is another run' \
	'expect 0 mlv-train run -d train.sh -p lr=0.2 -o model.txt -- sh train.sh && prints finished && test "$(cat model.txt)" = "model 0.2"'
echo "# changed" >>train.sh
check 'another input is another run' \
	'expect 0 mlv-train run -d train.sh -p lr=0.1 -o model.txt -- sh train.sh && prints finished'
check 'work that names no input is done each time' \
	'expect 0 mlv-train run -o made.txt -- sh -c "echo x >>made.txt" && expect 0 mlv-train run -o made.txt -- sh -c "echo x >>made.txt" && prints finished && test "$(wc -l <made.txt)" = 2'
check 'the content of standard input counts when it is named' \
	'echo A >a && echo B >b && expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <a && expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <b && prints finished && same in.txt b && expect 0 mlv-train run -d - -o in.txt -- sh -c "cat >in.txt" <a && prints restored && same in.txt a'
check 'and is empty when it is not' 'expect 0 mlv-train run -d a -o in.txt -- sh -c "cat >in.txt" <b && test -f in.txt && test ! -s in.txt'
check 'there is one standard input' 'expect 2 mlv-train run -d - -d - -- true </dev/null'
mkdir deep
expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c 'mkdir -p deep/er; cp a deep/er/x.txt'
rm -r deep
check 'an output comes back into a folder that is gone' \
	'expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "mkdir -p deep/er; cp a deep/er/x.txt" && prints restored && same deep/er/x.txt a'
expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c 'mkdir -p deep/er; tr A Z <a >deep/er/x.txt'
expect 0 mlv-train run -d a -o prog -- sh -c 'echo "#!/bin/sh" >prog; echo "echo works" >>prog; chmod +x prog'
rm prog
check 'a program comes back as one' \
	'expect 0 mlv-train run -d a -o prog -- sh -c "echo \"#!/bin/sh\" >prog; echo \"echo works\" >>prog; chmod +x prog" && prints restored && test "$(./prog)" = works'
digits=$(sha256sum deep/er/x.txt | cut -c1-64)
object=.mlv/objects/$(echo "$digits" | cut -c1-2)/$(echo "$digits" | cut -c3-)
chmod u+w "$object" && printf X | dd of="$object" bs=1 seek=8 conv=notrunc 2>/dev/null
rm -r deep
check 'a damaged copy is made again' \
	'expect 0 mlv-train run -d a -o deep/er/x.txt -- sh -c "mkdir -p deep/er; tr A Z <a >deep/er/x.txt" && prints finished && grep -q Z deep/er/x.txt && expect 0 mlv-data fsck'
byte=$(printf '\377') other=$(printf '\376')
for v in "$byte" "$other"; do mlv-train run -d a -p "p=$v" -o b -- sh -c 'printf %s "$0" "$MLV_PARAM_p" >b' "$v" >/dev/null; cp b "b.$v"; done
check 'commands that differ in bytes that are no text are not the same work' 'printf "\376\376" | cmp - "b.$other" && printf "\377\377" | cmp - "b.$byte"'
mlv-train run -d a -p "p=$byte" -o b -- sh -c 'printf %s "$MLV_PARAM_p" >b' >/dev/null
check 'nor are parameters' 'expect 0 mlv-train run -d a -p "p=$other" -o b -- sh -c "printf %s \"\$MLV_PARAM_p\" >b" && printf "\376" | cmp - b'
check '--force runs all the same' \
	'expect 0 mlv-train run -f -d train.sh -p lr=0.1 -o model.txt -- sh train.sh && prints finished'
check 'a command that fails is 1, its status in the record' \
	'expect 1 mlv-train run -n bad -- sh -c "exit 7" && prints "	failed	7"'
check 'and is not remembered' 'expect 1 mlv-train run -n bad -- sh -c "exit 7" && prints failed'
check 'an output that was not made is 1' \
	'expect 1 mlv-train run -o none.txt -- true && says "did not make its output" && prints failed'
check 'a command that does not exist is 3, and the run says why' \
	'expect 3 mlv-train run -n absent -- ./no-such && says "cannot run" && expect 0 mlv-train show absent && prints "status	failed" && prints "error	cannot run" && prints "No such file"'
mkdir broken && : >broken/git
check 'what fails before the command starts is failed, not killed' \
	'expect 3 env PATH="$PWD/broken" "$(command -v mlv-train)" run -n early -- /bin/true && prints "failed	127" && expect 0 mlv-train show early && prints "status	failed" && prints "error	cannot run"'
check 'no command is 2' 'expect 2 mlv-train run -p a=1'
check 'a parameter without = is 2' 'expect 2 mlv-train run -p a -- true'
check 'an input that is not there is 3' 'expect 3 mlv-train run -d nope.csv -- true && says nope.csv'
check 'a bigger output than a pipe holds is kept whole' \
	'expect 0 mlv-train run -n loud -- sh -c "seq 1 100000" && expect 0 mlv-train show -w stdout loud && test "$(wc -l <out)" = 100000'

check 'runs lists newest first' 'expect 0 mlv-train runs && test "$(head -n 1 out | cut -f4)" = loud'
check 'runs --where on metrics' 'expect 0 mlv-train runs --where "metrics.auc > 0.82" && test "$(wc -l <out)" -ge 3'
check 'runs --where that nothing meets prints nothing' 'expect 0 mlv-train runs --where "metrics.auc > 1" && test ! -s out'
check 'runs --where on params and --sort' \
	'expect 0 mlv-train runs --where "params.lr = 0.2" --sort -metrics.auc && test "$(wc -l <out)" = 1'
check 'runs without the sort field come last' \
	'expect 0 mlv-train runs --sort metrics.auc -c metrics.auc && test "$(tail -n 1 out | cut -f2)" = "\\N"'
check 'runs --json is JSON Lines with a schema' 'expect 0 mlv-train runs --json && jq -es "all(.schema == \"mlv.run.listed/1\")" out >/dev/null'
no_field() { name=$1 words=$2; shift 2; expect 2 mlv-train runs "$@" && says "there is no field '$name'" && says "$words" && test "$(wc -l <err)" = 1 && test ! -s out; }
check 'a name that is no field is 2, and names the nearest' \
	'no_field metric.auc "did you mean '"'metrics.auc'"'" -w "metric.auc > 0.8" && no_field parms.lr "did you mean '"'params.lr'"'" -s -parms.lr && no_field word "metrics.NAME" -c word && no_field failed "between quotes" -w "status = failed" && no_field usage.wall "did you mean '"'usage.wall_s'"'" -c usage.wall && no_field git.comit "git.commit" -w "git.comit is null" && no_field metrics. "" -c metrics.'
check 'every field that is told is one' \
	'expect 0 mlv-train runs --json && for f in $(jq -r "paths(scalars) | map(tostring) | select(.[0] != \"schema\" and (.[1] | type) != \"number\") | join(\".\")" out | sed "s/^facts\.//; /^command/d; /^programs/d" | sort -u); do expect 0 mlv-train runs -q -c "$f" || return 1; done'
check 'what no run at all has is told' \
	'expect 0 mlv-train runs -w "metrics.acu > 0.8 or params.lr = 0.2" -c params.nix,metrics.auc && says "no run has metrics.acu" && says "no run has params.nix" && test "$(wc -l <err)" = 2 && test -s out && expect 0 mlv-train runs -n 1 -c params.lr && test ! -s err && test "$(wc -l <out)" = 1'
check 'a bad expression is 2 and says where' 'expect 2 mlv-train runs --where "metrics.auc >" && says "at the end"'

check 'show tells the parameters and metrics' 'expect 0 mlv-train show first && prints "params.lr	0.1" && prints "metrics.auc	0.83"'
check 'show -m is the history' 'expect 0 mlv-train show -m loss first && printf "1\t0.8\n2\t0.7\n3\t0.6\n" | cmp -s - out'
check 'show --json holds the histories' 'expect 0 mlv-train show --json first && test "$(jq ".history.auc | length" out)" = 3'
check 'show says what a run cost' 'prints "max_rss_bytes"'
check 'show of a run that is not there is 3' 'expect 3 mlv-train show nothere && says nothere'
check 'show of a metric that is not there is 3' 'expect 3 mlv-train show -m nothere first'
check 'compare puts runs side by side' 'expect 0 mlv-train compare first bad && prints "params.lr	0.1	\\N" && prints "status	finished	failed"'
check 'compare takes names from a pipe' 'mlv-train runs -n 2 >names && expect 0 mlv-train compare --stdin <names'
check 'compare of one is 2' 'expect 2 mlv-train compare first'

check 'a pipe alone is a run' 'printf "loss=1\nnoise\n{\"loss\":0.5,\"step\":10}\n" >lines && expect 0 mlv-train log -n piped -p a=1 <lines && grep -qE "^run:[0-9a-z-]+	sha256:[0-9a-f]{64}	finished$" out && says "1 of 3 lines"'
check 'a value that is no number is not told as 0' \
	'printf "loss=1 gain=2\nloss=nan gain=-inf\n" >lines && expect 0 mlv-train log -n gone <lines && expect 0 mlv-train runs -n 1 && prints "gain=-Infinity loss=NaN" && expect 0 mlv-train compare gone piped && prints "metrics.loss	NaN	0.5"'
check 'nor in JSON, where it is null and a flag' \
	'expect 0 mlv-train runs --json -n 1 && prints "\"metrics_flag\":{\"gain\":\"-Infinity\",\"loss\":\"NaN\"}" && expect 0 mlv-train show --json gone && prints "{\"step\":2,\"value\":null,\"value_flag\":\"NaN\"}"'
check 'every metric of a long line' \
	'awk "BEGIN { for (i = 0; i < 600; i++) printf \"m%d=%d \", i, i }" >lines && expect 0 mlv-train log -n wide <lines && expect 0 mlv-train show wide && test "$(grep -c "^metrics" out)" = 600'
check 'with its steps' 'expect 0 mlv-train show -m loss piped && printf "1\t1\n10\t0.5\n" | cmp -s - out'
check 'log into a run that has ended is 1' 'expect 1 mlv-train log -r "$first" auc=1'
check 'a living run is joined by its word' \
	'expect 0 mlv-train run -n joined -- mlv-train log -r joined auc=0.5 && expect 0 mlv-train show joined && prints "metrics.auc	0.5"'
check 'one that has ended is not, whatever it is called' 'expect 1 mlv-train log -r joined auc=1 && says "has ended"'
check 'nor one that never was' 'expect 3 mlv-train log -r nobody auc=1 && says "there is no run"'
check 'log of words without a number is 2, in one line' 'expect 2 mlv-train log auc=high && test "$(wc -l <err)" = 1'

# the script of the man page, as it stands there
sed -n '/^import csv/,/^\.Ed/p' "$TOP/man/mlv-train.1" | sed '$d' >page.py
seq 0 7 | sed '1s/.*/Churn/' >churn-train.csv && mlv-data add churn-train.csv >/dev/null 2>&1
if command -v python3 >/dev/null; then
	check 'a script reads its data and parameters and tells its metrics' \
		'test "$(wc -l <page.py)" = 4 && expect 0 mlv-train run -n paged -d page.py -d data:churn-train -p lr=0.1 -- python3 page.py && expect 0 mlv-train show --json paged && jq -e "(.metrics.score * 10 | round) == 7 and .params.lr == 0.1" out >/dev/null && expect 0 mlv-train show paged && prints data:churn-train@1'
else
	skip 'a script reads its data and parameters and tells its metrics' 'no python3'
fi

git init -q . && git add train.sh && git commit -qm one && echo "# dirty" >>train.sh
check 'the git commit and what was changed since are kept' \
	'expect 0 mlv-train run -n dirty -d train.sh -p lr=0.3 -o model.txt -- sh train.sh && expect 0 mlv-train show dirty && prints "git.commit	$(git rev-parse HEAD)" && prints "git.dirty	true" && expect 0 mlv-train show -w diff dirty && prints "+# dirty"'
head -c 13000000 /dev/urandom >heavy && git add heavy && git commit -qm heavy && head -c 13000000 /dev/urandom >heavy
check 'a difference too big to keep is told' 'expect 0 mlv-train run -n heavy -- true && says "not kept" && expect 0 mlv-train show heavy && prints "git.dirty	true"'
git reset -q --hard HEAD~1 && echo "# dirty" >>train.sh
check 'runs --where git.commit' 'expect 0 mlv-train runs --where "git.commit = \"$(git rev-parse HEAD)\"" && test "$(wc -l <out)" = 1'

# a file is told by what is in it, never taken for a run of that name
year=$(mlv-train runs -n 1 | cut -c5-8)
echo 'a model of no run' >"$year" && cp "$year" first
check 'a file called like the beginning of a run, or its word, is no run' \
	'expect 0 mlv-registry add bare "$year" && prints "	\N" && expect 0 mlv-registry add bare first && prints "bare@1	" && prints "	\N"'
echo "echo one >one.onnx; echo two >two.onnx" >two.sh
check 'a model put out and lost again by a run that failed is the first one' \
	'expect 0 mlv-train run -n whole -o one.onnx -- sh two.sh && id=$(cut -f1 out) && expect 1 mlv-train run -o one.onnx -o three.onnx -- sh two.sh && expect 0 mlv-registry add bare one.onnx && prints "$id"'

# a run that is killed reads as killed, without anybody saying so
background mlv-train run -n victim -- sh -c 'echo $$ >victim; exec sleep 60'
until_true test -s victim
check 'a living run reads as running' 'expect 0 mlv-train runs --where "name = \"victim\"" && prints running'
# the run first: it would seal what it saw its command die of
kill -KILL "$server" "$(cat victim)"
wait "$server" 2>/dev/null
# nobody waits for the command; it holds the run open until it is gone
until_true sh -c '! kill -0 "$(cat victim)"'
check 'a killed one as killed' 'expect 0 mlv-train runs --where "name = \"victim\"" && prints killed'
background mlv-train run -n stopped -- sleep 60
until_true sh -c 'mlv-train runs --where "name = \"stopped\"" | grep -q running'
kill -TERM "$server"
wait "$server"
check 'SIGTERM is passed on and the run sealed' 'expect 0 mlv-train runs --where "name = \"stopped\"" && prints failed'
check 'the repository is whole' 'expect 0 mlv-data fsck'
check 'a report that cannot be written after the run is 5' 'mlv-train run -- true >/dev/full 2>err; test $? = 5'
finish
