// SPDX-License-Identifier: MIT
// How long do several processes take that do the same work at once? `workers [NUMBER [MILLIONS]]`: each goes so many
// million times through an empty loop.
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"

using namespace glenda;

int main(int argc, char** argv) {
    constexpr std::uint64_t kTicksPerMs = 10'000;  // QEMU's virt machine counts 10 MHz
    const std::uint64_t number = argc > 1 ? to_number(argv[1]).value_or(4) : 4;
    const std::uint64_t millions = argc > 2 ? to_number(argv[2]).value_or(100) : 100;
    const std::uint64_t begin = read_time();
    std::uint64_t started = 0;
    for (; started < number; started++) {
        const auto pid = process::fork();
        if (!pid) break;
        if (*pid != 0) continue;
        for (std::uint64_t i = 0; i < millions * 1'000'000; i++) asm volatile("");
        glenda::exit(0);
    }
    for (std::uint64_t i = 0; i < started; i++) (void)process::wait(kAnyChild);
    print("workers: {} took {} ms\n", started, (read_time() - begin) / kTicksPerMs);
    return 0;
}
