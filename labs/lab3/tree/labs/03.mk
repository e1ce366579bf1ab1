# SPDX-License-Identifier: MIT
# Lab 3: threads talk to each other. `make qemu` boots user/tests/tour.cc, which shows what works and what is next.

LAB := 3
DEVICES ?=
APPEND ?= root=bin/tour
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
LAB_KERNEL_FLAGS := -include kernel/debug/exercise.h
