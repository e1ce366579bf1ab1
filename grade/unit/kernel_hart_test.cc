// SPDX-License-Identifier: MIT
//
// kernel/sched/hart.h, case by case: time slices, and the effects of a switch on address space, tick and FPU.
#include "kernel_test.h"
#include "mem/address_spaces.h"
#include "sched/fpu.h"

namespace glenda::test {
namespace {

class HartTest : public KernelTest {};

TEST_F(HartTest, EqualsTakeTurnsAndAHigherOneDoesNotCostATurn) {
    Tcb &a = make_thread(20), &b = make_thread(21), &high = make_thread(22);
    call(20, TcbMethod::SetPriority, {5, 5});
    call(21, TcbMethod::SetPriority, {5, 5});
    suspend(22);
    suspend(kTcb);
    EXPECT_EQ(&choose(hart()), &a);
    for (unsigned i = 1; i < kDefaultSlice; i++) {
        tick_once();
        EXPECT_EQ(&choose(hart()), &a);
    }
    make_ready(high);
    EXPECT_EQ(&choose(hart()), &high);
    stop(high);
    EXPECT_EQ(&choose(hart()), &a);  // it was preempted, so it continues first
    tick_once();
    EXPECT_EQ(&choose(hart()), &b);
    EXPECT_EQ(run_time(a), kDefaultSlice * tick_length);
    for (unsigned i = 0; i < kDefaultSlice; i++) tick_once();
    EXPECT_EQ(&choose(hart()), &a);
}

TEST_F(HartTest, ASwitchChangesTheAddressSpace) {
    make(CapType::VSpace, 30);
    Tcb& a = make_thread(20);
    EXPECT_EQ(call(20, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    const std::uint64_t satp = satp_of(to_physical(slot(30).cap.object), asid_of(slot(30).cap.space));
    EXPECT_EQ(a.satp, satp);
    EXPECT_NE(machine.satp, satp);
    stop(root());
    EXPECT_EQ(&choose(hart()), &a);
    EXPECT_EQ(machine.satp, satp);
    stop(a);
    EXPECT_EQ(&choose(hart()), &hart().idle);
    EXPECT_EQ(machine.satp, kernel_satp);
}

TEST_F(HartTest, TheAddressSpaceOfTheCurrentThreadGoesAtOnce) {
    make(CapType::VSpace, 30);
    EXPECT_EQ(call(kTcb, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    EXPECT_EQ(machine.satp, root().satp);
    EXPECT_NE(machine.satp, kernel_satp);
    EXPECT_EQ(revoke(30), Error::Ok);
    EXPECT_EQ(machine.satp, kernel_satp);
}

/// Nobody waits for the end of a turn: then a tick would only hold up who runs.
TEST_F(HartTest, TicksEndTurnsAndNothingElse) {
    Tcb& equal = make_thread(21);
    suspend(21);
    renew_ticks(hart(), 0);
    machine.time = 5000;
    EXPECT_EQ(hart().next_tick, kNever);
    make_ready(equal);
    EXPECT_FALSE(can_continue(hart()));
    EXPECT_EQ(&choose(hart()), &root());
    EXPECT_EQ(hart().next_tick, 5000 + tick_length);
    EXPECT_EQ(machine.timer, 5000 + tick_length);
    EXPECT_TRUE(can_continue(hart()));

    stop(equal);  // the next tick notices
    EXPECT_EQ(&choose(hart()), &root());
    EXPECT_EQ(hart().next_tick, 5000 + tick_length);
    renew_ticks(hart(), 7000);
    EXPECT_EQ(hart().next_tick, kNever);
    make_ready(equal);
    choose(hart());
    renew_ticks(hart(), 7000);
    EXPECT_EQ(hart().next_tick, 7000 + tick_length);
}

TEST_F(HartTest, NobodyTicksForAThreadOfAnotherPriority) {
    Tcb& other = make_thread(21);
    root().priority = 100;
    renew_ticks(hart(), 0);
    for (const int difference : {-1, 1}) {
        stop(other);
        renew_ticks(hart(), 0);
        other.priority = static_cast<std::uint8_t>(root().priority + difference);
        make_ready(other);
        EXPECT_EQ(&choose(hart()), difference < 0 ? &root() : &other);
        EXPECT_EQ(hart().next_tick, kNever);
    }
}

TEST_F(HartTest, WithoutAnFpuTheInstructionIsIllegal) {
    machine.has_fpu = false;
    EXPECT_FALSE(take_fpu(hart()));
    EXPECT_FALSE(machine.fpu_is_enabled);
}

TEST_F(HartTest, TheFpuIsSavedWhenAnotherThreadWantsIt) {
    Tcb& other = make_thread(20);
    EXPECT_TRUE(take_fpu(hart()));
    EXPECT_FALSE(take_fpu(hart()));  // it owns the FPU already: the instruction really is illegal
    machine.fpu.f[3] = 33;
    stop(root());
    EXPECT_EQ(&choose(hart()), &other);
    EXPECT_FALSE(machine.fpu_is_enabled);  // disabled when the owner stopped
    EXPECT_TRUE(take_fpu(hart()));
    EXPECT_EQ(machine.fpu.f[3], 0u);
    machine.fpu.f[3] = 44;
    make_ready(root());
    yield(hart());
    EXPECT_EQ(&choose(hart()), &root());
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_EQ(machine.fpu.f[3], 44u);  // lazy: still in the FPU
    EXPECT_TRUE(take_fpu(hart()));
    EXPECT_EQ(other.fpu.f[3], 44u);
    yield(hart());
    EXPECT_EQ(&choose(hart()), &other);
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_TRUE(take_fpu(hart()));
    EXPECT_EQ(machine.fpu.f[3], 44u);
    release_fpu(other);
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_EQ(hart().fpu_owner, nullptr);
}

}  // namespace
}  // namespace glenda::test
