// SPDX-License-Identifier: MIT
// Shared by the files of this test.
#pragma once

namespace glenda::test {

/// How many entries into the kernel took the slow path.
extern unsigned slow_entries;

}  // namespace glenda::test
