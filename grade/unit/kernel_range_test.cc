// SPDX-License-Identifier: MIT
//
// kernel/mem/range.h and the runs of Frame::Map, by system calls: mapping, unmapping and replacing many pages at once.
#include "kernel_test.h"
#include "mem/mapping.h"

namespace glenda::test {
namespace {

using enum Error;

constexpr auto kRead = word_of(MapFlags::Read), kExecute = word_of(MapFlags::ReadExecute);
constexpr std::uint64_t kReplace = word_of(MapFlags::Replace);

class RangeTest : public KernelTest {
protected:
    static constexpr CPtr kSpace = 20, kTables = 30, kFrames = 100, kLarge = 60;
    static constexpr unsigned kPages = 160;
    /// The end of a 2 MiB region, with frames on both sides of it.
    static constexpr std::uint64_t kBorder = 0x12'3460'0000, kAt = kBorder - 16 * kPageSize;

    void SetUp() override {
        make(CapType::VSpace, kSpace);
        make(CapType::PageTable, kTables, 0, 4);
        make(CapType::Frame, kFrames, kFrameBits, 40);
        for (unsigned i = 40; i < kPages; i += 40) make(CapType::Frame, kFrames + i, kFrameBits, 40);
        for (const CPtr table : {kTables, kTables + 1}) ASSERT_EQ(call(table, PageTableMethod::Map, {kSpace, kAt}), Ok);
        ASSERT_EQ(call(kTables + 2, PageTableMethod::Map, {kSpace, kBorder}), Ok);
    }
    Error map(CPtr frame, std::uint64_t at, std::uint64_t flags = kReadWrite) {
        return call(frame, FrameMethod::Map, {kSpace, at, flags});
    }
    Error map_run(CPtr frame, std::uint64_t at, std::uint64_t count, std::uint64_t flags = kReadWrite) {
        return call(frame, FrameMethod::Map, {kSpace, at, flags, count});
    }
    Error unmap(std::uint64_t at, std::uint64_t pages) { return call(kSpace, VSpaceMethod::Unmap, {at, pages}); }
    Error protect(std::uint64_t at, std::uint64_t pages, std::uint64_t flags) {
        return call(kSpace, VSpaceMethod::Protect, {at, pages, flags});
    }
    /// The MapFlags of the mapping at this address, 0 if there is none.
    std::uint64_t rights_at(std::uint64_t at) {
        return call(kSpace, VSpaceMethod::Info, {at}) == Ok ? root().word(1) : 0;
    }
    PhysAddr page_at(std::uint64_t at) {
        EXPECT_EQ(call(kSpace, VSpaceMethod::Info, {at}), Ok);
        return {root().word(0)};
    }
    void map_all() {
        for (unsigned i = 0; i < kPages; i++) ASSERT_EQ(map(kFrames + i, kAt + i * kPageSize), Ok);
    }
    /// Checks that pages first to end - 1 have these rights, and the others those of map_all().
    void expect_rights(unsigned first, unsigned end, std::uint64_t rights) {
        for (unsigned i = 0; i < kPages; i++)
            EXPECT_EQ(rights_at(kAt + i * kPageSize), first <= i && i < end ? rights : kReadWrite) << i;
    }
    unsigned asid() const { return asid_of(slot(kSpace).cap.space); }
};

TEST_F(RangeTest, UnmapTakesWhatIsInTheRangeAndNothingElse) {
    map_all();
    machine.flushes.clear();
    ASSERT_EQ(unmap(kAt + 3 * kPageSize, 40), Ok);
    EXPECT_TRUE(machine.was_flushed({kAt + 3 * kPageSize}, asid()));
    EXPECT_TRUE(machine.was_flushed({kAt + 42 * kPageSize}, asid()));
    EXPECT_EQ(root().word(1), 40u);  // unchanged
    expect_rights(3, 43, 0);
    // The capabilities still record their mappings, but these no longer exist.
    EXPECT_EQ(call(kFrames + 3, FrameMethod::Protect, {kRead}), NotMapped);
    EXPECT_EQ(map(kFrames + 3, kAt), AlreadyMapped);
    EXPECT_EQ(call(kFrames + 3, FrameMethod::Unmap), Ok);
    EXPECT_EQ(map(kFrames + 3, kAt + 3 * kPageSize), Ok);
}

TEST_F(RangeTest, ProtectOnlyTakesRightsAway) {
    map_all();
    ASSERT_EQ(map(kFrames, kAt, kExecute | kReplace), Ok);
    ASSERT_EQ(protect(kAt, 2, kReadWrite), Ok);
    EXPECT_EQ(rights_at(kAt), kRead);  // from executable to writable: neither right remains
    EXPECT_EQ(rights_at(kAt + kPageSize), kReadWrite);
    machine.flushes.clear();
    ASSERT_EQ(protect(kAt, 20, kRead), Ok);
    EXPECT_TRUE(machine.was_flushed({kAt + 19 * kPageSize}, asid()));
    expect_rights(0, 20, kRead);
    ASSERT_EQ(protect(kAt, 20, kReadWrite), Ok);
    ASSERT_EQ(protect(kAt, 20, kExecute), Ok);
    expect_rights(0, 20, kRead);
    EXPECT_EQ(page_at(kAt + 5 * kPageSize), to_physical(slot(kFrames + 5).cap.object));
    EXPECT_EQ(call(kFrames, FrameMethod::Protect, {kReadWrite}), Ok);  // the frame's capability can restore the right
}

TEST_F(RangeTest, HolesAreNoErrorAndCostLittle) {
    ASSERT_EQ(map(kFrames, kAt), Ok);
    machine.checks_before_interrupt = 0;  // each piece of the work ends with a preemption
    EXPECT_EQ(unmap(0, kUserEnd / kPageSize), Ok);
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(rights_at(kAt), 0u);
    // 256 root entries and the three existing tables, in pieces of 128.
    EXPECT_LE(preemptions(), (256 + 3 * 512) / 128 + 2);
}

TEST_F(RangeTest, PreemptedAnywhereItGoesOnWhereItWas) {
    for (std::uint64_t checks = 0; checks < 3; checks++) {
        map_all();
        machine.checks_before_interrupt = checks;
        const unsigned before = preemptions();
        EXPECT_EQ(checks % 2 == 0 ? unmap(kAt, kPages) : protect(kAt, kPages, kRead), Ok);
        machine.checks_before_interrupt = host::kNever;
        EXPECT_EQ(preemptions() > before, checks == 0);  // 160 pages are two pieces
        EXPECT_EQ(root().word(1), kPages);
        expect_rights(0, kPages, checks % 2 == 0 ? 0 : kRead);
        for (unsigned i = 0; i < kPages; i++) EXPECT_EQ(call(kFrames + i, FrameMethod::Unmap), Ok);
    }
}

/// Pages that others map meanwhile are unmapped too if they are above the current position, but not below it.
TEST_F(RangeTest, OthersMayMapInBetween) {
    Tcb& other = make_thread(40);
    map_all();
    machine.checks_before_interrupt = 0;
    const auto label = static_cast<std::uint64_t>(VSpaceMethod::Unmap);
    ASSERT_FALSE(enter(root(), Syscall::Call, kSpace, Tag(label, 2), {kAt, kPages}));
    ASSERT_EQ(call(other, kFrames, FrameMethod::Unmap), Ok);
    ASSERT_EQ(call(other, kFrames, FrameMethod::Map, {kSpace, kAt, kReadWrite}), Ok);
    while (!enter_again(root())) {
    }
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(root().tag().as_error(), Ok);
    EXPECT_EQ(rights_at(kAt), kReadWrite);
    for (unsigned i = 1; i < kPages; i++) EXPECT_EQ(rights_at(kAt + i * kPageSize), 0u);
}

TEST_F(RangeTest, ALargePageIsNotDivided) {
    constexpr std::uint64_t kLargeSize = bit(kLargeFrameBits), kAtLarge = kBorder + kLargeSize;
    make(CapType::Frame, kLarge, kLargeFrameBits);
    ASSERT_EQ(map(kLarge, kAtLarge), Ok);
    ASSERT_EQ(map(kFrames, kAtLarge - kPageSize), Ok);
    EXPECT_EQ(unmap(kAtLarge - kPageSize, 2), NotAligned);
    EXPECT_EQ(unmap(kAtLarge, 511), NotAligned);
    EXPECT_EQ(unmap(kAtLarge + kPageSize, 511), NotAligned);
    EXPECT_EQ(protect(kAtLarge + kPageSize, 5, kRead), NotAligned);
    EXPECT_EQ(rights_at(kAtLarge - kPageSize), kReadWrite);  // unchanged
    EXPECT_EQ(rights_at(kAtLarge), kReadWrite);
    EXPECT_EQ(protect(kAtLarge, 512, kRead), Ok);
    EXPECT_EQ(rights_at(kAtLarge), kRead);
    EXPECT_EQ(rights_at(kAtLarge - kPageSize), kReadWrite);
    EXPECT_EQ(unmap(kAtLarge - kPageSize, 513), Ok);
    EXPECT_EQ(rights_at(kAtLarge), 0u);
    EXPECT_EQ(rights_at(kAtLarge - kPageSize), 0u);
}

TEST_F(RangeTest, BadRanges) {
    map_all();
    for (const auto method : {VSpaceMethod::Unmap, VSpaceMethod::Protect}) {
        const auto range = [&](std::uint64_t at, std::uint64_t pages) {
            return call(kSpace, method, {at, pages, kRead});
        };
        EXPECT_EQ(range(kAt + 8, 1), NotAligned);
        EXPECT_EQ(range(kAt, 0), BadArgument);
        EXPECT_EQ(range(kUserEnd, 1), BadArgument);
        EXPECT_EQ(range(kUserEnd - kPageSize, 2), BadArgument);
        EXPECT_EQ(range(~mask(kPageBits), 1), BadArgument);
        EXPECT_EQ(range(kAt, mask(32)), BadArgument);
        EXPECT_EQ(range(kAt, bit(32) + 1), BadArgument);  // claims more progress than there are pages
        EXPECT_EQ(range(kAt, bit(63) + 2), BadArgument);
        EXPECT_EQ(range(kUserEnd - kPageSize, 1), Ok);
        copy(kSpace, 50, Rights::Read);
        EXPECT_EQ(call(50, method, {kAt, 1, kRead}), NoRights);
        remove(50);
    }
    for (const std::uint64_t flags : {0u, 2u, 4u, 6u, 7u, 8u, 9u, 11u}) EXPECT_EQ(protect(kAt, 1, flags), BadArgument);
    EXPECT_EQ(call(kSpace, VSpaceMethod::Unmap, {kAt}), MessageTooShort);
    EXPECT_EQ(call(kSpace, VSpaceMethod::Protect, {kAt, 1}), MessageTooShort);
    EXPECT_EQ(call(kSpace, VSpaceMethod(4)), BadMethod);
    expect_rights(0, 0, 0);
}

TEST_F(RangeTest, ARunOfFrames) {
    machine.flushes.clear();
    ASSERT_EQ(map_run(kFrames, kAt, kMaxRunLength), Ok);
    for (unsigned i = 0; i < kMaxRunLength; i++) {
        EXPECT_EQ(page_at(kAt + i * kPageSize), to_physical(slot(kFrames + i).cap.object));
        EXPECT_EQ(slot(kFrames + i).cap.mapped_at, kAt + i * kPageSize);
        EXPECT_TRUE(machine.was_flushed({kAt + i * kPageSize}, asid()));
    }
    EXPECT_EQ(rights_at(kAt + kMaxRunLength * kPageSize), 0u);
}

TEST_F(RangeTest, ARunIsMappedAllOrNothing) {
    EXPECT_EQ(map_run(kFrames, kAt, 0), BadArgument);
    EXPECT_EQ(map_run(kFrames, kAt, kMaxRunLength + 1), BadArgument);
    EXPECT_EQ(map_run(kFrames, kAt, bit(32) + 1), BadArgument);
    ASSERT_EQ(map(kFrames + 150, kAt + 3 * kPageSize), Ok);
    EXPECT_EQ(map_run(kFrames, kAt, 4), AlreadyMapped);                        // the last one's address
    EXPECT_EQ(map_run(kFrames + 149, kAt + 8 * kPageSize, 2), AlreadyMapped);  // the last one itself
    EXPECT_EQ(map_run(kFrames + kPages - 2, kAt + 8 * kPageSize, 3), InvalidCapability);
    make(CapType::PageTable, kFrames + kPages);
    EXPECT_EQ(map_run(kFrames + kPages - 2, kAt + 8 * kPageSize, 3), WrongType);
    copy(kFrames, 90, Rights::All);
    copy(kFrames, 91, Rights::Read);
    EXPECT_EQ(map_run(90, kAt + 8 * kPageSize, 2), NoRights);
    EXPECT_EQ(map_run(kFrames, kUserEnd - kPageSize, 2), MissingTable);
    // The table of the last page is missing; the reply gives its level.
    const std::uint64_t before_gap = kBorder + bit(kLargeFrameBits) - 2 * kPageSize;
    EXPECT_EQ(map_run(kFrames, before_gap, 3), MissingTable);
    EXPECT_EQ(root().word(0), 0u);
    EXPECT_EQ(root().word(1), before_gap + 2 * kPageSize);
    for (unsigned i = 0; i < 12; i++) EXPECT_EQ(rights_at(kAt + i * kPageSize), i == 3 ? kReadWrite : 0);
    for (const CPtr frame : {kFrames, kFrames + 1, kFrames + kPages - 2, CPtr{90}})
        EXPECT_EQ(slot(frame).cap.space, 0u);
}

/// Pointers past the end of the CNode continue in another CNode, which is not adjacent in memory.
TEST_F(RangeTest, ARunEndsWithItsCNode) {
    make(CapType::CNode, 50, 3);
    for (std::uint64_t i = 4; i < 8; i++) ASSERT_EQ(call(50, CNodeMethod::Move, {i, kCNode, kFrames + i}), Ok);
    make(CapType::CNode, 51, 4);
    for (std::uint64_t i = 3; i < 5; i++)
        ASSERT_EQ(call(51, CNodeMethod::Mint, {i, kCNode, 50, word_of(Rights::All), 0, 0}), Ok);
    ASSERT_EQ(call(51, CNodeMethod::Copy, {1, kCNode, kSpace, word_of(Rights::All)}), Ok);
    ASSERT_EQ(call(kCNode, CNodeMethod::Mint, {52, kCNode, 51, word_of(Rights::All), 0, 57}), Ok);
    Tcb& thread = make_thread(40);
    ASSERT_EQ(call(50, CNodeMethod::Copy, {1, kCNode, kSpace, word_of(Rights::All)}), Ok);
    ASSERT_EQ(call(40, TcbMethod::Configure, {52, 0, 0, 0, 0}), Ok);
    const auto run = [&](std::uint64_t count) {
        return call(thread, 3 << 3 | 4, FrameMethod::Map, {3 << 3 | 1, kAt, kReadWrite, count});
    };
    EXPECT_EQ(run(5), InvalidCapability);   // index 0 of the next
    EXPECT_EQ(run(10), InvalidCapability);  // index 5 of the next: a frame, but not the adjacent one
    EXPECT_EQ(run(4), Ok);
}

TEST_F(RangeTest, ReplaceEndsWhatIsThere) {
    ASSERT_EQ(map(kFrames, kAt), Ok);
    ASSERT_EQ(map(kFrames + 1, kAt + kPageSize), Ok);
    EXPECT_EQ(map(kFrames + 1, kAt), AlreadyMapped);
    machine.flushes.clear();
    ASSERT_EQ(map(kFrames + 1, kAt, kRead | kReplace), Ok);
    EXPECT_EQ(page_at(kAt), to_physical(slot(kFrames + 1).cap.object));
    EXPECT_EQ(rights_at(kAt), kRead);
    EXPECT_EQ(rights_at(kAt + kPageSize), 0u);  // its own mapping has ended
    EXPECT_TRUE(machine.was_flushed({kAt}, asid()));
    EXPECT_TRUE(machine.was_flushed({kAt + kPageSize}, asid()));
    // The other capability still records its mapping, but the page is no longer its own.
    EXPECT_EQ(call(kFrames, FrameMethod::Protect, {kRead}), NotMapped);
    ASSERT_EQ(call(kFrames, FrameMethod::Unmap), Ok);
    EXPECT_EQ(rights_at(kAt), kRead);
    // At its own address: other rights.
    ASSERT_EQ(map(kFrames + 1, kAt, kReadWrite | kReplace), Ok);
    EXPECT_EQ(rights_at(kAt), kReadWrite);
    // Nothing mapped there, and no mapping of its own: the same as without Replace.
    EXPECT_EQ(map(kFrames + 5, kAt + 5 * kPageSize, kExecute | kReplace), Ok);
    EXPECT_EQ(map(kFrames + 6, kBorder + bit(kLargeFrameBits), kRead | kReplace), MissingTable);
}

TEST_F(RangeTest, ReplaceDoesNotTouchLargePagesNorTables) {
    constexpr std::uint64_t kAtLarge = kBorder + bit(kLargeFrameBits);
    make(CapType::Frame, kLarge, kLargeFrameBits);
    ASSERT_EQ(map(kLarge, kAtLarge), Ok);
    EXPECT_EQ(map(kFrames, kAtLarge + kPageSize, kRead | kReplace), AlreadyMapped);
    make(CapType::Frame, kLarge + 1, kLargeFrameBits);
    EXPECT_EQ(map(kLarge + 1, kAtLarge, kRead | kReplace), AlreadyMapped);
    EXPECT_EQ(map(kLarge + 1, kBorder, kRead | kReplace), AlreadyMapped);  // a table
    EXPECT_EQ(map(kLarge, kAtLarge, kRead | kReplace), Ok);                // its own mapping
    EXPECT_EQ(rights_at(kAtLarge), kRead);
    EXPECT_EQ(map(kLarge, kAtLarge + bit(kLargeFrameBits), kReadWrite | kReplace), Ok);
    EXPECT_EQ(rights_at(kAtLarge), 0u);
}

/// A run moves by one page: each frame replaces the next one. Two of them are the same memory.
TEST_F(RangeTest, AReplacingRunMovesOverItself) {
    for (unsigned i = 0; i < 4; i++) ASSERT_EQ(copy(i == 2 ? kFrames + 1 : kFrames + i, 90 + i), Ok);
    ASSERT_EQ(map_run(90, kAt, 4), Ok);
    ASSERT_EQ(map_run(90, kAt + kPageSize, 4, kRead | kReplace), Ok);
    EXPECT_EQ(rights_at(kAt), 0u);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_EQ(page_at(kAt + (i + 1) * kPageSize), to_physical(slot(90 + i).cap.object)) << i;
        EXPECT_EQ(rights_at(kAt + (i + 1) * kPageSize), kRead) << i;
        EXPECT_EQ(call(90 + i, FrameMethod::Protect, {kReadWrite}), Ok) << i;
    }
}

}  // namespace
}  // namespace glenda::test
