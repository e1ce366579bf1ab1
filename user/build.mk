# SPDX-License-Identifier: MIT
# User space: libglenda; libdriver, of which drivers are made; a program for each other folder of user/, for each driver,
# and for each file of user/apps and user/tests; and the initrd with these programs as bin/NAME or bin/drivers/NAME.

# Options that come before all others, for a build that precompiles headers.
FIRST :=
USER_FLAGS := $(RISCV_FLAGS) -fno-tree-loop-distribute-patterns -Iuser/libglenda/include -Iuser
LIBGLENDA := $(BUILD)/user/libglenda.a
LIBGLENDA_SOURCES := $(wildcard user/libglenda/*.cc lib/abi/*.cc lib/format/*.cc lib/util/*.cc)
LIBGLENDA_OBJECTS := $(patsubst %,$(BUILD)/user/%.o,$(LIBGLENDA_SOURCES))
LIBDRIVER := $(BUILD)/user/libdriver.a
LIBDRIVER_OBJECTS := $(patsubst %,$(BUILD)/user/%.o,$(filter-out %/main.cc,$(wildcard user/driver/*.cc user/driver/process/*.cc user/drivers/*/*.cc)))
CRT0 := $(BUILD)/user/user/libglenda/crt0.S.o

# Programs that a lab ships ready to run, because it is about others: they are not built, even if their sources are here.
PREBUILT_PROGRAMS := $(if $(PREBUILT),$(shell cd $(PREBUILT) && find bin -type f))
USER_FOLDERS := $(filter-out libglenda driver drivers apps tests $(PREBUILT_PROGRAMS:bin/%=%),$(notdir $(patsubst %/,%,$(wildcard user/*/))))
USER_SINGLES := $(wildcard user/apps/*.cc user/tests/*.cc)
TESTS_COMMON := $(patsubst %,$(BUILD)/user/%.o,$(wildcard user/tests/common/*.cc))
TESTS_FUZZ := $(patsubst %,$(BUILD)/user/%.o,$(wildcard user/tests/fuzz/*.cc))
# Of 9Ball, for the tests of its parts: everything but main().
TESTS_NINEBALL := $(patsubst %,$(BUILD)/user/%.o,$(filter-out %/main.cc,$(wildcard user/9ball/*.cc)))
# The same of Unicorn.
TESTS_UNICORN := $(patsubst %,$(BUILD)/user/%.o,$(filter-out %/main.cc,$(wildcard user/unicorn/*.cc)))
TESTS_VIRTIO := $(patsubst %,$(BUILD)/user/%.o,$(wildcard user/tests/virtio/*.cc))
USER_DRIVERS := $(filter-out $(PREBUILT_PROGRAMS:bin/%=%),$(patsubst user/%/main.cc,%,$(wildcard user/drivers/*/main.cc)))
USER_PROGRAMS := $(USER_FOLDERS) $(USER_DRIVERS) $(basename $(notdir $(USER_SINGLES)))
USER_ELFS := $(patsubst %,$(BUILD)/user/%.elf,$(USER_PROGRAMS))

INITRD_TREE := $(BUILD)/initrd
INITRD := $(BUILD)/initrd.cpio
INITRD_FILES := $(patsubst %,$(INITRD_TREE)/bin/%,$(USER_PROGRAMS)) $(patsubst %,$(INITRD_TREE)/%,$(PREBUILT_PROGRAMS)) \
  $(patsubst user/%,$(INITRD_TREE)/%,$(wildcard user/*.toml))

$(BUILD)/user/%.cc.o: %.cc Makefile user/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(FIRST) $(USER_FLAGS) $(LAB_USER_FLAGS) -c $< -o $@

$(BUILD)/user/%.S.o: %.S Makefile user/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CXX_RISCV) $(USER_FLAGS) -c $< -o $@

$(LIBGLENDA): $(LIBGLENDA_OBJECTS)
$(LIBDRIVER): $(LIBDRIVER_OBJECTS)
$(LIBGLENDA) $(LIBDRIVER):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR_RISCV) rcs $@ $^

USER_LINK = $(CXX_RISCV) -nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none,-z,max-page-size=4096 \
  -T user/libglenda/program.ld $(filter %.o,$^) $(LIBDRIVER) $(LIBGLENDA) -o $@

# $(1): program, $(2): its objects
define user_program
$(BUILD)/user/$(1).elf: $(2) $(CRT0) $(LIBDRIVER) $(LIBGLENDA) user/libglenda/program.ld
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(USER_LINK)
USER_OBJECTS += $(2)
endef
$(foreach p,$(USER_FOLDERS),$(eval $(call user_program,$(p),$(patsubst %,$(BUILD)/user/%.o,$(wildcard user/$(p)/*.cc user/$(p)/*/*.cc user/$(p)/*.S)))))
$(BUILD)/user/user/factotum/%: USER_FLAGS += -Iuser/factotum
$(foreach d,$(USER_DRIVERS),$(eval $(call user_program,$(d),$(BUILD)/user/user/$(d)/main.cc.o)))
$(foreach s,$(USER_SINGLES),$(eval $(call user_program,$(basename $(notdir $(s))),$(BUILD)/user/$(s).o $(if $(filter user/tests/ktest_% user/tests/lab%,$(s)),$(TESTS_COMMON)) \
  $(if $(filter user/tests/lab4_%,$(s)),$(TESTS_NINEBALL)) $(if $(filter user/tests/lab6_%,$(s)),$(TESTS_UNICORN)) \
  $(if $(filter user/tests/kfuzz.cc,$(s)),$(TESTS_FUZZ)) $(if $(filter user/tests/ktest_virtio_%,$(s)),$(TESTS_VIRTIO)))))

# Changes when another lab is made in the same folder, which ships other programs ready to run.
.PHONY: FORCE
$(BUILD)/prebuilt.txt: FORCE
	@mkdir -p $(@D)
	@echo '$(PREBUILT)' | cmp -s - $@ || echo '$(PREBUILT)' > $@

# Programs in the initrd have no debug information, but a symbol table, because crash reports name functions.
$(INITRD_TREE)/bin/%: $(BUILD)/user/%.elf $(BUILD)/prebuilt.txt
	@mkdir -p $(@D)
	$(Q)$(CROSS)strip --strip-debug $< -o $@

$(PREBUILT_PROGRAMS:%=$(INITRD_TREE)/%): $(INITRD_TREE)/%: $(PREBUILT)/% $(BUILD)/prebuilt.txt
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(INITRD_TREE)/%.toml: user/%.toml
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(INITRD): $(INITRD_FILES) grade/glenda/images.py
	$(call say,INITRD,$@)
	$(Q)$(PYTHON) grade/glenda/images.py pack $(INITRD_TREE) $@

-include $(LIBGLENDA_OBJECTS:.o=.d) $(LIBDRIVER_OBJECTS:.o=.d) $(USER_OBJECTS:.o=.d) $(CRT0:.o=.d)
