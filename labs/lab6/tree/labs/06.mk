# SPDX-License-Identifier: MIT
# Lab 6: drivers, the program that manages them, and the console arrive as source. Nothing is left that comes ready to run.

LAB := 6
DEVICES ?= blk rng
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
LAB_KERNEL_FLAGS := -include kernel/debug/exercise.h
LAB_USER_FLAGS := -include kernel/debug/exercise.h
