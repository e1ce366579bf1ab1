// SPDX-License-Identifier: MIT
// See net_driver.h.
#include "net_driver.h"

namespace glenda::driver {

void NetDriver::describe(Session& session) const {
    std::uint64_t address = 0;
    for (unsigned i = 0; i < device_.mac().size(); i++) address |= std::uint64_t{device_.mac()[i]} << (8 * i);
    session.describe(address, 0);
}

/// A client's page is physically contiguous, and larger than any frame.
std::optional<SessionStatus> NetDriver::answer_at_once(const Session::Request& request) const {
    static_assert(kPageSize >= NetDevice::kMinBuffer);
    const bool is_known = request.op == SessionOp::Receive || request.op == SessionOp::Send;
    const bool is_too_long = request.op == SessionOp::Send && request.length > NetDevice::kMaxFrame;
    return is_known && !is_too_long ? std::nullopt : std::optional(SessionStatus::BadRequest);
}

bool NetDriver::begin(const Session::Request& request, std::uint64_t token) {
    const Buffer& page = request.buffers[0];
    return request.op == SessionOp::Receive ? device_.receive(page, token)
                                            : device_.send({page.physical, request.length}, token);
}

std::optional<NetDriver::Completion> NetDriver::next_done() {
    const auto done = device_.complete();
    if (!done) return std::nullopt;
    return Completion{done->token, SessionStatus::Ok, done->length};
}

/// A card that does not start again needs a reset by Unicorn (needs_reset), and keeps its buffers until then.
bool NetDriver::take_back() {
    DmaPool again = memory_;
    return device_.start(again).has_value();
}

}  // namespace glenda::driver
