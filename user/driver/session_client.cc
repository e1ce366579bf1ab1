// SPDX-License-Identifier: MIT
// See session_client.h.
#include "session_client.h"

#include "driver/shared.h"
#include "util/bits.h"

namespace glenda::driver {

bool SessionClient::submit(const SessionRequest& request) {
    if (outstanding_ == ~std::uint64_t{0}) return false;
    const unsigned number = lowest_bit(~outstanding_);
    SessionSlot& slot = page_->slots[number];
    shared::store(slot.op, request.op);
    shared::store(slot.block, request.block);
    shared::store(slot.data_page, request.data_page);
    shared::store(slot.pages, request.pages);
    shared::store(slot.cookie, request.cookie);
    shared::store(slot.length, request.length);
    shared::store(slot.sequence, tail_);
    shared::publish(slot.state, SlotState::Submitted);
    shared::store(page_->submit[tail_ % kSessionSlots], std::uint8_t(number));
    shared::publish(page_->submit_tail, ++tail_);
    outstanding_ |= bit(number);
    has_submitted_ = true;
    return true;
}

bool SessionClient::owes_signal() {
    if (!has_submitted_) return false;
    has_submitted_ = false;
    shared::fence();
    return shared::load(page_->want_submit_signal) != 0;
}

std::optional<SessionClient::Answer> SessionClient::take_next() {
    if (waiting_) {
        waiting_ = false;
        shared::store(page_->want_complete_signal, std::uint32_t{0});
    }
    const std::uint32_t tail = shared::acquire(page_->complete_tail);
    doubt(tail);
    while (doubtful_ != 0) {
        const unsigned slot = lowest_bit(doubtful_);
        doubtful_ &= doubtful_ - 1;
        if (auto answer = take(slot)) return answer;
    }
    while (seen_ != tail) {
        const unsigned slot = shared::load(page_->complete[seen_++ % kSessionSlots]);
        if (slot >= kSessionSlots) continue;
        if (auto answer = take(slot)) return answer;
    }
    return std::nullopt;
}

/// A driver that ended may have answered a slot and not come to the ring. Nor is a tail believed that is too far away.
void SessionClient::doubt(std::uint32_t tail) {
    // lab 6.8c {
    const std::uint32_t epoch = shared::acquire(page_->epoch);
    if (epoch == epoch_ && tail - seen_ <= kSessionSlots) return;
    epoch_ = epoch;
    seen_ = tail;
    doubtful_ = outstanding_;
    // lab 6.8c }
}

std::optional<SessionClient::Answer> SessionClient::take(unsigned number) {
    SessionSlot& slot = page_->slots[number];
    if (!is_outstanding(number) || shared::acquire(slot.state) != SlotState::Done) return std::nullopt;
    const Answer answer{shared::load(slot.cookie), shared::load(slot.status), shared::load(slot.length)};
    shared::publish(slot.state, SlotState::Free);
    outstanding_ &= ~bit(number);
    return answer;
}

/// A new driver need not be looked for: it signals.
bool SessionClient::may_wait() {
    waiting_ = true;
    shared::store(page_->want_complete_signal, std::uint32_t{1});
    shared::fence();
    return shared::acquire(page_->complete_tail) == seen_;
}

unsigned SessionClient::outstanding() const { return unsigned(__builtin_popcountll(outstanding_)); }

}  // namespace glenda::driver
