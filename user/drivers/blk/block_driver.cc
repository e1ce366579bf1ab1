// SPDX-License-Identifier: MIT
// See block_driver.h.
#include "block_driver.h"

namespace glenda::driver {

namespace {

constexpr std::uint64_t kSectorsPerBlock = (std::uint64_t{1} << kSessionBlockBits) / BlockDevice::kSectorSize;

}  // namespace

void BlockDriver::describe(Session& session) const {
    std::uint32_t flags = 0;
    if (device_.is_read_only()) flags |= SessionPage::kReadOnly;
    if (device_.can_flush()) flags |= SessionPage::kFlush;
    if (device_.can_discard()) flags |= SessionPage::kDiscard;
    session.describe(device_.sectors() / kSectorsPerBlock, flags);
}

/// The session has looked at the data already. A device that cannot flush
/// writes through, so there is nothing to flush.
std::optional<SessionStatus> BlockDriver::answer_at_once(const Session::Request& request) const {
    if (request.op == SessionOp::Flush) return device_.can_flush() ? std::nullopt : std::optional(SessionStatus::Ok);
    if (request.op == SessionOp::Send || request.op == SessionOp::Receive) return SessionStatus::BadRequest;
    const std::uint64_t capacity = device_.sectors() / kSectorsPerBlock;
    if (request.block > capacity || request.pages > capacity - request.block) return SessionStatus::BadRequest;
    if (request.op == SessionOp::Read) return std::nullopt;
    if (device_.is_read_only()) return SessionStatus::ReadOnly;
    if (request.op == SessionOp::Write) return std::nullopt;
    if (!device_.can_discard()) return SessionStatus::Unsupported;
    if (request.pages > device_.largest_discard() / kSectorsPerBlock) return SessionStatus::BadRequest;
    return std::nullopt;
}

bool BlockDriver::begin(const Session::Request& request, std::uint64_t token) {
    return device_.submit({.op = request.op,
                           .sector = request.block * kSectorsPerBlock,
                           .sectors = std::uint32_t(request.pages * kSectorsPerBlock),
                           .data = request.data(),
                           .token = token});
}

std::optional<BlockDriver::Completion> BlockDriver::next_done() {
    const auto done = device_.complete();
    if (!done) return std::nullopt;
    return Completion{done->token, done->status};
}

}  // namespace glenda::driver
