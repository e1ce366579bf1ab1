// SPDX-License-Identifier: MIT
//
// Random mmap, munmap, mprotect and touch steps of an address space, compared with what each page should be: its rights
// and its bytes. What the space is charged is counted anew from that.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "factotum/spaces.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 8;                             // less than all pages need
constexpr std::uint64_t kBase = kText + kTextPages * kPageSize;  // anonymous memory, over two tables
constexpr std::uint64_t kPages = 600;
constexpr MapFlags kNone{};

/// What a page should be. Those of the text are the image's until they may be written.
struct Page {
    bool is_mapped = false;
    MapFlags rights = kNone;
    bool is_text = false;
    bool is_own = false;      // text that may have been written
    std::uint64_t first = 0;  // its first word
};

class Ranges : public SpacesTest {
protected:
    Ranges() : SpacesTest(kChunks) { start(); }
    void start() {
        space_ = std::make_unique<AddressSpace>();
        ASSERT_TRUE(begin(*space_));
        pages_.assign(kTextPages + kPages, {});
        for (std::uint64_t i = 0; i < kTextPages; i++) {
            std::uint64_t word;
            std::memcpy(&word, file_.data() + i * kPageSize, sizeof(word));
            pages_[i] = {.is_mapped = true, .rights = MapFlags::ReadExecute, .is_text = true, .first = word};
        }
    }
    void end() {
        space_->destroy(memory_);
        space_.reset();
    }
    static std::uint64_t address_of(std::uint64_t page) { return kText + page * kPageSize; }
    static Region anonymous(std::uint64_t first, std::uint64_t last, MapFlags rights) {
        return {.start = address_of(first), .end = address_of(last), .rights = rights, .kind = RegionKind::Anonymous};
    }

    /// What a read or write of a page's first word gives: it, or null if that crashes.
    std::uint64_t* touch(std::uint64_t page, Access access) {
        return reinterpret_cast<std::uint64_t*>(SpacesTest::touch(*space_, address_of(page), access));
    }
    void check_charges() {
        Pages expected = PageTree::kRoot + Pages{.frames = space_->regions().page_count()};
        std::set<std::uint64_t> leaves, directories;
        for (std::uint64_t i = 0; i < pages_.size(); i++) {
            if (!pages_[i].is_mapped) continue;
            if (!pages_[i].is_text || pages_[i].is_own) expected.frames++;
            leaves.insert(address_of(i) >> 21), directories.insert(address_of(i) >> 30);
        }
        ASSERT_EQ(machine().spaces.size(), 2u);
        for (const auto& [number, space] : machine().spaces) {
            if (number == kOwnSpace) continue;
            for (const auto& leaf : space.leaves) leaves.insert(leaf.first);
            for (const auto& directory : space.directories) directories.insert(directory.first);
        }
        expected += (leaves.size() + directories.size()) * kTable;
        ASSERT_EQ(space_->charged_pages(), expected);
    }

    std::unique_ptr<AddressSpace> space_;
    std::vector<Page> pages_;
};

TEST_F(Ranges, RandomStepsAgreeWithByteArrays) {
    std::mt19937_64 random(3);
    constexpr MapFlags kRights[] = {kNone, MapFlags::Read, MapFlags::ReadWrite, MapFlags::ReadExecute};
    unsigned refused = 0, touched = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        const std::uint64_t first = random() % pages_.size();
        const std::uint64_t length = 1 + random() % (random() % 16 == 0 ? 300 : 5);
        const std::uint64_t last = std::min<std::uint64_t>(first + length, pages_.size());
        const MapFlags rights = kRights[random() % 4];
        const Pages before = space_->charged_pages();
        const unsigned list_pages = space_->regions().page_count();
        bool is_done = true;
        const auto each = [&](auto change) {
            for (std::uint64_t i = first; i < last; i++) change(pages_[i]);
        };
        switch (random() % 16) {
            case 0:
            case 1:
                is_done = bool(space_->map(memory_, anonymous(first, last, rights)));
                if (!is_done) refused++;
                if (is_done) each([&](Page& page) { page = {.is_mapped = true, .rights = rights}; });
                break;
            case 2:
                is_done = bool(space_->unmap(memory_, address_of(first), address_of(last)));
                if (is_done) each([](Page& page) { page = {}; });
                break;
            case 3: {
                bool has_hole = false;
                each([&](Page& page) { has_hole = has_hole || !page.is_mapped; });
                const auto done = space_->protect(memory_, address_of(first), address_of(last), rights);
                ASSERT_EQ(!done && done.error() == AnyError(ServerError::NotFound), has_hole) << step;
                is_done = bool(done);
                if (is_done)
                    each([&](Page& page) {
                        page.rights = rights;
                        page.is_own = page.is_own || rights == MapFlags::ReadWrite;
                    });
                break;
            }
            default: {
                const Access access = random() % 2 == 0 ? Access::Read : Access::Write;
                Page& page = pages_[first];
                const bool allowed = page.is_mapped && (std::uint64_t(page.rights) & std::uint64_t(access)) != 0;
                std::uint64_t* const word = touch(first, access);
                ASSERT_EQ(word != nullptr, allowed) << step;
                if (word == nullptr) break;
                touched++;
                ASSERT_EQ(*word, page.first) << step << " page " << first;
                if (access == Access::Write) *word = page.first = random();
            }
        }
        if (!is_done) {
            const Pages grown{.frames = space_->regions().page_count() - list_pages};
            ASSERT_EQ(space_->charged_pages(), before + grown) << step << ": a refusal changes nothing";
        }
        if (step % 512 == 0) {
            ASSERT_EQ(audit_memory(memory_), Broken::Nothing) << step;
            check_charges();
            for (std::uint64_t i = 0; i < pages_.size(); i++) {
                const Mapping* mapping = machine().look(space_->vspace(), address_of(i));
                if (mapping == nullptr) continue;
                ASSERT_EQ(std::uint64_t(mapping->flags) & ~std::uint64_t(pages_[i].rights), 0u) << step;
            }
        }
        if (random() % 20'000 == 0) {
            end();
            start();
        }
    }
    EXPECT_GT(refused, steps(1000u)) << "memory was never short";
    EXPECT_GT(touched, steps(100'000u));
    end();
    expect_all_free();
}

/// The image's own pages are never written, and those of others who run it are not changed.
TEST_F(Ranges, TextThatIsWrittenBecomesAnOwnCopy) {
    AddressSpace other;
    ASSERT_TRUE(begin(other));
    ASSERT_TRUE(space_->protect(memory_, address_of(3), address_of(5), MapFlags::ReadWrite));
    *touch(3, Access::Write) = 77;
    EXPECT_EQ(*touch(4, Access::Read), pages_[4].first);
    EXPECT_EQ(*touch(2, Access::Read), pages_[2].first);
    ASSERT_EQ(other.resolve(memory_, address_of(3), Access::Read), CrashKind::None);
    const Mapping* seen = machine().look(other.vspace(), address_of(3));
    EXPECT_EQ(*reinterpret_cast<std::uint64_t*>(machine().memory + seen->physical), pages_[3].first);
    other.destroy(memory_);
    end();
}

/// The list of regions is full: what needs more is refused, and what needs none works.
TEST_F(Ranges, FourThousandRegions) {
    unsigned made = space_->regions().count();
    for (std::uint64_t i = 0; made < RegionList::kMost; i++, made++) {
        const std::uint64_t at = kBase + (2 * i + 1) * kPageSize;
        const auto done = space_->map(memory_, {.start = at, .end = at + kPageSize, .kind = RegionKind::Device});
        ASSERT_TRUE(done) << i;
    }
    const Pages charged = space_->charged_pages();
    EXPECT_EQ(space_->map(memory_, anonymous(40'000, 40'001, kNone)).error(), AnyError(ServerError::TooMany));
    EXPECT_EQ(space_->unmap(memory_, address_of(4), address_of(5)).error(), AnyError(ServerError::TooMany));
    EXPECT_EQ(space_->protect(memory_, address_of(4), address_of(5), kNone).error(), AnyError(ServerError::TooMany));
    EXPECT_EQ(space_->charged_pages(), charged);
    EXPECT_TRUE(space_->unmap(memory_, kBase, kBase + 9000 * kPageSize));
    EXPECT_EQ(space_->regions().count(), 1u);
    EXPECT_TRUE(space_->unmap(memory_, address_of(4), address_of(5)));
    end();
    EXPECT_EQ(audit_memory(memory_), Broken::Nothing);
}

}  // namespace
}  // namespace glenda::factotum::test
