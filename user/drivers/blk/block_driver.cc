// SPDX-License-Identifier: MIT
// See block_driver.h.
#include "block_driver.h"

#include <algorithm>

namespace glenda::driver {

namespace {

constexpr std::uint64_t kSectorsPerBlock = (std::uint64_t{1} << kSessionBlockBits) / BlockDevice::kSectorSize;

/// A request's token at the device: which slot of which session.
constexpr std::uint64_t token(unsigned session, unsigned slot) { return session * kSessionSlots + slot; }

}  // namespace

void BlockDriver::open(unsigned number, const Session& session) {
    Session& opened = sessions_[number] = session;
    served_[served_count_++] = std::uint8_t(number);
    std::uint32_t flags = 0;
    if (device_.is_read_only()) flags |= SessionPage::kReadOnly;
    if (device_.can_flush()) flags |= SessionPage::kFlush;
    if (device_.can_discard()) flags |= SessionPage::kDiscard;
    opened.describe(device_.sectors() / kSectorsPerBlock, flags);
    opened.recover();
}

void BlockDriver::close(unsigned number) {
    const auto end = std::remove(served_.begin(), served_.begin() + served_count_, std::uint8_t(number));
    served_count_ = unsigned(end - served_.begin());
    turn_ = 0;
    closing_ |= bit(number);
}

std::optional<unsigned> BlockDriver::take_closed() {
    for (std::uint64_t left = closing_; left != 0; left &= left - 1) {
        const unsigned number = lowest_bit(left);
        if (!sessions_[number].is_idle()) continue;
        closing_ &= ~bit(number);
        return number;
    }
    return std::nullopt;
}

/// Bounded, so that a client that is quicker than the driver does not keep it from the device.
void BlockDriver::submit() {
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
    for (const unsigned number : served()) owed |= sessions_[number].owes_signal() ? bit(number) : 0;
    return owed;
}

bool BlockDriver::may_wait() {
    if (is_full_) return true;
    bool all = true;
    for (const unsigned number : served()) all = sessions_[number].may_wait() && all;
    return all;
}

}  // namespace glenda::driver
