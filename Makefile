# SPDX-License-Identifier: MIT
# The one entrance: `make help` says what there is. Nothing is written outside build/.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
# `make deps qemu`: what is missing must be there before anything is built with it.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

BUILD := build
ifneq ($(words $(BUILD)),1)
  $(error BUILD is '$(BUILD)', but make needs one name without blanks)
endif
# In a student's tree, labs/ has a file of settings for each lab: the newest counts, or that of LAB=n.
LAB_SETTINGS := $(lastword $(sort $(wildcard labs/$(if $(LAB),0$(LAB),[0-9][0-9]).mk)))
ifneq ($(wildcard labs/[0-9][0-9].mk),)
  $(if $(LAB_SETTINGS),,$(error There is no lab $(LAB) in this tree: it has $(patsubst labs/0%.mk,%,$(wildcard labs/[0-9][0-9].mk)). `make next-lab` fetches a lab))
endif
-include $(LAB_SETTINGS)
# Git ignores build/, and a folder of another name for this. So does what reads the tree without git.
ifeq ($(filter build build/%,$(BUILD)),)
  $(shell mkdir -p '$(BUILD)' && echo '*' > '$(BUILD)/.gitignore')
endif

SMP ?= 1
MEM ?= 128M
APPEND ?=
V ?=

ifeq ($(filter-out 0,$(V)),)
  Q := @
  say = @printf '  %-8s %s\n' '$(1)' '$(2)'
else
  Q :=
  say = @:
endif

# --- tools ------------------------------------------------------------------------------------------------

CROSS := riscv64-linux-gnu-
CXX_RISCV := $(CROSS)g++
AR_RISCV := $(CROSS)ar
QEMU := qemu-system-riscv64
# The Python that has Debian's modules; another may come first on the PATH.
PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
export PYTHONDONTWRITEBYTECODE := 1

WERROR ?= -Werror
WARNINGS := -Wall -Wextra $(WERROR) -Wshadow=compatible-local
# -fno-finite-loops: a loop that never ends hangs, and is seen to. C++ would let the compiler take it away.
RISCV_FLAGS := -std=c++23 -ffreestanding -fno-exceptions -fno-rtti -O2 -fno-finite-loops -g $(WARNINGS) \
  -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -fno-pic -fno-pie \
  -fno-threadsafe-statics -fno-use-cxa-atexit -fno-asynchronous-unwind-tables -fno-stack-protector \
  -ffunction-sections -fdata-sections -Ilib -Ilib/shim -MMD -MP

include $(or $(KERNEL_MK),kernel/build.mk)
include $(or $(USER_MK),user/build.mk)
include grade/qemu.mk
include $(if $(LAB_SETTINGS),grade/lab.mk,grade/build.mk $(wildcard labs/build.mk))
-include handouts/build.mk

# --- the first screen -------------------------------------------------------------------------------------

.PHONY: help all deps qemu qemu-gdb gdb unit grade check check-fresh check-long check-stubs bench soak shake fuzz format clean
help: ## this list
	@echo 'Glenda Labs: a capability microkernel operating system for RISC-V 64, to learn from.'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo
	@echo 'Variables: SMP=4 (harts), MEM=256M (memory), APPEND="root=bin/x" (kernel command line), V=1 (show commands),'
	@echo '           BUILD=other (folder for all that is built), DEVICES="blk net" (virtio devices; DISK, SHARE).'
	@echo 'Start with: $(if $(LAB_SETTINGS),make deps qemu,sh grade/deps.sh && make qemu)'

all: $(KERNEL) $(INITRD) ## build the kernel and all programs

deps: ## install the Debian packages that are missing
	@sh grade/deps.sh

clean: ## remove everything that was built
	$(call say,CLEAN,$(BUILD))
	$(Q)rm -rf $(BUILD)
