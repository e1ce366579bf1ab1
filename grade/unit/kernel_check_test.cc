// SPDX-License-Identifier: MIT
//
// kernel/check/check*.cc: the invariant checker reports nothing for a correct kernel, in all kinds of states.
#include "check_fixture.h"

namespace glenda::test {
namespace {

TEST_F(CheckTest, SilentOnAWellKernel) {
    expect_well();
    make_world();
    for (int i = 0; i < 4; i++) expect_well();  // and it leaves no marks
    EXPECT_EQ(call(kMachine, MachineMethod::Check), Error::Ok);
    EXPECT_EQ(root().word(0), 0u);
    EXPECT_EQ(machine.console.find("PANIC"), std::string::npos);
    for (CPtr at = 20; at < 80; at++) {
        ASSERT_EQ(remove(at), Error::Ok);
        expect_well();
    }
    ASSERT_EQ(revoke(kUntyped), Error::Ok);
    expect_well();
}

TEST_F(CheckTest, ReportsThroughTheMachine) {
    make_world();
    tcb(kSender).endpoint = nullptr;
    EXPECT_EQ(call(kMachine, MachineMethod::Check), Error::Ok);
    EXPECT_EQ(root().word(0), 1u);
    EXPECT_NE(machine.console.find("\nPANIC: invariant violated: "), std::string::npos);
    boot();
}

/// Slots whose parents were deleted, a zombie CNode, a frame whose page table is gone: unusual, but correct.
TEST_F(CheckTest, SilentOnOrphansAndLeftovers) {
    make_memory();
    ASSERT_EQ(remove(kEndpoint), Error::Ok);
    expect_well();
    ASSERT_EQ(remove(kMemory), Error::Ok);
    expect_well();
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
    expect_well();
    make(CapType::CNode, kFree, 5);
    ASSERT_EQ(call(kFree, CNodeMethod::Copy, {4, kCNode, kBadged, word_of(Rights::All)}), Error::Ok);
    ASSERT_EQ(call(kFree, CNodeMethod::Move, {7, kCNode, kDevice}), Error::Ok);  // no parent, and not in root's CNode
    expect_well();
    machine.checks_before_interrupt = 0;
    EXPECT_FALSE(enter(root(), Syscall::Call, kCNode, Tag(word_of_delete(), 1), {kFree}));
    expect_well();
    machine.checks_before_interrupt = host::kNever;
    ASSERT_EQ(remove(kFree), Error::Ok);
    expect_well();
}

}  // namespace
}  // namespace glenda::test
