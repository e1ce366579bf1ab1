// SPDX-License-Identifier: MIT
// See session.h.
#include "session.h"

#include <algorithm>

#include "driver/shared.h"

namespace glenda::driver {

Session::Session(SessionPage& page, std::span<const DataRun> runs)
    : page_(&page), run_count_(unsigned(std::min<std::size_t>(runs.size(), kMaxRuns))) {
    std::copy_n(runs.begin(), run_count_, runs_.begin());
}

void Session::describe(std::uint64_t capacity, std::uint32_t flags) {
    shared::store(page_->capacity, capacity);
    shared::store(page_->flags, flags);
}

void Session::recover() {
    const std::uint32_t tail = shared::acquire(page_->submit_tail);
    find_unanswered(tail);
    in_flight_ = 0;
    has_next_ = false;
    seen_ = tail;
    answered_ = shared::load(page_->complete_tail);
    shared::publish(page_->epoch, shared::load(page_->epoch) + 1);
    has_recovered_ = true;
}

/// Slots with a sequence from the tail on are not in the ring yet: the client is about to publish them, and they come
/// that way. The others are sorted by age: their places in the ring may have been overwritten.
void Session::find_unanswered(std::uint32_t tail) {
    // lab 6.8b {
    std::array<std::uint32_t, kSessionSlots> ages;
    recovered_count_ = recovered_next_ = 0;
    for (unsigned slot = 0; slot < kSessionSlots; slot++) {
        if (shared::acquire(page_->slots[slot].state) != SlotState::Submitted) continue;
        const std::uint32_t age = tail - shared::load(page_->slots[slot].sequence);
        if (age == 0 || age > ~std::uint32_t{0} / 2) continue;
        unsigned at = recovered_count_++;
        for (; at != 0 && ages[at - 1] < age; at--) {
            ages[at] = ages[at - 1];
            recovered_[at] = recovered_[at - 1];
        }
        ages[at] = age;
        recovered_[at] = std::uint8_t(slot);
    }
    // lab 6.8b }
}

/// Looks at no more entries than the ring has, however quick the client is.
const Session::Request* Session::next() {
    for (unsigned i = 0; i < kSessionSlots && !has_next_; i++) {
        const auto slot = next_slot();
        if (!slot) return nullptr;
        take(*slot);
    }
    if (!has_next_) return nullptr;
    if (next_.op == SessionOp::Flush && in_flight_ != 0) return nullptr;
    return &next_;
}

/// The recovered slots, then those that the ring names. A client that names nonsense, or a tail that is further away
/// than the ring is long, loses its own requests.
std::optional<unsigned> Session::next_slot() {
    // lab 6.7a {
    if (waiting_) {
        waiting_ = false;
        shared::store(page_->want_submit_signal, std::uint32_t{0});
    }
    if (recovered_next_ != recovered_count_) return recovered_[recovered_next_++];
    const std::uint32_t tail = shared::acquire(page_->submit_tail);
    if (tail - seen_ > kSessionSlots) seen_ = tail - kSessionSlots;
    if (tail == seen_) return std::nullopt;
    return shared::load(page_->submit[seen_++ % kSessionSlots]);
    // lab 6.7a }
}

/// Copies the slot, if it is the driver's, and answers at once what cannot be carried out.
void Session::take(unsigned number) {
    // lab 6.7b {
    if (number >= kSessionSlots || is_in_flight(number)) return;
    const SessionSlot& slot = page_->slots[number];
    if (shared::acquire(slot.state) != SlotState::Submitted) return;
    next_.slot = number;
    next_.op = shared::load(slot.op);
    next_.block = shared::load(slot.block);
    next_.pages = shared::load(slot.pages);
    next_.length = shared::load(slot.length);
    next_.buffer_count = 0;
    if (is_well_formed(shared::load(slot.data_page)))
        has_next_ = true;
    else
        complete(number, SessionStatus::BadRequest);
    // lab 6.7b }
}

bool Session::is_well_formed(std::uint32_t data_page) {
    switch (next_.op) {
        case SessionOp::Read:
        case SessionOp::Write: return find_data(data_page);
        case SessionOp::Flush: return true;
        case SessionOp::Discard: return next_.pages != 0;
        case SessionOp::Send:
            return next_.pages == 1 && next_.length != 0 && next_.length <= kPageSize && find_data(data_page);
        case SessionOp::Transact:
            return next_.pages > 1 && next_.length != 0 && next_.length <= kPageSize && find_data(data_page);
        case SessionOp::Receive: return next_.pages == 1 && find_data(data_page);
    }
    return false;
}

/// Finds the physical addresses of a request's pages: one buffer for each run that they touch.
bool Session::find_data(std::uint32_t data_page) {
    // lab 6.7c {
    if (next_.pages == 0 || next_.pages > kMaxRequestPages) return false;
    std::uint64_t page = data_page;  // from the current run on
    std::uint32_t left = next_.pages;
    for (const DataRun& run : std::span(runs_.data(), run_count_)) {
        if (page >= run.pages) {
            page -= run.pages;
            continue;
        }
        const std::uint32_t count = std::min(left, std::uint32_t(run.pages - page));
        next_.buffers[next_.buffer_count++] = {run.physical + page * kPageSize, std::uint32_t(count * kPageSize)};
        left -= count;
        page = 0;
        if (left == 0) return true;
    }
    return false;
    // lab 6.7c }
}

void Session::begin() {
    in_flight_ |= bit(next_.slot);
    has_next_ = false;
}

/// The answer, then whose the slot is, then the hint: a driver that ends in between leaves what the client finds by
/// walking the slots.
void Session::complete(unsigned number, SessionStatus status, std::uint32_t length) {
    // lab 6.7d {
    if (has_next_ && next_.slot == number) has_next_ = false;
    in_flight_ &= ~bit(number);
    SessionSlot& slot = page_->slots[number];
    shared::store(slot.status, status);
    shared::store(slot.length, length);
    shared::publish(slot.state, SlotState::Done);
    shared::store(page_->complete[answered_ % kSessionSlots], std::uint8_t(number));
    shared::publish(page_->complete_tail, ++answered_);
    has_answered_ = true;
    // lab 6.7d }
}

bool Session::takes_signal() {
    const bool has_recovered = has_recovered_;
    has_recovered_ = has_answered_ = false;
    if (has_recovered) return true;
    shared::fence();
    return shared::load(page_->want_complete_signal) != 0;
}

/// A request that cannot begin waits for the device, not for the client.
bool Session::may_wait() {
    if (has_next_) return true;
    waiting_ = true;
    shared::store(page_->want_submit_signal, std::uint32_t{1});
    shared::fence();
    return shared::acquire(page_->submit_tail) == seen_;
}

void Session::abandon(SessionStatus status) {
    recover();
    for (unsigned i = 0; i < recovered_count_; i++) complete(recovered_[i], status);
    recovered_count_ = 0;
}

}  // namespace glenda::driver
