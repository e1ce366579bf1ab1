// SPDX-License-Identifier: MIT
// Sessions on one side, a device on the other: `submit` moves requests to the device, `complete` moves answers back.
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
// What is special about a device is in a class derived from this one. No memory of requests is kept but in the sessions
// and the device, so a new driver has nothing else to recover.
#pragma once

#include "session.h"

namespace glenda::driver {

class SessionDriver {
public:
    static constexpr unsigned kMaxSessions = 8;

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

protected:
    struct Completion {
        std::uint64_t token;
        SessionStatus status;
        std::uint32_t length = 0;
    };
    ~SessionDriver() = default;

    /// Tells a client what device it has.
    virtual void describe(Session& session) const = 0;
    /// The answer to a request, if it does not take the device.
    virtual std::optional<SessionStatus> answer_at_once(const Session::Request& request) const = 0;
    /// Gives the device a request. Returns false if there is no room now.
    virtual bool begin(const Session::Request& request, std::uint64_t token) = 0;
    /// Tells the device about what was begun.
    virtual void kick() const = 0;
    /// The next request that the device has done.
    virtual std::optional<Completion> next_done() = 0;
    /// Takes all requests back from a device that keeps them until something comes from outside, by a reset. Returns
    /// false if the device is not of that kind, and will be done with them soon.
    virtual bool take_back() { return false; }
    /// Whether the next driver can carry out what was under way when one ended. If not, it fails.
    virtual bool may_repeat() const { return true; }

private:
    enum class Step { Nothing, Begun, Answered, NoRoom };

    Step submit_one(unsigned number);
    std::span<const std::uint8_t> served() const { return std::span(served_).first(served_count_); }

    std::array<Session, kMaxSessions> sessions_{};
    std::array<std::uint8_t, kMaxSessions> served_{};  // numbers of the sessions that may submit
    unsigned served_count_ = 0;
    unsigned turn_ = 0;          // whose request is next: a place in served_
    std::uint64_t closing_ = 0;  // a bit for each session
    unsigned in_flight_ = 0;     // requests that the device has
    bool is_full_ = false;       // the device has no room for the next request
};

}  // namespace glenda::driver
