// SPDX-License-Identifier: MIT
// See block_driver.h.
#include "block_driver.h"

namespace glenda::driver {

namespace {

constexpr std::uint64_t kSectorsPerBlock = (std::uint64_t{1} << kSessionBlockBits) / BlockDevice::kSectorSize;

/// A request's token at the device: which slot of which session.
constexpr std::uint64_t token(unsigned session, unsigned slot) { return session * kSessionSlots + slot; }

}  // namespace

void BlockDriver::open(unsigned number, const Session& session) {
    Session& opened = sessions_[number] = session;
    open_ |= bit(number);
    std::uint32_t flags = 0;
    if (device_.is_read_only()) flags |= SessionPage::kReadOnly;
    if (device_.can_flush()) flags |= SessionPage::kFlush;
    if (device_.can_discard()) flags |= SessionPage::kDiscard;
    opened.describe(device_.sectors() / kSectorsPerBlock, flags);
    opened.recover();
}

std::optional<unsigned> BlockDriver::take_closed() {
    for (std::uint64_t left = closing_; left != 0; left &= left - 1) {
        const unsigned number = lowest_bit(left);
        if (!sessions_[number].is_idle()) continue;
        open_ &= ~bit(number);
        closing_ &= ~bit(number);
        return number;
    }
    return std::nullopt;
}

/// Bounded, so that a client that is quicker than the driver does not keep it from the device.
void BlockDriver::submit() {
    bool has_begun = false;
    is_full_ = false;
    const auto count = unsigned(__builtin_popcountll(active()));
    for (unsigned steps = 0, idle = 0; idle < count && steps < count * kSessionSlots; steps++) {
        turn_ = next_active(turn_);
        const Step step = submit_one(turn_);
        is_full_ = step == Step::NoRoom;
        if (is_full_) break;
        if (step == Step::Begun) has_begun = true;
        idle = step == Step::Nothing ? idle + 1 : 0;
        turn_++;
    }
    if (has_begun) device_.kick();
}

BlockDriver::Step BlockDriver::submit_one(unsigned number) {
    Session& session = sessions_[number];
    const Session::Request* request = session.next();
    if (request == nullptr) return Step::Nothing;
    if (const auto status = answer_at_once(*request)) {
        session.complete(request->slot, *status);
        return Step::Answered;
    }
    const bool has_room = device_.submit({.op = request->op,
                                          .sector = request->block * kSectorsPerBlock,
                                          .sectors = std::uint32_t(request->pages * kSectorsPerBlock),
                                          .data = request->data(),
                                          .token = token(number, request->slot)});
    if (!has_room) return Step::NoRoom;
    session.begin();
    return Step::Begun;
}

/// The answer, if it does not take the device: the session has looked at the data already. A device that cannot flush
/// writes through, so there is nothing to flush.
std::optional<BlockStatus> BlockDriver::answer_at_once(const Session::Request& request) const {
    if (request.op == BlockOp::Flush) return device_.can_flush() ? std::nullopt : std::optional(BlockStatus::Ok);
    const std::uint64_t capacity = device_.sectors() / kSectorsPerBlock;
    if (request.block > capacity || request.pages > capacity - request.block) return BlockStatus::BadRequest;
    if (request.op == BlockOp::Read) return std::nullopt;
    if (device_.is_read_only()) return BlockStatus::ReadOnly;
    if (request.op == BlockOp::Write) return std::nullopt;
    if (!device_.can_discard()) return BlockStatus::Unsupported;
    if (request.pages > device_.largest_discard() / kSectorsPerBlock) return BlockStatus::BadRequest;
    return std::nullopt;
}

void BlockDriver::complete() {
    while (const auto done = device_.complete())
        sessions_[done->token / kSessionSlots].complete(unsigned(done->token % kSessionSlots), done->status);
}

std::uint64_t BlockDriver::owed_signals() {
    std::uint64_t owed = 0;
    for (std::uint64_t left = active(); left != 0; left &= left - 1) {
        const unsigned number = lowest_bit(left);
        owed |= sessions_[number].owes_signal() ? bit(number) : 0;
    }
    return owed;
}

bool BlockDriver::may_wait() {
    if (is_full_) return true;
    bool all = true;
    for (std::uint64_t left = active(); left != 0; left &= left - 1)
        all = sessions_[lowest_bit(left)].may_wait() && all;
    return all;
}

}  // namespace glenda::driver
