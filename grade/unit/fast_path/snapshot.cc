// SPDX-License-Identifier: MIT
// See snapshot.h.
#include "snapshot.h"

#include <cstdlib>
#include <cstring>

namespace glenda::test {

void Snapshot::take(const std::vector<Region>& regions) {
    std::size_t size = 0;
    for (const Region& region : regions) size += region.size;
    regions_ = &regions;
    bytes_.resize(size);
    std::byte* to = bytes_.data();
    for (const Region& region : regions) {
        std::memcpy(to, region.begin, region.size);
        to += region.size;
    }
    machine_ = host::machine;
}

void Snapshot::restore() const {
    const std::byte* from = bytes_.data();
    for (const Region& region : *regions_) {
        std::memcpy(region.begin, from, region.size);
        from += region.size;
    }
    host::machine = machine_;
}

std::size_t Snapshot::offset_of(const void* address) const {
    std::size_t offset = 0;
    for (const Region& region : *regions_) {
        const auto distance =
            reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(region.begin);
        if (distance < region.size) return offset + distance;
        offset += region.size;
    }
    std::abort();  // an error in the test: this is not part of the state
}

void Snapshot::erase(const void* address, std::size_t size) {
    std::memset(bytes_.data() + offset_of(address), 0, size);
}

std::uint64_t Snapshot::word_at(const void* address) const {
    std::uint64_t word = 0;
    const std::size_t offset = offset_of(address);
    std::memcpy(&word, bytes_.data() + offset, std::min(sizeof word, bytes_.size() - offset));
    return word;
}

std::vector<const void*> Snapshot::differences(const Snapshot& other) const {
    std::vector<const void*> found;
    std::size_t offset = 0;
    for (const Region& region : *regions_) {
        const std::byte *a = bytes_.data() + offset, *b = other.bytes_.data() + offset;
        offset += region.size;
        if (std::memcmp(a, b, region.size) == 0) continue;
        for (std::size_t at = 0; at < region.size; at += 8) {
            if (std::memcmp(a + at, b + at, std::min<std::size_t>(8, region.size - at)) != 0)
                found.push_back(static_cast<std::byte*>(region.begin) + at);
        }
    }
    return found;
}

std::string Snapshot::machine_difference(const Snapshot& other) const {
    const host::Machine &a = machine_, &b = other.machine_;
    if (a.satp != b.satp) return "satp";
    if (a.fpu_is_enabled != b.fpu_is_enabled) return "whether the FPU is on";
    if (std::memcmp(&a.fpu, &b.fpu, sizeof a.fpu) != 0) return "the FPU's registers";
    if (a.timer != b.timer || a.time != b.time) return "the timer";
    if (a.interrupted_harts != b.interrupted_harts) return "which harts are interrupted";
    if (a.flushes != b.flushes || a.instruction_flushes != b.instruction_flushes) return "flushes";
    if (a.console != b.console) return "the console: \"" + a.console + "\" and \"" + b.console + "\"";
    if (!(a == b)) return "interrupts";
    return "";
}

}  // namespace glenda::test
