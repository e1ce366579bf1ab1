// SPDX-License-Identifier: MIT
// Short sleeps beside a process that is always ready, and always lets others go first. So nothing delays this one but a
// timer that was set for something else.
#include "program.h"

using namespace glenda;

int main() {
    constexpr std::uint64_t kNaps = 10;
    const long pid = process::fork();
    if (pid < 0) return 1;
    const std::uint64_t start = read_time();
    const auto elapsed = [=] { return (read_time() - start) / kTicksPerMillisecond; };
    if (pid == 0) {
        while (elapsed() < 3 * kNaps) process::yield();
        return 0;
    }
    for (std::uint64_t nap = 0; nap < kNaps; nap++) process::sleep(1);
    print("{} sleeps of 1 ms took {} ms\n", kNaps, elapsed());
    int status = 0;
    process::wait(&status);
    return status;
}
