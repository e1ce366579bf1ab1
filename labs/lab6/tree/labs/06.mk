# SPDX-License-Identifier: MIT
# Lab 6: drivers, and the program that manages them, arrive as source; with them the console, so that nothing is left
# that comes ready to run but what a tree of lab 5 does not build itself.

LAB := 6
DEVICES ?= blk rng
PREBUILT := lab4/prebuilt
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
LAB_KERNEL_FLAGS := -include kernel/debug/exercise.h
LAB_USER_FLAGS := -include kernel/debug/exercise.h
