// SPDX-License-Identifier: MIT
// What a driver gets of its device, and how that ends.
//
// A driver gets copies: of the registers and the interrupt of its own device, and of pages that this device may reach.
// When it ends, `take_back` makes the device forget everything: until then the device may write to these pages, whoever
// has them.
#pragma once

#include "device.h"
#include "glenda/server.h"

namespace glenda::unicorn {

class Delegation {
public:
    explicit Delegation(Vault& vault) : vault_(vault) {}

    /// Cuts the pool of DMA memory.
    Answer<void> prepare();
    /// Makes the originals of a device that has a driver: pages and objects. Its registers have been cut.
    Answer<void> prepare(Device& device);
    /// Maps the registers for Unicorn itself.
    Answer<void> map_registers(Device& device);

    /// Maps the whole pool for Unicorn itself.
    Answer<void> map_pool();

    /// The answer to a driver that asks for part `part` of its device (UnicornMethod::Device).
    Answer<MessageWriter> grant(const Device& device, std::uint64_t part) const;
    /// Keeps the capability that a request brings, or none.
    Answer<MessageWriter> keep(const Device& device, const Request& request) const;
    /// Takes everything back from a driver that has ended. False: the device does not reset, and must not be used.
    bool take_back(const Device& device) const;

    /// Up to kMaxMessageCaps pages of a run, from page `from` on.
    Answer<MessageWriter> grant_pages(PageRun run, std::uint64_t from) const;
    /// The physical address of a run.
    std::uint64_t physical(PageRun run) const { return pool_address_ + run.first * kPageSize; }
    VaultSlot original(unsigned page) const { return originals_ + page; }
    DmaPages& pages() { return pages_; }
    /// Takes pages back from whoever has them. No device reaches them any more.
    void free_pages(PageRun run);
    /// A page of the pool: after map_pool().
    std::byte* at(unsigned page) const { return pool_ + page * kPageSize; }

private:
    Answer<MessageWriter> grant_device(const Device& device) const;
    void take_back_pages(PageRun run) const;

    Vault& vault_;
    VaultSlot originals_ = 0;  // of the pool's pages; Unicorn has copies of them mapped
    VaultSlot lent_ = 0;       // copies of which others have copies
    std::uint64_t pool_address_ = 0;
    std::byte* pool_ = nullptr;
    DmaPages pages_{};
};

}  // namespace glenda::unicorn
