// SPDX-License-Identifier: MIT
// See file_server.h.
#include "file_server.h"

#include <algorithm>

#include "driver/shared.h"

namespace glenda::driver {

namespace {

ServerError error_of(SessionStatus status) {
    switch (status) {
        case SessionStatus::Failed: return ServerError::Interrupted;
        case SessionStatus::Broken: return ServerError::Broken;
        default: return ServerError::BadRequest;
    }
}

}  // namespace

Answer<void> FileServer::open(unsigned index) {
    TRY_VOID(session_.open("9p", index, kPages));
    requests_.emplace(control());
    while (epoch() == 0) TRY_VOID(Notification(kClientBell).wait());
    return {};
}

Answer<void> FileServer::attach() {
    TRY_VOID(ask(p9::kVersion, [](p9::Request& ask) { ask.put(kMessageSize).put_text("9P2000.L"); }));
    TRY_VOID(ask(p9::kAttach,
                 [](p9::Request& ask) { ask.put(kRoot).put(p9::kNoFile).put_text("").put_text("").put(p9::kNobody); }));
    return {};
}

Answer<std::span<const std::byte>> FileServer::transact(std::uint32_t size) {
    (void)requests_->submit({.op = SessionOp::Transact, .pages = kPages, .length = size});
    if (requests_->owes_signal()) (void)Notification(kClientDriverBell).signal();
    for (;;) {
        if (const auto answer = requests_->take()) {
            CHECK(answer->status == SessionStatus::Ok, error_of(answer->status));
            return std::span<const std::byte>(session_.page(1), std::min(answer->length, kMessageSize));
        }
        if (requests_->may_wait()) TRY_VOID(Notification(kClientBell).wait());
    }
}

std::uint32_t FileServer::epoch() const { return shared::acquire(control().epoch); }

}  // namespace glenda::driver
