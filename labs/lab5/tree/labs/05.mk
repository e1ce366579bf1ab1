# SPDX-License-Identifier: MIT
# Lab 5: Factotum manages memory and processes. `make qemu` boots the system, as far as you have come; console, drivers
# and Unicorn are ready to run.

LAB := 5
DEVICES ?=
PREBUILT := lab5/prebuilt
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
LAB_KERNEL_FLAGS := -include kernel/debug/exercise.h
LAB_USER_FLAGS := -include kernel/debug/exercise.h
