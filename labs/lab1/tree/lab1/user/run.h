// SPDX-License-Identifier: MIT
// How the shell starts programs and learns of their ends. Exercise 1.7 rewrites run.cc, and nothing else of the shell.
#pragma once

#include <string_view>

namespace glenda::shell {

/// A program that has been started: the number that the kernel uses for it.
using Job = long;

/// Exit status of a program that broke a rule, so that the kernel stopped it.
constexpr int kStopped = -1;

/// A program's end.
struct Ended {
    Job job;     // negative: no program runs
    int status;  // what it returned from main, or kStopped
};

/// Starts the program bin/NAME of the initrd; `arguments` begins with NAME, and ends with a null pointer. Returns a
/// negative number if there is no such program, or no room for it, after printing why.
Job start(char** arguments);

/// Waits until a program that was started has ended.
Ended wait_for_one();

}  // namespace glenda::shell
