// SPDX-License-Identifier: MIT
// The registers of the model device, and the Mmio through which a driver reaches them: VIRTIO 1.2, section 4.2.2.
#include "driver/mmio.h"
#include "driver/shared.h"
#include "virtio_model.h"

namespace glenda::driver {

namespace model {

namespace {

constexpr std::uint64_t kConfig = 0x100;

std::map<std::uint64_t, Registers*> devices;  // by address; each has a page
std::uint64_t next_address = 0x1000'0000;

}  // namespace

Registers::Registers() : address_(next_address) {
    next_address += kPageSize;
    devices[address_] = this;
}

Registers::~Registers() { devices.erase(address_); }

Device::Device(Memory& memory, std::uint32_t id, std::uint64_t features, unsigned queues, unsigned queue_size)
    : memory_(memory), id_(id), offered_(features), queue_size_(queue_size), queues_(queues) {}

std::uint8_t Device::read_byte(std::uint64_t offset) {
    return offset - kConfig < config.size() ? std::uint8_t(config[offset - kConfig]) : 0;
}

void Device::write_byte(std::uint64_t offset, std::uint8_t value) { on_config_write(offset - kConfig, value); }

std::uint32_t Device::read(std::uint64_t offset) {
    const Queue* queue = queue_select_ < queues_.size() ? &queues_[queue_select_] : nullptr;
    switch (offset) {
        case 0x000: return magic;
        case 0x004: return version;
        case 0x008: return id_;
        case 0x010: return feature_half_ < 2 ? std::uint32_t(offered_ >> (32 * feature_half_)) : 0;
        case 0x034: return queue != nullptr ? queue_size_ : 0;
        case 0x044: return queue != nullptr ? queue->ready : 0;
        case 0x060: return interrupt_status_;
        case 0x070: return status_;
        case 0x0fc: return 0;
    }
    if (offset < kConfig) return complain("a read of register " + std::to_string(offset)), 0;
    if ((status_ & 2) == 0) complain("the configuration is read before DRIVER");
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) value |= std::uint32_t{read_byte(offset + i)} << (8 * i);
    return value;
}

void Device::write(std::uint64_t offset, std::uint32_t value) {
    switch (offset) {
        case 0x014: feature_half_ = value; return;
        case 0x020:
            if ((status_ & 8) != 0) complain("features after FEATURES_OK");
            accepted_ |= std::uint64_t{value} << (32 * driver_half_);
            return;
        case 0x024: driver_half_ = value; return;
        case 0x030: queue_select_ = value; return;
        case 0x050:
            if (!is_running()) complain("a kick before DRIVER_OK");
            kicks++;
            return;
        case 0x064: interrupt_status_ &= ~value; return;
        case 0x070: set_status(value); return;
    }
    set_queue(offset, value);
}

void Device::set_status(std::uint32_t value) {
    if (value == 0) {
        if (!hangs_in_reset) reset();
        return;
    }
    if ((value & status_) != status_) complain("a bit of the status is taken back");
    if ((value & 8) != 0 && (status_ & 8) == 0) {
        if ((accepted_ & ~offered_) != 0) complain("a feature is accepted that was not offered");
        if ((accepted_ >> 32 & 1) == 0) complain("VERSION_1 is not accepted");
        if (refuses_features) value &= ~8u;
    }
    if ((value & 4) != 0 && (value & 8) == 0) complain("DRIVER_OK without FEATURES_OK");
    status_ = value;
}

void Device::set_queue(std::uint64_t offset, std::uint32_t value) {
    if (queue_select_ >= queues_.size()) return complain("a queue that does not exist");
    Queue& queue = queues_[queue_select_];
    if (queue.ready != 0) complain("a queue is changed that is ready");
    const auto set_half = [&](std::uint64_t& address, unsigned shift) {
        address = (address & ~(std::uint64_t{0xffff'ffff} << shift)) | std::uint64_t{value} << shift;
    };
    switch (offset) {
        case 0x038: queue.size = value; break;
        case 0x044:
            if (queue.size == 0 || queue.size > queue_size_ || (queue.size & (queue.size - 1)) != 0)
                complain("queue size");
            if (queue.descriptors % 16 != 0 || queue.available % 2 != 0 || queue.used % 4 != 0) complain("alignment");
            queue.ready = value;
            break;
        case 0x080: set_half(queue.descriptors, 0); break;
        case 0x084: set_half(queue.descriptors, 32); break;
        case 0x090: set_half(queue.available, 0); break;
        case 0x094: set_half(queue.available, 32); break;
        case 0x0a0: set_half(queue.used, 0); break;
        case 0x0a4: set_half(queue.used, 32); break;
        default: complain("a write to register " + std::to_string(offset));
    }
}

namespace {

/// A driver may end before each access.
Registers& device_at(std::uint64_t address) {
    shared::step();
    return *devices.at(address);
}

}  // namespace
}  // namespace model

std::uint32_t Mmio::read(std::uint64_t offset) const { return model::device_at(address_).read(offset); }
void Mmio::write(std::uint64_t offset, std::uint32_t value) const { model::device_at(address_).write(offset, value); }
std::uint8_t Mmio::read_byte(std::uint64_t offset) const { return model::device_at(address_).read_byte(offset); }
void Mmio::write_byte(std::uint64_t offset, std::uint8_t value) const {
    model::device_at(address_).write_byte(offset, value);
}

}  // namespace glenda::driver
