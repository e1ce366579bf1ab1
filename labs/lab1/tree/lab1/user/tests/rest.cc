// SPDX-License-Identifier: MIT
// Does nothing for some milliseconds, and lets others go first all the time: so many of it can run beside a shell.
#include "glenda/number.h"
#include "program.h"

int main(int argc, char** argv) {
    using namespace glenda;
    const std::uint64_t start = read_time(), milliseconds = to_number(argc == 2 ? argv[1] : "").value_or(10);
    while (read_time() - start < milliseconds * kTicksPerMillisecond) yield();
    return 0;
}
