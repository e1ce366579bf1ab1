// SPDX-License-Identifier: MIT
// Tests of parts that exercises 1.1 to 1.4 and 1.6 write, most of them while nothing else uses them yet: kernel option
// selftest=1.1.
//
// The grader takes this file as it was published. Each case prints `ok NAME`, with a tag that depends on the option
// nonce=, or `FAIL NAME: file:line: what`. Option case=a,b selects.
#pragma once

#include <string_view>

namespace glenda {

/// Runs the tests of the exercise that the option selftest= names, and powers the machine off. Without that option,
/// does nothing.
void run_selftest(std::string_view command_line);

}  // namespace glenda
