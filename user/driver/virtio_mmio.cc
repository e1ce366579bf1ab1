// SPDX-License-Identifier: MIT
// See virtio_mmio.h.
#include "virtio_mmio.h"

#include <algorithm>

#include "util/result.h"

namespace glenda::driver {

namespace {

constexpr std::uint32_t kMagicValue = 0x74726976;  // "virt"
constexpr std::uint64_t kFeatureVersion1 = std::uint64_t{1} << 32;
constexpr unsigned kResetPolls = 1'000'000;
constexpr unsigned kConfigPolls = 1000;

}  // namespace

const char* name_of(VirtioError error) {
    switch (error) {
        case VirtioError::NotVirtio: return "there is no virtio device";
        case VirtioError::Legacy:
            return "the device speaks version 1 (legacy); QEMU needs -global virtio-mmio.force-legacy=false";
        case VirtioError::NewVersion: return "the device speaks a version that is unknown";
        case VirtioError::OtherDevice: return "the device is of another kind";
        case VirtioError::NoReset: return "the device does not reset";
        case VirtioError::NoVersion1: return "the device does not offer VIRTIO_F_VERSION_1";
        case VirtioError::FeaturesRefused: return "the device refuses the features that it has offered";
        case VirtioError::NoQueue: return "the device lacks a queue";
        case VirtioError::NoMemory: return "there is too little DMA memory";
        case VirtioError::BadConfig: return "the device's configuration makes no sense";
    }
    return "?";
}

VirtioResult<VirtioId> VirtioMmio::probe() const {
    CHECK(registers_.read(kMagic) == kMagicValue, VirtioError::NotVirtio);
    const auto id = VirtioId(registers_.read(kDeviceId));
    if (id == VirtioId::None) return id;
    const std::uint32_t version = registers_.read(kVersion);
    CHECK(version != 1, VirtioError::Legacy);
    CHECK(version == 2, VirtioError::NewVersion);
    return id;
}

VirtioResult<std::uint64_t> VirtioMmio::begin(VirtioId expected, std::uint64_t wanted) {
    TRY(id, probe());
    CHECK(id == expected, VirtioError::OtherDevice);
    CHECK(reset(), VirtioError::NoReset);
    needs_reset_ = false;
    add_status(kAcknowledge);
    add_status(kDriver);
    std::uint64_t features = 0;
    for (const unsigned half : {0u, 1u}) {
        registers_.write(kDeviceFeaturesSelect, half);
        features |= std::uint64_t{registers_.read(kDeviceFeatures)} << (32 * half);
    }
    if ((features & kFeatureVersion1) == 0) {
        add_status(kFailed);
        return std::unexpected(VirtioError::NoVersion1);
    }
    features &= wanted | kFeatureVersion1;
    for (const unsigned half : {0u, 1u}) {
        registers_.write(kDriverFeaturesSelect, half);
        registers_.write(kDriverFeatures, std::uint32_t(features >> (32 * half)));
    }
    add_status(kFeaturesOk);
    if ((registers_.read(kStatus) & kFeaturesOk) == 0) {
        add_status(kFailed);
        return std::unexpected(VirtioError::FeaturesRefused);
    }
    return features;
}

VirtioResult<Virtqueue> VirtioMmio::make_queue(unsigned index, unsigned size, DmaPool& pool) const {
    registers_.write(kQueueSelect, index);
    const std::uint32_t largest = std::min(registers_.read(kQueueSizeMax), std::uint32_t{size});
    CHECK(largest != 0 && registers_.read(kQueueReady) == 0, VirtioError::NoQueue);
    const unsigned chosen = 1u << highest_bit(largest);  // the device's limit need not be a power of two
    const auto memory = pool.take(Virtqueue::bytes(chosen));
    CHECK(memory, VirtioError::NoMemory);
    const Virtqueue queue(*memory, chosen);
    registers_.write(kQueueSize, chosen);
    write_address(kQueueDescriptors, queue.descriptors_at());
    write_address(kQueueAvailable, queue.available_at());
    write_address(kQueueUsed, queue.used_at());
    registers_.write(kQueueReady, 1);
    return queue;
}

void VirtioMmio::go() const { add_status(kDriverOk); }

bool VirtioMmio::reset() const {
    registers_.write(kStatus, 0);
    for (unsigned i = 0; i < kResetPolls; i++) {
        if (registers_.read(kStatus) == 0) return true;
    }
    return false;
}

void VirtioMmio::kick(unsigned index, const Virtqueue& queue) const {
    if (queue.wants_kick()) registers_.write(kQueueNotify, index);
}

/// Section 2.1.2: a device that gives up says that its configuration has changed.
std::uint32_t VirtioMmio::take_interrupt() {
    const std::uint32_t reasons = registers_.read(kInterruptStatus);
    registers_.write(kInterruptAck, reasons);
    if ((reasons & kConfigChanged) != 0) needs_reset_ = (registers_.read(kStatus) & kNeedsReset) != 0;
    return reasons;
}

/// The generation changes if the configuration does: then the two halves may not fit together. A device that changes it
/// for ever gets the last reading believed.
std::uint64_t VirtioMmio::config_long(unsigned offset) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < kConfigPolls; i++) {
        const std::uint32_t before = registers_.read(kConfigGeneration);
        value = config_word(offset) | std::uint64_t{config_word(offset + 4)} << 32;
        if (registers_.read(kConfigGeneration) == before) break;
    }
    return value;
}

void VirtioMmio::write_address(Register lower, std::uint64_t address) const {
    registers_.write(lower, std::uint32_t(address));
    registers_.write(lower + 4, std::uint32_t(address >> 32));
}

}  // namespace glenda::driver
