// SPDX-License-Identifier: MIT
//
// A whole Factotum: full tables, and processes with many slots.

#include <gtest/gtest.h>

#include "factotum/system.h"

namespace glenda::factotum::test {
namespace {

MessageWriter spawn_of(SpawnFlags flags) {
    return MessageWriter(FactotumMethod::Spawn).word(flags).word(0).word(0).word(1).text("small");
}
MessageWriter fork_of() { return MessageWriter(FactotumMethod::Fork); }
MessageWriter thread_of() { return MessageWriter(FactotumMethod::ThreadCreate).word(0).word(0).word(0).word(0); }
Badge start(System& system, SpawnFlags flags = SpawnFlags::None) {
    return System::process(system.must(kNineball, spawn_of(flags)));
}

/// What is free: it must not change by calls that are refused.
std::uint64_t free_pages(System& system) {
    EXPECT_EQ(system.must(kNineball, MessageWriter(FactotumMethod::Audit)), 0u);
    return system.must(kNineball, MessageWriter(FactotumMethod::MemoryInfo), 1) / kPageSize;
}

void expect_refused(System& system, Badge caller, const MessageWriter& message, ServerError error) {
    const std::uint64_t before = free_pages(system);
    const auto answer = system.ask(caller, message);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->label, std::uint64_t(error));
    EXPECT_EQ(free_pages(system), before);
}

/// A child that has ended, and that nobody waits for, has a place and no memory.
TEST(System, PlacesForProcessesEnd) {
    constexpr unsigned kKept = 16, kFounders = 2;
    System system(24);
    const Badge parent = start(system);
    const auto make_zombie = [&](const MessageWriter& message) {
        const std::uint64_t pid = system.must(parent, message);
        system.must(parent, MessageWriter(FactotumMethod::Kill).word(pid).word(9));
    };
    const std::uint32_t places = system.memory().slots().process_count();
    for (unsigned count = kFounders + 1; count != places - kKept; count++)
        make_zombie(count % 2 == 0 ? spawn_of(SpawnFlags::None) : fork_of());
    expect_refused(system, parent, spawn_of(SpawnFlags::None), ServerError::OutOfMemory);
    expect_refused(system, parent, fork_of(), ServerError::OutOfMemory);
    EXPECT_TRUE(System::runs(start(system))) << "some are kept for who has power";
    const auto wait = MessageWriter(FactotumMethod::Wait).word(kAnyChild).word(0);
    system.must(parent, wait);
    expect_refused(system, parent, fork_of(), ServerError::OutOfMemory);
    system.must(parent, wait);
    EXPECT_TRUE(System::runs(System::process(system.must(parent, fork_of()))));
}

TEST(System, PlacesForThreadsEnd) {
    System system(40);
    const Badge process = start(system), other = start(system);
    const SlotMap& slots = system.memory().slots();
    std::uint64_t last = 0;
    for (unsigned i = 0; i != slots.thread_count() - slots.process_count(); i++)
        last = system.must(process, thread_of());
    for (const Badge caller : {process, other}) {
        (void)system.ask(caller, thread_of());  // a UTCB is kept for the next one
        expect_refused(system, caller, thread_of(), ServerError::TooMany);
    }
    EXPECT_TRUE(System::runs(start(system))) << "each process can have one";
    EXPECT_TRUE(System::runs(System::process(system.must(process, fork_of()))));
    (void)system.ask(process, MessageWriter(FactotumMethod::ThreadExit).word(7).word(last));
    EXPECT_EQ(system.must(process, MessageWriter(FactotumMethod::ThreadJoin).word(last)), 7u);
    EXPECT_GT(system.must(other, thread_of()), last);
}

TEST(System, NoChildForAThreadThatCannotWait) {
    System system(24);
    const Badge parent = start(system);
    expect_refused(system, parent, spawn_of(SpawnFlags::Wait).word(99), ServerError::BadRequest);
    expect_refused(system, parent, MessageWriter(FactotumMethod::Wait).word(kAnyChild).word(WaitFlags::NoHang),
                   ServerError::NoSuchProcess);
}

TEST(System, ForkCopiesManySlotsInSlices) {
    System system(24);
    const Badge parent = start(system, cnode_radix(kMaxProcessCNodeRadix));
    constexpr CPtr kEnd = bit(kMaxProcessCNodeRadix);
    constexpr std::array kTypes{CapType::Endpoint,  CapType::Frame, CapType::Untyped,
                                CapType::PageTable, CapType::Reply, CapType::IrqHandler};
    for (CPtr slot = kSlotFirstFree; slot < kEnd; slot += 31) System::put(parent, slot, kTypes[slot % kTypes.size()]);
    const Badge child = System::process(system.must(parent, fork_of()));
    EXPECT_GT(system_calls().time, 0u) << "it took a slice";
    EXPECT_TRUE(System::runs(child));
    for (CPtr slot = kSlotFirstFree; slot < kEnd; slot++) {
        const Cap* const cap = System::find(parent, slot);
        const bool is_copied = cap != nullptr && (cap->type == CapType::Endpoint || cap->type == CapType::Frame);
        ASSERT_EQ(System::find(child, slot) != nullptr, is_copied) << slot;
    }
    free_pages(system);
}

}  // namespace
}  // namespace glenda::factotum::test
