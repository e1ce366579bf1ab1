# SPDX-License-Identifier: MIT
# Lab 4: 9Ball brings user space up. `make qemu` boots the system, as far as you have come; the programs that 9Ball
# starts are ready to run.

LAB := 4
DEVICES ?=
PREBUILT := lab4/prebuilt
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
LAB_KERNEL_FLAGS := -include kernel/debug/exercise.h
LAB_USER_FLAGS := -include kernel/debug/exercise.h
