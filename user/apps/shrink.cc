// SPDX-License-Identifier: MIT
// Grows its heap by three pages, fills them, and gives the last one back. What is left keeps its contents; then it
// touches what is gone.
#include "glenda/print.h"
#include "glenda/process.h"
#include "util/bits.h"

using namespace glenda;

int main() {
    const auto start = process::sbrk(0), end = process::sbrk(3 * kPageSize);
    if (!start || !end || *end != *start + 3 * kPageSize) return 1;
    auto* const words = reinterpret_cast<volatile std::uint64_t*>(*start);
    constexpr std::uint64_t kWords = kPageSize / sizeof(std::uint64_t);
    for (std::uint64_t page = 0; page < 3; page++) words[page * kWords] = page + 1;
    const auto less = process::sbrk(-std::int64_t(kPageSize));
    if (!less || *less != *end - kPageSize || words[0] != 1 || words[kWords] != 2) return 2;
    print("shrink: two pages are left\n");
    words[2 * kWords] = 3;
    print("shrink: the third is still there\n");
    return 3;
}
