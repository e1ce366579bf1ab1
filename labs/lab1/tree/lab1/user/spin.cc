// SPDX-License-Identifier: MIT
// Keeps the processor busy, forever or for a number of milliseconds.
#include "glenda/number.h"
#include "program.h"

using namespace glenda;

int main(int argc, char** argv) {
    if (argc == 1) {
        for (;;) asm volatile("");
    }
    const auto milliseconds = to_number(argv[1]);
    if (!milliseconds || argc > 2) {
        print("usage: spin [MILLISECONDS]\n");
        return 2;
    }
    const std::uint64_t start = read_time();
    while (read_time() - start < *milliseconds * kTicksPerMillisecond) asm volatile("");
    return 0;
}
