// SPDX-License-Identifier: MIT
// A client's session with a block device: for programs that read and write a disk.
//
//     Disk disk;
//     TRY_VOID(disk.open(0, 32));                             // the first block device; 32 pages of data
//     disk.requests().submit({.op = SessionOp::Read, .block = 7, .data_page = 0, .pages = 1});
//     disk.kick();
//     while (disk.requests().outstanding() != 0) {
//         while (const auto answer = disk.requests().take()) ...
//         TRY_VOID(disk.wait());
//     }
#pragma once

#include <optional>

#include "client_session.h"
#include "driver/session_client.h"

namespace glenda::driver {

class Disk {
public:
    /// Opens a session with block device number `index`, with `pages` pages of data, and waits for the driver.
    Answer<void> open(unsigned index, unsigned pages);
    /// Ends the session: nothing is outstanding.
    Answer<void> close() { return session_.close(); }

    SessionClient& requests() { return *requests_; }
    /// Wakes the driver, if it sleeps and something was submitted.
    void kick();
    /// Waits for an answer, unless there is one already or nothing is outstanding. An error if Unicorn has ended, and
    /// with it the session: there will be none.
    Answer<void> wait();

    std::byte* page(unsigned number) const { return session_.page(number); }
    std::uint64_t blocks() const;
    /// How many drivers there have been.
    std::uint32_t epoch() const;
    bool is_read_only() const;

private:
    SessionPage& control() const { return *reinterpret_cast<SessionPage*>(session_.control()); }

    ClientSession session_{};
    std::optional<SessionClient> requests_{};
};

}  // namespace glenda::driver
