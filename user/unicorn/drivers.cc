// SPDX-License-Identifier: MIT
// See drivers.h.
#include "drivers.h"

#include "glenda/print.h"
#include "glenda/time.h"

namespace glenda::unicorn {

namespace {

constexpr std::uint64_t kReadySeconds = 5;  // time from the start until it is ready
constexpr std::int64_t kKillSignal = 9;

/// For example "exited with status 3".
FixedText<64> describe(ExitStatus status) {
    switch (status.how()) {
        case ExitStatus::How::Exited: return FixedText<64>("exited with status {}", status.code());
        case ExitStatus::How::Killed: return FixedText<64>("was killed");
        case ExitStatus::How::Crashed: return FixedText<64>("crashed: {}", status.crash_kind());
    }
    return FixedText<64>("ended");
}

/// Whether a later attempt may succeed.
bool is_transient(AnyError error) {
    return error == ServerError::OutOfMemory || error == ServerError::TooMany || error == ServerError::Busy ||
           error == Error::NotEnoughMemory;
}

}  // namespace

void Drivers::start_all() {
    for (Device& device : devices_) {
        if (device.state == DeviceState::Starting) start(device);
    }
    arm_timer();
}

void Drivers::start(Device& device) {
    process::SpawnReason reason;
    const Answer<std::uint64_t> pid = spawn(device, reason);
    device.started = read_time();
    device.due = 0;
    if (!pid) {
        if (reason.view().empty()) reason.add("{}: {}", device.driver->path, pid.error());
        print("{}: cannot start its driver: {}\n", device.name(), reason.view());
        return is_transient(pid.error()) ? back_off(device) : give_up(device, "its driver cannot be run");
    }
    device.pid = *pid;
    device.is_quiet = false;
    device.state = DeviceState::Starting;
    device.due = device.started + kReadySeconds * timebase_;
    print("{}: {} started as process {}\n", device.name(), device.driver->path, *pid);
}

Answer<std::uint64_t> Drivers::spawn(const Device& device, process::SpawnReason& reason) const {
    // lab 6.3a {
    const CNode own(kSlotCNode);
    const auto number = unsigned(&device - devices_.data());
    CPtr caps[3];
    TRY(endpoint, vault_.lend(device.endpoint, 1));
    TRY(bell, vault_.lend(device.bell, 2));
    caps[0] = kScratch;
    caps[1] = endpoint;
    caps[2] = bell;
    TRY_VOID(own.remove(kScratch));
    TRY_VOID(own.mint(kScratch, own, kEndpoint, Rights::Write | Rights::Grant, driver_badge(number, device.restarts)));
    return process::spawn({.file = device.driver->path,
                           .priority = device.driver->priority,
                           .flags = SpawnFlags::Limits,
                           .caps = caps,
                           .slots = slot_map(kDriverUnicorn, kDriverEndpoint, kDriverBell),
                           .reserved = device.driver->memory_pages},
                          &reason);
    // lab 6.3a }
}

void Drivers::ready(Device& device) {
    device.state = DeviceState::Up;
    device.due = 0;
    device.failed_starts = 0;
    print("{}: process {} serves {}\n", device.name(), device.pid, device.driver->device_class);
    arm_timer();
}

bool Drivers::collect_ended() {
    bool any = false;
    for (;;) {
        const auto child = process::wait(kAnyChild, WaitFlags::NoHang);
        if (!child || child->pid == 0) break;
        any = true;
        for (Device& device : devices_) {
            if (device.pid == child->pid) ended(device, child->status);
        }
    }
    arm_timer();
    return any;
}

void Drivers::ended(Device& device, ExitStatus status) {
    // lab 6.3b {
    if (!is_stopping_) print("{}: process {} {}\n", device.name(), device.pid, describe(status).view());
    device.failed_starts = device.state == DeviceState::Starting ? device.failed_starts + 1 : 0;
    // Whoever kills a driver that was at work wants another one: it has not failed.
    if (device.state == DeviceState::Up && status.how() == ExitStatus::How::Killed) device.back_off.reset();
    device.pid = device.due = 0;
    device.is_quiet = delegation_.take_back(device);
    if (!device.is_quiet) return give_up(device, "the device does not reset");
    sessions_.driver_ended(device);
    if (device.failed_starts == kMaxFailedStarts) return give_up(device, "its driver does not become ready");
    back_off(device);
    // lab 6.3b }
}

void Drivers::back_off(Device& device) {
    const std::uint64_t now = read_time();
    const std::uint64_t pause_ms = device.back_off.next_pause_ms(now - device.started, timebase_);
    device.restarts++;
    device.state = DeviceState::BackingOff;
    device.due = now + pause_ms * timebase_ / 1000;
    if (!is_stopping_) print("{}: starts again in {} ms\n", device.name(), pause_ms);
}

/// Whoever waits for the driver is told: its requests end with an error.
void Drivers::give_up(Device& device, std::string_view why) {
    device.state = DeviceState::Failed;
    device.due = 0;
    sessions_.abandon(device);
    vault_.take_back(device.endpoint);
    (void)vault_.node().remove(device.endpoint);
    print("{}: given up: {}\n", device.name(), why);
}

void Drivers::tick() {
    const std::uint64_t now = read_time();
    for (Device& device : devices_) {
        if (device.due == 0 || device.due > now) continue;
        device.due = 0;
        if (device.state == DeviceState::BackingOff && !is_stopping_) {
            start(device);
        } else if (device.state == DeviceState::Starting) {
            print("{}: process {} is not ready after {} s; killed\n", device.name(), device.pid, kReadySeconds);
            (void)process::kill(device.pid, kKillSignal);
        }
    }
    arm_timer();
}

void Drivers::arm_timer() {
    std::uint64_t next = 0;
    for (const Device& device : devices_) {
        if (device.due != 0 && (next == 0 || device.due < next)) next = device.due;
    }
    const Timer timer(kTimer);
    (void)(next == 0 ? timer.cancel() : timer.arm(next));
}

void Drivers::stop_all() {
    is_stopping_ = true;
    for (const Device& device : devices_) {
        if (device.pid == 0) continue;
        if (const auto bell = vault_.lend_badged(device.bell, 0, Rights::Write, kBellStop))
            (void)Notification(*bell).signal();
    }
}

bool Drivers::any_runs() const {
    for (const Device& device : devices_) {
        if (device.pid != 0) return true;
    }
    return false;
}

Device* Drivers::by_badge(Badge badge) {
    // lab 6.3c {
    if ((badge & kDriverBadge) == 0) return nullptr;
    const std::uint64_t number = badge & 0xff;
    if (number >= devices_.size()) return nullptr;
    Device& device = devices_[number];
    return device.pid != 0 && badge == driver_badge(unsigned(number), device.restarts) ? &device : nullptr;
    // lab 6.3c }
}

}  // namespace glenda::unicorn
