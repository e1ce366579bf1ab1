// SPDX-License-Identifier: MIT
// Sessions on one side, a disk on the other: `submit` moves requests to the device, `complete` moves answers back.
//
//     for (;;) {
//         do {
//             driver.complete();                   // first: it makes room
//             driver.submit();
//             ... signal the clients of driver.owed_signals()
//         } while (!driver.may_wait());
//         bell.wait();                             // an interrupt, or a client's signal
//         device.take_interrupt();
//         irq.ack();                               // only now: before, the device would interrupt for the same again
//     }
//
// No memory of requests is kept but in the sessions and the device, so a new driver has nothing else to recover.
#pragma once

#include "block_device.h"
#include "driver/session.h"

namespace glenda::driver {

class BlockDriver {
public:
    static constexpr unsigned kMaxSessions = 8;

    explicit BlockDriver(BlockDevice& device) : device_(device) {}

    /// Serves a session, new or left behind by a driver that ended, as number `number`, which is free.
    void open(unsigned number, const Session& session);
    /// Takes no more requests of a session.
    void close(unsigned number);
    /// A session that was closed, once the device has done with it: its number is free again.
    std::optional<unsigned> take_closed();

    /// Gives the device what the clients want and what it has room for, one request of each client in turn.
    void submit();
    /// Answers what the device has done.
    void complete();
    /// The clients that have to be signalled now: a bit for each session.
    std::uint64_t owed_signals();
    /// Asks all clients for a signal, unless the device is full: then its interrupt comes first. Returns false if one
    /// has submitted something meanwhile: then submit again.
    bool may_wait();

private:
    enum class Step { Nothing, Begun, Answered, NoRoom };

    Step submit_one(unsigned number);
    std::optional<BlockStatus> answer_at_once(const Session::Request& request) const;

    std::span<const std::uint8_t> served() const { return std::span(served_).first(served_count_); }

    BlockDevice& device_;
    std::array<Session, kMaxSessions> sessions_{};
    std::array<std::uint8_t, kMaxSessions> served_{};  // numbers of the sessions that may submit
    unsigned served_count_ = 0;
    unsigned turn_ = 0;          // whose request is next: a place in served_
    std::uint64_t closing_ = 0;  // a bit for each session
    bool is_full_ = false;       // the device has no room for the next request
};

}  // namespace glenda::driver
