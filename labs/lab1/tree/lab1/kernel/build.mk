# SPDX-License-Identifier: MIT
# The kernel of lab 1: all that is below lab1/kernel/, and the files of the final kernel that it shares. lab1/kernel/ is
# searched first, so a header that it has takes the place of the final one: object/tcb.h, debug/trace.h, sched/clock.h.

KERNEL := $(BUILD)/kernel/glenda.elf
KERNEL_SHARED := $(addprefix kernel/,$(addprefix arch/,boot.S trap.S fpu.S riscv.cc plic.cc) \
  $(addprefix boot/,hardware.cc free_memory.cc kernel_space.cc survey.cc) debug/print.cc debug/exercise.cc \
  mem/address_spaces.cc $(addprefix sched/,hart.cc big_lock.cc schedule.cc)) \
  $(addprefix lib/format/,bytes.cc cpio.cc elf.cc fdt.cc fdt_find.cc fdt_node.cc fdt_property.cc fdt_walk.cc fdt_machine.cc) \
  $(wildcard lib/abi/*.cc lib/util/*.cc)
KERNEL_SOURCES := $(wildcard lab1/kernel/*.cc lab1/kernel/*/*.cc) $(wildcard $(KERNEL_SHARED))
KERNEL_OBJECTS := $(patsubst %,$(BUILD)/kernel/%.o,$(KERNEL_SOURCES))
# exercise.h is in every source, so that a function can say that it is missing.
KERNEL_FLAGS = $(RISCV_FLAGS) -Ilab1 -Ilab1/kernel -Ikernel -include kernel/debug/exercise.h

$(BUILD)/kernel/%.cc.o: %.cc Makefile lab1/kernel/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(KERNEL_FLAGS) -fno-tree-loop-distribute-patterns -c $< -o $@

$(BUILD)/kernel/%.S.o: %.S Makefile lab1/kernel/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CXX_RISCV) $(RISCV_FLAGS) -Ikernel -c $< -o $@

$(KERNEL): $(KERNEL_OBJECTS) kernel/arch/kernel.ld
	$(call say,LINK,$@)
	$(Q)$(CXX_RISCV) -nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none,--relax,-z,max-page-size=4096,--no-warn-rwx-segments \
	  -T kernel/arch/kernel.ld $(filter %.o,$^) -o $@

-include $(KERNEL_OBJECTS:.o=.d)
