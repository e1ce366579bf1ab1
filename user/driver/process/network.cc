// SPDX-License-Identifier: MIT
// See network.h.
#include "network.h"

#include <algorithm>

#include "driver/shared.h"

namespace glenda::driver {

Answer<void> Network::open(unsigned index) {
    TRY_VOID(session_.open("net", index, kIncoming + kOutgoing));
    requests_.emplace(control());
    free_ = mask(kOutgoing) << kIncoming;
    for (unsigned page = 0; page < kIncoming; page++) offer(page);
    kick();
    while (epoch() == 0) TRY_VOID(Notification(kClientBell).wait());
    return {};
}

Network::Mac Network::mac() const {
    const std::uint64_t address = shared::load(control().capacity);
    Mac mac;
    for (unsigned i = 0; i < mac.size(); i++) mac[i] = std::uint8_t(address >> (8 * i));
    return mac;
}

void Network::offer(unsigned page) {
    (void)requests_->submit({.op = SessionOp::Receive, .data_page = page, .pages = 1, .cookie = page});
}

void Network::kick() {
    if (requests_->owes_signal()) (void)Notification(kClientDriverBell).signal();
}

bool Network::send(std::span<const std::byte> frame) {
    if (free_ == 0 || frame.size() > kPageSize) return false;
    const unsigned page = lowest_bit(free_);
    free_ &= ~bit(page);
    std::copy(frame.begin(), frame.end(), session_.page(page));
    (void)requests_->submit(
        {.op = SessionOp::Send, .data_page = page, .pages = 1, .cookie = page, .length = std::uint32_t(frame.size())});
    kick();
    return true;
}

std::optional<std::span<const std::byte>> Network::receive() {
    if (lent_) offer(*lent_);
    lent_.reset();
    while (const auto answer = requests_->take()) {
        const auto page = unsigned(answer->cookie);
        is_broken_ = is_broken_ || answer->status == SessionStatus::Broken;
        if (page >= kIncoming)
            free_ |= bit(page);
        else
            lent_ = page;
        if (page >= kIncoming || is_broken_) continue;
        kick();
        return std::span<const std::byte>(session_.page(page), std::min<std::size_t>(answer->length, kPageSize));
    }
    kick();
    return std::nullopt;
}

Answer<void> Network::wait() {
    CHECK(!is_broken_, ServerError::Broken);
    if (requests_->may_wait()) TRY_VOID(Notification(kClientBell).wait());
    return {};
}

std::uint32_t Network::epoch() const { return shared::acquire(control().epoch); }

}  // namespace glenda::driver
