// SPDX-License-Identifier: MIT
// A client's session with a block device: for programs that read and write a disk.
//
//     Disk disk;
//     TRY_VOID(disk.open(0, 32));                             // the first block device; 32 pages of data
//     disk.requests().submit({.op = BlockOp::Read, .block = 7, .data_page = 0, .pages = 1});
//     disk.kick();
//     while (disk.requests().outstanding() != 0) {
//         while (const auto answer = disk.requests().take()) ...
//         disk.wait();
//     }
#pragma once

#include <optional>

#include "driver/session_client.h"
#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/errors.h"

namespace glenda::driver {

/// Slots that a program with a disk uses: those up to kDiskFirstFree.
enum DiskSlot : CPtr {
    kDiskUnicorn = kSlotFirstFree,
    kDiskEndpoint,
    kDiskReceived,
    kDiskBell = kDiskReceived + 4,  // rings for the client
    kDiskDriverBell,
    kDiskFirstFree,
};

class Disk {
public:
    /// Opens a session with block device number `index`, with `pages` pages of data, and waits for the driver.
    Answer<void> open(unsigned index, unsigned pages);
    /// Ends the session: nothing is outstanding.
    Answer<void> close();

    SessionClient& requests() { return *client_; }
    /// Wakes the driver, if it sleeps: after one or more submit().
    void kick() const;
    /// Waits for an answer, unless there is one already or nothing is outstanding.
    void wait();

    std::byte* page(unsigned number) const { return data_ + number * kPageSize; }
    std::uint64_t blocks() const;
    /// How many drivers there have been.
    std::uint32_t epoch() const;
    bool is_read_only() const;

private:
    static constexpr std::uint64_t kPageSize = 4096;
    Answer<void> map_data(unsigned pages);

    SessionPage* control_ = nullptr;
    std::byte* data_ = nullptr;
    std::uint64_t session_ = 0;
    std::optional<SessionClient> client_{};
};

}  // namespace glenda::driver
