// SPDX-License-Identifier: MIT
// The same as kernel/debug/exercise.cc for tests on the host, which end with status 77.
#include "debug/exercise.h"

#include <cstdio>
#include <cstdlib>

namespace glenda {

namespace {

constexpr int kMissing = 77;

int length(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

void report_missing(const Exercise& exercise) {
    const auto [number, file, function] = exercise;
    std::printf("Exercise %.*s is missing: %.*s, %.*s()\n", length(number), number.data(), length(file), file.data(),
                length(function), function.data());
    std::exit(kMissing);
}

}  // namespace glenda
