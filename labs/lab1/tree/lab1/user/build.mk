# SPDX-License-Identifier: MIT
# The programs of lab 1: one for each file here and in tests/, and the shell, which has three; and the initrd with them.
# tests/lab1_start.cc has the shell's run.cc in it.

USER_FLAGS := $(RISCV_FLAGS) -Ilab1 -Ilab1/user -Ilab1/user/lib -Iuser/libglenda/include $(LAB_USER_FLAGS)
USER_LIBRARY := $(BUILD)/user/lab1.a
LIBRARY_OBJECTS := $(patsubst %,$(BUILD)/user/%.o,$(wildcard lab1/user/lib/*.cc) user/libglenda/format.cc \
  $(wildcard lib/abi/*.cc lib/util/*.cc) $(addprefix lib/format/,bytes.cc cpio.cc elf.cc))
START := $(BUILD)/user/lab1/user/lib/start.S.o

SHELL_SOURCES := $(addprefix lab1/user/,sh.cc run.cc loading.cc)
USER_SINGLES := $(filter-out $(SHELL_SOURCES),$(wildcard lab1/user/*.cc lab1/user/tests/*.cc))
TESTS_COMMON := $(wildcard lab1/user/tests/common/*.cc)
USER_PROGRAMS := sh $(basename $(notdir $(USER_SINGLES)))

INITRD_TREE := $(BUILD)/initrd
INITRD := $(BUILD)/initrd.cpio

$(BUILD)/user/%.cc.o: %.cc Makefile lab1/user/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(USER_FLAGS) -fno-tree-loop-distribute-patterns -c $< -o $@

$(BUILD)/user/%.S.o: %.S Makefile lab1/user/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CXX_RISCV) $(USER_FLAGS) -c $< -o $@

$(USER_LIBRARY): $(LIBRARY_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR_RISCV) rcs $@ $^

# $(1): program, $(2): its sources
define user_program
$(BUILD)/user/$(1).elf: $(patsubst %,$(BUILD)/user/%.o,$(2)) $(START) $(USER_LIBRARY) user/libglenda/program.ld
	$$(call say,LINK,$$@)
	$$(Q)$$(CXX_RISCV) -nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none,-z,max-page-size=4096,--no-warn-rwx-segments \
	  -T user/libglenda/program.ld $$(filter %.o,$$^) $(USER_LIBRARY) -o $$@
USER_OBJECTS += $(patsubst %,$(BUILD)/user/%.o,$(2))
endef
$(eval $(call user_program,sh,$(SHELL_SOURCES)))
$(foreach source,$(USER_SINGLES),$(eval $(call user_program,$(basename $(notdir $(source))),$(source) \
  $(if $(filter lab1/user/tests/%,$(source)),$(TESTS_COMMON)) \
  $(if $(filter %/lab1_start.cc,$(source)),$(filter-out %/sh.cc,$(SHELL_SOURCES))))))

# Programs in the initrd have no debug information, but a symbol table.
$(INITRD_TREE)/bin/%: $(BUILD)/user/%.elf
	@mkdir -p $(@D)
	$(Q)$(CROSS)strip --strip-debug $< -o $@

$(INITRD): $(patsubst %,$(INITRD_TREE)/bin/%,$(USER_PROGRAMS)) grade/glenda/images.py
	$(call say,INITRD,$@)
	$(Q)$(PYTHON) grade/glenda/images.py pack $(INITRD_TREE) $@

-include $(LIBRARY_OBJECTS:.o=.d) $(USER_OBJECTS:.o=.d) $(START:.o=.d)
