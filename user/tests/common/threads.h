// SPDX-License-Identifier: MIT
// What the tests' frame needs of threads.cc, and tests do not.
#pragma once

namespace glenda::ktest {

/// A new test: stacks and UTCB addresses of the last one's threads are free again.
void reset_threads();

}  // namespace glenda::ktest
