// SPDX-License-Identifier: MIT
//
// Tests kernel/mem/mapping.h against a model. Frames and tables are mapped, protected, unmapped and deleted at random,
// in three address spaces that come and go. After each step the page tables hold what a naive map says, nothing else
// can be reached, and every translation that ended or changed has been flushed.
#include <algorithm>
#include <optional>

#include "kernel_test.h"
#include "model/naive_space.h"
#include "steps.h"

namespace glenda::test {
namespace {

constexpr std::uint64_t kReplace = word_of(MapFlags::Replace);
constexpr unsigned kSpaces = 3, kTables = 14, kFrames = 20;

class MappingModel : public KernelTest {
protected:
    using Key = NaiveSpace::Key;
    NaiveSpace spaces_[kSpaces];
    Capability vspaces_[kSpaces], tables_[kTables], frames_[kFrames];
    std::map<unsigned, std::pair<unsigned, Key>> where_;  // frame capability: space and place, as it remembers
    std::map<unsigned, unsigned> owner_;                  // frame or table (+100): the space that it remembers
    std::mt19937_64 random_{31};
    unsigned mapped_ = 0, replaced_ = 0, missing_ = 0, protected_ = 0, unmapped_ = 0;

    void SetUp() override {
        PhysAddr next = host::kRamBegin + bit(kUntypedBits);
        const auto take = [&] {
            next = next + kPageSize;
            return to_pointer(next);
        };
        for (unsigned s = 0; s < kSpaces; s++) new_space(s, take());
        for (Capability& table : tables_) {
            table.type = CapType::PageTable;
            table.object = take();
        }
        // Frames of three sizes; each is there twice, as two capabilities to the same memory.
        for (unsigned f = 0; f < kFrames; f++) {
            constexpr std::uint8_t kSizes[] = {kFrameBits, kFrameBits, kFrameBits, kLargeFrameBits, kHugeFrameBits};
            frames_[f].type = CapType::Frame;
            frames_[f].rights = f % 7 == 0 ? Rights::Read : Rights::All;
            frames_[f].size_bits = kSizes[f / 2 % 5];
            frames_[f].object = to_pointer(PhysAddr{(f / 2 + 1) * kGiB});  // never touched
            if (f / 2 % 4 == 3) frames_[f].flags = CapFlags::Device;
        }
    }
    void new_space(unsigned s, void* memory) {
        vspaces_[s] = {};
        vspaces_[s].type = CapType::VSpace;
        vspaces_[s].object = memory;
        vspaces_[s].as<PageTable>() = PageTable{};
        create_space(vspaces_[s]);
        spaces_[s] = {};
    }

    /// Addresses around two borders of gigabytes, and the last pages.
    VirtAddr any_address() {
        const std::uint64_t page = random_() % 3 * kPageSize + random_() % 2 * bit(kLargeFrameBits);
        if (random_() % 50 == 0) return {kUserEnd + random_() % 4 * kPageSize};
        return {(random_() % 3 == 0 ? kUserEnd - kGiB : random_() % 2 * kGiB) + page + (random_() % 20 == 0 ? 8 : 0)};
    }
    std::uint64_t any_flags() {
        constexpr std::uint64_t kFlags[] = {1, 3, 5, 1, 3, 5, 9, 11, 13, 0, 2, 4, 6, 7, 8, 15, 16, bit(40) + 1};
        return kFlags[random_() % (random_() % 4 == 0 ? 18 : 9)];
    }

    void map_step(unsigned f, unsigned s) {
        Capability& frame = frames_[f];
        const VirtAddr address = random_() % 8 == 0
                                     ? any_address()
                                     : VirtAddr{NaiveSpace::cut(any_address().value, NaiveSpace::level_of(frame))};
        const std::uint64_t flags = any_flags();
        const Place place{vspaces_[s], address, flags};
        const Result<Pte*> result = find_place(frame, place);
        const bool replaces = (flags & kReplace) != 0;
        const unsigned level = NaiveSpace::level_of(frame);
        NaiveSpace& space = spaces_[s];
        const Key key{level, address.value};
        const auto own = leaf_of(f);
        const bool may_end = replaces && space.leaves.contains(key) && (level == 0 || own == std::pair(s, key));
        if (where_.contains(f) && !replaces) {
            ASSERT_EQ(result.error(), Error::AlreadyMapped);
        } else if (const Error error = NaiveSpace::flags_error(frame, flags & ~kReplace); error != Error::Ok) {
            ASSERT_EQ(result.error(), error);
        } else if (address.value >= kUserEnd) {
            ASSERT_EQ(result.error(), Error::BadArgument);
        } else if (NaiveSpace::cut(address.value, level) != address.value) {
            ASSERT_EQ(result.error(), Error::NotAligned);
        } else if (space.is_taken(address.value, level) && !may_end) {
            ASSERT_EQ(result.error(), Error::AlreadyMapped);
        } else if (const unsigned end = space.ends_at(address.value, level); end != level) {
            ASSERT_EQ(result.error(), Error::MissingTable);
            ASSERT_EQ(missing_level(vspaces_[s], address), end - 1);
            missing_++;
        } else {
            ASSERT_EQ(result.error(), Error::Ok);
            if (replaces) unmap_frame(frame);
            map_frame(frame, place, **result);
            announce(place, address + bit(frame.size_bits));
            if (own) spaces_[own->first].leaves.erase(own->second);
            replaced_ += space.leaves.contains(key) || own ? 1 : 0;
            space.leaves[key] = {to_physical(frame.object), flags & ~kReplace};
            where_[f] = {s, key};
            mapped_++;
            ASSERT_TRUE(was_flushed(s, address.value));
        }
    }
    /// The leaf that the capability made, or another of the same memory at the same place.
    std::optional<std::pair<unsigned, Key>> leaf_of(unsigned f) {
        if (!where_.contains(f)) return {};
        const auto [s, key] = where_[f];
        if (s >= kSpaces) return {};  // the space has gone
        const auto leaf = spaces_[s].leaves.find(key);
        if (leaf == spaces_[s].leaves.end() || leaf->second.page != to_physical(frames_[f].object)) return {};
        return where_[f];
    }
    void protect_step(unsigned f) {
        const std::uint64_t flags = any_flags();
        const Error error = protect_frame(frames_[f], flags).error();
        const auto leaf = leaf_of(f);
        const Error refused = NaiveSpace::flags_error(frames_[f], flags);
        ASSERT_EQ(error, !leaf ? Error::NotMapped : refused);
        if (error != Error::Ok) return;
        spaces_[leaf->first].leaves[leaf->second].flags = flags;
        protected_++;
        ASSERT_TRUE(was_flushed(leaf->first, std::get<1>(leaf->second)));
    }
    void unmap_step(unsigned f) {
        unmap_frame(frames_[f]);
        ASSERT_EQ(frames_[f].space, 0u);
        if (const auto leaf = leaf_of(f)) {
            spaces_[leaf->first].leaves.erase(leaf->second);
            ASSERT_TRUE(was_flushed(leaf->first, std::get<1>(leaf->second)));
            unmapped_++;
        }
        where_.erase(f);
    }
    bool was_flushed(unsigned s, std::uint64_t address) const {
        return machine.was_flushed({address}, asid_of(vspaces_[s].space));
    }
    void map_table_step(unsigned t, unsigned s) {
        const VirtAddr address = any_address();
        const Error error = map_table(tables_[t], vspaces_[s], address).error();
        if (owner_.contains(t)) {
            ASSERT_EQ(error, Error::AlreadyMapped);
            return;
        }
        if (address.value >= kUserEnd) {
            ASSERT_EQ(error, Error::BadArgument);
            return;
        }
        NaiveSpace& space = spaces_[s];
        const unsigned level = space.ends_at(address.value, 0);
        const Key key{level, NaiveSpace::cut(address.value, level)};
        if (level == 0 || space.leaves.contains(key)) {
            ASSERT_EQ(error, Error::AlreadyMapped);
            return;
        }
        ASSERT_EQ(error, Error::Ok);
        space.tables[key] = t;
        owner_[t] = s;
    }
    void unmap_table_step(unsigned t) {
        unmap_table(tables_[t]);
        ASSERT_EQ(tables_[t].space, 0u);
        for (const Pte& entry : tables_[t].as<PageTable>().entries) ASSERT_FALSE(entry.is_valid());
        owner_.erase(t);
        for (unsigned s = 0; s < kSpaces; s++) {
            NaiveSpace& space = spaces_[s];
            const auto found = std::find_if(space.tables.begin(), space.tables.end(),
                                            [&](const auto& entry) { return entry.second == t; });
            if (found == space.tables.end()) continue;
            const auto [level, begin] = found->first;
            const std::uint64_t end = begin + bit(level_bits(level));
            space.tables.erase(found);
            const auto is_below = [&, level = level, begin = begin](const auto& entry) {
                const auto [at, address] = entry.first;
                return at < level && begin <= address && address < end;
            };
            for (const auto& leaf : space.leaves)
                ASSERT_TRUE(!is_below(leaf) || was_flushed(s, std::get<1>(leaf.first)));
            std::erase_if(space.leaves, is_below);
            std::erase_if(space.tables, is_below);  // they keep remembering where they were
        }
    }
    /// The VSpace goes and its memory becomes another one.
    void replace_space(unsigned s) {
        const unsigned asid = asid_of(vspaces_[s].space);
        destroy_space(vspaces_[s]);
        ASSERT_TRUE(machine.was_flushed({0}, asid));
        for (auto& [f, place] : where_)
            if (place.first == s) place.first = kSpaces;
        new_space(s, vspaces_[s].object);
    }

    void check_table(unsigned s, const PageTable& table, unsigned level, std::uint64_t begin, unsigned& leaves) {
        const unsigned count = level == kRootLevel ? kTableEntries / 2 : kTableEntries;
        for (unsigned i = 0; i < count; i++) {
            const Pte entry = table.entries[i];
            if (!entry.is_valid()) continue;
            const Key key{level, begin + i * bit(level_bits(level))};
            if (entry.is_table()) {
                ASSERT_TRUE(spaces_[s].tables.contains(key));
                ASSERT_EQ(entry.address(), to_physical(tables_[spaces_[s].tables[key]].object));
                check_table(s, *to_pointer<PageTable>(entry.address()), level - 1, std::get<1>(key), leaves);
                if (HasFatalFailure()) return;
                continue;
            }
            const auto leaf = spaces_[s].leaves.find(key);
            ASSERT_NE(leaf, spaces_[s].leaves.end());
            ASSERT_EQ(entry.address(), leaf->second.page);
            ASSERT_EQ(entry.map_flags(), leaf->second.flags);
            ASSERT_EQ(entry.flags() & Pte::kUser, Pte::kUser);
            leaves++;
        }
    }
    void check() {
        for (unsigned s = 0; s < kSpaces; s++) {
            unsigned leaves = 0;
            check_table(s, vspaces_[s].as<PageTable>(), kRootLevel, 0, leaves);
            if (HasFatalFailure()) return;
            ASSERT_EQ(leaves, spaces_[s].leaves.size());
            ASSERT_EQ(vspaces_[s].as<PageTable>().entries[kTableEntries / 2].flags(),
                      kernel_root->entries[kTableEntries / 2].flags());
        }
    }
    void step() {
        machine.flushes.clear();
        const unsigned s = random_() % kSpaces, f = random_() % kFrames, t = random_() % kTables;
        const unsigned choice = random_() % 100;
        if (choice < 45) return map_step(f, s);
        if (choice < 55) return protect_step(f);
        if (choice < 68) return unmap_step(f);
        if (choice < 92) return map_table_step(t, s);
        if (choice < 98 || random_() % 4 != 0) return unmap_table_step(t);
        replace_space(s);
    }
};

TEST_F(MappingModel, RandomOperationsMatch) {
    for (unsigned i = 0; i < steps(100'000u); i++) {
        step();
        if (HasFatalFailure()) FAIL() << "in step " << i;
        check();
        if (HasFatalFailure()) FAIL() << "after step " << i;
    }
    EXPECT_GT(mapped_, steps(2'500u));
    EXPECT_GT(missing_, steps(750u));
    EXPECT_GT(replaced_, steps(250u));
    EXPECT_GT(protected_, steps(750u));
    EXPECT_GT(unmapped_, steps(750u));
}

}  // namespace
}  // namespace glenda::test
