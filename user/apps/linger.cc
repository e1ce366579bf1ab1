// SPDX-License-Identifier: MIT
// A service that wants to know when it is to stop: `linger NAME MILLISECONDS`. It then takes that time to end; without
// a number it never ends.
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kTicksPerMillisecond = 10'000;  // QEMU's virt machine counts 10 MHz

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "linger";
    const auto milliseconds = argc > 2 ? to_number(argv[2]) : std::nullopt;
    const Notification stop(kSlotNotification);
    if (const auto ready = nineball::ready(stop); !ready) panic("cannot be ready: {}", ready.error());
    (void)stop.wait();
    print("{}: is to stop\n", name);
    while (!milliseconds) (void)stop.wait();
    const std::uint64_t start = read_time();
    while (read_time() - start < *milliseconds * kTicksPerMillisecond) asm volatile("");
    print("{}: ends\n", name);
    return 0;
}
