#!/bin/sh
# The lint rules themselves: a small clean house passes, and a violation of
# each rule, planted in a copy of it, is found under that rule and no other.
. "$(dirname "$0")/../lib.sh"

# --- a clean house of two floors ---------------------------------------------
fresh clean
mkdir -p lib/base lib/store lib/flow cmd/mlv-data man tests/unit/store tests/cli scripts
cat >lib/LAYERS <<'X'
0 | base  | the platform |
1 | store | objects and refs |
2 | flow  | what joins subjects | store
X
cat >lib/base/buf.h <<'X'
/* base/buf.h - bytes that grow. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
int buf_grow(int n);
#endif
X
cat >lib/base/buf.c <<'X'
/* Bytes that grow. */
#include "base/buf.h"

int
buf_grow(int n)
{
	return n + 1;
}
X
cat >lib/store/ref.h <<'X'
/* store/ref.h - names that point at objects. */
#ifndef STORE_REF_H
#define STORE_REF_H
int ref_read(int n);
#endif
X
cat >lib/store/internal.h <<'X'
/* store/internal.h - what the files of lib/store share. */
X
cat >lib/store/ref.c <<'X'
/* Names that point at objects. */
#include "store/ref.h"

#include "base/buf.h"
#include "store/internal.h"

int
ref_read(int n)
{
	return buf_grow(n);
}
X
cat >lib/flow/fit.c <<'X'
/* From a table to a model: "mlv.fit/1". */
#include "store/ref.h"

int fit_model(int n);

int
fit_model(int n)
{
	return ref_read(n);
}
X
echo '/* The unit test of names. */' >tests/unit/store/ref.c
printf '#!/bin/sh\ntrue\n' >tests/cli/x.sh
printf '#!/bin/sh\ntrue\n' >scripts/x
printf '.Dd November 28, 2026\n.Dt MLV-FIT 5\n.Os\n.Sh NAME\n.Nm mlv-fit\n.Nd the record mlv.fit/1\n' >man/mlv-fit.5

# Compile what can be compiled: two rules read object files.
compile() {
	for c in lib/*/*.c; do
		mkdir -p "build/obj/${c%/*}" &&
		cc -c -Ilib -o "build/obj/${c%.c}.o" "$c" || return 1
	done
}
lint() { BUILD=build sh "$TOP/scripts/lint" .; }

check 'a clean house has nothing to report' <<'X'
	compile &&
	expect 0 lint &&
	prints 'lint: clean'
X

# --- a violation of each ------------------------------------------------------
# In a copy of the clean house, from a plant read from stdin; the finding must
# stand under the rule's title, and no other rule may report anything.
planted() {	# rule's title, finding
	plant=$(cat)
	cd "$HOME_DIR" && rm -rf planted && cp -R clean planted && cd planted || exit 1
	rule=$1 finding=$2
	check "lint finds a planted violation: $1 ($2)" '
		eval "$plant" &&
		compile &&
		expect 1 lint &&
		prints "$finding" &&
		test "$(grep -c "^lint:" out)" = 1 &&
		prints "lint: $rule:"
	'
}

planted 'a file includes what lib/LAYERS allows its folder' 'store may not use "flow/fit.h"' <<'X'
	echo '/* flow/fit.h - a model from a table. */' >lib/flow/fit.h
	sed -i 's|#include "base/buf.h"|&\n#include "flow/fit.h"|' lib/store/ref.c
X
planted 'a file includes what lib/LAYERS allows its folder' 'is not below it' <<'X'
	sed -i 's/objects and refs |/& flow/' lib/LAYERS
X
planted 'a file includes what lib/LAYERS allows its folder' 'no row in lib/LAYERS' <<'X'
	mkdir lib/extra
	printf '/* Extra. */\n#include "base/buf.h"\n' >lib/extra/x.c
X
planted 'a file includes what lib/LAYERS allows its folder' '"store/internal.h" belongs to its folder alone' <<'X'
	sed -i 's|#include "store/ref.h"|&\n#include "store/internal.h"|' lib/flow/fit.c
X
planted 'a file calls what lib/LAYERS allows its folder' 'store/ref.c calls fit_model of lib/flow/fit.c' <<'X'
	sed -i 's|return buf_grow(n);|return fit_model(n);|; s|^ref_read|int fit_model(int n);\n&|' lib/store/ref.c
	sed -i 's|^int\nint fit_model|int fit_model|; s|ref_read(n)|n|' lib/flow/fit.c
	sed -i ':a;N;$!ba;s|int\nint fit_model(int n);\nref_read|int fit_model(int n);\nint\nref_read|' lib/store/ref.c
X
planted 'no circle of calls between files' 'which leads back to it' <<'X'
	cat >lib/store/audit.c <<'C'
/* The log of what moved. */
#include "store/ref.h"

int audit_append(int n);

int
audit_append(int n)
{
	return ref_read(n);
}
C
	sed -i 's|return buf_grow(n);|return audit_append(n);|' lib/store/ref.c
	sed -i 's|#include "base/buf.h"|int audit_append(int n);|' lib/store/ref.c
X
planted 'the top level holds what it should and nothing else' 'grpc.out' <<'X'
	git init -q . &&
	echo 42 >grpc.out &&
	git add grpc.out
X
planted 'a folder fits in a head' 'lib/store: 15 .c files' <<'X'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo '/* One more. */' >lib/store/more$i.c; done
X
planted 'tests/unit mirrors lib' 'there is no lib/store/pack.c' <<'X'
	echo '/* The unit test of nothing. */' >tests/unit/store/pack.c
X
planted 'a file is called after what it knows' 'lib/base/util.h' <<'X'
	echo '/* base/util.h - anything. */' >lib/base/util.h
X
planted 'a file opens with a sentence on what it is' 'lib/base/buf.c' <<'X'
	sed -i 1d lib/base/buf.c
X
planted 'a third-party header appears in one .c file' 'zstd.h> in lib/base/buf.c lib/base/more.c' <<'X'
	for f in buf more; do printf '/* Compressed. */\n#include <zstd.h>\n' >lib/base/$f.c; done
	echo 'int buf_grow(int n) { return n; }' >>lib/base/buf.c
X
planted 'threads, processes and mappings come from lib/base' 'lib/store/ref.c' <<'X'
	sed -i 's|#include "base/buf.h"|#include <pthread.h>\n&|' lib/store/ref.c
X
planted 'banned functions' 'strcpy' <<'X'
	echo '/* strcpy(a, b) */' >>lib/store/ref.c
X
planted 'library code does not print, exit or read the environment' 'getenv' <<'X'
	echo '/* getenv("X") */' >>lib/store/ref.c
X
planted 'elementary functions come from lib/math/elem.h' 'lib/engine/run.c' <<'X'
	mkdir lib/engine
	printf '/* Runs. */\ndouble exp(double x);\n' >lib/engine/run.c
	echo '1 | engine | a graph, run |' >>lib/LAYERS
X
planted 'nothing is left for later in a comment' 'later' <<'X'
	echo "/* TO""DO: later */" >>lib/store/ref.c
X
planted 'a file fits in a head' 'lib/flow/fit.c: 511 lines, at most 500' <<'X'
	awk 'BEGIN { for (i = 0; i < 501; i++) print "" }' >>lib/flow/fit.c
X
planted 'a function fits on a screen' 'ref_read has 71 lines' <<'X'
	awk '{ print } /^{/ { for (i = 0; i < 70; i++) print "\tn++;" }' lib/store/ref.c >x && mv x lib/store/ref.c
X
planted 'a function says noun and verb' 'settle' <<'X'
	printf '\nstatic int\nsettle(int n)\n{\n\treturn n;\n}\n' >>lib/store/ref.c
X
planted 'a line of C fits in 100 columns' '101 columns' <<'X'
	printf '/* %095d */\n' 0 >>lib/store/ref.c
X
planted 'a line of a test fits in 120 columns' '121 columns' <<'X'
	printf '%0120d\n' 0 | sed 's/^/:/' >>tests/cli/x.sh
X
planted 'every header compiles alone' 'lib/base/buf.h' <<'X'
	sed -i 's/int buf_grow.*/int buf_grow(size_t n);/' lib/base/buf.h
	sed -i 's/#include "base/#include <stddef.h>\n&/; s/(int n)/(size_t n)/; s/return n + 1/return (int)n/' lib/base/buf.c
	sed -i 's/#include "base/#include <stddef.h>\n&/' lib/store/ref.c
X
planted 'man pages are clean mdoc' 'mlv-fit.5' <<'X'
	echo '.Xq' >>man/mlv-fit.5
X
planted 'a command that is shown can be pasted' 'man/mlv-fit.5:10: the line above ends without a backslash' <<'X'
	printf '.Sh EXAMPLES\n.Bd -literal\nmlv-data add\n    x.csv\n.Ed\n' >>man/mlv-fit.5
X
planted 'a command that is shown can be pasted' 'man/mlv-fit.5:8: .Dl of 80 columns, at most 66' <<'X'
	printf '.Sh EXAMPLES\n.Dl %080d\n' 0 >>man/mlv-fit.5
X
planted 'mlv(7) names every page' 'lacks mlv-fit(5)' <<'X'
	sed 's/MLV-FIT 5/MLV 7/; s/mlv-fit/mlv/; s/the record.*/x/' man/mlv-fit.5 >man/mlv.7
X
planted 'every verb and option is in its man page' 'no word about --rows' <<'X'
	mkdir -p build/bin
	printf '#!/bin/sh\nprintf "add\\t-\\nadd\\t--rows\\n"\n' >build/bin/mlv-data
	chmod +x build/bin/mlv-data
	printf '.Dd November 28, 2026\n.Dt MLV-DATA 1\n.Os\n.Sh NAME\n.Nm mlv-data\n.Nd x\n' >man/mlv-data.1
	printf '.Sh DESCRIPTION\n.Ss add\nIt adds.\n' >>man/mlv-data.1
X
planted 'every schema name is in a man page' 'mlv.other/2: no page' <<'X'
	echo '/* "mlv.other/2" */' >>lib/store/ref.c
X
planted 'shell scripts parse' 'scripts/x' <<'X'
	echo 'if' >>scripts/x
X

finish
