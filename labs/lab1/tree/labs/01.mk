# SPDX-License-Identifier: MIT
# Lab 1: a kernel and programs of its own, below lab1/. What is built lies apart from that of other labs, because the
# files that they share are compiled with other headers here.

LAB := 1
DEVICES ?=
BUILD := build/lab1
KERNEL_MK := lab1/kernel/build.mk
USER_MK := lab1/user/build.mk
# Code that is half done must compile: warnings are warnings, but for the two that are always mistakes.
WERROR := -Werror=switch -Werror=return-type -Wno-unused-function
