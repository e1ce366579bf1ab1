// SPDX-License-Identifier: MIT
// Children that sleep for different times. They wake in the order of these times, not in that of their births.
#include "program.h"

using namespace glenda;

int main() {
    constexpr int kMilliseconds[] = {30, 10, 20};
    for (const int milliseconds : kMilliseconds) {
        const long pid = process::fork();
        if (pid < 0) {
            print("sleepers: fork fails\n");
            return 1;
        }
        if (pid != 0) continue;
        const std::uint64_t start = read_time();
        process::sleep(milliseconds);
        const std::uint64_t slept = (read_time() - start) / kTicksPerMillisecond;
        print("slept {} ms\n", milliseconds);
        return slept >= std::uint64_t(milliseconds) && slept < std::uint64_t(milliseconds) + 5 ? 0 : 1;
    }
    int wrong = 0;
    for (int status = 0; process::wait(&status) > 0;) wrong += status;
    return wrong;
}
