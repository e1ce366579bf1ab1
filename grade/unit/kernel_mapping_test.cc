// SPDX-License-Identifier: MIT
//
// kernel/mem/: frames and tables are mapped, protected, unmapped and deleted at random in three address spaces that
// come and go. After each step the page tables hold what a naive map says, nothing else can be reached, and each
// translation that went or changed has been flushed.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "kernel_test.h"
#include "mem/mapping.h"

namespace glenda::test {
namespace {

// --- identities -------------------------------------------------------------------------------------------------

TEST(AddressSpaces, IdentitiesAreNeverUsedTwice) {
    const auto spaces = std::make_unique<AddressSpaces>();
    std::vector<PageTable> roots(8);
    std::map<std::uint64_t, PageTable*> living;
    std::set<std::uint64_t> ever;
    std::mt19937 random{13};
    for (unsigned i = 0; i < 20'000; i++) {
        const unsigned target = i / 4000 % 2 == 0 ? kMaxSpaces - 1 : 3;  // fill up, run empty
        if (living.size() < target && random() % 8 != 0) {
            PageTable* const root = &roots[random() % roots.size()];
            const auto space = spaces->add(root);
            ASSERT_TRUE(space);
            ASSERT_NE(asid_of(*space), 0u);
            ASSERT_TRUE(ever.insert(*space).second);
            for (const auto& [other, unused] : living) ASSERT_NE(asid_of(other), asid_of(*space));
            living[*space] = root;
        } else if (!living.empty()) {
            const auto gone = std::next(living.begin(), random() % living.size());
            spaces->remove(gone->first);
            ASSERT_EQ(spaces->find(gone->first), nullptr);
            spaces->remove(gone->first);  // once more changes nothing
            living.erase(gone);
        }
        ASSERT_EQ(spaces->room(), kMaxSpaces - 1 - living.size());
        const std::uint64_t any = *std::next(ever.begin(), random() % ever.size());
        ASSERT_EQ(spaces->find(any), living.contains(any) ? living[any] : nullptr);
    }
    while (spaces->room() != 0) ASSERT_TRUE(spaces->add(&roots[0]));
    EXPECT_EQ(spaces->add(&roots[0]).error(), Error::TooManySpaces);
    EXPECT_EQ(spaces->find(0), nullptr);
}

TEST(AddressSpaces, Satp) { EXPECT_EQ(satp_of({0x8020'1000}, 5), 0x8000'5000'0008'0201u); }

// --- mappings ---------------------------------------------------------------------------------------------------

constexpr unsigned kSpaces = 3, kTables = 14, kFrames = 20;

class MappingModel : public KernelTest {
protected:
    /// A leaf of the naive map: which memory, how.
    struct Leaf {
        PhysAddr page;
        std::uint64_t flags;
        bool operator==(const Leaf&) const = default;
    };
    using Key = std::tuple<unsigned, std::uint64_t>;  // level, address
    struct Space {
        std::map<Key, Leaf> leaves;
        std::map<Key, unsigned> tables;  // level: of the entry that points to it; which table
    };
    Space spaces_[kSpaces];
    Capability vspaces_[kSpaces], tables_[kTables], frames_[kFrames];
    std::map<unsigned, std::pair<unsigned, Key>> where_;  // frame capability: space and place, as it remembers
    std::map<unsigned, unsigned> owner_;                  // frame or table (+100): the space that it remembers
    std::mt19937_64 random_{31};
    unsigned mapped_ = 0, missing_ = 0, protected_ = 0, unmapped_ = 0;

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

    static unsigned level_of(const Capability& frame) { return (frame.size_bits - kPageBits) / 9; }
    static std::uint64_t cut(std::uint64_t address, unsigned level) {
        return align_down(address, bit(level_bits(level)));
    }
    /// Addresses around two borders of gigabytes, and the last pages.
    VirtAddr any_address() {
        const std::uint64_t page = random_() % 3 * kPageSize + random_() % 2 * bit(kLargeFrameBits);
        if (random_() % 50 == 0) return {kUserEnd + random_() % 4 * kPageSize};
        return {(random_() % 3 == 0 ? kUserEnd - kGiB : random_() % 2 * kGiB) + page + (random_() % 20 == 0 ? 8 : 0)};
    }
    /// What lies at the address, looking from the root down to `level`: a leaf, or a missing table's entry level.
    bool is_taken(const Space& space, std::uint64_t address, unsigned level) const {
        for (unsigned at = kRootLevel;; at--) {
            const Key key{at, cut(address, at)};
            if (space.leaves.contains(key)) return true;
            if (at == level) return space.tables.contains(key);
            if (!space.tables.contains(key)) return false;
        }
    }
    /// The highest level at which a table is missing above `level`; `level` if none is.
    unsigned ends_at(const Space& space, std::uint64_t address, unsigned level) const {
        unsigned at = kRootLevel;
        while (at > level && space.tables.contains({at, cut(address, at)})) at--;
        return at;
    }
    Error flags_error(const Capability& frame, std::uint64_t flags) const {
        const bool write = (flags & 2) != 0, execute = (flags & 4) != 0;
        if (flags >= 8 || (flags & 1) == 0 || (write && execute)) return Error::BadArgument;
        if (execute && has(frame.flags, CapFlags::Device)) return Error::BadArgument;
        if (write && !has(frame.rights, Rights::Write)) return Error::NoRights;
        return Error::Ok;
    }
    std::uint64_t any_flags() {
        constexpr std::uint64_t kFlags[] = {1, 3, 5, 1, 3, 5, 0, 2, 4, 6, 7, 8, 9, bit(40) + 1};
        return kFlags[random_() % (random_() % 4 == 0 ? 14 : 6)];
    }

    void map_step(unsigned f, unsigned s) {
        Capability& frame = frames_[f];
        const VirtAddr address =
            random_() % 8 == 0 ? any_address() : VirtAddr{cut(any_address().value, level_of(frame))};
        const std::uint64_t flags = any_flags();
        const MapResult result = map_frame(frame, vspaces_[s], address, flags);
        const unsigned level = level_of(frame);
        Space& space = spaces_[s];
        const Key key{level, address.value};
        if (where_.contains(f)) {
            ASSERT_EQ(result.error, Error::AlreadyMapped);
        } else if (const Error error = flags_error(frame, flags); error != Error::Ok) {
            ASSERT_EQ(result.error, error);
        } else if (address.value >= kUserEnd) {
            ASSERT_EQ(result.error, Error::BadArgument);
        } else if (cut(address.value, level) != address.value) {
            ASSERT_EQ(result.error, Error::NotAligned);
        } else if (is_taken(space, address.value, level)) {
            ASSERT_EQ(result.error, Error::AlreadyMapped);
        } else if (const unsigned end = ends_at(space, address.value, level); end != level) {
            ASSERT_EQ(result.error, Error::MissingTable);
            ASSERT_EQ(result.missing_level, end - 1);
            missing_++;
        } else {
            ASSERT_EQ(result.error, Error::Ok);
            space.leaves[key] = {to_physical(frame.object), flags};
            where_[f] = {s, key};
            mapped_++;
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
        const Error error = protect_frame(frames_[f], flags);
        const auto leaf = leaf_of(f);
        const Error refused = flags_error(frames_[f], flags);
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
        const Error error = map_table(tables_[t], vspaces_[s], address);
        if (owner_.contains(t)) {
            ASSERT_EQ(error, Error::AlreadyMapped);
            return;
        }
        if (address.value >= kUserEnd) {
            ASSERT_EQ(error, Error::BadArgument);
            return;
        }
        Space& space = spaces_[s];
        const unsigned level = ends_at(space, address.value, 0);
        const Key key{level, cut(address.value, level)};
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
            Space& space = spaces_[s];
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
    for (unsigned i = 0; i < 30'000; i++) {
        step();
        if (HasFatalFailure()) FAIL() << "in step " << i;
        check();
        if (HasFatalFailure()) FAIL() << "after step " << i;
    }
    EXPECT_GT(mapped_, 1000u);
    EXPECT_GT(missing_, 300u);
    EXPECT_GT(protected_, 300u);
    EXPECT_GT(unmapped_, 300u);
}

// --- by system calls --------------------------------------------------------------------------------------------

class MappingTest : public KernelTest {
protected:
    static constexpr CPtr kFrame = 20, kTables = 30, kSpace = 40;
    static constexpr std::uint64_t kAt = 0x12'3456'7000;

    void SetUp() override {
        make(CapType::Frame, kFrame, kFrameBits, 2);
        make(CapType::PageTable, kTables, 0, 3);
        make(CapType::VSpace, kSpace);
    }
    void map_tables(CPtr space = kSpace) {
        for (const CPtr table : {kTables, kTables + 1})
            ASSERT_EQ(call(table, PageTableMethod::Map, {space, kAt}), Error::Ok);
    }
    Error map(CPtr frame, std::uint64_t at = kAt, std::uint64_t flags = kReadWrite, CPtr space = kSpace) {
        return call(frame, FrameMethod::Map, {space, at, flags});
    }
    Error look(std::uint64_t at = kAt, CPtr space = kSpace) { return call(space, VSpaceMethod::Info, {at}); }
};

TEST_F(MappingTest, TheKernelSaysWhichTableIsMissing) {
    EXPECT_EQ(map(kFrame), Error::MissingTable);
    EXPECT_EQ(root().word(0), 1u);
    ASSERT_EQ(call(kTables, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
    EXPECT_EQ(map(kFrame), Error::MissingTable);
    EXPECT_EQ(root().word(0), 0u);
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
    ASSERT_EQ(map(kFrame), Error::Ok);
    EXPECT_EQ(call(kTables + 2, PageTableMethod::Map, {kSpace, kAt}), Error::AlreadyMapped);
    ASSERT_EQ(look(), Error::Ok);
    EXPECT_EQ(root().word(0), to_physical(slot(kFrame).cap.object).value);
    EXPECT_EQ(root().word(1), kReadWrite);
    EXPECT_EQ(root().word(2), kFrameBits);
}

TEST_F(MappingTest, DeletingTheCapabilityEndsTheMapping) {
    map_tables();
    ASSERT_EQ(map(kFrame), Error::Ok);
    const unsigned asid = asid_of(slot(kSpace).cap.space);
    machine.flushes.clear();
    ASSERT_EQ(remove(kFrame), Error::Ok);
    EXPECT_EQ(look(), Error::NotMapped);
    EXPECT_TRUE(machine.was_flushed({kAt}, asid));
}

TEST_F(MappingTest, DeletingATableEndsAllMappingsInIt) {
    map_tables();
    ASSERT_EQ(map(kFrame), Error::Ok);
    const unsigned asid = asid_of(slot(kSpace).cap.space);
    machine.flushes.clear();
    ASSERT_EQ(remove(kTables), Error::Ok);  // the upper one
    EXPECT_EQ(look(), Error::NotMapped);
    EXPECT_TRUE(machine.was_flushed({kAt}, asid));
    EXPECT_EQ(call(kFrame, FrameMethod::Protect, {1}), Error::NotMapped);
    EXPECT_EQ(call(kFrame, FrameMethod::Unmap), Error::Ok);  // it remembered a mapping
    EXPECT_EQ(call(kFrame, FrameMethod::Unmap), Error::NotMapped);
    EXPECT_EQ(call(kTables + 1, PageTableMethod::Map, {kSpace, kAt}), Error::AlreadyMapped);
    EXPECT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
    EXPECT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::NotMapped);
    EXPECT_EQ(call(kTables + 1, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
}

TEST_F(MappingTest, AFrameOfASpaceThatIsGoneTouchesNoOther) {
    map_tables();
    ASSERT_EQ(map(kFrame), Error::Ok);
    const unsigned asid = asid_of(slot(kSpace).cap.space);
    ASSERT_EQ(remove(kSpace), Error::Ok);
    EXPECT_TRUE(machine.was_flushed({0}, asid));
    // Spaces come and go until the ASID is used again; the new space maps the same memory at the same place.
    for (std::uint64_t other = 0; asid_of(other) != kMaxSpaces - 1;) {
        other = *address_spaces.add(&object<PageTable>(kVSpace));
        address_spaces.remove(other);
    }
    make(CapType::VSpace, 41);
    ASSERT_EQ(asid_of(slot(41).cap.space), asid);
    copy(kFrame, 22);
    call(kTables, PageTableMethod::Unmap);
    call(kTables + 1, PageTableMethod::Unmap);
    map_tables(41);
    ASSERT_EQ(map(22, kAt, kReadWrite, 41), Error::Ok);
    EXPECT_EQ(call(kFrame, FrameMethod::Protect, {1}), Error::NotMapped);
    ASSERT_EQ(remove(kFrame), Error::Ok);
    EXPECT_EQ(look(kAt, 41), Error::Ok);
}

TEST_F(MappingTest, InstructionsAreFetchedAnew) {
    map_tables();
    EXPECT_EQ(map(kFrame, kAt, word_of(MapFlags::Read)), Error::Ok);
    EXPECT_EQ(machine.instruction_flushes, 0u);
    EXPECT_EQ(call(kFrame, FrameMethod::Protect, {word_of(MapFlags::ReadExecute)}), Error::Ok);
    EXPECT_EQ(machine.instruction_flushes, 1u);
    EXPECT_EQ(map(kFrame + 1, kAt + kPageSize, word_of(MapFlags::ReadExecute)), Error::Ok);
    EXPECT_EQ(machine.instruction_flushes, 2u);
}

TEST_F(MappingTest, Errors) {
    using enum Error;
    map_tables();
    EXPECT_EQ(call(kFrame, FrameMethod::Map, {kSpace, kAt}), MessageTooShort);
    EXPECT_EQ(call(kFrame, FrameMethod::Protect), MessageTooShort);
    EXPECT_EQ(call(kFrame, FrameMethod(9)), BadMethod);
    EXPECT_EQ(map(kFrame, kAt, kReadWrite, 999), InvalidCapability);
    EXPECT_EQ(map(kFrame, kAt, kReadWrite, kFrame), WrongType);
    EXPECT_EQ(map(kFrame, kAt + 8), NotAligned);
    EXPECT_EQ(map(kFrame, kUserEnd), BadArgument);
    EXPECT_EQ(map(kFrame, ~mask(12)), BadArgument);
    copy(kSpace, 41, Rights::Read);
    EXPECT_EQ(map(kFrame, kAt, kReadWrite, 41), NoRights);
    copy(kSpace, 42, Rights::Write);
    EXPECT_EQ(look(kAt, 42), NoRights);
    copy(kFrame, 22, Rights::Write);
    EXPECT_EQ(map(22), NoRights);
    EXPECT_EQ(look(kUserEnd), BadArgument);
    EXPECT_EQ(look(), NotMapped);
    EXPECT_EQ(call(kSpace, VSpaceMethod::Info), MessageTooShort);
    EXPECT_EQ(call(kSpace, VSpaceMethod(9)), BadMethod);
    EXPECT_EQ(call(kTables + 2, PageTableMethod::Map, {kSpace}), MessageTooShort);
    EXPECT_EQ(call(kTables + 2, PageTableMethod::Map, {kSpace, kUserEnd}), BadArgument);
    EXPECT_EQ(call(kTables + 2, PageTableMethod::Map, {41, kAt}), NoRights);
    EXPECT_EQ(call(kTables + 2, PageTableMethod(9)), BadMethod);
    EXPECT_EQ(call(kTables, PageTableMethod::Map, {kSpace, 0}), AlreadyMapped);
    ASSERT_EQ(call(kFrame, FrameMethod::Info), Ok);
    EXPECT_EQ(root().word(1), kFrameBits);
    EXPECT_EQ(root().word(2), 0u);
}

}  // namespace
}  // namespace glenda::test
