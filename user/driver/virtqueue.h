// SPDX-License-Identifier: MIT
// A virtqueue: how driver and device pass requests to each other. Virtual I/O Device (VIRTIO) Version 1.2, section 2.7,
// "Split Virtqueues".
//
//      descriptors                 available ring: driver to device     used ring: device to driver
//     +---------+------+-------+   +-------+-------+-----------------+  +-------+-------+---------------------+
//   0 | address | size | next 2|   | flags | index | head head head  |  | flags | index | head,written  ...   |
//   1 |         |      |       |   +-------+-------+-----------------+  +-------+-------+---------------------+
//   2 | address | size | last  |           counts what was ever added           counts what was ever used
//     +---------+------+-------+
//
// A request is a chain of descriptors, named by its first one, the head. The driver writes the chain, puts its head
// into the available ring and raises the ring's index; the device does the same with the used ring. Invariant: what the
// driver relies on, it keeps in memory of its own (`links_`, `chains_`). The device can write all that is drawn above,
// so the driver reads from there only what it checks: a device that is broken or malicious can refuse to work, and
// corrupt the data of requests, but not the driver.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "dma.h"

namespace glenda::driver {

/// What a device did that no device may do.
enum class QueueFault : std::uint8_t {
    None,
    UsedIndex,   // it has used more requests than there are
    UsedHead,    // it names a request that is not in flight
    UsedLength,  // it has written more than it was given
};
const char* name_of(QueueFault fault);

class Virtqueue {
public:
    static constexpr unsigned kMaxSize = 256;
    /// Bytes of memory for a queue of `size` descriptors.
    static constexpr std::uint64_t bytes(unsigned size) { return used_offset(size) + 6 + 8 * size; }

    Virtqueue() = default;
    /// `size`: number of descriptors, a power of two up to kMaxSize. `memory`: bytes(size), aligned to a page. Clears
    /// it.
    Virtqueue(DmaMemory memory, unsigned size);

    /// Gives the device a request: buffers that it reads, followed by buffers that it writes, at least one together.
    /// Returns the request's head, or nothing if there are too few free descriptors.
    std::optional<std::uint16_t> add(std::span<const Buffer> readable, std::span<const Buffer> writable);

    struct Used {
        std::uint16_t head;     // as `add` returned it; free again
        std::uint32_t written;  // bytes that the device says it has written, at most what it was given
    };
    /// The next request that the device has used. Nothing if there is none, or for ever after a fault.
    std::optional<Used> pop();

    /// Whether the device wants to be told that there are new requests.
    bool wants_kick() const;
    QueueFault fault() const { return fault_; }

    unsigned size() const { return size_; }
    unsigned in_flight() const { return in_flight_; }
    unsigned free() const { return free_; }
    /// Physical addresses of the three parts, for the transport.
    std::uint64_t descriptors_at() const { return memory_.physical; }
    std::uint64_t available_at() const { return memory_.physical + available_offset(size_); }
    std::uint64_t used_at() const { return memory_.physical + used_offset(size_); }

private:
    struct Descriptor {
        std::uint64_t address;
        std::uint32_t size;
        std::uint16_t flags;
        std::uint16_t next;
    };
    struct UsedEntry {
        std::uint32_t head;
        std::uint32_t written;
    };
    static_assert(sizeof(Descriptor) == 16 && sizeof(UsedEntry) == 8);
    /// What the driver knows about a chain, by its head. A chain without descriptors is not in flight.
    struct Chain {
        std::uint16_t descriptors = 0;
        std::uint32_t writable = 0;  // bytes
    };

    static constexpr std::uint16_t kNext = 1, kWrite = 2;  // descriptor flags
    static constexpr std::uint16_t kNoKick = 1;            // flag of the used ring

    static constexpr std::uint64_t available_offset(unsigned size) { return 16 * size; }
    static constexpr std::uint64_t used_offset(unsigned size) {
        return align_up(available_offset(size) + 6 + 2 * size, 4);
    }

    Descriptor& descriptor(unsigned i) const { return memory_.at<Descriptor>(sizeof(Descriptor) * i); }
    std::uint16_t& available_index() const { return memory_.at<std::uint16_t>(available_offset(size_) + 2); }
    std::uint16_t& available(unsigned i) const {
        return memory_.at<std::uint16_t>(available_offset(size_) + 4 + 2 * i);
    }
    std::uint16_t& used_flags() const { return memory_.at<std::uint16_t>(used_offset_); }
    std::uint16_t& used_index() const { return memory_.at<std::uint16_t>(used_offset_ + 2); }
    UsedEntry& used(unsigned i) const { return memory_.at<UsedEntry>(used_offset_ + 4 + 8 * i); }

    std::uint16_t append(const Buffer& buffer, std::uint16_t flags);
    void release(std::uint16_t head);
    std::optional<Used> fail(QueueFault fault);

    DmaMemory memory_{};
    std::uint32_t used_offset_ = 0;  // used_offset(size_)
    std::uint16_t size_ = 0;
    std::uint16_t free_ = 0;  // descriptors, in a list from first_free_ on
    std::uint16_t first_free_ = 0;
    std::uint16_t in_flight_ = 0;  // chains
    std::uint16_t added_ = 0;      // what the available ring's index is
    std::uint16_t popped_ = 0;     // how far the used ring has been read
    QueueFault fault_ = QueueFault::None;
    std::array<std::uint16_t, kMaxSize> links_{};  // the next descriptor, of a chain or of the free list
    std::array<Chain, kMaxSize> chains_{};
};

}  // namespace glenda::driver
