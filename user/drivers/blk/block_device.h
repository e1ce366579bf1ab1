// SPDX-License-Identifier: MIT
// A virtio block device: a disk. VIRTIO 1.2, section 5.2.
//
// A request is a chain: a header that the device reads, the data, and a status byte that the device writes. Headers and
// status bytes lie in records, in DMA memory; the data is anywhere. Many requests can be in flight, and are done in any
// order. No sessions here: this is what a driver does with the device, and block_driver.h what it does for clients.
#pragma once

#include "driver/session_page.h"
#include "driver/virtio_mmio.h"

namespace glenda::driver {

class BlockDevice {
public:
    static constexpr unsigned kMaxInFlight = 64;
    static constexpr unsigned kMaxBuffers = 16;  // of one request's data
    static constexpr unsigned kSectorSize = 512;

    explicit BlockDevice(Mmio registers) : transport_(registers) {}

    /// Resets the device and starts it, whatever state it is in.
    VirtioResult<void> start(DmaPool& pool);

    std::uint64_t sectors() const { return sectors_; }
    bool is_read_only() const { return (features_ & kFeatureReadOnly) != 0; }
    bool can_flush() const { return (features_ & kFeatureFlush) != 0; }
    bool can_discard() const { return (features_ & kFeatureDiscard) != 0; }
    /// Sectors that one Discard can name.
    std::uint32_t largest_discard() const { return largest_discard_; }

    struct Request {
        SessionOp op = SessionOp::Read;
        std::uint64_t sector = 0;
        std::uint32_t sectors = 0;  // for Discard alone: else the data's size decides
        std::span<const Buffer> data{};
        std::uint64_t token = 0;  // what `complete` returns
    };
    /// Gives the device a request, which the device can carry out. Returns false if there is no room now.
    bool submit(const Request& request);
    /// Tells the device about what was submitted.
    void kick() const { transport_.kick(kQueue, queue_); }

    struct Completion {
        std::uint64_t token;
        SessionStatus status;
    };
    /// The next request that the device has done.
    std::optional<Completion> complete();
    /// To be called for each interrupt, before `complete`.
    void take_interrupt() { (void)transport_.take_interrupt(); }

    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }
    /// Makes the device forget everything. Afterwards it does not touch the data of requests any more.
    bool reset() const { return transport_.reset(); }

private:
    enum Feature : std::uint64_t { kFeatureReadOnly = 1 << 5, kFeatureFlush = 1 << 9, kFeatureDiscard = 1 << 13 };
    enum Type : std::uint32_t { kIn = 0, kOut = 1, kFlush = 4, kDiscard = 11 };
    enum Status : std::uint8_t { kOk = 0, kIoError = 1, kUnsupported = 2, kNotWritten = 0xff };
    static constexpr unsigned kQueue = 0;

    struct Header {
        std::uint32_t type;
        std::uint32_t reserved;
        std::uint64_t sector;
    };
    struct Segment {  // the data of a Discard
        std::uint64_t sector;
        std::uint32_t sectors;
        std::uint32_t flags;
    };
    /// What a request needs beside its data.
    struct Record {
        Header header;
        Segment segment;
        std::uint8_t status;
        std::uint8_t reserved[31];
    };
    static_assert(sizeof(Record) == 64);
    /// What the driver knows about a request that is in flight, by its head.
    struct Flight {
        std::uint8_t record = 0;
        std::uint32_t expected = 0;  // bytes that the device has to write
        std::uint64_t token = 0;
    };

    static Type type_of(SessionOp op);
    SessionStatus status_of(const Flight& flight, std::uint32_t written) const;

    VirtioMmio transport_;
    Virtqueue queue_{};
    DmaMemory records_{};
    std::uint64_t free_records_ = ~std::uint64_t{0};  // a bit for each
    std::uint64_t features_ = 0;
    std::uint64_t sectors_ = 0;
    std::uint32_t largest_discard_ = 0;
    std::array<Flight, Virtqueue::kMaxSize> flights_{};
};

}  // namespace glenda::driver
