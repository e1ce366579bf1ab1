# SPDX-License-Identifier: MIT
# Testing: unit tests on the host, tests on QEMU, the benchmark.

# --- unit tests on the host -------------------------------------------------------------------------------

# Two programs, because kernel and user space give the same names to different views of the same things.
HOST_CXX := g++
HOST_OPTIMIZE := -Og
# A sanitizer tells lines and functions. For a debugger, which wants variables: make unit HOST_DEBUG=-g BUILD=build/debug
HOST_DEBUG := -g1
HOST_FLAGS = -std=c++23 $(HOST_OPTIMIZE) $(HOST_DEBUG) $(WARNINGS) -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
  $(HOST_UNCHECKED) -Ilib -MMD -MP
UNIT_LIB := $(wildcard lib/abi/*.cc lib/format/*.cc)
UNIT_CASES := $(wildcard grade/unit/kernel_*_test.cc grade/unit/fast_path/*.cc grade/unit/model/*.cc)
UNIT_KERNEL := $(UNIT_CASES) $(wildcard grade/unit/host/*.cc kernel/cap/*.cc kernel/mem/*.cc kernel/object/*.cc \
  kernel/sched/*.cc kernel/ipc/*.cc kernel/call/*.cc kernel/debug/*.cc kernel/check/*.cc) $(filter-out %/no_fast_path.cc,$(wildcard kernel/entry/*.cc)) $(wildcard kernel/boot/free_memory.cc kernel/boot/hardware.cc) $(UNIT_LIB)
UNIT_USER_SOURCES := $(addprefix user/,libglenda/heap.cc libglenda/format.cc libglenda/argument_block.cc 9ball/log_ring.cc 9ball/log.cc 9ball/init_config.cc 9ball/init_check.cc unicorn/driver_table.cc unicorn/machine.cc \
  factotum/memory.cc factotum/demangle.cc factotum/takeover.cc console/line_editor.cc console/key_decoder.cc console/utf8.cc) \
  $(filter-out user/driver/mmio.cc %/main.cc,$(wildcard user/driver/*.cc user/drivers/*/*.cc grade/unit/driver_model/*.cc grade/host/driver_model/*.cc))
# Factotum, on a kernel of the host: machine.cc in place of kernel.cc, system_calls.cc in place of the `ecall`.
UNIT_FACTOTUM := $(wildcard grade/unit/factotum/*.cc) $(filter-out $(addprefix user/factotum/,main.cc memory_start.cc reserve.cc kernel.cc),$(wildcard user/factotum/*.cc user/factotum/*/*.cc)) \
  $(addprefix user/libglenda/,server.cc message.cc object.cc factotum_names.cc)
# The parsers under attack, and what they are made of: see grade/fuzz/parser.h.
PARSERS := elf cpio fdt toml init drivers symbol keys
FUZZ_SOURCES := $(patsubst %,grade/fuzz/%.cc,$(PARSERS)) $(UNIT_LIB) user/libglenda/format.cc $(addprefix user/,9ball/init_config.cc 9ball/init_check.cc \
  factotum/demangle.cc unicorn/driver_table.cc console/line_editor.cc console/key_decoder.cc console/utf8.cc)
UNIT_USER := $(sort $(filter-out grade/unit/kernel_%,$(wildcard grade/unit/*_test.cc)) $(UNIT_LIB) $(UNIT_USER_SOURCES) $(UNIT_FACTOTUM) $(FUZZ_SOURCES))
UNIT_TESTS := $(BUILD)/unit/kernel_tests $(BUILD)/unit/user_tests

$(BUILD)/unit/kernel/%.o: % Makefile grade/build.mk
	@mkdir -p $(@D)
	$(call say,HOSTCXX,$<)
	$(Q)$(HOST_CXX) $(HOST_FLAGS) -Igrade/unit/host -Igrade/unit -Ikernel $(FIRST) -c $< -o $@

$(BUILD)/unit/user/%.o: % Makefile grade/build.mk
	@mkdir -p $(@D)
	$(call say,HOSTCXX,$<)
	$(Q)$(HOST_CXX) $(HOST_FLAGS) -Igrade/host/driver_model -Igrade/unit/driver_model -Igrade/unit/factotum/host -Iuser/libglenda/include -Iuser -Iuser/9ball -Iuser/factotum -Iuser/console -Igrade/unit -Igrade $(FIRST) -c $< -o $@

# A test's own file
# - is not optimized: that would take twice as long as all else, and the work is done in other files (but for OPTIMIZED);
# - lacks UBSan's checks of each pointer, a third of what is left: ASan stops a bad access, and what is tested has both;
# - begins with GoogleTest's headers, half of the rest, which are compiled once.
# The other files, and those for the target, begin with the standard library's. Not the kernel's, which include little. No
# file needs that: a lab's tree compiles each from its own includes alone, and so does `make all unit FIRST=`.
TESTS_H := $(BUILD)/unit/tests.h
STANDARD_H := $(BUILD)/unit/standard.h
OPTIMIZED := %/kernel_slot_test.cc %/unicorn_shares_test.cc
QUICK_TESTS := $(patsubst %,$(BUILD)/unit/kernel/%.o,$(filter-out $(OPTIMIZED),$(filter %_test.cc,$(UNIT_KERNEL)))) \
  $(patsubst %,$(BUILD)/unit/user/%.o,$(filter-out $(OPTIMIZED),$(filter %_test.cc,$(UNIT_USER))))
$(QUICK_TESTS) $(TESTS_H).gch: HOST_OPTIMIZE := -O0
$(QUICK_TESTS) $(TESTS_H).gch: HOST_UNCHECKED := -fno-sanitize=null,alignment,vptr
$(QUICK_TESTS): $(TESTS_H).gch
$(QUICK_TESTS): private FIRST := -include $(TESTS_H) -Winvalid-pch
USER_OTHERS := $(patsubst %,$(BUILD)/unit/user/%.o,$(filter-out %_test.cc,$(UNIT_USER)))
$(USER_OTHERS): $(STANDARD_H).gch
$(USER_OTHERS): private FIRST := -include $(STANDARD_H) -Winvalid-pch

$(TESTS_H).gch $(STANDARD_H).gch: $(BUILD)/unit/%.gch: grade/unit/% Makefile grade/build.mk
	@mkdir -p $(@D)
	$(call say,HOSTCXX,$<)
	$(Q)$(HOST_CXX) $(HOST_FLAGS) -x c++-header $< -o $@

USER_STANDARD_H := $(BUILD)/user/standard.h
USER_CXX := $(filter %.cc.o,$(sort $(LIBGLENDA_OBJECTS) $(LIBDRIVER_OBJECTS) $(USER_OBJECTS)))
$(USER_CXX): $(USER_STANDARD_H).gch
$(USER_CXX): private FIRST := -include $(USER_STANDARD_H) -Winvalid-pch

$(USER_STANDARD_H).gch: grade/unit/standard.h Makefile grade/build.mk user/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(USER_FLAGS) -x c++-header $< -o $@

$(BUILD)/unit/user/grade/unit/corpus_test.cc.o: private HOST_FLAGS += '-DFUZZ_PARSERS=$(foreach p,$(PARSERS),PARSER($(p)))'

$(BUILD)/unit/kernel_tests: $(patsubst %,$(BUILD)/unit/kernel/%.o,$(UNIT_KERNEL))
$(BUILD)/unit/user_tests: $(patsubst %,$(BUILD)/unit/user/%.o,$(UNIT_USER))
$(UNIT_TESTS):
	$(call say,LINK,$@)
	$(Q)$(HOST_CXX) -fsanitize=address,undefined $^ -lgtest -lgtest_main -lpthread -o $@

unit: $(UNIT_TESTS) ## unit tests on the host, under AddressSanitizer and UBSan
	$(Q)$(PYTHON) grade/run.py unit

# --- tests on QEMU ----------------------------------------------------------------------------------------

grade check check-long: export SMP := $(SMP)
grade check check-long: export APPEND := $(APPEND)

ifeq ($(LAB),)
grade: $(KERNEL) $(KERNEL_SLOW) $(INITRD) ## tests of the booted system in QEMU; LAB=2: that lab's, as students are graded
	$(Q)$(PYTHON) grade/run.py grade
else
grade:
	$(Q)$(IN_LAB_TREE) grade $(foreach v,TEST EX JOBS STRICT,$(if $($(v)),'$(v)=$($(v))')) $(if $(HIDDEN),'HIDDEN=$(abspath $(HIDDEN))')
endif

check: $(KERNEL) $(KERNEL_SLOW) $(INITRD) $(UNIT_TESTS) ## everything that must pass, but for check-long: unit and grade, and the look of the sources
	$(Q)$(PYTHON) grade/run.py check

# In scratch copies of the tree; see grade/seeded/__init__.py. ONLY=id,id: these alone.
ONLY ?=
check-stubs: $(INITRD) ## each function that a lab will ask for, left unwritten, fails a test of its own
	$(Q)cd grade && $(PYTHON) -m seeded $(if $(ONLY),--only $(ONLY))

# Debian 12 whole, Debian 13 a selection. A suite that is named is checked whole: SUITE=trixie
check-fresh: ## do the README's two commands work on an empty Debian? needs root
	$(Q)$(PYTHON) grade/fresh.py $(or $(SUITE),bookworm trixie:quick)

bench: $(KERNEL) $(INITRD) ## count the kernel's instructions, operation by operation
	$(Q)$(PYTHON) grade/bench/run.py

check-long: $(KERNEL) $(KERNEL_SLOW) $(INITRD) $(UNIT_TESTS) ## the tests that take too long for check, and random ones with ten times the steps
	$(Q)$(PYTHON) grade/run.py long

SECONDS ?= 60
soak: $(KERNEL) $(INITRD) ## for SECONDS (60) each: SMP harts (4) race for the kernel; hostile clients, from SEED (1) on. Then check-long
	@echo '  SOAK     $(SECONDS) s on $(or $(filter-out 1,$(SMP)),4) harts'
	$(Q)timeout --foreground -k 2 $$(($(SECONDS) + 120)) $(QEMU) -machine virt -cpu rv64 -smp $(or $(filter-out 1,$(SMP)),4) -m $(MEM) -nic none \
	  -no-reboot -display none -monitor none -serial stdio -kernel $(KERNEL) -initrd $(INITRD) \
	  -append "root=bin/ktest_smp_stress seconds=$(SECONDS)" < /dev/null | tee $(BUILD)/soak.log | sed -n '/^Glenda/,$$p'; \
	  grep -q '^ktest: 1 passed, 0 failed' $(BUILD)/soak.log
	$(Q)$(PYTHON) grade/fuzz/hostile.py --seconds $(SECONDS) --seed $(SEED)
	$(Q)$(MAKE) --no-print-directory check-long SMP=1 APPEND=

TESTS ?= grade/tests
shake: $(KERNEL) $(KERNEL_SLOW) $(INITRD) ## tests beside random delays, to find those that need a quick host: SEED=1 TESTS=grade/tests
	$(Q)SEED=$(SEED) PYTHONPATH=grade $(PYTHON) -m pytest -q -c grade/pytest.ini -p jitter -n $(or $(JOBS),4) $(TESTS)

# --- fuzzing --------------------------------------------------------------------------------------------------

fuzz: fuzz-parsers fuzz-calls ## random files for SECONDS (60), then CALLS (1000000) random system calls, SEED=1

# A seed for each million calls, a machine for each processor: CALLS=100000000 takes an hour on two processors.
CALLS ?= 1000000
SEED ?= 1
.PHONY: fuzz-calls fuzz-parsers
fuzz-calls: $(KERNEL) $(INITRD) ## random system calls from hostile threads: CALLS=1000000, SEED=1, SMP=1
	$(Q)$(PYTHON) grade/fuzz/calls.py --calls $(CALLS) --seed $(SEED) --harts $(SMP)

# libFuzzer is part of clang. Up to version 18, clang claims too old a version of concepts for <expected>.
CLANG := clang++
FUZZ_FLAGS = -std=c++2b -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
  -D__cpp_concepts=202002L -Wno-builtin-macro-redefined -Wno-macro-redefined -Ilib -Iuser/libglenda/include -Iuser -Igrade/fuzz -MMD -MP
FUZZ_OBJECTS := $(patsubst %,$(BUILD)/fuzz/%.o,$(FUZZ_SOURCES))
FUZZERS := $(addprefix $(BUILD)/fuzz/,$(PARSERS))

$(BUILD)/fuzz/%.cc.o: %.cc Makefile grade/build.mk
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(FUZZERS): $(BUILD)/fuzz/%: $(FUZZ_OBJECTS) grade/fuzz/entry.cc
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -DPARSER=$* $(FUZZ_OBJECTS) grade/fuzz/entry.cc -o $@

ifeq ($(shell command -v $(CLANG)),)
fuzz-parsers:
	@echo '  SKIPPED  the parsers: libFuzzer needs $(CLANG) (Debian: apt-get install clang)'
else
fuzz-parsers: $(FUZZERS) ## random files for the parsers, for SECONDS (60), on all processors
	$(Q)$(PYTHON) grade/fuzz/parsers.py --seconds $(SECONDS) --seed $(SEED)
endif

format: ## lay out all C++ sources
	$(Q)$(PYTHON) grade/layout.py

-include $(patsubst %,$(BUILD)/unit/kernel/%.d,$(UNIT_KERNEL)) $(patsubst %,$(BUILD)/unit/user/%.d,$(UNIT_USER)) $(FUZZ_OBJECTS:.o=.d)
