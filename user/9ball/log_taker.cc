// SPDX-License-Identifier: MIT
// See log_taker.h.
#include "log_taker.h"

#include "protocol/nineball.h"

namespace glenda::nineball {

MessageWriter LogTaker::next_piece() {
    char buffer[kMaxLogBytes];
    const Log::Read piece = journal_.log().read(offset_, buffer);
    return MessageWriter(0).word(piece.next).text({buffer, piece.size});
}

Reaction LogTaker::take(Badge client, std::uint64_t offset, Request& request) {
    if (client_ != 0 && client_ != client) return ServerError::Busy;
    if (waiting_) return ServerError::Busy;  // another thread of the taker
    const std::uint64_t end = journal_.log().end();
    if (offset >= end && !request.can_defer()) return ServerError::TooMany;
    client_ = client;
    offset_ = offset < end ? offset : end;
    journal_.hand_over();
    if (offset_ < end) return next_piece();
    waiting_ = request.defer();
    return Reaction::later();
}

void LogTaker::serve() {
    if (waiting_ && offset_ < journal_.log().end()) waiting_.reply(next_piece());
}

void LogTaker::forget_client(Badge client) {
    if (client_ == 0 || client_ != client) return;
    if (waiting_) waiting_.reply(ServerError::Interrupted);
    client_ = 0;
    journal_.take_back(offset_);
}

}  // namespace glenda::nineball
