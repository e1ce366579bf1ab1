// SPDX-License-Identifier: MIT
//
// Tests kernel/mem/ and kernel/call/invoke_memory.cc by system calls: frames, tables and address spaces, and each
// refusal.
#include "kernel_test.h"
#include "mem/mapping.h"

namespace glenda::test {
namespace {

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

/// A hart may remember that there was nothing (privileged specification, 4.2.1).
TEST_F(MappingTest, MappingIsAnnouncedToTheHarts) {
    const unsigned asid = asid_of(slot(kSpace).cap.space);
    for (unsigned table = 0; table < 2; table++) {
        machine.flushes.clear();
        ASSERT_EQ(call(kTables + table, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
        EXPECT_TRUE(machine.was_flushed({0}, asid));  // everything: no leaf was changed
    }
    machine.flushes.clear();
    ASSERT_EQ(map(kFrame), Error::Ok);
    EXPECT_TRUE(machine.was_flushed({kAt}, asid));
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

/// A hart on which the space was in use may remember what was there, long after its thread has left.
TEST_F(MappingTest, EveryHartThatUsedTheSpaceForgetsWhatChanged) {
    const std::uint64_t space = slot(kSpace).cap.space;
    const unsigned asid = asid_of(space);
    const arch::HartSet users = bit(2) | bit(5);
    for (const unsigned hart : {2u, 5u}) address_spaces.note_use(space, hart);
    const auto expect_forgotten = [&](std::uint64_t at, const char* after) {
        EXPECT_TRUE(machine.was_flushed({at}, asid, users)) << after;
        machine.flushes.clear();
    };
    map_tables();
    expect_forgotten(0, "mapping a table");
    ASSERT_EQ(map(kFrame), Error::Ok);
    expect_forgotten(kAt, "mapping a frame");
    ASSERT_EQ(call(kFrame, FrameMethod::Protect, {word_of(MapFlags::Read)}), Error::Ok);
    expect_forgotten(kAt, "protecting it");
    ASSERT_EQ(call(kFrame, FrameMethod::Unmap), Error::Ok);
    expect_forgotten(kAt, "unmapping it");
    ASSERT_EQ(map(kFrame), Error::Ok);
    machine.flushes.clear();
    ASSERT_EQ(remove(kFrame), Error::Ok);
    expect_forgotten(kAt, "deleting it");
    ASSERT_EQ(map(kFrame + 1), Error::Ok);
    machine.flushes.clear();
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
    expect_forgotten(kAt, "unmapping the table");
    ASSERT_EQ(remove(kSpace), Error::Ok);
    expect_forgotten(0, "deleting the space");
}

/// A capability whose table was unmapped still remembers its place: it never speaks for other memory there.
TEST_F(MappingTest, AFrameWhoseTableWentTouchesNoOtherMemory) {
    for (const bool is_large : {false, true}) {
        map_tables();
        ASSERT_EQ(map(kFrame), Error::Ok);
        ASSERT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
        const CPtr other = is_large ? 22 : kFrame + 1;
        const std::uint64_t at = is_large ? align_down(kAt, bit(kLargeFrameBits)) : kAt;
        if (is_large)
            make(CapType::Frame, other, kLargeFrameBits);
        else
            ASSERT_EQ(call(kTables + 2, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
        ASSERT_EQ(map(other, at), Error::Ok);
        const auto expect_untouched = [&] {
            ASSERT_EQ(look(at), Error::Ok);
            EXPECT_EQ(root().word(0), to_physical(slot(other).cap.object).value);
            EXPECT_EQ(root().word(1), kReadWrite);
        };
        EXPECT_EQ(call(kFrame, FrameMethod::Protect, {word_of(MapFlags::Read)}), Error::NotMapped);
        EXPECT_EQ(map(kFrame, kAt + kPageSize), Error::AlreadyMapped);
        expect_untouched();
        EXPECT_EQ(call(kFrame, FrameMethod::Unmap), Error::Ok);
        expect_untouched();
        remove(other);
        for (const CPtr table : {kTables, kTables + 1, kTables + 2}) call(table, PageTableMethod::Unmap);
    }
}

/// Of the same memory in the same place it does, like the capability that was mapped there.
TEST_F(MappingTest, AFrameWhoseTableWentSpeaksForACopyInItsPlace) {
    map_tables();
    ASSERT_EQ(map(kFrame), Error::Ok);
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
    copy(kFrame, 22);
    ASSERT_EQ(map(22), Error::Ok);
    EXPECT_EQ(call(kFrame, FrameMethod::Protect, {word_of(MapFlags::Read)}), Error::Ok);
    ASSERT_EQ(look(), Error::Ok);
    EXPECT_EQ(root().word(1), word_of(MapFlags::Read));
    ASSERT_EQ(call(22, FrameMethod::Unmap), Error::Ok);
    ASSERT_EQ(map(22, kAt + kPageSize), Error::Ok);
    EXPECT_EQ(call(kFrame, FrameMethod::Unmap), Error::Ok);  // elsewhere it does not
    EXPECT_EQ(look(kAt + kPageSize), Error::Ok);
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

/// What was mapped before a hart came to the space is fetched anew there, too; after that it is told like the others.
TEST_F(MappingTest, InstructionsAreFetchedAnewOnAHartThatComesLater) {
    map_tables();
    ASSERT_EQ(map(kFrame, kAt, word_of(MapFlags::ReadExecute)), Error::Ok);
    const std::uint64_t space = slot(kSpace).cap.space;
    for (const unsigned hart : {0u, 3u, 0u, 3u}) address_spaces.note_use(space, hart);
    EXPECT_EQ(machine.instruction_flushes, 3u);
    EXPECT_EQ(machine.instruction_flush_harts, bit(3));
    ASSERT_EQ(call(kFrame, FrameMethod::Protect, {word_of(MapFlags::ReadExecute)}), Error::Ok);
    EXPECT_EQ(machine.instruction_flush_harts, bit(0) | bit(3));
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
