// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_untyped.cc, case by case: errors change nothing, memory is freed, and no dirty memory is left
// after preemption.
#include "arch/layout.h"
#include "mem/address_spaces.h"
#include "untyped_fixture.h"

namespace glenda::test {
namespace {

TEST_F(UntypedTest, ErrorsChangeNothing) {
    scribble({0, bit(kBits)});
    ASSERT_EQ(retype_at(kFirst, CapType::Endpoint), Error::Ok);
    const std::string before = tree_dump(slot(kUntyped));
    const auto refused = [&](std::initializer_list<std::uint64_t> words) {
        return call(kMemory, UntypedMethod::Retype, words);
    };
    using enum Error;
    EXPECT_EQ(refused({kind(CapType::Tcb), kCNode}), MessageTooShort);
    EXPECT_EQ(refused({kind(CapType::Tcb) | bit(32), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Tcb, 0, 0), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, kMaxRetypeCount + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType(200)), kCNode, 101}), BadArgument);
    for (const CapType type : {CapType::Null, CapType::IrqControl, CapType::IrqHandler, CapType::Console,
                               CapType::Machine, CapType::Zombie, CapType::Count})
        EXPECT_EQ(refused({kind(type), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Untyped, kMinUntypedBits - 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Untyped, kMaxUntypedBits + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::CNode, kMinCNodeRadix - 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::CNode, kMaxCNodeRadix + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Frame, 13), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Endpoint), 999, 101}), InvalidCapability);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kFirst, 101}), WrongType);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kCNode, 0}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, bit(kRadix) - 1}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, ~std::uint64_t{0}}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, kFirst - 1}), SlotOccupied);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kCNode, 101, 64}), BadArgument);  // an offset into RAM
    EXPECT_EQ(refused({kind(CapType::Frame, kFrameBits, 32), kCNode, 101}), NotEnoughMemory);
    EXPECT_EQ(refused({kind(CapType::Frame, kLargeFrameBits), kCNode, 101}), NotEnoughMemory);
    EXPECT_EQ(tree_dump(slot(kUntyped)), before);
    EXPECT_EQ(watermark(), bit(kEndpointBits));

    ASSERT_EQ(copy(kCNode, 30, Rights::Read | Rights::Grant), Ok);
    EXPECT_EQ(refused({kind(CapType::Endpoint), 30, 101}), NoRights);
    EXPECT_EQ(call(kMemory, UntypedMethod(9)), BadMethod);
}

TEST_F(UntypedTest, EachObjectTakesTheMemoryOfItsType) {
    constexpr struct {
        CapType type;
        unsigned size_bits;
    } kObjects[] = {{CapType::Endpoint, 0},       {CapType::Notification, 0}, {CapType::Reply, 0},
                    {CapType::Timer, 0},          {CapType::Tcb, 0},          {CapType::PageTable, 0},
                    {CapType::VSpace, 0},         {CapType::CNode, 3},        {CapType::CNode, 8},
                    {CapType::Frame, kFrameBits}, {CapType::Untyped, 14},     {CapType::Untyped, kMinUntypedBits}};
    for (const auto& each : kObjects) {
        ASSERT_EQ(retype_at(kFirst, each.type, each.size_bits), Error::Ok) << name_of(each.type);
        ASSERT_EQ(slot(kFirst).cap.type, each.type);
        ASSERT_EQ(watermark(), bit(bits_of(each.type, each.size_bits))) << name_of(each.type);
        ASSERT_EQ(remove(kFirst), Error::Ok);
    }
}

TEST_F(UntypedTest, ASlotThatIsOccupiedTakesNoObject) {
    ASSERT_EQ(retype_at(kFirst, CapType::Endpoint), Error::Ok);
    const void* const object = slot(kFirst).cap.object;
    ASSERT_EQ(retype_at(kFirst, CapType::Endpoint), Error::SlotOccupied);
    ASSERT_EQ(retype_at(kFirst - 1, CapType::Endpoint, 0, 2), Error::SlotOccupied);
    ASSERT_TRUE(slot(kFirst - 1).is_empty());
    ASSERT_EQ(slot(kFirst).cap.object, object);
}

TEST_F(UntypedTest, RightsOfTheUntyped) {
    slot(kMemory).cap.rights = Rights::Read;  // set directly, because an Untyped cannot be copied with fewer rights
    EXPECT_EQ(retype_at(kFirst, CapType::Endpoint), Error::NoRights);
    EXPECT_EQ(call(kMemory, UntypedMethod::Info), Error::Ok);
}

TEST_F(UntypedTest, TheWholeUntypedIsFreeAgainWithoutChildren) {
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 32), Error::Ok);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    for (unsigned i = 0; i < 31; i++) remove(kFirst + i);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    EXPECT_EQ(watermark(), bit(kBits));
    remove(kFirst + 31);
    EXPECT_EQ(watermark(), 0u);
    EXPECT_EQ(retype_at(200, CapType::Frame, kFrameBits, 32), Error::Ok);
}

TEST_F(UntypedTest, ADerivedCopyKeepsTheMemory) {
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 32), Error::Ok);
    for (unsigned i = 1; i < 32; i++) remove(kFirst + i);
    ASSERT_EQ(copy(kFirst, 90, Rights::Read), Error::Ok);
    remove(kFirst);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    EXPECT_EQ(revoke(kMemory), Error::Ok);
    EXPECT_TRUE(slot(90).is_empty());
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::Ok);
}

/// Memory that a preempted Retype has cleared stays clear, or is cleared again if it was used in between.
TEST_F(UntypedTest, PreemptedAtEveryPage) {
    for (std::uint64_t n = 0; n < 10; n++) {
        revoke(kMemory);
        scribble({0, bit(kBits)});
        const unsigned before = preemptions();
        machine.checks_before_interrupt = n;
        ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 10), Error::Ok);
        machine.checks_before_interrupt = host::kNever;
        EXPECT_EQ(preemptions() - before, 9 / (n + 1)) << n;
        EXPECT_TRUE(is_zero({0, 10 * kPageSize}));
        EXPECT_FALSE(is_zero({10 * kPageSize, 11 * kPageSize}));
    }
}

TEST_F(UntypedTest, AThreadThatGaveUpInTheMiddleLeavesNothingDirty) {
    scribble({0, bit(kBits)});
    Tcb& other = make_thread(30);
    machine.checks_before_interrupt = 4;
    EXPECT_FALSE(enter(other, Syscall::Call, kMemory, Tag(static_cast<std::uint64_t>(UntypedMethod::Retype), 3),
                       {kind(CapType::Frame, kFrameBits, 10), kCNode, kFirst}));
    machine.checks_before_interrupt = host::kNever;
    suspend(30);
    EXPECT_EQ(watermark(), 0u);
    // A nested Untyped takes the cleared memory, a user writes to it, and it is freed.
    ASSERT_EQ(retype_at(kFirst, CapType::Untyped, 14), Error::Ok);
    scribble({0, bit(14)});
    ASSERT_EQ(remove(kFirst), Error::Ok);
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 10), Error::Ok);
    EXPECT_TRUE(is_zero({0, 10 * kPageSize}));
}

TEST_F(UntypedTest, DeviceMemory) {
    const auto retype_device = [&](CapType type, unsigned size_bits, CPtr first, std::uint64_t offset) {
        return call(kDevice, UntypedMethod::Retype, {kind(type, size_bits), kCNode, first, offset});
    };
    using enum Error;
    EXPECT_EQ(retype_device(CapType::Endpoint, 0, 100, 0), BadArgument);
    EXPECT_EQ(retype_device(CapType::Frame, kFrameBits, 100, 0x1234), NotAligned);
    ASSERT_EQ(retype_device(CapType::Frame, kFrameBits, 100, 0x1000'0000), Ok);
    EXPECT_TRUE(has(slot(100).cap.flags, CapFlags::Device));
    EXPECT_EQ(to_physical(slot(100).cap.object), PhysAddr{0x1000'0000});
    EXPECT_EQ(retype_device(CapType::Frame, kFrameBits, 101, 0x0fff'f000), BadArgument);  // below the watermark
    ASSERT_EQ(retype_device(CapType::Frame, kFrameBits, 101, 0), Ok);                     // directly after it
    EXPECT_EQ(to_physical(slot(101).cap.object), PhysAddr{0x1000'1000});
    ASSERT_EQ(retype_device(CapType::Frame, kLargeFrameBits, 102, 0), Ok);
    EXPECT_EQ(to_physical(slot(102).cap.object), PhysAddr{0x1020'0000});
    ASSERT_EQ(retype_device(CapType::Untyped, 20, 103, 0x2000'0000), Ok);
    EXPECT_TRUE(has(slot(103).cap.flags, CapFlags::Device));
    EXPECT_EQ(call(103, UntypedMethod::Retype, {kind(CapType::Tcb), kCNode, 104}), BadArgument);
    EXPECT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, 0x8000'0000), NotEnoughMemory);
    EXPECT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, bit(63)), NotEnoughMemory);
    ASSERT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, 0), Ok);
    EXPECT_EQ(to_physical(slot(105).cap.object), PhysAddr{0x4000'0000});
    ASSERT_EQ(copy(101, 110), Ok);
    EXPECT_TRUE(has(slot(110).cap.flags, CapFlags::Device));
    EXPECT_EQ(call(kDevice, UntypedMethod::Info), Ok);
    EXPECT_EQ(root().word(2), bit(kDeviceBits));
    EXPECT_EQ(root().word(3), 1u);
}

TEST_F(UntypedTest, OnlySoManyVSpaces) {
    const unsigned room = address_spaces.room();
    for (unsigned made = 0; made < room; made++) {
        ASSERT_TRUE(address_spaces.add(&object<PageTable>(kVSpace)));
    }
    EXPECT_EQ(retype_at(kFirst, CapType::VSpace), Error::TooManySpaces);
    EXPECT_TRUE(slot(kFirst).is_empty());
    EXPECT_EQ(watermark(), 0u);
}

}  // namespace
}  // namespace glenda::test
