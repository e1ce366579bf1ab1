// SPDX-License-Identifier: MIT
// Lab 5: pictures of spaces that share pages. Page `A` is the first that was seen, `B` the second, and so on.
#pragma once

#include <string>
#include <vector>

#include "lab5_spaces.h"

namespace glenda::factotum::lab5 {

constexpr unsigned kPages = 4;  // that are drawn

inline std::uint64_t at(unsigned page) { return kMaps + page * kPageSize; }

/// Draws the first pages of some spaces.
class Picture {
public:
    explicit Picture(World& world) : world_(world) {}

    void draw(const char* title, std::initializer_list<std::pair<const char*, const AddressSpace*>> spaces) {
        std::printf("  %s\n    page", title);
        for (const auto& [name, space] : spaces) std::printf("    %-8s", name);
        std::printf("\n");
        for (unsigned i = 0; i < kPages; i++) {
            std::printf("    %4u", i);
            for (const auto& [name, space] : spaces) std::printf("    %-8s", field(*space, at(i)).c_str());
            std::printf("\n");
        }
    }

private:
    /// "RW A", "R- A x2": by how many entries a page is named; "-": nothing is mapped.
    std::string field(const AddressSpace& space, std::uint64_t address) {
        const Mapping* const mapping = World::look(space, address);
        if (mapping == nullptr) return "-";
        const PageNumber page = World::page_of(*mapping);
        std::size_t i = 0;
        while (i < seen_.size() && seen_[i] != page) i++;
        if (i == seen_.size()) seen_.push_back(page);
        const std::string names = world_.refs(page) == 0 ? "" : " x" + std::to_string(world_.refs(page) + 1);
        const bool can_write = world_.can(space, address, Access::Write);
        return std::string(can_write ? "RW " : "R- ") + char('A' + i % 26) + names;
    }

    World& world_;
    std::vector<PageNumber> seen_;
};

}  // namespace glenda::factotum::lab5
