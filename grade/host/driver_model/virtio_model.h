// SPDX-License-Identifier: MIT
// A virtio device as VIRTIO 1.2 describes it, from the device's side: registers of virtio-mmio, version 2, and split
// queues. A test makes one, gives its address to a driver, and decides when it works.
//
// Written from the specification alone, independently of user/driver: it reads the queues with its own offsets, and
// complains about each thing that section 2.7 forbids a driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/dma.h"

namespace glenda::driver::model {

/// Memory that a device can reach, and nothing beyond it: an address outside is a complaint.
class Memory {
public:
    explicit Memory(std::size_t size) : bytes_(size + kPageSize) {}
    /// The part from `offset` on, as a driver gets it.
    DmaMemory part(std::uint64_t offset, std::uint64_t size) { return {base() + offset, kPhysical + offset, size}; }
    DmaMemory whole() { return part(0, bytes_.size() - kPageSize); }
    /// What the device finds at a physical address. Null if any of it lies outside.
    std::byte* find(std::uint64_t physical, std::uint64_t size);

private:
    static constexpr std::uint64_t kPhysical = 0x8'1234'0000;
    std::byte* base() {
        return reinterpret_cast<std::byte*>(align_up(reinterpret_cast<std::uint64_t>(bytes_.data()), kPageSize));
    }
    std::vector<std::byte> bytes_;
};

/// A request as the device sees it.
struct Chain {
    struct Part {
        std::byte* bytes;
        std::uint32_t size;
    };
    std::uint16_t head;
    std::vector<Part> readable, writable;

    std::vector<std::byte> read() const;
    std::uint32_t write(std::vector<std::byte> data) const;
};

/// A page of registers that Mmio finds by their address.
class Registers {
public:
    Registers();
    virtual ~Registers();
    Registers(const Registers&) = delete;

    std::uint64_t address() const { return address_; }
    virtual std::uint32_t read(std::uint64_t offset) = 0;
    virtual void write(std::uint64_t offset, std::uint32_t value) = 0;
    virtual std::uint8_t read_byte(std::uint64_t) { return 0; }
    virtual void write_byte(std::uint64_t, std::uint8_t) {}

private:
    std::uint64_t address_;
};

class Device : public Registers {
public:
    Device(Memory& memory, std::uint32_t id, std::uint64_t features, unsigned queues, unsigned queue_size);

    std::uint32_t read(std::uint64_t offset) override;
    void write(std::uint64_t offset, std::uint32_t value) override;
    std::uint8_t read_byte(std::uint64_t offset) override;
    void write_byte(std::uint64_t offset, std::uint8_t value) override;

    /// The next request in a queue, if the driver has started the device.
    std::optional<Chain> next(unsigned queue);
    /// The request is done.
    void use(unsigned queue, std::uint16_t head, std::uint32_t written);
    /// The same without any sense: for a device that is broken.
    void use_wild(unsigned queue, std::uint32_t head, std::uint32_t written, unsigned step);

    /// It does nothing any more, and says so: section 2.1.2.
    void give_up() {
        status_ |= 0x40;
        interrupt_status_ |= 2;
    }

    bool interrupts() const { return interrupt_status_ != 0; }
    bool is_running() const { return (status_ & 4) != 0 && (status_ & 0x80) == 0; }
    std::uint64_t accepted() const { return accepted_; }

    /// What the driver did wrong.
    std::vector<std::string> complaints;
    std::vector<std::byte> config;
    std::uint32_t magic = 0x74726976, version = 2;
    bool refuses_features = false, hangs_in_reset = false, ignores_kicks = false;
    unsigned kicks = 0;

protected:
    virtual void on_reset() {}
    virtual void on_config_write(std::uint64_t, std::uint8_t) {}

private:
    struct Queue {
        std::uint32_t size = 0, ready = 0;
        std::uint64_t descriptors = 0, available = 0, used = 0;
        std::uint16_t seen = 0, done = 0;
        std::map<std::uint16_t, std::uint32_t> in_flight{};  // head -> bytes to write
    };
    template <typename T>
    T* at(std::uint64_t physical);
    void complain(const std::string& what) { complaints.push_back(what); }
    void reset();
    void set_status(std::uint32_t value);
    void set_queue(std::uint64_t offset, std::uint32_t value);

    Memory& memory_;
    std::uint32_t id_;
    std::uint64_t offered_, accepted_ = 0;
    unsigned queue_size_;
    std::vector<Queue> queues_;
    std::uint32_t status_ = 0, interrupt_status_ = 0, feature_half_ = 0, queue_select_ = 0, driver_half_ = 0;
};

}  // namespace glenda::driver::model
