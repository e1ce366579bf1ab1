// SPDX-License-Identifier: MIT
// The framework of lab 1's graded programs: cases, checks, and a line for each case.
//
// A graded program is the first program that the kernel starts (kernel command line: root=bin/NAME case=a,b nonce=N).
// For each case it prints `ok CASE TAG`, or `FAIL CASE: file:line: what, got ...`. The tag depends on the nonce.
#pragma once

#include <cstdint>
#include <span>

#include "program.h"

namespace glenda::check {

struct Case {
    const char* name;
    void (*run)();
};

/// Runs the cases that the kernel's command line names (all, if it names none), reports each, and switches the machine
/// off.
[[noreturn]] void run_cases(std::span<const Case> cases);

/// A check of the running case has failed.
bool has_failed();

void check(bool holds, const char* text, const char* file, int line);
void check_equal(long got, long wanted, const char* text, const char* file, int line);

#define EXPECT(condition) ::glenda::check::check(bool(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, wanted) \
    ::glenda::check::check_equal(long(got), long(wanted), #got " == " #wanted, __FILE__, __LINE__)

}  // namespace glenda::check
