// SPDX-License-Identifier: MIT
// What Unicorn knows about a device: what the tree says, its originals in the vault, and how its driver fares.
//
//     Starting --ready--> Up --ends--> BackingOff --time--> Starting
//         |                                |
//         +--ends, too often-------------> Failed
//
// Empty, NoDriver and Unusable are for ever.
#pragma once

#include "glenda/back_off.h"
#include "machine.h"
#include "page_pool.h"
#include "protocol/unicorn.h"
#include "protocol/unicorn_boot.h"
#include "vault.h"

namespace glenda::unicorn {

constexpr unsigned kPoolPages = (1u << (kDmaPoolBits - kPageBits)) - Vault::kObjectPages;
using DmaPages = PagePool<kPoolPages>;

/// A client's share of a device (sessions.h).
struct DeviceSession {
    enum class State : std::uint8_t { Free, Open, Closing };

    State state = State::Free;
    bool is_news = false;  // to the driver
    Badge client = 0;
    std::uint64_t household = 0;  // the client's
    PageRun data{};
    // For as long as Unicorn runs: copies of the control page, to lend to either side, and what wakes each.
    VaultSlot to_client = 0, to_driver = 0;
    VaultSlot client_bell = 0, driver_bell = 0;
};

struct Device {
    const MachineDevice* machine = nullptr;
    const DriverConfig* driver = nullptr;  // null: none
    DeviceState state = DeviceState::NoDriver;

    VaultSlot registers = 0;       // of which Unicorn has a copy mapped, at `address`
    VaultSlot lent_registers = 0;  // of which the driver has a copy
    VaultSlot irq = 0;
    VaultSlot endpoint = 0;  // clients send here, and the driver receives
    VaultSlot bell = 0;      // what the driver waits for
    VaultSlot kept = 0;      // empty, or what one driver leaves to the next
    std::uint64_t address = 0;
    PageRun dma{};
    PageRun control{};  // a page for each session
    DeviceSession sessions[kMaxSessions];

    std::uint64_t pid = 0;  // 0: no driver runs
    bool is_quiet = true;   // it has been reset since the last driver, so it touches no memory
    std::uint64_t restarts = 0;
    BackOff back_off{};
    unsigned failed_starts = 0;  // in a row, each before it was ready
    std::uint64_t started = 0;   // time, in ticks
    std::uint64_t due = 0;       // BackingOff: time to start; Starting: time to give up; else 0

    std::string_view name() const { return machine->name; }
    /// Empty: nothing drives it.
    std::string_view device_class() const { return driver != nullptr ? driver->device_class : std::string_view(); }
    bool is_of(std::string_view some_class) const { return driver != nullptr && device_class() == some_class; }
    /// Whether its driver will still become ready.
    bool is_pending() const { return state == DeviceState::Starting || state == DeviceState::BackingOff; }
};

}  // namespace glenda::unicorn
