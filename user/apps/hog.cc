// SPDX-License-Identifier: MIT
// Takes all memory that there is, and whatever becomes free, for ever.
#include "glenda/print.h"
#include "glenda/process.h"
#include "util/bits.h"

using namespace glenda;

int main() {
    std::uint64_t pages = 0;
    for (std::uint64_t size = 256; size != 0; size /= 2) {
        while (const auto end = process::sbrk(std::int64_t(size * kPageSize))) {
            pages += size;
            for (std::uint64_t i = 1; i <= size; i++) *reinterpret_cast<std::uint64_t*>(*end - i * kPageSize) = i;
        }
    }
    print("hog: has {} MiB\n", pages * kPageSize / kMiB);
    for (;;) {
        if (const auto end = process::sbrk(kPageSize)) *reinterpret_cast<std::uint64_t*>(*end - 8) = 1;
    }
}
