# SPDX-License-Identifier: MIT
# Running by hand: QEMU and GDB.

QEMU_FLAGS = -machine virt -cpu rv64 -smp $(SMP) -m $(MEM) -kernel $(KERNEL) -initrd $(INITRD) $(if $(APPEND),-append "$(APPEND)")
# The virtio devices: DEVICES="blk rng" are these alone, DEVICES= none. The disk stays from boot to boot.
DEVICES ?= blk net rng input gpu p9
DISK ?= $(BUILD)/disk.img
SHARE ?= $(BUILD)/share
BOOT_DEVICES = --devices '$(DEVICES)' --disk '$(DISK)' --share '$(SHARE)'
GDB_PORT_FILE := $(BUILD)/gdb-port
# For grade/glenda: which folder BUILD is, and which QEMU.
export GLENDA_BUILD := $(BUILD)
export QEMU

# Before anything is built: a QEMU that is too old is named.
.PHONY: qemu-is-new-enough
qemu-is-new-enough:
	$(Q)cd grade && QEMU='$(QEMU)' $(PYTHON) -m glenda.qemu

qemu: qemu-is-new-enough $(KERNEL) $(INITRD) ## boot the system in QEMU (Ctrl-A X leaves)
	@echo '  QEMU     $(SMP) hart(s), $(MEM); leave with Ctrl-A X, or with the command shutdown'
	$(Q)$(PYTHON) grade/boot.py $(BOOT_DEVICES) -- $(QEMU_FLAGS)

qemu-gdb: qemu-is-new-enough $(KERNEL) $(INITRD) ## the same, stopped before the first instruction: `make gdb` in another terminal
	$(Q)$(PYTHON) grade/boot.py --gdb $(GDB_PORT_FILE) $(BOOT_DEVICES) -- $(QEMU_FLAGS)

# A system that waits holds a lock on its port's file. -nx: what a home directory's .gdbinit does must not matter; -x: ours is loaded whatever auto-load allows.
gdb: ## attach GDB to `make qemu-gdb`; its commands for Glenda: glenda help
	$(Q)test -s $(GDB_PORT_FILE) && ! flock -n $(GDB_PORT_FILE) true || { echo "No system waits: run 'make qemu-gdb' in another terminal first."; exit 1; }
	$(Q)gdb-multiarch -q -nx -x .gdbinit -ex "target remote 127.0.0.1:$$(cat $(GDB_PORT_FILE))"
