// SPDX-License-Identifier: MIT
//
// A whole Factotum: everything that SPAWN, FORK, EXEC, MMAP and THREAD_CREATE take is refused, one thing at a time.
// Shows F3.

#include <gtest/gtest.h>

#include "factotum/refusals.h"

namespace glenda::factotum::test {
namespace {

MessageWriter spawn_of(SpawnFlags flags, std::string_view file, FactotumMethod method = FactotumMethod::Spawn) {
    return MessageWriter(method).word(flags).word(0).word(0).word(1).text(file);
}
MessageWriter map_of(std::uint64_t pages, MmapFlags flags, std::uint64_t address = 0) {
    return MessageWriter(FactotumMethod::Mmap)
        .word(address)
        .word(pages * kPageSize)
        .word(MapFlags::ReadWrite)
        .word(flags);
}
MessageWriter thread_of() { return MessageWriter(FactotumMethod::ThreadCreate).word(0).word(0).word(0).word(0); }

/// What every process has.
void expect_whole(Badge child) {
    ASSERT_NE(child, 0u);
    for (const CPtr slot : {kSlotCNode, kSlotTcb, kSlotFactotum, kSlotNineball, kSlotReply, kSlotNotification})
        EXPECT_NE(System::find(child, slot), nullptr) << "slot " << slot;
    EXPECT_TRUE(System::runs(child));
}

/// Pages in so many page tables that a copy, or an end, takes more than a slice.
void spread(System& system, Badge process) {
    constexpr MmapFlags kFlags = MmapFlags::Fixed | MmapFlags::Populate;
    for (std::uint64_t i = 0; i < 10; i++) system.must(process, map_of(1, kFlags, kMapArea + i * PageTree::kLeafSize));
}

/// Until the next record does not fit in the pages that the table has.
template <typename Record, typename Make>
void fill_table(unsigned count, Make make) {
    const auto pages = [](unsigned records) { return (records * sizeof(Record) + kPageSize - 1) / kPageSize; };
    for (; pages(count) == pages(count + 1); count++) make();
}

TEST(Refusals, Spawn) {
    refuse_all(
        {.name = "SPAWN",
         .message =
             [](System&) { return spawn_of(SpawnFlags::None, "large").cap(System::kPassed).cap(System::kPassed + 1); },
         .check =
             [](System&, Badge, std::uint64_t pid) {
                 expect_whole(System::process(pid));
                 EXPECT_NE(System::find(System::process(pid), kSlotPassed), nullptr);
                 EXPECT_NE(System::find(System::process(pid), kSlotPassed + 1), nullptr);
             }});
}

TEST(Refusals, SpawnForWhichTablesGrow) {
    refuse_all(
        {.name = "SPAWN for which tables grow",
         .prepare = [](System& system, Badge) { fill_table<Process>(3, [&] { system.spawn(kNineball, "small"); }); },
         .message = [](System&) { return spawn_of(SpawnFlags::None, "small"); },
         .check = [](System&, Badge, std::uint64_t pid) { expect_whole(System::process(pid)); }});
}

TEST(Refusals, SpawnFromAKit) {
    refuse_all({.name = "SPAWN from a kit",
                .prepare =
                    [](System& system, Badge caller) {
                        const Badge first = system.spawn(caller, "small");
                        system.must(caller, MessageWriter(FactotumMethod::Kill).word(pid_of(first)).word(9));
                        system.must(caller, MessageWriter(FactotumMethod::Wait).word(kAnyChild).word(0));
                    },
                .message = [](System&) { return spawn_of(SpawnFlags::None, "small"); },
                .check = [](System&, Badge, std::uint64_t pid) { expect_whole(System::process(pid)); }});
}

TEST(Refusals, SpawnOfAServer) {
    refuse_all({.name = "SPAWN of a server",
                .message =
                    [](System&) {
                        MessageWriter message = spawn_of(SpawnFlags::Limits | cnode_radix(8), "large");
                        return message.word(50).word(200).word(Grants::Services);
                    },
                .check = [](System&, Badge, std::uint64_t pid) { expect_whole(System::process(pid)); }});
}

TEST(Refusals, SpawnWithABlock) {
    CPtr block = 0;
    refuse_all(
        {.name = "SPAWN with a block",
         .prepare =
             [&](System& system, Badge caller) {
                 MessageWriter create(FactotumMethod::ObjectCreate);
                 block = system.ask(caller, create.word(2).word(ObjectKind::Anonymous))->caps.at(0);
             },
         .message = [&](System&) { return spawn_of(SpawnFlags::Block, "small").word(kPageSize + 64).cap(block); },
         .check = [](System&, Badge, std::uint64_t pid) { expect_whole(System::process(pid)); }});
}

void check_copy(System&, Badge, std::uint64_t pid) {
    expect_whole(System::process(pid));
    EXPECT_NE(System::find(System::process(pid), kSlotPassed), nullptr);
}

TEST(Refusals, Fork) {
    refuse_all(
        {.name = "FORK", .message = [](System&) { return MessageWriter(FactotumMethod::Fork); }, .check = check_copy});
}

TEST(Refusals, ForkInSlices) {
    refuse_all({.name = "FORK in slices",
                .prepare =
                    [](System& system, Badge caller) {
                        spread(system, caller);
                        system.must(caller, map_of(3, MmapFlags::Shared | MmapFlags::Populate));
                        system.must(caller, thread_of());
                    },
                .message = [](System&) { return MessageWriter(FactotumMethod::Fork); },
                .check =
                    [](System& system, Badge caller, std::uint64_t pid) {
                        check_copy(system, caller, pid);
                        EXPECT_GT(system_calls().time, 0u) << "it took a slice";
                    }});
}

TEST(Refusals, Exec) {
    refuse_all({.name = "EXEC",
                .prepare =
                    [](System& system, Badge caller) {
                        spread(system, caller);
                        system.must(caller, thread_of());
                    },
                .message = [](System&) { return spawn_of(SpawnFlags::None, "large", FactotumMethod::Exec); },
                .check = [](System&, Badge caller, std::uint64_t) { expect_whole(caller); },
                .is_answered = false});
}

TEST(Refusals, Mmap) {
    refuse_all({.name = "MMAP",
                .message = [](System&) { return map_of(20, MmapFlags::Populate); },
                .check = [](System&, Badge, std::uint64_t address) { EXPECT_NE(address, 0u); },
                .keeps = kTable.sum() * 2});  // page tables
}

TEST(Refusals, MmapOfAnObject) {
    refuse_all({.name = "MMAP of an object",
                .message = [](System&) { return map_of(20, MmapFlags::Shared | MmapFlags::Populate); },
                .check = [](System&, Badge, std::uint64_t address) { EXPECT_NE(address, 0u); },
                .keeps = kTable.sum() * 2});
}

/// THREAD_CREATE when the next page for kernel objects takes a chunk, by a process that has so many threads.
void refuse_without_pages(std::string_view name, unsigned threads) {
    refuse_all({.name = name,
                .prepare =
                    [=](System& system, Badge caller) {
                        for (unsigned i = 1; i != threads; i++) system.must(caller, thread_of());
                        while (system.memory().store().loose_pages(ChunkUse::Objects) != 0)
                            ASSERT_TRUE(system.memory().take_own_untyped());
                    },
                .message = [](System&) { return thread_of(); },
                .check = [](System&, Badge, std::uint64_t tid) { EXPECT_NE(tid, 0u); },
                .keeps = 2});
}

/// Beside the first Tcbs there are the two objects that every process has.
TEST(Refusals, ThreadCreateWithoutAPageForTcbs) {
    refuse_without_pages("THREAD_CREATE without a page for Tcbs", (kPageSize >> kTcbBits) - 1);
}

/// The thread of this number, 9Ball's and Factotum's among them, needs the first Reply object of another page.
TEST(Refusals, ThreadCreateWithoutAPageForReplies) {
    constexpr unsigned kRepliesOfPage = 64, kFounders = 2;
    refuse_without_pages("THREAD_CREATE without a page for replies", kRepliesOfPage - 1 - kFounders);
}

TEST(Refusals, ThreadCreate) {
    refuse_all({.name = "THREAD_CREATE",
                .prepare = [](System& system,
                              Badge caller) { fill_table<Thread>(3, [&] { system.must(caller, thread_of()); }); },
                .message = [](System&) { return thread_of(); },
                .check = [](System&, Badge, std::uint64_t tid) { EXPECT_NE(tid, 0u); },
                .keeps = 2});  // a UTCB, and a page for Tcbs
}

}  // namespace
}  // namespace glenda::factotum::test
