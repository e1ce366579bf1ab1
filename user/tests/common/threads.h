// SPDX-License-Identifier: MIT
// The part of threads.cc that only the test framework uses.
#pragma once

namespace glenda::ktest {

/// Frees the stacks and UTCB addresses of the previous test's threads.
void reset_threads();

}  // namespace glenda::ktest
