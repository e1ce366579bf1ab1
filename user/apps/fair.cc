// SPDX-License-Identifier: MIT
// How long do short requests take beside programs that never stop? Starts N of them at this program's own priority, and
// asks Factotum for its number a hundred times.
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kMost = 50, kRequests = 100;
constexpr std::uint64_t kTicksPerMicrosecond = 10;  // QEMU's virt machine counts 10 MHz

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t wanted = argc == 2 ? to_number(argv[1]).value_or(0) : 0;
    std::uint64_t pids[kMost], count = 0;
    for (; count < wanted && count < kMost; count++) {
        const auto pid = process::spawn({.file = "spin"});
        if (!pid) break;
        pids[count] = *pid;
    }
    process::yield();  // each has had a turn now
    const std::uint64_t begin = read_time();
    for (std::uint64_t i = 0; i < kRequests; i++) (void)process::get_pid();
    const std::uint64_t ticks = read_time() - begin;
    for (std::uint64_t i = 0; i < count; i++) {
        (void)process::kill(pids[i], 9);
        (void)process::wait(std::int64_t(pids[i]));
    }
    print("fair: {} requests beside {} took {} us\n", kRequests, count, ticks / kTicksPerMicrosecond);
    return 0;
}
