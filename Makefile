# mlv - one non-recursive make file.  `make help` lists the targets.
#
#   make                    build/bin/mlv-*
#   make SAN=1 ...          the same under build/san, with ASan and UBSan
#   make WERROR=1           warnings are errors (make check does this)

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
ifeq ($(origin CC),default)
CC = cc
endif
LDFLAGS ?=
-include config.mk

VERSION := 0.1.0
TOOLS := data train registry serve drift card

ifdef SAN
B := build/san
CFLAGS ?= -O1 -g1
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# gcc's flow warnings see ghosts in instrumented code
SANFLAGS += -Wno-format-truncation -Wno-format-overflow -Wno-maybe-uninitialized -Wno-null-dereference
else
B := build
CFLAGS ?= -O2 -g
SANFLAGS :=
HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
HARDEN_LD := -Wl,-z,relro,-z,noexecstack
endif

# -ffp-contract=off: the same arithmetic, bit for bit, on every machine.
MLV_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -DMLV_VERSION='"$(VERSION)"' \
	-Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wvla -fno-strict-aliasing -ffp-contract=off -fno-math-errno \
	-fPIE -pthread $(if $(WERROR),-Werror) $(HARDEN) $(SANFLAGS) -Ilib
MLV_LDFLAGS := -pie -pthread -Wl,--as-needed $(HARDEN_LD) $(SANFLAGS)
LIBS := -llmdb -lyaml -lzstd -lz -lssl -lcrypto -lpcre2-8 -lm

LIB_SRC := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c tests/unit/*/*/*.c))
TOOL_SRC := $(sort $(wildcard tests/tools/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB := $(B)/libmlv.a
# Their libraries are slow to start, so they are programs of their own.
HELPERS := http archive sqlite grpc
HELPER_BINS := $(patsubst %,$(B)/libexec/mlv/mlv-%,$(HELPERS))
# A tool appears as soon as its main.c does.
BINS := $(foreach t,$(TOOLS),$(if $(wildcard cmd/mlv-$t/main.c),$(B)/bin/mlv-$t))
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%.t,$(UNIT_SRC))
TESTTOOLS := $(patsubst tests/tools/%.c,$(B)/tools/%,$(TOOL_SRC))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))

all: $(BINS) $(HELPER_BINS) ## build the six tools into build/bin

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

# A changed flag rebuilds what it changes.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(CC) $(CFLAGS) $(MLV_CFLAGS) $(LDFLAGS) $(MLV_LDFLAGS)' | cmp -s - $@ || \
	  echo '$(CC) $(CFLAGS) $(MLV_CFLAGS) $(LDFLAGS) $(MLV_LDFLAGS)' > $@

# What a bare machine lacks is installed before the first compile.
$(B)/deps: scripts/deps | $(B)/flags
	@sh scripts/deps build
	@touch $@

$(B)/obj/%.o: %.c $(B)/flags $(B)/deps
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(MLV_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	ar rcD $@ $^

define tool_rule
$(B)/bin/mlv-$(1): $(call obj,$(sort $(wildcard cmd/mlv-$(1)/*.c))) $(LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(MLV_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$t)))

define helper_rule
$(B)/libexec/mlv/mlv-$(1): $(call obj,$(sort $(wildcard cmd/helper-$(1)/*.c))) $(LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(MLV_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach h,$(HELPERS),$(eval $(call helper_rule,$h)))
$(B)/libexec/mlv/mlv-http: LIBS += -lcurl
$(B)/libexec/mlv/mlv-archive: LIBS += -larchive
$(B)/libexec/mlv/mlv-sqlite: LIBS += -lsqlite3
$(B)/libexec/mlv/mlv-grpc: LIBS += -lnghttp2

# base.t beside base/lines.t; older builds had a program where a folder is now.
$(B)/unit/%.t: $(B)/obj/tests/unit/%.o $(LIB)
	@[ ! -f $(@D) ] || rm -f $(@D)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(MLV_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Programs that tests and benchmarks drive.
# The bare server that ours is compared with.
$(B)/tools/echo_http: LIBS += -lmicrohttpd
$(B)/obj/tests/tools/echo_http.o: | $(B)/deps-check
$(B)/deps-check: scripts/deps | $(B)/flags
	@sh scripts/deps check
	@touch $@
$(B)/tools/%: $(B)/obj/tests/tools/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(MLV_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Fuzz targets define LLVMFuzzerTestOneInput; a small main replays files.
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/replay.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(MLV_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

units: $(UNIT) $(TESTTOOLS)
fuzzers: $(FUZZ)

check: ## build with -Werror, then unit, CLI, golden, fuzz, sanitizer and lint checks
	@sh scripts/deps check
	@$(MAKE) --no-print-directory WERROR=1 all units fuzzers
	@sh tests/run all

test: all units fuzzers ## the tests alone; T='cli/data*' picks some
	@sh tests/run some $(T)

interop: all units ## compare with scikit-learn, LightGBM, XGBoost, onnxruntime, evidently, Optuna
	@sh scripts/deps interop
	@sh tests/interop/run

demo: all ## the churn journey (DATA=telco.csv: on a real file), then a quarter of it
	@sh scripts/deps demo
	@sh examples/churn/demo.sh '$(DATA)'
	@sh examples/loop/quarter.sh
	@sh examples/rollout/takeover.sh

bench: all units ## measure side by side with the peers
	@sh scripts/deps interop
	@sh scripts/deps bench
	@sh scripts/bench/run

lint: ## layers, headers, banned functions, man pages
	@sh scripts/lint

install: all ## the tools, man pages and completions; DESTDIR= PREFIX=
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' sh scripts/install $(B)

uninstall: ## removes what install put there
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' sh scripts/install -u $(B)

clean: ## remove build/
	rm -rf build

FORCE:
.PHONY: all help units fuzzers check test interop demo bench lint install uninstall clean FORCE

-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(TOOL_SRC) $(FUZZ_SRC) tests/replay.c))
