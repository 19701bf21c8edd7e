"""Forests and elementary functions on another instruction set.

The unit tests that compare bits (forests beside a walk that asks one question
at a time, elementary functions beside known values) and the fuzz target of
forests are compiled for 64-bit ARM, whose vectors are NEON's, and run under
qemu.  Debian's gcc-aarch64-linux-gnu and qemu-user are enough: what hashes by
OpenSSL is not called and is left out when linking.
"""
import glob
import os
import random
import shutil
import subprocess

from tap import done, ok, skip, workspace

COMPILER = "aarch64-linux-gnu-gcc"
EMULATOR = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
BASE = ["lib/base/%s.c" % name for name in ("mem", "arena", "err", "buf", "intern", "rng", "hash", "num", "utf8")]
FLAGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-DXXH_INLINE_ALL", "-O2", "-static", "-ffunction-sections",
         "-Wl,--gc-sections", "-Ilib", "-idirafter", "/usr/include/x86_64-linux-gnu"]
FOREST = glob.glob("lib/engine/forest/*.c")
WOODS = 60


def build(name, *sources):
    """The program, or None where it does not compile."""
    program = os.path.join(folder, name)
    r = subprocess.run([COMPILER, *FLAGS, "-o", program, *sources, *BASE, "-lm"], capture_output=True, text=True)
    ok(r.returncode == 0, "%s compiles for 64-bit ARM" % name, r.stderr[-2000:])
    return program if r.returncode == 0 else None


def run_unit(name, *sources):
    program = build(name, "tests/unit/%s.c" % name.replace("-", "/"), *sources)
    if program is None:
        return
    out = subprocess.run([EMULATOR, program], capture_output=True, text=True).stdout
    lines = out.splitlines()
    ok(any(line.startswith("1..") for line in lines), "%s comes to its end" % name)
    for line in lines:
        if line.startswith(("ok ", "not ok ")):
            ok(line.startswith("ok "), "%s: %s" % (name, line.split(" - ", 1)[-1]))


def replay_woods():
    """Random forests, large trees among them, by every kernel that is there."""
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write("""
#include <stdio.h>
#include <stdint.h>
#include <stddef.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int main(int argc, char **argv)
{
	static uint8_t data[4096];
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (f == NULL)
			return 1;
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), f));
		fclose(f);
	}
	return 0;
}
""")
    program = build("fuzz-forest", "tests/fuzz/forest.c", os.path.join(folder, "main.c"), *FOREST)
    if program is None:
        return
    draw = random.Random(11)
    for i in range(WOODS):
        with open(os.path.join(folder, "wood%d" % i), "wb") as f:
            f.write(draw.randbytes(10 + draw.randrange(1200)))
    status = subprocess.run([EMULATOR, program, *glob.glob(os.path.join(folder, "wood*"))]).returncode
    ok(status == 0, "%d random forests answer bit for bit as one question at a time does" % WOODS)


if shutil.which(COMPILER) and EMULATOR:
    folder = workspace()
    run_unit("engine-forest", *FOREST)
    run_unit("math-elem", "lib/math/elem.c")
    replay_woods()
else:
    skip("forests by NEON", "gcc-aarch64-linux-gnu or qemu-user is not installed")
done()
