// SPDX-License-Identifier: MIT
// The registers by which a driver finds, starts and resets a virtio device: its "transport". VIRTIO 1.2,
// sections 3.1.1, "Driver Requirements: Device Initialization", and 4.2, "Virtio Over MMIO".
//
// Only version 2 of the layout. Version 1, "legacy", has other queues; QEMU speaks it unless it is told
// `-global virtio-mmio.force-legacy=false`, and the driver then says so instead of failing in some strange way.
#pragma once

#include <expected>

#include "mmio.h"
#include "virtqueue.h"

namespace glenda::driver {

/// What a device is: VIRTIO 1.2, section 5.
enum class VirtioId : std::uint32_t {
    None = 0,  // no device is behind these registers
    Net = 1,
    Block = 2,
    Rng = 4,
    P9 = 9,
    Gpu = 16,
    Input = 18,
};

enum class VirtioError : std::uint8_t {
    NotVirtio,
    Legacy,       // version 1
    NewVersion,   // one that nobody has defined yet
    OtherDevice,  // not the device that the driver is for
    NoReset,
    NoVersion1,  // the device lacks the feature VIRTIO_F_VERSION_1
    FeaturesRefused,
    NoQueue,
    NoMemory,   // too little DMA memory
    BadConfig,  // the device's configuration makes no sense
};
const char* name_of(VirtioError error);

template <typename T>
using VirtioResult = std::expected<T, VirtioError>;

class VirtioMmio {
public:
    explicit VirtioMmio(Mmio registers) : registers_(registers) {}

    /// Which device it is. An error if no driver of ours can talk to it.
    VirtioResult<VirtioId> probe() const;

    /// Resets the device and agrees on features: those of `wanted` that the device offers, and VERSION_1. Returns them.
    VirtioResult<std::uint64_t> begin(VirtioId expected, std::uint64_t wanted);
    /// Makes queue `index`, with as many descriptors as the device allows, up to `size`, a power of two.
    VirtioResult<Virtqueue> make_queue(unsigned index, unsigned size, DmaPool& pool) const;
    /// Lets the device work: after all queues have been made.
    void go() const;

    /// Returns false if the device does not stop. Until it has stopped, it may still write to DMA memory.
    bool reset() const;
    /// Tells the device that queue `index` has new requests, if it wants to know.
    void kick(unsigned index, const Virtqueue& queue) const;

    enum Interrupt : std::uint32_t { kUsedBuffer = 1, kConfigChanged = 2 };
    /// Why the device has interrupted: some of Interrupt. It may interrupt again afterwards.
    std::uint32_t take_interrupt();
    /// The device has given up, and needs a reset: it has said so with an interrupt.
    bool needs_reset() const { return needs_reset_; }

    /// The device's own registers, section 5.*, at `offset`.
    std::uint8_t config_byte(unsigned offset) const { return registers_.read_byte(kConfig + offset); }
    void set_config_byte(unsigned offset, std::uint8_t value) const { registers_.write_byte(kConfig + offset, value); }
    std::uint32_t config_word(unsigned offset) const { return registers_.read(kConfig + offset); }
    void set_config_word(unsigned offset, std::uint32_t value) const { registers_.write(kConfig + offset, value); }
    /// Eight bytes, read in two halves that belong together.
    std::uint64_t config_long(unsigned offset) const;

private:
    enum Register : unsigned {
        kMagic = 0x000,
        kVersion = 0x004,
        kDeviceId = 0x008,
        kDeviceFeatures = 0x010,
        kDeviceFeaturesSelect = 0x014,
        kDriverFeatures = 0x020,
        kDriverFeaturesSelect = 0x024,
        kQueueSelect = 0x030,
        kQueueSizeMax = 0x034,
        kQueueSize = 0x038,
        kQueueReady = 0x044,
        kQueueNotify = 0x050,
        kInterruptStatus = 0x060,
        kInterruptAck = 0x064,
        kStatus = 0x070,
        kQueueDescriptors = 0x080,  // these three: the lower half; the upper one is 4 bytes further
        kQueueAvailable = 0x090,
        kQueueUsed = 0x0a0,
        kConfigGeneration = 0x0fc,
        kConfig = 0x100,
    };
    enum Status : std::uint32_t {
        kAcknowledge = 1,
        kDriver = 2,
        kDriverOk = 4,
        kFeaturesOk = 8,
        kNeedsReset = 0x40,
        kFailed = 0x80
    };

    void add_status(std::uint32_t bits) const { registers_.write(kStatus, registers_.read(kStatus) | bits); }
    void write_address(Register lower, std::uint64_t address) const;

    Mmio registers_;
    bool needs_reset_ = false;
};

}  // namespace glenda::driver
