# SPDX-License-Identifier: MIT
# The kernel: every source below kernel/, and of lib/ what it shares with user space.

KERNEL := $(BUILD)/kernel/glenda.elf
KERNEL_SOURCES := $(wildcard kernel/*/*.cc kernel/*/*.S) $(wildcard lib/abi/*.cc) $(wildcard lib/util/*.cc) \
  $(addprefix lib/format/,bytes.cc cpio.cc elf.cc elf_symbols.cc fdt.cc fdt_find.cc fdt_node.cc fdt_property.cc fdt_walk.cc fdt_machine.cc)
KERNEL_SOURCES := $(filter-out kernel/entry/$(if $(filter no,$(FAST_PATH)),,no_)fast_path.cc,$(wildcard $(KERNEL_SOURCES)))
KERNEL_OBJECTS := $(patsubst %,$(BUILD)/kernel/%.o,$(KERNEL_SOURCES))
KERNEL_FLAGS := $(RISCV_FLAGS) -Ikernel

# What runs once, at boot, or rarely, or only for people who look inside is made small.
KERNEL_SMALL := $(wildcard kernel/boot/*.cc) $(wildcard kernel/debug/*.cc kernel/check/*.cc) \
  kernel/call/invoke_device.cc kernel/call/invoke_trace.cc kernel/call/destroy.cc kernel/mem/address_spaces.cc \
  kernel/sched/requests.cc kernel/sched/fpu.cc kernel/sched/timer_queue.cc \
  $(filter lib/format/%,$(KERNEL_SOURCES))
$(patsubst %,$(BUILD)/kernel/%.o,$(KERNEL_SMALL)): KERNEL_FLAGS += -Os -fno-move-loop-invariants

$(BUILD)/kernel/%.cc.o: %.cc Makefile kernel/build.mk
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX_RISCV) $(KERNEL_FLAGS) -fno-tree-loop-distribute-patterns -c $< -o $@

$(BUILD)/kernel/%.S.o: %.S Makefile kernel/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CXX_RISCV) $(KERNEL_FLAGS) -c $< -o $@

# The linker shortens calls. It could also address data from gp, but there is no symbol for it: gp is the user's.
$(KERNEL): $(KERNEL_OBJECTS) kernel/arch/kernel.ld
	$(call say,LINK,$@)
	$(Q)$(CXX_RISCV) -nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none,--relax,-z,max-page-size=4096,--no-warn-rwx-segments \
	  -T kernel/arch/kernel.ld $(KERNEL_OBJECTS) -o $@

-include $(KERNEL_OBJECTS:.o=.d)
