#!/bin/sh
# Inputs found at run time: what a command says it read in a depfile, by repro,
# by run, and by the make and ninja files that graph writes.
. "$(dirname "$0")/../lib.sh"

fresh found
mlv-data init -q
mkdir src
cat >pipeline.yaml <<'Y'
stages:
  words:
    cmd: |
      cat list $(cat list) >out.txt
      echo "out.txt: list $(tr '\n' ' ' <list)" >out.d
      echo x >>done
    deps: [list]
    outs: [out.txt]
    depfile: out.d
Y
printf 'a.txt\nb.txt\n' >list
echo A >a.txt
echo B >b.txt
echo C >c.txt
repro() { mlv-train repro "$@"; }
status() { awk -F '\t' '$1 == "'"$1"'" { print $2 }' out; }
why() { awk -F '\t' '$1 == "'"$1"'" { print $4 }' out; }
inputs() { mlv-train show "$1" | awk -F '\t' '$1 == "input" { printf "%s ", $3 }'; }
runs_done() { wc -l <done; }

check 'repro: what the depfile names is an input of the run, what was named before is not twice' <<'X'
	expect 0 repro &&
	test "$(status words)" = finished &&
	test "$(inputs words)" = "list a.txt b.txt "
X
check 'repro: nothing changed, nothing is done' <<'X'
	expect 0 repro &&
	test "$(status words)" = unchanged &&
	test "$(runs_done)" = 1
X
check 'repro: a file found at run time changed: the stage is stale, and says why' <<'X'
	echo A2 >a.txt &&
	expect 0 repro --dry-run &&
	test "$(status words)" = run &&
	test "$(why words)" = "input 'a.txt' changed" &&
	expect 0 repro &&
	test "$(runs_done)" = 2 &&
	printf 'a.txt\nb.txt\nA2\nB\n' | same out.txt -
X
check 'repro: the content it had before: the outputs come back, the depfile too' <<'X'
	echo A >a.txt &&
	rm out.d &&
	expect 0 repro &&
	test "$(status words)" = restored &&
	test "$(runs_done)" = 2 &&
	printf 'a.txt\nb.txt\nA\nB\n' | same out.txt - &&
	grep -q a.txt out.d
X
check 'repro: other files are found: those count from then on, the old ones do not' <<'X'
	printf 'b.txt\nc.txt\n' >list &&
	expect 0 repro &&
	test "$(runs_done)" = 3 &&
	echo A3 >a.txt &&
	expect 0 repro &&
	test "$(status words)" = unchanged &&
	echo C2 >c.txt &&
	expect 0 repro --dry-run &&
	test "$(why words)" = "input 'c.txt' changed" &&
	expect 0 repro
X
check 'repro: a file found at run time went: the stage is done again, not an error' <<'X'
	mv c.txt gone.txt &&
	expect 0 repro --dry-run &&
	test "$(status words)" = run &&
	test "$(why words)" = "input 'c.txt' is gone" &&
	mv gone.txt c.txt &&
	expect 0 repro --dry-run &&
	test "$(status words)" = unchanged
X
check 'repro: a stage that does not make its depfile failed, and the file is named' <<'X'
	printf 'stages: {s: {cmd: touch o, deps: [list], outs: [o], depfile: none.d}}\n' >bad.yaml &&
	expect 1 repro -f bad.yaml &&
	says "did not make its depfile 'none.d'"
X
check 'repro: an old depfile is no answer' <<'X'
	echo 'o: a.txt' >none.d &&
	expect 1 repro -f bad.yaml &&
	says "did not make its depfile 'none.d'"
X
check 'repro: a depfile that is none is named with its line' <<'X'
	printf 'stages: {s: {cmd: "echo words >w.d; touch w", deps: [list], outs: [w], depfile: w.d}}\n' >bad.yaml &&
	expect 1 repro -f bad.yaml &&
	says "depfile 'w.d': line 1 is no rule of make"
X
check 'repro: depfile that is no path is refused' <<'X'
	printf 'stages: {s: {cmd: x, depfile: [a, b]}}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "stage 's': depfile is a path"
X
check 'repro: what changed while the stage ran is told, and done again' <<'X'
	cat >race.yaml <<'Y' &&
stages:
  s: {cmd: "cat b.txt >r; echo later >>b.txt; echo r: b.txt >r.d", deps: [list], outs: [r], depfile: r.d}
Y
	expect 0 repro -f race.yaml &&
	says "'b.txt', which 'r.d' names, changed while the command ran" &&
	expect 0 repro -f race.yaml --dry-run &&
	test "$(status s)" = run
X
check 'repro: what another stage makes and this one found comes first the next time' <<'X'
	cat >order.yaml <<'Y' &&
stages:
  a-reader:
    cmd: "test -e made.h && cat made.h >read; echo read: made.h >read.d"
    deps: [list]
    outs: [read]
    depfile: read.d
  maker: {cmd: cp seed made.h, deps: [seed], outs: [made.h]}
Y
	echo one >seed &&
	expect 0 repro -f order.yaml maker &&
	expect 0 repro -f order.yaml &&
	echo two >seed &&
	expect 0 repro -f order.yaml --dry-run &&
	test "$(why a-reader)" = "needs 'maker'" &&
	expect 0 repro -f order.yaml -j2 &&
	same read seed
X
check 'repro: what was found before and would close a cycle now is forgotten' <<'X'
	cat >order.yaml <<'Y' &&
stages:
  a-reader: {cmd: "cat list >read; echo read: list >read.d", deps: [list], outs: [read], depfile: read.d}
  maker: {cmd: cp read made.h, deps: [read], outs: [made.h]}
Y
	expect 0 repro -f order.yaml &&
	same made.h list
X
check 'repro: paths of a depfile begin at wdir, absolute ones stay' <<'X'
	cat >wdir.yaml <<Y &&
stages:
  s:
    wdir: src
    cmd: "cat in ../c.txt >o; echo o: ./in ../c.txt $PWD/a.txt >o.d"
    deps: [../list]
    outs: [o]
    depfile: o.d
Y
	echo in >src/in &&
	expect 0 repro -f wdir.yaml &&
	test "$(inputs s)" = "list $PWD/a.txt c.txt src/in " &&
	echo in2 >src/in &&
	expect 0 repro -f wdir.yaml &&
	test "$(status s)" = finished
X

# --- run, and what graph writes
check 'run --depfile: done again when what it found changed, else restored' <<'X'
	cat >one.sh <<'S' &&
echo x >>ones
cat a.txt >one
echo 'one: a.txt' >one.d
S
	ask() { mlv-train run -d one.sh -o one --depfile one.d -- sh one.sh; } &&
	expect 0 ask &&
	expect 0 ask &&
	prints restored &&
	echo A4 >a.txt &&
	expect 0 ask &&
	prints finished &&
	test "$(wc -l <ones)" = 2
X
check 'run --depfile: not with --trial, and --depfile-folder not without it' <<'X'
	expect 2 mlv-train run --depfile x.d --trial t -- true &&
	expect 2 mlv-train run --depfile-folder src -- true
X
check 'graph --yaml keeps depfile' <<'X'
	expect 0 mlv-train graph --yaml &&
	prints '    depfile: out.d'
X
for form in make ninja; do
	check "graph --$form: what was found at run time counts there, too" <<-'X'
		expect 0 mlv-train graph "--$form" &&
		cp out "build.$form" &&
		build() { if [ $form = make ]; then make -s -f build.make; else ninja -f build.ninja; fi; } &&
		printf 'a.txt\n' >list &&
		echo "$form" >a.txt &&
		expect 0 build &&
		was=$(runs_done) &&
		printf "a.txt\n$form\n" | same out.txt - &&
		expect 0 build &&
		test "$(runs_done)" = "$was" &&
		echo "again $form" >a.txt &&
		expect 0 build &&
		printf "a.txt\nagain $form\n" | same out.txt -
	X
done
check 'repro with the compiler itself: a header that a header includes' <<'X'
	printf '#include "one.h"\nint x = ONE;\n' >src/x.c &&
	printf '#include "two.h"\n' >src/one.h &&
	printf '#define ONE 1\n' >src/two.h &&
	printf 'stages: {cc: {wdir: src, cmd: cc -c -MMD -MF x.d x.c, deps: [x.c], outs: [x.o], depfile: x.d}}\n' >cc.yaml &&
	expect 0 repro -f cc.yaml &&
	printf '#define ONE 2\n' >src/two.h &&
	expect 0 repro -f cc.yaml --dry-run &&
	test "$(why cc)" = "input 'src/two.h' changed" &&
	expect 0 repro -f cc.yaml
X
finish
