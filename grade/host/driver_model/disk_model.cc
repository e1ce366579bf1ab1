// SPDX-License-Identifier: MIT
// See disk_model.h.
#include "disk_model.h"

#include <algorithm>
#include <cstring>

namespace glenda::driver::model {

namespace {

constexpr std::uint64_t kSector = 512;

template <typename T>
void put(std::vector<std::byte>& config, std::size_t offset, T value) {
    config.resize(std::max(config.size(), offset + sizeof(T)));
    std::memcpy(config.data() + offset, &value, sizeof(T));
}

}  // namespace

Disk::Disk(Memory& memory, std::uint64_t sectors, std::uint64_t features, unsigned queue_size)
    : Device(memory, 2, features, 1, queue_size), blocks(sectors * kSector), stable(blocks) {
    put<std::uint64_t>(config, 0, sectors);
    put<std::uint32_t>(config, 36, 1 << 20);
}

std::size_t Disk::fetch() {
    while (auto chain = next(0)) waiting_.push_back(*chain);
    return waiting_.size();
}

void Disk::work(unsigned choice, bool silent) {
    if (waiting_.empty()) return;
    const std::size_t number = choice % waiting_.size();
    const Chain chain = waiting_[number];
    std::uint32_t written = 0;
    const std::uint8_t status = carry_out(chain, written);
    if (silent) return;  // and it stays waiting: the reset makes it forget
    waiting_.erase(waiting_.begin() + long(number));
    if (chain.writable.empty()) return complaints.push_back("a request without a status");
    chain.writable.back().bytes[chain.writable.back().size - 1] = std::byte(status);
    use(0, chain.head, written + 1);
}

/// Does it, and returns the status. `written`: without the status.
std::uint8_t Disk::carry_out(const Chain& chain, std::uint32_t& written) {
    const std::vector<std::byte> asked = chain.read();
    if (asked.size() < 16 || chain.writable.empty() || chain.writable.back().size != 1)
        return complaints.push_back("no header, or no status"), 1;
    std::uint32_t type;
    std::uint64_t sector;
    std::memcpy(&type, asked.data(), 4);
    std::memcpy(&sector, asked.data() + 8, 8);
    if (fail_next != 0) return fail_next--, 1;
    const std::uint64_t at = sector * kSector, data = asked.size() - 16;
    switch (type) {
        case 0: {
            Chain rest = chain;
            rest.writable.pop_back();
            std::uint64_t size = 0;
            for (const Chain::Part& part : rest.writable) size += part.size;
            if (data != 0 || size == 0 || size % kSector != 0 || at + size > blocks.size())
                return complaints.push_back("a bad read"), 1;
            written = rest.write({blocks.begin() + long(at), blocks.begin() + long(at + size)});
            return 0;
        }
        case 1:
            if (data == 0 || data % kSector != 0 || at + data > blocks.size() || (accepted() & kReadOnly) != 0)
                return complaints.push_back("a bad write"), 1;
            std::copy(asked.begin() + 16, asked.end(), blocks.begin() + long(at));
            return 0;
        case 4:
            if (data != 0 || sector != 0 || (accepted() & kFlush) == 0) complaints.push_back("a bad flush");
            stable = blocks;
            return 0;
        case 11: {
            if (data != 16 || (accepted() & kDiscard) == 0) return complaints.push_back("a bad discard"), 1;
            std::uint64_t first;
            std::uint32_t count;
            std::memcpy(&first, asked.data() + 16, 8);
            std::memcpy(&count, asked.data() + 24, 4);
            if ((first + count) * kSector > blocks.size()) return complaints.push_back("a bad discard"), 1;
            std::fill_n(blocks.begin() + long(first * kSector), count * kSector, std::byte{0});
            return 0;
        }
    }
    return 2;
}

}  // namespace glenda::driver::model
