// SPDX-License-Identifier: MIT
// How long are this program's turns? `turns COUNT` computes, beside others that do, until it has been kept from it so
// many times, and says for how long it then had run.
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kTicksPerMicrosecond = 10;            // QEMU's virt machine counts 10 MHz
constexpr std::uint64_t kPause = 500 * kTicksPerMicrosecond;  // an interrupt is shorter, another's turn is longer

}  // namespace

int main(int argc, char** argv) {
    (void)nineball::ready();  // if it is a service
    const std::uint64_t count = argc == 2 ? to_number(argv[1]).value_or(1) : 1;
    std::uint64_t last = 0, before = read_time(), begin = before;
    for (std::uint64_t turns = 0; turns < count;) {
        spend_microsecond();
        const std::uint64_t now = read_time();
        if (now - before > kPause) {
            last = before - begin;
            begin = now;
            turns++;
        }
        before = now;
    }
    print("turns: number {} took {} us\n", count, last / kTicksPerMicrosecond);
    return 0;
}
