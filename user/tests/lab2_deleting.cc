// SPDX-License-Identifier: MIT
// Delete: a capability goes, and the object with the last one.
#include "common/toucher.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kSecond = kArea + kPageSize;

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
std::uint64_t used(Untyped memory) { return need(memory.info()).used; }
bool is_sound() { return need(environment().machine.check()); }

/// An object lives until its last capability goes, in whatever order they do.
void copies_go() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    constexpr unsigned kOrders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (const auto& order : kOrders) {
        for (const bool in_a_chain : {false, true}) {  // copies of copies, or three of one
            const CPtr slot = need(pool().slots(3));
            EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot));
            EXPECT_OK(Tcb(slot).configure({.cspace = node(), .vspace = space()}));
            EXPECT_OK(node().copy(slot + 1, node(), slot));
            EXPECT_OK(node().copy(slot + 2, node(), slot + (in_a_chain ? 1 : 0)));
            for (unsigned i = 0; i < 3; i++) {
                EXPECT(used(memory) != 0);
                // The thread still has its CSpace and VSpace, so it is the same object as before.
                EXPECT_OK(Tcb(slot + order[i]).resume());
                EXPECT_OK(Tcb(slot + order[i]).suspend());
                EXPECT_OK(node().remove(slot + order[i]));
                EXPECT_EQ(look(slot + order[i]).type, CapType::Null);
            }
            EXPECT_EQ(used(memory), 0);
            EXPECT_OK(node().remove(slot));  // an empty slot can be deleted, too
            EXPECT(is_sound());
            if (has_failed()) return;
        }
    }
}

/// What was made from a capability stays when it goes. Children take the place of their parent.
void children_stay() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr slot = need(pool().slots(16));
    EXPECT_OK(memory.retype(CapType::Untyped, 13, node(), slot));
    EXPECT_OK(Untyped(slot).retype(CapType::Endpoint, 0, node(), slot + 1, 3));
    for (unsigned i = 4; i < 16; i++) EXPECT_OK(node().mint(slot + i, node(), slot + 1 + i % 3, Rights::All, i));
    EXPECT_OK(node().remove(slot));  // the endpoints are now children of `memory`
    EXPECT(is_sound());
    for (unsigned i = 1; i < 4; i++) EXPECT_OK(node().remove(slot + i));
    EXPECT(is_sound());
    for (unsigned i = 4; i < 16; i++) {
        EXPECT(used(memory) != 0);
        EXPECT_EQ(look(slot + i).badge, i);
        EXPECT_OK(node().remove(slot + i));
        EXPECT(is_sound());
    }
    EXPECT_EQ(used(memory), 0);
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, 4));  // all of it is free again
}

/// A thread that is deleted does not run any more, be it ready or not.
void threads_end() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 13));
    const CPtr slot = need(pool().slots(4));
    (void)mapped_frame(kArea);
    for (unsigned round = 0; round < 2; round++) {
        EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot, 4));
        for (unsigned i = 0; i < 4; i++) {
            const Tcb thread(slot + i);
            EXPECT_OK(thread.configure({.cspace = node(), .vspace = space()}));
            EXPECT_OK(thread.set_priority(kPriority - 1, kMaxPriority));
            Registers registers;
            registers.pc = Toucher::read_code();
            registers.a0 = kSecond;  // a fault, which would be reported
            EXPECT_OK(thread.write_registers(registers));
            if (i != 3) EXPECT_OK(thread.resume());
        }
        for (const unsigned i : {1u, 0u, 3u, 2u}) EXPECT_OK(node().remove(slot + i));
        EXPECT(is_sound());
        EXPECT_EQ(used(memory), 0);
        const std::uint64_t faults = need(environment().machine.counter(std::uint64_t(KernelCounter::Faults)));
        let_others_run();
        EXPECT_EQ(need(environment().machine.counter(std::uint64_t(KernelCounter::Faults))), faults);
    }
}

/// A thread gets another CSpace, VSpace and UTCB: what it had before goes from it.
void held_by_threads() {
    const CNode box = need(pool().cnode(4));
    const Frame pages[2] = {mapped_frame(kArea), mapped_frame(kSecond)};
    const Toucher thread({.cspace = node(), .vspace = space(), .utcb_frame = pages[0], .utcb_address = kArea});
    EXPECT_OK(thread.call(kRootTcb, TcbMethod::Info));
    EXPECT(read_at(kArea + 8 * 5) != 0);
    EXPECT_OK(thread.tcb.configure({.cspace = box, .utcb_frame = pages[1], .utcb_address = kSecond}));
    EXPECT_ERROR(InvalidCapability, thread.call(kRootTcb, TcbMethod::Info));
    EXPECT_OK(box.copy(5, node(), kRootTcb));
    word_at(kArea + 8 * 5) = 0;
    EXPECT_OK(thread.call(5, TcbMethod::Info));
    EXPECT_EQ(read_at(kArea + 8 * 5), 0);
    EXPECT(read_at(kSecond + 8 * 5) != 0);
    EXPECT_OK(thread.tcb.configure({.vspace = need(pool().vspace())}));
    EXPECT(!thread.can_read(kArea));
    EXPECT(is_sound());
}

/// The memory behind a mapping is out of reach as soon as the capability that made it is gone.
void frames_go() {
    const Toucher thread;
    Frame frame = mapped_frame(kArea);
    EXPECT(thread.can_write(kArea, 5));
    const Frame copy = with_rights(frame, Rights::All);
    need(pool().map(copy, space(), kSecond, MapFlags::ReadWrite));
    EXPECT_EQ(thread.read(kSecond).value, 5);
    EXPECT_OK(node().remove(frame.cptr()));
    EXPECT(!thread.can_read(kArea));
    EXPECT_ERROR(NotMapped, space().info(kArea));
    EXPECT_EQ(thread.read(kSecond).value, 5);  // the copy's mapping is its own
    EXPECT_OK(node().remove(copy.cptr()));
    EXPECT(!thread.can_read(kSecond));
    frame = mapped_frame(kArea);
    EXPECT_EQ(thread.read(kArea).value, 0);
    EXPECT(is_sound());
}

/// A table that is deleted takes all mappings below it along.
void tables_go() {
    constexpr std::uint64_t kFar = kArea + 64 * kMiB;
    const Toucher thread;
    (void)mapped_frame(kArea);
    const PageTable table = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(table.map(space(), kFar));
    const Frame frame = mapped_frame(kFar), second = mapped_frame(kFar + kPageSize);
    EXPECT(thread.can_write(kFar, 1) && thread.can_read(kFar + kPageSize));
    EXPECT_OK(node().remove(table.cptr()));
    EXPECT(!thread.can_read(kFar) && !thread.can_read(kFar + kPageSize));
    EXPECT_ERROR(NotMapped, space().info(kFar));
    EXPECT_OK(frame.unmap());  // the capability had not noticed
    need(pool().map(frame, space(), kFar, MapFlags::Read));
    EXPECT_EQ(thread.read(kFar).value, 1);
    EXPECT_OK(node().remove(second.cptr()));
    EXPECT(is_sound());
}

/// A space that is deleted: its frames can be mapped somewhere else, and its identity is nobody's.
void spaces_go() {
    const VSpace other = need(pool().vspace());
    const Frame frame = need(pool().frame());
    need(pool().map(frame, other, kArea, MapFlags::ReadWrite));
    EXPECT_OK(node().remove(other.cptr()));
    EXPECT(is_sound());
    EXPECT_OK(frame.unmap());
    need(pool().map(frame, space(), kArea, MapFlags::ReadWrite));
    word_at(kArea) = 3;
    EXPECT_OK(node().remove(frame.cptr()));
    EXPECT_ERROR(NotMapped, space().info(kArea));
    EXPECT(is_sound());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"copies_go", copies_go},     {"children_stay", children_stay},
                                      {"threads_end", threads_end}, {"held_by_threads", held_by_threads},
                                      {"frames_go", frames_go},     {"tables_go", tables_go},
                                      {"spaces_go", spaces_go}};
    return run_cases(kCases);
}
