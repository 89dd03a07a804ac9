# jurisim: see README.md. `make help` lists the targets.
ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr/local
SAN     ?=
V       ?=
Q       := $(if $(V),,@)
# as many jobs as cores; makes below this one share them
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(shell nproc)
endif
BUILD   ?= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
comma   := ,

PACKAGES := gcc make pkg-config libc6-dev libgsl-dev libfyaml-dev libsqlite3-dev libssl-dev \
            libargon2-dev libp11-kit-dev p11-kit softhsm2 gnuplot-nox fonts-dejavu-core libcmocka-dev bats python3 sqlite3
LIBS     := gsl libfyaml sqlite3 libcrypto libargon2 p11-kit-1

# Optional libraries of the crypto benchmark: used where they are there, named as missing elsewhere.
has_package = $(shell pkg-config --exists $(1) 2>/dev/null && echo 1 || echo 0)
hash        := \#
has_header  = $(shell echo '$(hash)include <$(1)>' | $(CC) -E - >/dev/null 2>&1 && echo 1 || echo 0)
HAVE_SODIUM   := $(call has_package,libsodium)
HAVE_GCRYPT   := $(call has_package,libgcrypt)
HAVE_IPSEC_MB := $(call has_header,intel-ipsec-mb.h)
HAVE_ISAL     := $(call has_package,libisal)
HAVE_GFSHARE  := $(call has_header,libgfshare.h)
OPTIONAL_CFLAGS := -DHAVE_SODIUM=$(HAVE_SODIUM) -DHAVE_GCRYPT=$(HAVE_GCRYPT) \
                   -DHAVE_IPSEC_MB=$(HAVE_IPSEC_MB) -DHAVE_ISAL=$(HAVE_ISAL) -DHAVE_GFSHARE=$(HAVE_GFSHARE)
OPTIONAL_LIBS   := $(if $(filter 1,$(HAVE_SODIUM)),-lsodium) $(if $(filter 1,$(HAVE_GCRYPT)),-lgcrypt) \
                   $(if $(filter 1,$(HAVE_IPSEC_MB)),-lIPSec_MB) $(if $(filter 1,$(HAVE_ISAL)),-lisal)
TEST_LIBS := $(if $(filter 1,$(HAVE_GFSHARE)),-lgfshare)

VERSION  := $(shell cat VERSION)
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef \
            -Wimplicit-fallthrough -Wno-missing-field-initializers
# -ffp-contract=off: the same bytes whether or not the machine has fused multiply-add.
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -pthread -ffp-contract=off $(WARN) $(CFLAGS) -Isim \
             -DJURISIM_VERSION='"$(VERSION)"' -DJURISIM_DATADIR='"$(PREFIX)/share/jurisim"' \
             $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
# Tests are compiled quickly: half of a fresh `make test` would be the compiler's. With a sanitizer its
# reports want lines; a debugger wants TEST_CFLAGS=-g.
TEST_CFLAGS ?= $(if $(SAN),,-O1 -g0)
LIB_CFLAGS  = $(shell pkg-config --cflags $(LIBS) cmocka 2>/dev/null) $(OPTIONAL_CFLAGS)
LIB_LDLIBS  = $(shell pkg-config --libs $(LIBS)) $(OPTIONAL_LIBS) -ldl -lm

LIB_SRC  := $(filter-out sim/cli/main.c,$(wildcard sim/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
HELPER_SRC := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
HELPER_OBJ := $(HELPER_SRC:%.c=$(BUILD)/%.o)

.PHONY: all deps demo test bench fuzz soak unit check-layers check-headers clean install uninstall format lint help
all: $(BUILD)/jurisim compile_commands.json

help:
	@sed -n 's/^## //p' Makefile

## make            build build/jurisim (V=1 shows the commands; SAN=address,undefined builds with sanitizers in its own folder)
$(BUILD)/jurisim: $(BUILD)/sim/cli/main.o $(BUILD)/libjurisim.a
	@echo "link $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIB_LDLIBS)

$(BUILD)/libjurisim.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	@echo "cc   $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(HELPER_OBJ) $(BUILD)/libjurisim.a
	@mkdir -p $(@D)
	@echo "test $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) $(TEST_CFLAGS) -Itests/unit -MMD -MP -o $@ $< $(HELPER_OBJ) $(BUILD)/libjurisim.a $(LIB_LDLIBS) $(TEST_LIBS) -lcmocka


.SECONDARY: # helpers of tests are kept

# ---- what a fresh machine needs ----

## make deps       install the Debian packages that are missing (says which; nothing when all are there)
deps:
	@tests/deps $(PACKAGES)

## make demo       deps, build, simulate the iCloud scenario, print the comparison, draw the figures
demo: deps
	@$(MAKE) --no-print-directory all
	@bench/demo $(BUILD)/jurisim

# ---- tests ----

## make test       deps, build, all tests; ends with "N passed, N failed"
test: deps
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory $(UNIT_BIN)
	@BUILD=$(BUILD) CC=$(CC) tests/run

## make unit       build and run the unit tests alone
unit: all $(UNIT_BIN)
	@BUILD=$(BUILD) CC=$(CC) tests/run unit

check-layers:
	@tests/check-layers
check-headers:
	@tests/check-headers

# ---- long tests: never part of `make test` ----

## make fuzz       any bytes as a scenario, with clang's fuzzer and sanitizers, for FUZZ_SECONDS (300); ends with "N passed, N failed"
FUZZ_PACKAGES := clang libclang-rt-14-dev
FUZZ_SAN := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(addsuffix /*.c,$(addprefix sim/,base stats model scenario))))
fuzz: deps
	@tests/deps $(FUZZ_PACKAGES)
	@$(MAKE) --no-print-directory CC=clang BUILD=build-fuzz TEST_CFLAGS= \
	  CFLAGS='-O1 -g $(subst fuzzer,fuzzer-no-link,$(FUZZ_SAN))' build-fuzz/fuzz/fuzz_scenario
	@tests/fuzz/run build-fuzz/fuzz/fuzz_scenario
$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	@mkdir -p $(@D)
	@echo "fuzz $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) $(FUZZ_SAN) -o $@ $< $(FUZZ_OBJ) $(LIB_LDLIBS)

## make soak       tiny scenarios with SOAK_SEEDS (20) other seeds; windows of 10^8 operations in constant memory; ends with "N passed, N failed"
soak: deps
	@$(MAKE) --no-print-directory all
	@bench/flight --long $(BUILD)/jurisim
	@tests/soak $(BUILD)/jurisim

# ---- benchmarks: never part of `make test` ----

## make bench      does the cost depend on the accounts? how fast are cryptography, the legal plane, the event engine? about 25 minutes
BENCH_PACKAGES := valgrind openssl util-linux g++ libsimgrid-dev python3-simpy3
bench: deps
	@tests/deps $(BENCH_PACKAGES)
	@$(MAKE) --no-print-directory all
	@failed=; for part in "bench/scale $(BUILD)/jurisim" "$(BUILD)/jurisim bench crypto --quick" \
	  "bench/legal $(BUILD)/jurisim" "bench/crypto $(BUILD)/jurisim" "$(BUILD)/jurisim bench engine" "bench/flight $(BUILD)/jurisim" \
	  "bench/peers/run $(BUILD)"; do echo; echo "== $$part"; $$part || failed="$$failed '$$part'"; done; \
	[ -z "$$failed" ] || { echo "bench: missed a target or failed:$$failed" >&2; exit 1; }

# ---- housekeeping ----

## make install    into PREFIX (default /usr/local); DESTDIR is honoured. make uninstall takes it away
install: $(BUILD)/jurisim
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/jurisim $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BUILD)/jurisim $(DESTDIR)$(PREFIX)/bin/jurisim
	cp -R scenarios docs $(DESTDIR)$(PREFIX)/share/jurisim/
	install -m 644 jurisim.1 $(DESTDIR)$(PREFIX)/share/man/man1/jurisim.1
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/jurisim $(DESTDIR)$(PREFIX)/share/jurisim $(DESTDIR)$(PREFIX)/share/man/man1/jurisim.1

## make format     lay out all C files by .clang-format
format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

## make lint       build with clang too, and check the layout
lint:
	@$(MAKE) --no-print-directory CC=clang BUILD=build-clang build-clang/jurisim
	@clang-format --dry-run -Werror $(shell git ls-files '*.c' '*.h')

compile_commands.json: Makefile $(LIB_SRC) sim/cli/main.c
	@{ echo '['; sep=; for f in $(LIB_SRC) sim/cli/main.c; do \
	  printf '%s{"directory": "%s", "file": "%s", "command": "$(CC) -std=c17 -D_GNU_SOURCE -Isim -DJURISIM_VERSION=\\"\\" -DJURISIM_DATADIR=\\"\\" -c %s"}' "$$sep" "$(CURDIR)" "$$f" "$$f"; \
	  sep=','; echo; done; echo ']'; } > $@

## make clean      remove what was built
clean:
	rm -rf build build-* compile_commands.json

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
