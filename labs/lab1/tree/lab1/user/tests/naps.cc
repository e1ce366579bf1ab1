// SPDX-License-Identifier: MIT
// Sleeps that are over at once, beside a process that is always ready and always lets others go first. So nothing
// delays them but a timer that was not set: then each lasts until the next tick, which comes every millisecond.
#include "program.h"

using namespace glenda;

int main() {
    constexpr std::uint64_t kNaps = 10;
    const long pid = system_call(ProcessCall::Fork, 7);  // 0 in the child, whatever is in a0 before
    if (pid < 0) return 1;
    const std::uint64_t start = read_time();
    const auto elapsed = [=] { return (read_time() - start) / kTicksPerMillisecond; };
    if (pid == 0) {
        while (elapsed() < 2 * kNaps) process::yield();
        return 0;
    }
    for (std::uint64_t nap = 0; nap < kNaps; nap++) process::sleep(0);
    print("{} naps took {} ms\n", kNaps, elapsed());
    int status = 0;
    process::wait(&status);
    return status;
}
