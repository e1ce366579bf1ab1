// SPDX-License-Identifier: MIT
//
// kernel/sched/hart.cc: what harts do for each other. The second hart is another thread of this program, which waits
// for the lock where a real hart would. Also what a hart must see when a thread moves to it.
#include <thread>

#include "kernel_test.h"
#include "mem/address_spaces.h"
#include "sched/big_lock.h"
#include "sched/lock_wait.h"

namespace glenda::test {
namespace {

class HartsTest : public KernelTest {
protected:
    static constexpr CPtr kThread = 20;
    static constexpr std::uint64_t kHardware = 3;  // the second hart's number

    void SetUp() override {
        second_ = std::make_unique<Hart>();
        second_->index = 1;
        second_->hardware = kHardware;
        init_hart(*second_);
        harts[1] = second_.get();
        hart_count = 2;
        make_thread(kThread);
    }
    ~HartsTest() override { hart_count = 1; }
    Hart& second() const { return *second_; }
    Tcb& thread() const { return tcb(kThread); }
    Error move_to_second() { return call(kThread, TcbMethod::SetAffinity, {1}); }

    /// The thread runs on the second hart and makes a system call while the first hart, in the kernel, does `what`.
    template <typename What>
    void while_it_waits(What what) {
        ASSERT_EQ(move_to_second(), Error::Ok);
        second().ready.remove(thread());
        second().current = &thread();
        thread().registers.pc = kPc + kEcallLength;
        ASSERT_TRUE(big_lock.try_take());
        std::thread waiting([this] { wait_for_lock(second(), WaitFrom::Syscall); });
        what();
        big_lock.release();
        waiting.join();
        big_lock.release();
    }

private:
    std::unique_ptr<Hart> second_;
};

TEST_F(HartsTest, AThreadThatWaitsForTheKernelIsSeenAtItsSystemCall) {
    while_it_waits([this] {
        for (unsigned i = 0; i < 3; i++) {
            sync_registers(thread());
            EXPECT_EQ(thread().registers.pc, kPc);
        }
        change_address_space(thread(), kernel_satp + 1);
        EXPECT_EQ(second().satp, kernel_satp + 1);
    });
    EXPECT_EQ(thread().registers.pc, kPc + kEcallLength);  // now the call has been made
    EXPECT_EQ(second().current, &thread());
}

TEST_F(HartsTest, AThreadThatIsStoppedBeforeItsSystemCallWillMakeIt) {
    while_it_waits([this] {
        sync_registers(thread());
        stop(thread());
    });
    EXPECT_EQ(thread().registers.pc, kPc);
    EXPECT_EQ(thread().state, ThreadState::Inactive);
    EXPECT_EQ(second().current, &second().idle);
}

TEST_F(HartsTest, AHartSeesTheInstructionsThatAThreadBringsAlong) {
    make(CapType::VSpace, 30);
    EXPECT_EQ(call(kThread, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    machine.instruction_flush_harts = 0;
    ASSERT_EQ(move_to_second(), Error::Ok);
    EXPECT_EQ(machine.instruction_flush_harts, bit(kHardware));
    EXPECT_EQ(address_spaces.users(slot(30).cap.space), bit(0) | bit(kHardware));
    machine.instruction_flush_harts = 0;
    ASSERT_EQ(move_to_second(), Error::Ok);  // now it is there
    EXPECT_EQ(machine.instruction_flush_harts, 0u);
    ASSERT_EQ(call(kThread, TcbMethod::SetAffinity, {0}), Error::Ok);  // and back: it may have written more meanwhile
    EXPECT_EQ(machine.instruction_flush_harts, bit(0));
    ASSERT_EQ(move_to_second(), Error::Ok);
    EXPECT_EQ(machine.instruction_flush_harts, bit(kHardware));
}

/// The second hart runs a thread of priority 50; the first one is in the kernel. Who comes before it must not wait for
/// the next tick there.
TEST_F(HartsTest, AHartIsInterruptedForWhoComesBeforeItsThread) {
    constexpr CPtr kOther = 21;
    make_thread(kOther);
    for (const CPtr each : {kThread, kOther}) {
        ASSERT_EQ(call(each, TcbMethod::SetPriority, {50, kMaxPriority}), Error::Ok);
        ASSERT_EQ(call(each, TcbMethod::SetAffinity, {1}), Error::Ok);
    }
    second().ready.remove(thread());
    second().current = &thread();
    const auto is_interrupted = [](auto what) {
        machine.interrupted_harts.clear();
        what();
        return machine.interrupted_harts.contains(kHardware);
    };
    const auto set_priority = [&](std::uint64_t priority) {
        EXPECT_EQ(call(kOther, TcbMethod::SetPriority, {priority, kMaxPriority}), Error::Ok);
    };
    EXPECT_FALSE(is_interrupted([&] { set_priority(40); }));
    EXPECT_TRUE(is_interrupted([&] { set_priority(50); }));  // an equal waits for its turn, so ticks begin
    set_priority(40);
    second().set_tick(machine.time);
    EXPECT_FALSE(is_interrupted([&] { set_priority(50); }));  // there are ticks already
    EXPECT_TRUE(is_interrupted([&] { set_priority(51); }));   // it stands in the queue, and is raised
    set_priority(40);
    EXPECT_TRUE(is_interrupted([&] {
        call(kThread, TcbMethod::SetPriority, {30, kMaxPriority});
    }));  // or who runs sinks
    set_priority(20);
    suspend(kOther);
    EXPECT_FALSE(is_interrupted([&] { resume(kOther); }));
    suspend(kOther);
    set_priority(60);
    EXPECT_TRUE(is_interrupted([&] { resume(kOther); }));
}

TEST_F(HartsTest, AHartThatJoinsASpaceSeesItsInstructions) {
    ASSERT_EQ(move_to_second(), Error::Ok);
    make(CapType::VSpace, 30);
    machine.instruction_flush_harts = 0;
    EXPECT_EQ(call(kThread, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    EXPECT_EQ(machine.instruction_flush_harts, bit(kHardware));
    machine.instruction_flush_harts = 0;
    EXPECT_EQ(call(kThread, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    EXPECT_EQ(machine.instruction_flush_harts, 0u);
}

}  // namespace
}  // namespace glenda::test
