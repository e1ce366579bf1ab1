// SPDX-License-Identifier: MIT
// The life of each driver: started once for its device, supervised, and started again after a pause (device.h).
//
// A driver that ends leaves nothing behind: its device is reset before the next one starts. After kMaxFailedStarts in a
// row that never became ready, the device is given up.
#pragma once

#include "glenda/process.h"
#include "sessions.h"

namespace glenda::unicorn {

/// A driver's badge at Unicorn's endpoint: which device, and which of its drivers, so that one that has ended cannot
/// speak for the next.
constexpr Badge kDriverBadge = Badge{1} << 40;
constexpr Badge driver_badge(unsigned device, std::uint64_t restarts) {
    return kDriverBadge | (restarts & 0xffff'ffff) << 8 | device;
}

class Drivers {
public:
    static constexpr unsigned kMaxFailedStarts = 5;

    Drivers(std::span<Device> devices, Delegation& delegation, Sessions& sessions, Vault& vault, std::uint64_t timebase)
        : devices_(devices), delegation_(delegation), sessions_(sessions), vault_(vault), timebase_(timebase) {}

    /// Starts the drivers of all devices that are Starting.
    void start_all();
    /// Its driver serves the device.
    void ready(Device& device);
    /// Asks Factotum which drivers have ended. Returns whether any has.
    bool collect_ended();
    /// Handles what is due.
    void tick();
    /// Asks all drivers to end; none is started any more.
    void stop_all();
    bool any_runs() const;

    /// The device whose present driver has that badge; null if there is none.
    Device* by_badge(Badge badge);

private:
    void start(Device& device);
    Answer<std::uint64_t> spawn(const Device& device, process::SpawnReason& reason) const;
    void ended(Device& device, ExitStatus status);
    void back_off(Device& device);
    void give_up(Device& device, std::string_view why);
    void arm_timer();

    std::span<Device> devices_;
    Delegation& delegation_;
    Sessions& sessions_;
    Vault& vault_;
    std::uint64_t timebase_;  // ticks per second
    bool is_stopping_ = false;
};

}  // namespace glenda::unicorn
