// SPDX-License-Identifier: MIT
// A service that kills drivers: `reaper CLASS COUNT [SEED [PROGRAM]]` ends the driver of the first device of a class so
// many times, each at another moment: every fourth while it starts, the others at work. With a program's name it first
// waits for that program. For tests: nothing may be lost. It needs power, and a priority above the drivers': else it
// would only ever meet them asleep.
#include <algorithm>

#include "glenda/back_off.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kTimer = kSlotFirstFree + 1;
constexpr std::uint64_t kTicksPerMicrosecond = 10;  // QEMU's virt machine counts 10 MHz

void pass(std::uint64_t microseconds) {
    (void)Timer(kTimer).arm(read_time() + microseconds * kTicksPerMicrosecond);
    (void)Notification(kSlotNotification).wait();
}

/// How long driver number `i` lives on, in microseconds.
std::uint64_t life(std::uint64_t i, bool is_up) { return i * 7'919'339 % (is_up ? 20'011 : 3'001) + 1; }

/// The number of the first device of a class; past the last one if there is none.
unsigned find(Endpoint unicorn, std::string_view device_class) {
    for (unsigned i = 0;; i++) {
        const auto status = devices::status(unicorn, i);
        if (!status || status->device_class.view() == device_class) return i;
    }
}

bool runs(std::string_view program) {
    const auto processes = process::list();
    if (!processes) panic("no list of processes: {}", processes.error());
    return std::ranges::any_of(*processes,
                               [&](const ProcessInfo& each) { return std::string_view(each.name) == program; });
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = argc >= 3 ? to_number(argv[2]) : std::nullopt;
    const auto seed = argc >= 4 ? to_number(argv[3]) : 0;
    if (!count || !seed) panic("usage: reaper CLASS COUNT [SEED [PROGRAM]]");
    if (const auto made = process::create(CapType::Timer, kTimer); !made) panic("no timer: {}", made.error());
    if (const auto bound = Timer(kTimer).bind(Notification(kSlotNotification)); !bound) panic("no time");
    if (const auto ready = nineball::ready(); !ready) panic("cannot be ready: {}", ready.error());
    const auto unicorn = devices::find_unicorn(kUnicorn);
    if (!unicorn) panic("no devices: {}", unicorn.error());
    const unsigned device = find(*unicorn, argv[1]);
    while (argc >= 5 && !runs(argv[4])) pass(1000);
    std::uint64_t last = 0, killed = 0;
    while (killed != *count) {
        pass(1000);
        const auto status = devices::status(*unicorn, device);
        if (!status) panic("{}: {}", std::string_view(argv[1]), status.error());
        const bool is_up = status->state == DeviceState::Up;
        if (status->pid == 0 || status->pid == last || (!is_up && killed % 4 != 0)) continue;
        last = status->pid;
        pass(life(*seed * 1'000 + killed, is_up));
        if (!process::kill(last, 9)) continue;
        killed++;
        pass((BackOff::kFirstPauseMs - 2) * 1000);  // to look meanwhile would only cost time
    }
    print("reaper: {} drivers killed\n", killed);
    return 0;
}
