// SPDX-License-Identifier: MIT
// See block_device.h.
#include "block_device.h"

#include <algorithm>

#include "driver/shared.h"
#include "util/result.h"

namespace glenda::driver {

namespace {

constexpr unsigned kConfigCapacity = 0, kConfigLargestDiscard = 36;  // in the device's configuration

}  // namespace

VirtioResult<void> BlockDevice::start(DmaPool& pool) {
    TRY(features, transport_.begin(VirtioId::Block, kFeatureReadOnly | kFeatureFlush | kFeatureDiscard));
    TRY(queue, transport_.make_queue(kQueue, Virtqueue::kMaxSize, pool));
    CHECK(queue.size() >= kMaxBuffers + 2, VirtioError::NoQueue);  // else there would never be room for some requests
    const auto records = pool.take(kMaxInFlight * sizeof(Record));
    CHECK(records, VirtioError::NoMemory);
    features_ = features;
    queue_ = queue;
    records_ = *records;
    free_records_ = ~std::uint64_t{0};
    sectors_ = transport_.config_long(kConfigCapacity);
    if (can_discard()) largest_discard_ = transport_.config_word(kConfigLargestDiscard);
    transport_.go();
    return {};
}

BlockDevice::Type BlockDevice::type_of(SessionOp op) {
    switch (op) {
        case SessionOp::Read: return kIn;
        case SessionOp::Write: return kOut;
        case SessionOp::Flush: return kFlush;
        case SessionOp::Discard: return kDiscard;
        default: return kIn;
    }
}

bool BlockDevice::submit(const Request& request) {
    // lab 6.6a {
    if (free_records_ == 0 || request.data.size() > kMaxBuffers) return false;
    const unsigned number = lowest_bit(free_records_);
    const std::uint64_t at = number * sizeof(Record);
    Record& record = records_.at<Record>(at);
    const bool has_sector = request.op == SessionOp::Read || request.op == SessionOp::Write;
    record.header = {type_of(request.op), 0, has_sector ? request.sector : 0};
    record.segment = {request.sector, request.sectors, 0};
    record.status = kNotWritten;

    Buffer buffers[kMaxBuffers + 2];
    unsigned count = 0;
    buffers[count++] = records_.buffer(at + offsetof(Record, header), sizeof(Header));
    if (request.op == SessionOp::Discard)
        buffers[count++] = records_.buffer(at + offsetof(Record, segment), sizeof(Segment));
    for (const Buffer& each : request.data) buffers[count++] = each;
    const unsigned readable = request.op == SessionOp::Read ? 1 : count;
    buffers[count++] = records_.buffer(at + offsetof(Record, status), 1);

    const std::span all(buffers, count);
    const auto head = queue_.add(all.first(readable), all.subspan(readable));
    if (!head) return false;
    Flight flight{std::uint8_t(number), 0, request.token};
    for (const Buffer& each : all.subspan(readable)) flight.expected += each.size;
    flights_[*head] = flight;
    free_records_ &= ~bit(number);
    return true;
    // lab 6.6a }
}

std::optional<BlockDevice::Completion> BlockDevice::complete() {
    // lab 6.6b {
    const auto used = queue_.pop();
    if (!used) return std::nullopt;
    const Flight& flight = flights_[used->head];
    const SessionStatus status = status_of(flight, used->written);
    free_records_ |= bit(flight.record);
    return Completion{flight.token, status};
    // lab 6.6b }
}

/// A read that brought too little is a failure: what is in the rest of the data is old.
SessionStatus BlockDevice::status_of(const Flight& flight, std::uint32_t written) const {
    // lab 6.6c {
    switch (shared::load(records_.at<Record>(flight.record * sizeof(Record)).status)) {
        case kOk: return written == flight.expected ? SessionStatus::Ok : SessionStatus::Failed;
        case kUnsupported: return SessionStatus::Unsupported;
        default: return SessionStatus::Failed;
    }
    // lab 6.6c }
}

}  // namespace glenda::driver
