// SPDX-License-Identifier: MIT
// Keeps the processor busy, forever or for a number of milliseconds.
#include "glenda/print.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kTicksPerMillisecond = 10'000;  // QEMU's virt machine counts 10 MHz

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        for (;;) asm volatile("");  // slowly: an emulated clock does not run away from the host's
    }
    std::uint64_t milliseconds = 0;
    for (const char* digit = argv[1]; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || argc > 2) {
            print("usage: spin [MILLISECONDS]\n");
            return 2;
        }
        milliseconds = 10 * milliseconds + std::uint64_t(*digit - '0');
    }
    stay_busy(milliseconds * kTicksPerMillisecond);
    return 0;
}
