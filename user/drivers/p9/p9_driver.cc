// SPDX-License-Identifier: MIT
// See p9_driver.h.
#include "p9_driver.h"

#include <algorithm>

namespace glenda::driver {

std::optional<SessionStatus> P9Driver::answer_at_once(const Session::Request& request) const {
    static_assert(kMaxRequestPages <= P9Channel::kMaxBuffers);
    return request.op == SessionOp::Transact ? std::nullopt : std::optional(SessionStatus::BadRequest);
}

/// The answer goes to what follows the first page, in its buffer or in the next ones.
bool P9Driver::begin(const Session::Request& request, std::uint64_t token) {
    std::array<Buffer, kMaxRequestPages> answer;
    unsigned count = 0;
    for (const Buffer& each : request.data()) answer[count++] = each;
    answer[0].physical += kPageSize;
    answer[0].size -= kPageSize;
    const std::span all = std::span(answer).first(count);
    return device_.send({request.buffers[0].physical, request.length}, all.subspan(answer[0].size == 0 ? 1 : 0), token);
}

std::optional<P9Driver::Completion> P9Driver::next_done() {
    const auto done = device_.complete();
    if (!done) return std::nullopt;
    return Completion{done->token, SessionStatus::Ok, done->length};
}

}  // namespace glenda::driver
