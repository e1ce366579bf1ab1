// SPDX-License-Identifier: MIT
// A service that takes its time: `linger NAME STOP START`. After START milliseconds it is ready. When it is to stop, it
// takes STOP milliseconds to end. Either may be `never`, and is 0 if it is missing.
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

/// Lets a number of milliseconds pass, or all of time.
void pass(std::string_view milliseconds) {
    const auto number = to_number(milliseconds);
    while (!number) (void)Notification(kSlotNotification).wait();
    stay_busy(*number * kTicksPerMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "linger";
    const Notification stop(kSlotNotification);
    pass(argc > 3 ? argv[3] : "0");
    if (const auto ready = nineball::ready(stop); !ready) panic("cannot be ready: {}", ready.error());
    (void)stop.wait();
    print("{}: is to stop\n", name);
    pass(argc > 2 ? argv[2] : "0");
    print("{}: ends\n", name);
    return 0;
}
