// SPDX-License-Identifier: MIT
// See session_driver.h.
#include "session_driver.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda::driver {

namespace {

/// A request's token at the device: which slot of which session.
constexpr std::uint64_t token(unsigned session, unsigned slot) { return session * kSessionSlots + slot; }

}  // namespace

void SessionDriver::open(unsigned number, const Session& session) {
    Session& opened = sessions_[number] = session;
    served_[served_count_++] = std::uint8_t(number);
    describe(opened);
    if (may_repeat())
        opened.recover();
    else
        opened.abandon(SessionStatus::Failed);
}

void SessionDriver::close(unsigned number) {
    const auto end = std::remove(served_.begin(), served_.begin() + served_count_, std::uint8_t(number));
    served_count_ = unsigned(end - served_.begin());
    turn_ = 0;
    closing_ |= bit(number);
    if (!take_back()) return;
    in_flight_ = 0;
    sessions_[number] = {};
    for (const unsigned each : served()) sessions_[each].recover();
}

std::optional<unsigned> SessionDriver::take_closed() {
    for (std::uint64_t left = closing_; left != 0; left &= left - 1) {
        const unsigned number = lowest_bit(left);
        if (!sessions_[number].is_idle()) continue;
        closing_ &= ~bit(number);
        return number;
    }
    return std::nullopt;
}

/// Bounded, so that a client that is quicker than the driver does not keep it from the device.
void SessionDriver::submit() {
    bool has_begun = false;
    is_full_ = false;
    const unsigned most = served_count_ * kSessionSlots;
    for (unsigned steps = 0, idle = 0; idle < served_count_ && steps < most; steps++) {
        const Step step = submit_one(served_[turn_]);
        is_full_ = step == Step::NoRoom;
        if (is_full_) break;
        if (step == Step::Begun) has_begun = true;
        idle = step == Step::Nothing ? idle + 1 : 0;
        turn_ = turn_ + 1 < served_count_ ? turn_ + 1 : 0;
    }
    if (has_begun) kick();
}

SessionDriver::Step SessionDriver::submit_one(unsigned number) {
    Session& session = sessions_[number];
    if (session.is_empty()) return Step::Nothing;
    const Session::Request* request = session.next();
    if (request == nullptr) return Step::Nothing;
    if (const auto status = answer_at_once(*request)) {
        session.complete(request->slot, *status);
        return Step::Answered;
    }
    if (!begin(*request, token(number, request->slot))) return Step::NoRoom;
    session.begin();
    in_flight_++;
    return Step::Begun;
}

void SessionDriver::complete() {
    while (in_flight_ != 0) {
        const auto done = next_done();
        if (!done) return;
        in_flight_--;
        sessions_[done->token / kSessionSlots].complete(unsigned(done->token % kSessionSlots), done->status,
                                                        done->length);
    }
}

std::uint64_t SessionDriver::owed_signals() {
    std::uint64_t owed = 0;
    for (const unsigned number : served()) owed |= sessions_[number].owes_signal() ? bit(number) : 0;
    return owed;
}

bool SessionDriver::may_wait() {
    if (is_full_) return true;
    bool all = true;
    for (const unsigned number : served()) all = sessions_[number].may_wait() && all;
    return all;
}

}  // namespace glenda::driver
