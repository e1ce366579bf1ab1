// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_cnode.cc: what each method of CNodes does, and each of its errors.
#include "kernel_test.h"

namespace glenda::test {
namespace {

using enum Error;

constexpr auto kAll = word_of(Rights::All);

class CNodeCalls : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kTable = 21, kSmall = 22;  // kSmall: a CNode of 8 slots
    void SetUp() override {
        make(CapType::Endpoint, kEndpoint);
        make(CapType::PageTable, kTable);
        make(CapType::CNode, kSmall, 3);
    }
};

TEST_F(CNodeCalls, CopiesLoseRightsAndNeverGainThem) {
    for (unsigned first = 0; first < 8; first++) {
        for (unsigned second = 0; second < 8; second++) {
            ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {30, kCNode, kEndpoint, first}), Ok);
            ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {31, kCNode, 30, second}), Ok);
            EXPECT_EQ(slot(31).cap.rights, Rights(first & second));
            remove(31);
            remove(30);
        }
    }
}

TEST_F(CNodeCalls, CopiesInARow) {
    make(CapType::Endpoint, 100, 0, kMaxRunLength);
    ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {200, kCNode, 100, word_of(Rights::Write), kMaxRunLength}), Ok);
    for (unsigned i = 0; i < kMaxRunLength; i++) {
        EXPECT_EQ(slot(200 + i).cap.object, slot(100 + i).cap.object);
        EXPECT_EQ(slot(200 + i).cap.rights, Rights::Write);
        EXPECT_EQ(slot(100 + i).first_child, &slot(200 + i));
    }
}

TEST_F(CNodeCalls, ARowIsCopiedAllOrNothing) {
    make(CapType::Endpoint, 100, 0, 6);
    const auto row = [&](std::uint64_t index, std::uint64_t source, std::uint64_t count, CPtr into = kCNode) {
        return call(into, CNodeMethod::Copy, {index, kCNode, source, kAll, count});
    };
    EXPECT_EQ(row(200, 100, 0), BadArgument);
    EXPECT_EQ(row(200, 100, kMaxRunLength + 1), BadArgument);
    EXPECT_EQ(row(200, 100, bit(63) + 1), BadArgument);
    EXPECT_EQ(row(200, 101, 6), SlotEmpty);  // the last one
    EXPECT_EQ(row(98, 100, 3), SlotOccupied);
    EXPECT_EQ(row(3, 100, 6, kSmall), OutOfRange);
    EXPECT_EQ(row(~std::uint64_t{0}, 100, 6), OutOfRange);
    EXPECT_EQ(row(200, bit(kRadix) - 2, 6), OutOfRange);
    EXPECT_EQ(row(200, ~std::uint64_t{0}, 6), OutOfRange);
    make(CapType::PageTable, 106);
    EXPECT_EQ(row(200, 101, 6), NotCopyable);
    for (CPtr at = 200; at < 206; at++) EXPECT_TRUE(slot(at).is_empty());
    EXPECT_EQ(row(2, 100, 6, kSmall), Ok);
}

TEST_F(CNodeCalls, Same) {
    const auto same = [&](CPtr a, CPtr b, CPtr cnode = kCNode) {
        EXPECT_EQ(call(kCNode, CNodeMethod::Same, {a, cnode, b}), Ok);
        return root().word(0);
    };
    mint(kEndpoint, 30, 5, Rights::Write);
    make(CapType::Endpoint, 31);
    EXPECT_EQ(same(kEndpoint, 30), 1u);  // badge and rights do not matter
    EXPECT_EQ(same(30, 30), 1u);
    EXPECT_EQ(same(30, 31), 0u);
    EXPECT_EQ(same(kEndpoint, kTable), 0u);
    EXPECT_EQ(same(kConsole, kMachine), 0u);  // neither has an object
    ASSERT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, 30, kAll}), Ok);
    EXPECT_EQ(same(kEndpoint, 1, kSmall), 1u);
    // Objects at the same address that are not the same object.
    make(CapType::Untyped, 40, 16);
    ASSERT_EQ(call(40, UntypedMethod::Retype, {kind(CapType::Untyped, 14), kCNode, 41}), Ok);
    ASSERT_EQ(call(41, UntypedMethod::Retype, {kind(CapType::Frame, kFrameBits), kCNode, 42}), Ok);
    ASSERT_EQ(slot(40).cap.object, slot(42).cap.object);
    for (const CPtr a : {40, 41, 42})
        for (const CPtr b : {40, 41, 42}) EXPECT_EQ(same(a, b), a == b ? 1u : 0u);
    copy(kCNode, 50, Rights::Read);
    EXPECT_EQ(call(kCNode, CNodeMethod::Same, {30, 50, 31}), NoRights);
    EXPECT_EQ(call(kCNode, CNodeMethod::Same, {30, kCNode, 999}), SlotEmpty);
    EXPECT_EQ(call(kCNode, CNodeMethod::Same, {999, kCNode, 30}), SlotEmpty);
    EXPECT_EQ(call(kCNode, CNodeMethod::Same, {30, kCNode, 0}), OutOfRange);
    EXPECT_EQ(call(kCNode, CNodeMethod::Same, {30, kCNode}), MessageTooShort);
}

TEST_F(CNodeCalls, Badges) {
    EXPECT_EQ(mint(kEndpoint, 30, 5), Ok);
    EXPECT_EQ(mint(30, 31, 6), NoRights);  // it has a badge already
    EXPECT_EQ(mint(30, 31, 5), NoRights);
    EXPECT_EQ(copy(30, 31), Ok);
    EXPECT_EQ(slot(31).cap.badge, 5u);
    EXPECT_EQ(mint(kTcb, 32, 6), WrongType);
    EXPECT_EQ(mint(kTable, 32, 6), NotCopyable);
    EXPECT_TRUE(slot(32).is_empty());
}

TEST_F(CNodeCalls, Guards) {
    const auto guard = [&](std::uint64_t value, std::uint64_t bits) {
        remove(30);
        return call(kCNode, CNodeMethod::Mint, {30, kCNode, kSmall, kAll, value, bits});
    };
    EXPECT_EQ(guard(5, 3), Ok);
    EXPECT_EQ(slot(30).cap.guard, 5u);
    EXPECT_EQ(slot(30).cap.guard_bits, 3u);
    EXPECT_EQ(guard(0, 0), Ok);
    EXPECT_EQ(guard(mask(61), 61), Ok);
    EXPECT_EQ(guard(8, 3), BadArgument);
    EXPECT_EQ(guard(1, 0), BadArgument);
    EXPECT_EQ(guard(0, 62), BadArgument);
    EXPECT_EQ(guard(0, bit(32)), BadArgument);
    EXPECT_EQ(call(kCNode, CNodeMethod::Mint, {30, kCNode, kSmall, kAll, 0}), MessageTooShort);
}

TEST_F(CNodeCalls, ACSpaceOfTwoLevels) {
    make(CapType::CNode, 40, 4);
    ASSERT_EQ(call(40, CNodeMethod::Copy, {3, kCNode, kSmall, kAll}), Ok);
    ASSERT_EQ(call(kSmall, CNodeMethod::Copy, {2, kCNode, kConsole, kAll}), Ok);
    // 4 bits of index at the top, then a guard of 57 bits, then 3 bits.
    ASSERT_EQ(call(kCNode, CNodeMethod::Mint, {41, kCNode, 40, kAll, 0, 0}), Ok);
    ASSERT_EQ(call(40, CNodeMethod::Mint, {4, kCNode, kSmall, kAll, 0x1234, 57}), Ok);
    Tcb& thread = make_thread(50);
    ASSERT_EQ(call(50, TcbMethod::Configure, {41, 0, 0, 0, 0}), Ok);
    const CPtr console = std::uint64_t{4} << 60 | 0x1234 << 3 | 2;
    EXPECT_EQ(call(thread, console, ConsoleMethod::Write, {2, 'o' | 'k' << 8}), Ok);
    EXPECT_EQ(machine.console, "ok");
    EXPECT_EQ(call(thread, console ^ 8, ConsoleMethod::Write, {0}), InvalidCapability);
    EXPECT_EQ(call(thread, std::uint64_t{3} << 60 | 2, ConsoleMethod::Write, {0}), InvalidCapability);
}

TEST_F(CNodeCalls, Move) {
    copy(kEndpoint, 30);
    ASSERT_EQ(call(kSmall, CNodeMethod::Move, {1, kCNode, kEndpoint}), Ok);
    EXPECT_TRUE(slot(kEndpoint).is_empty());
    EXPECT_EQ(slots_of(slot(kSmall).cap)[1].first_child, &slot(30));
    EXPECT_EQ(call(kSmall, CNodeMethod::Move, {2, kCNode, kTable}), Ok);
}

TEST_F(CNodeCalls, Delete) {
    make(CapType::Endpoint, 30);
    ASSERT_EQ(copy(30, 31), Ok);
    ASSERT_EQ(remove(30), Ok);
    ASSERT_TRUE(slot(30).is_empty());
    ASSERT_FALSE(slot(31).is_empty());  // a copy stays
    ASSERT_EQ(tree_fault(slot(kUntyped)), "");
    ASSERT_EQ(remove(30), Ok);  // empty is success
}

TEST_F(CNodeCalls, Info) {
    mint(kEndpoint, 30, 77, Rights::Write);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {30}), Ok);
    EXPECT_EQ(root().word(0), static_cast<std::uint64_t>(CapType::Endpoint));
    EXPECT_EQ(root().word(1), word_of(Rights::Write));
    EXPECT_EQ(root().word(3), 77u);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {kSmall}), Ok);
    EXPECT_EQ(root().word(2), 3u);
    EXPECT_EQ(root().word(3), 0u);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {999}), Ok);
    EXPECT_EQ(root().word(0), 0u);
}

TEST_F(CNodeCalls, Errors) {
    copy(kSmall, 30, Rights::Read);
    for (unsigned method = 0; method <= 8; method++)
        EXPECT_EQ(call(30, CNodeMethod(method), {1, kCNode, kEndpoint, kAll, 0, 0}), NoRights);
    EXPECT_EQ(call(kSmall, CNodeMethod(0)), BadMethod);
    EXPECT_EQ(call(kSmall, CNodeMethod(8)), BadMethod);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kEndpoint}), MessageTooShort);
    EXPECT_EQ(call(kSmall, CNodeMethod::Mint, {1, kCNode, kEndpoint, kAll}), MessageTooShort);
    EXPECT_EQ(call(kSmall, CNodeMethod::Move, {1, kCNode}), MessageTooShort);
    for (const CNodeMethod method : {CNodeMethod::Delete, CNodeMethod::Revoke, CNodeMethod::Info}) {
        EXPECT_EQ(call(kSmall, method), MessageTooShort);
        EXPECT_EQ(call(kSmall, method, {0}), OutOfRange);
        EXPECT_EQ(call(kSmall, method, {8}), OutOfRange);
    }
    for (const CNodeMethod method : {CNodeMethod::Copy, CNodeMethod::Mint, CNodeMethod::Move}) {
        const auto refused = [&](std::uint64_t index, CPtr cnode, std::uint64_t source) {
            return call(kSmall, method, {index, cnode, source, kAll, 1, 0});
        };
        EXPECT_EQ(refused(0, kCNode, kEndpoint), OutOfRange);
        EXPECT_EQ(refused(8, kCNode, kEndpoint), OutOfRange);
        EXPECT_EQ(refused(1, 999, kEndpoint), InvalidCapability);
        EXPECT_EQ(refused(1, kEndpoint, kEndpoint), WrongType);
        EXPECT_EQ(refused(1, 30, 1), NoRights);
        EXPECT_EQ(refused(1, kCNode, 0), OutOfRange);
        EXPECT_EQ(refused(1, kCNode, bit(kRadix)), OutOfRange);
        EXPECT_EQ(refused(1, kCNode, 999), SlotEmpty);
    }
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kEndpoint, kAll + 1}), BadArgument);
    EXPECT_EQ(call(kSmall, CNodeMethod::Mint, {1, kCNode, kEndpoint, kAll + 1, 0}), BadArgument);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kTable, kAll}), NotCopyable);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kUntyped, kAll}), NotCopyable);
    EXPECT_EQ(copy(kEndpoint, kSmall), SlotOccupied);
    EXPECT_EQ(call(kCNode, CNodeMethod::Move, {kSmall, kCNode, kSmall}), SlotOccupied);
    EXPECT_EQ(call(kSmall, CNodeMethod::Delete, {5}), Ok);  // empty already
    EXPECT_EQ(call(kSmall, CNodeMethod::Revoke, {5}), Ok);
}

}  // namespace
}  // namespace glenda::test
