// SPDX-License-Identifier: MIT
// What tests of FORK have in common: spaces of a program and some memory, and what each page should be.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include "factotum/spaces.h"

namespace glenda::factotum::test {

constexpr std::uint64_t kForkChunks = 12;    // less than all pages need
constexpr std::uint64_t kForkPages = 400;    // of anonymous memory, behind the text
using Words = std::array<std::uint64_t, 2>;  // a page's first and last

struct ModelPage {
    bool is_mapped = false;
    MapFlags rights = MapFlags{};
    bool is_text = false;
    bool is_own = false;  // text that may have been written
    Words words{};
};

struct ModelSpace {
    AddressSpace space;
    std::vector<ModelPage> pages;
};

inline std::uint64_t address_of(std::uint64_t page) { return kText + page * kPageSize; }
inline bool allows(const ModelPage& page, Access access) {
    return page.is_mapped && (std::uint64_t(page.rights) & std::uint64_t(access)) != 0;
}
inline Region anonymous(std::uint64_t first, std::uint64_t last, MapFlags rights = MapFlags::ReadWrite) {
    return {.start = address_of(first), .end = address_of(last), .rights = rights, .kind = RegionKind::Anonymous};
}

class Fork : public SpacesTest {
protected:
    Fork() : SpacesTest(kForkChunks) {}
    /// Null if there is no memory.
    std::unique_ptr<ModelSpace> start() {
        auto made = std::make_unique<ModelSpace>();
        if (!begin(made->space)) return nullptr;
        made->pages.assign(kTextPages + kForkPages, {});
        for (std::uint64_t i = 0; i < kTextPages; i++) {
            ModelPage& page = made->pages[i];
            page = {.is_mapped = true, .rights = MapFlags::ReadExecute, .is_text = true};
            std::memcpy(&page.words[0], file_.data() + i * kPageSize, 8);
            std::memcpy(&page.words[1], file_.data() + (i + 1) * kPageSize - 8, 8);
        }
        return made;
    }
    /// Null if there is no memory.
    std::unique_ptr<ModelSpace> fork(ModelSpace& parent) {
        auto child = std::make_unique<ModelSpace>();
        if (!begin_as(child->space, parent.space)) return nullptr;
        child->pages = parent.pages;
        return child;
    }
    static std::byte* seen(const ModelSpace& space, std::uint64_t page, Access access) {
        return SpacesTest::seen(space.space, address_of(page), access);
    }
    std::byte* touch(ModelSpace& space, std::uint64_t page, Access access) {
        return SpacesTest::touch(space.space, address_of(page), access);
    }
    static Words words_of(const std::byte* page) {
        Words words;
        std::memcpy(&words[0], page, 8);
        std::memcpy(&words[1], page + kPageSize - 8, 8);
        return words;
    }
    void write(ModelSpace& space, std::uint64_t page, std::uint64_t value) {
        std::byte* const there = touch(space, page, Access::Write);
        ASSERT_NE(there, nullptr);
        space.pages[page].words = {value, ~value};
        std::memcpy(there, &space.pages[page].words[0], 8);
        std::memcpy(there + kPageSize - 8, &space.pages[page].words[1], 8);
    }
    void check_charges(const ModelSpace& space) {
        Pages expected =
            PageTree::kRoot + Pages{.frames = const_cast<AddressSpace&>(space.space).regions().page_count()};
        std::set<std::uint64_t> leaves, directories;
        for (std::uint64_t i = 0; i < space.pages.size(); i++) {
            const ModelPage& page = space.pages[i];
            if (!page.is_mapped) continue;
            if (!page.is_text || page.is_own) expected.frames++;
            leaves.insert(address_of(i) >> 21), directories.insert(address_of(i) >> 30);
        }
        const auto& real =
            machine().spaces.at(machine().identities.at(machine().slots.at(space.space.vspace()).object));
        for (const auto& leaf : real.leaves) leaves.insert(leaf.first);
        for (const auto& directory : real.directories) directories.insert(directory.first);
        expected += (leaves.size() + directories.size()) * kTable;
        ASSERT_EQ(space.space.charged_pages(), expected);
    }
    /// No space has more rights to a page than its region gives and its sharing allows.
    void check_mappings(const ModelSpace& space) {
        for (std::uint64_t i = 0; i < space.pages.size(); i++) {
            const Mapping* mapping = machine().look(space.space.vspace(), address_of(i));
            if (mapping == nullptr) continue;
            ASSERT_EQ(std::uint64_t(mapping->flags) & ~std::uint64_t(space.pages[i].rights), 0u);
            const bool is_shared = memory_.record(PageNumber(mapping->physical >> kPageBits)).refs != 0;
            ASSERT_FALSE(is_shared && mapping->flags == MapFlags::ReadWrite) << "page " << i;
        }
    }
};

}  // namespace glenda::factotum::test
