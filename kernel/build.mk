# SPDX-License-Identifier: MIT
# The kernel: every source below kernel/, and of lib/ what it shares with user space.

# The kernel, and the same without its fast path (kernel/entry/fast_path.h): make FAST_PATH=no works with the second.
KERNEL_WHOLE := $(BUILD)/kernel/glenda.elf
KERNEL_SLOW := $(BUILD)/kernel/glenda-no-fast-path.elf
KERNEL := $(if $(filter no,$(FAST_PATH)),$(KERNEL_SLOW),$(KERNEL_WHOLE))
KERNEL_SOURCES := $(wildcard kernel/*/*.cc kernel/*/*.S) $(wildcard lib/abi/*.cc) $(wildcard lib/util/*.cc) \
  $(addprefix lib/format/,bytes.cc cpio.cc elf.cc elf_symbols.cc fdt.cc fdt_find.cc fdt_node.cc fdt_property.cc fdt_walk.cc fdt_machine.cc)
KERNEL_SOURCES := $(wildcard $(KERNEL_SOURCES))
KERNEL_OBJECTS := $(patsubst %,$(BUILD)/kernel/%.o,$(KERNEL_SOURCES))
KERNEL_FLAGS := $(RISCV_FLAGS) -Ikernel

# What runs once, at boot, or rarely, or only for people who look inside is made small.
KERNEL_SMALL := $(wildcard kernel/boot/*.cc) $(wildcard kernel/debug/*.cc kernel/check/*.cc) \
  kernel/call/invoke_device.cc kernel/call/invoke_trace.cc kernel/call/destroy.cc kernel/mem/address_spaces.cc \
  kernel/sched/requests.cc kernel/sched/fpu.cc kernel/sched/timer_queue.cc kernel/sched/clock.cc kernel/sched/lock_wait.cc \
  $(filter lib/format/%,$(KERNEL_SOURCES))
$(patsubst %,$(BUILD)/kernel/%.o,$(KERNEL_SMALL)): KERNEL_FLAGS += -Os -fno-move-loop-invariants

$(BUILD)/kernel/%.cc.o: %.cc Makefile kernel/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(KERNEL_FLAGS) $(LAB_KERNEL_FLAGS) -fno-tree-loop-distribute-patterns -c $< -o $@

$(BUILD)/kernel/%.S.o: %.S Makefile kernel/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CXX_RISCV) $(KERNEL_FLAGS) -c $< -o $@

# The linker shortens calls. It could also address data from gp, but there is no symbol for it: gp is the user's.
$(KERNEL_WHOLE): $(filter-out %/no_fast_path.cc.o,$(KERNEL_OBJECTS))
$(KERNEL_SLOW): $(filter-out %/fast_path.cc.o,$(KERNEL_OBJECTS)) $(filter %/no_fast_path.cc.o,$(KERNEL_OBJECTS))
$(KERNEL_WHOLE) $(KERNEL_SLOW): kernel/arch/kernel.ld
	$(call say,LINK,$@)
	$(Q)$(CXX_RISCV) -nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none,--relax,-z,max-page-size=4096,--no-warn-rwx-segments \
	  -T kernel/arch/kernel.ld $(filter %.o,$^) -o $@

-include $(KERNEL_OBJECTS:.o=.d)
