# SPDX-License-Identifier: MIT
# Builds the reference and the suite. `make help` lists the targets.
#
#   BUILD=DIR     where everything is built; a build of another kind lives beside the first
#   CC=clang      another compiler          SANITIZE=address,undefined   with these sanitizers
#   WERROR=1      a warning is an error     V=1                          show whole commands

BUILD  ?= build
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g1
FORMAT ?= -i
# A build directory that began with it keeps it: `make clean` or WERROR= ends that.
WERROR ?= $(findstring -Werror,$(file <$(BUILD)/flags))

warnings = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla $(if $(WERROR),-Werror)
sanitize = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
compile  = $(CC) -std=c17 -D_GNU_SOURCE $(CPPFLAGS) $(warnings) $(CFLAGS) $(sanitize)
quiet    = $(if $(V),,@)

# Where rtmtest finds the spec and the scenarios, and where manifests find the reference, when
# the environment variables of these names do not say otherwise.
share    = $(CURDIR)
bin      = $(abspath $(BUILD))
defaults = -DRTM_SHARE='"$(share)"' -DRTM_BUILD='"$(bin)"'

# Looked up when a command needs it: a plain `make help` works without the libraries.
libs = $(shell pkg-config $(1) libpcre2-8 jansson libseccomp)$(if $(filter-out 0,$(.SHELLSTATUS)),\
	$(error rtmtest needs libpcre2, jansson and libseccomp: run ci/setup --for conform))

objects       = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
ref_core     := $(call objects,ref/core/*.c)
core         := $(BUILD)/librtm-core.a
ref_os       := $(call objects,ref/os/*.c)
ref_sim      := $(call objects,ref/sim/*.c)
ref_mains    := $(call objects,ref/rtm-*.c)
harness_main := $(call objects,harness/rtmtest.c)
harness_core := $(filter-out $(harness_main),$(call objects,harness/*.c))
unit_mains   := $(call objects,tests/unit/ref/test_*.c tests/unit/harness/test_*.c)

programs := $(ref_mains:$(BUILD)/ref/%.o=$(BUILD)/%) $(harness_main:$(BUILD)/harness/%.o=$(BUILD)/%)
iuts     := $(foreach c,$(wildcard tests/iuts/*/*.c),$(BUILD)/iuts/$(subst /,-,$(c:tests/iuts/%.c=%)))
units    := $(unit_mains:$(BUILD)/tests/unit/%.o=$(BUILD)/unit/%)
bench    := $(call objects,tests/bench/*.c)
bench_ref := $(call objects,tests/bench/ref/*.c)

.PHONY: all unit conform check model leak sim mutants soak fuzz bench benches iuts install format language clean help FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: $(programs)  ## build the programs (the default)

unit: $(units)  ## build the unit tests

conform:  ## build and run the suite against the reference
	@ci/conform --setup

model:  ## check the formal models, their quick set
	@ci/model

check:  ## every test, every build; `ci/check NAME...` for some
	@ci/check --setup

bench:  ## measure against bare system calls; exit 1 if a bound is missed
	@ci/bench

iuts: all $(iuts)  ## build the programs of tests/iuts

benches: all $(BUILD)/rtm-bench $(BUILD)/bench-apply

leak:  ## the suite with the reference under valgrind: twelve minutes
	@ci/leak --setup

sim:  ## the simulator over 100,000 seeds, and every mutant; `ci/sim --full SEEDS`
	@ci/sim --full

mutants:  ## defects of the reference, each to be found by the right step: the kill matrix; forty minutes
	@ci/mutants --table

soak:  ## 10,000 random changes over clients and servers that come and go; `ci/soak SEED`
	@ci/soak

fuzz:  ## random scenarios against the reference; `ci/fuzz RUNS SEED MANIFEST`
	@ci/fuzz

install:  ## install under $(DESTDIR)$(PREFIX)
	$(quiet)$(MAKE) BUILD=$(BUILD)/install share=$(PREFIX)/share/rtm bin=$(PREFIX)/bin all
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(programs:$(BUILD)/%=$(BUILD)/install/%) $(DESTDIR)$(PREFIX)/bin
	find spec tests/conformance tests/iuts/*.rtmi README.md harness/LANGUAGE.md -type f \
	    -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/rtm/{} \;

format:  ## lay out every .c and .h by .clang-format
	$(quiet)find . -path ./build -prune -o -name '*.[ch]' -exec clang-format $(FORMAT) {} +

language:  ## write harness/LANGUAGE.md anew
	$(quiet)ci/language >harness/LANGUAGE.md

clean:  ## remove everything built
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

$(BUILD)/ref/%.o: include = -Iref -I.
$(BUILD)/harness/%.o: include = -Iharness -I. $(defaults) $(call libs,--cflags)
$(BUILD)/tests/unit/ref/%.o: include = -Itests/unit -Iref -I.
$(BUILD)/tests/unit/harness/%.o: include = -Itests/unit -Iharness -I. $(call libs,--cflags)

$(BUILD)/tests/bench/%.o: include = -Iref -I.

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(quiet)$(compile) $(include) -MMD -MP -c -o $@ $<

# The map says where each part of a program is from.
linking = $(CC) $(CFLAGS) $(sanitize) $(LDFLAGS) -Wl,-Map=$@.map
# The simulator counts the memory of the cores.
counted = $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc free)
comma = ,
link = $(quiet)$(linking) -o $@ $^

# The protocol, once: what the programs, the simulator and the tests all link.
$(core): $(ref_core)
	@echo "  ar    $@"
	$(quiet)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/rtm-%: $(BUILD)/ref/rtm-%.o $(ref_os) $(core)
	@echo "  link  $@"
	$(link)

$(BUILD)/rtm-sim: $(BUILD)/ref/rtm-sim.o $(ref_sim) $(core)
	@echo "  link  $@"
	$(link) $(counted)

$(BUILD)/rtmtest: $(harness_main) $(harness_core)
	@echo "  link  $@"
	$(link) $(call libs,--libs)

$(BUILD)/unit/ref/%: $(BUILD)/tests/unit/ref/%.o $(ref_os) $(ref_sim) $(core)
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(link) $(counted)

$(BUILD)/unit/harness/%: $(BUILD)/tests/unit/harness/%.o $(harness_core)
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(link) $(call libs,--libs)

$(BUILD)/rtm-bench: $(bench) $(ref_os) $(core)
	@echo "  link  $@"
	$(link)

$(BUILD)/bench-apply: $(bench_ref) $(ref_os) $(core)
	@echo "  link  $@"
	$(link)

# Each of one file, as who wrote it would have built it.
define iut
$(BUILD)/iuts/$(subst /,-,$(1:tests/iuts/%.c=%)): $(1) $(wildcard $(dir $(1))*.h)
	@mkdir -p $$(@D)
	$$(quiet)$$(CC) -D_GNU_SOURCE $$(warnings) -O1 -g -o $$@ $$<
endef
$(foreach c,$(wildcard tests/iuts/*/*.c),$(eval $(call iut,$(c))))

# Changes when the compiler or its flags do, so that no build mixes two kinds of object.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(compile) $(linking) $(share) $(bin)' | cmp -s - $@ || \
	    echo '$(compile) $(linking) $(share) $(bin)' >$@

-include $(patsubst %.o,%.d,$(ref_core) $(ref_os) $(ref_sim) $(ref_mains) $(harness_core) $(harness_main) $(unit_mains) $(bench) $(bench_ref))
