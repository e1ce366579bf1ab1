// SPDX-License-Identifier: MIT
// A disk behind the model of a virtio device: VIRTIO 1.2, section 5.2. It does its requests in any order, and forgets
// those that it has not done when it is reset.
#pragma once

#include "virtio_model.h"

namespace glenda::driver::model {

class Disk : public Device {
public:
    enum Feature : std::uint64_t {
        kReadOnly = 1 << 5,
        kFlush = 1 << 9,
        kDiscard = 1 << 13,
        kVersion1 = std::uint64_t{1} << 32
    };

    Disk(Memory& memory, std::uint64_t sectors, std::uint64_t features = kFlush | kDiscard | kVersion1,
         unsigned queue_size = 256);

    /// Takes what the driver has added. Returns how many requests there are now.
    std::size_t fetch();
    /// Carries out a request of those fetched, chosen by `choice`, and says so unless `silent`: as if a reset came
    /// first.
    void work(unsigned choice, bool silent = false);
    void work_all() {
        while (fetch() != 0) work(0);
    }
    std::size_t waiting() const { return waiting_.size(); }

    std::vector<std::byte> blocks;  // what reading returns
    std::vector<std::byte> stable;  // what a power cut leaves: the blocks at the last flush
    unsigned fail_next = 0;         // so many requests get an I/O error

protected:
    void on_reset() override { waiting_.clear(); }

private:
    std::uint8_t carry_out(const Chain& chain, std::uint32_t& written);
    std::vector<Chain> waiting_;
};

}  // namespace glenda::driver::model
