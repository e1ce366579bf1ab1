// SPDX-License-Identifier: MIT
// No data leaks from one thread to another, and running out of a resource is an ordinary error.
#include <algorithm>

#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// Fills the whole Untyped with ones through a frame, then frees it.
void make_dirty(Untyped memory, CPtr slot) {
    need(memory.retype(CapType::Frame, kLargeFrameBits, node(), slot));
    need(pool().map(Frame(slot), space(), kArea, MapFlags::ReadWrite));
    for (std::uint64_t at = 0; at < bit(kLargeFrameBits); at += 8) word_at(kArea + at) = ~std::uint64_t{0};
    need(node().revoke(memory.cptr()));
}

bool is_zero(const Registers& registers) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&registers);
    return std::all_of(words, words + sizeof(registers) / 8, [](std::uint64_t word) { return word == 0; });
}

/// Previous contents of memory are not visible in any object made from it.
void objects_are_new() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, kLargeFrameBits));
    const CPtr slot = need(pool().slots(8));
    make_dirty(memory, slot);
    EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot));
    EXPECT_OK(memory.retype(CapType::CNode, 5, node(), slot + 1));
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot + 2));
    EXPECT_OK(memory.retype(CapType::VSpace, 0, node(), slot + 3));
    EXPECT_OK(memory.retype(CapType::Endpoint, 0, node(), slot + 4));
    EXPECT_OK(memory.retype(CapType::Notification, 0, node(), slot + 5));
    EXPECT_OK(memory.retype(CapType::Timer, 0, node(), slot + 6));
    EXPECT_OK(memory.retype(CapType::PageTable, 0, node(), slot + 7));
    expect_invariants();
    Registers registers;
    need(Tcb(slot).read_registers(registers));
    EXPECT(is_zero(registers));
    EXPECT_EQ(need(Tcb(slot).info()).priority, 0);
    for (unsigned i = 1; i < 32; i++) EXPECT_EQ(need(CNode(slot + 1).info(i)).type, CapType::Null);
    need(pool().map(Frame(slot + 2), space(), kArea, MapFlags::Read));
    for (std::uint64_t at = 0; at < kPageSize; at += 8) EXPECT_EQ(word_at(kArea + at), 0);
    for (std::uint64_t at = 0; at < kUserEnd; at += kGiB) EXPECT_ERROR(NotMapped, VSpace(slot + 3).info(at));
    EXPECT_ERROR(WouldBlock, Endpoint(slot + 4).nb_send({}));
    EXPECT_ERROR(WouldBlock, Notification(slot + 5).poll());
    EXPECT_ERROR(NotBound, Timer(slot + 6).arm(0));
}

/// An interrupt preempts a Retype while it clears memory above an alignment gap. Then a second thread makes a Tcb in
/// the gap. The memory of the Tcb must be cleared too.
void gaps_are_cleared() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, kLargeFrameBits));
    const CPtr slot = need(pool().slots(80));
    const Notification bell = need(pool().notification());
    const Timer timer = need(pool().timer());
    need(timer.bind(bell));
    bool made = false;
    auto retyper = [&] {
        for (;;) {
            (void)bell.wait();
            if (!made) made = bool(memory.retype(CapType::Tcb, 0, node(), slot + 70));
        }
    };
    Thread thread(retyper);
    thread.start();
    unsigned interrupted = 0;
    for (std::uint64_t after = 5; after < 400; after += 20) {
        make_dirty(memory, slot);
        made = false;
        need(memory.retype(CapType::Endpoint, 0, node(), slot + 71));
        need(timer.arm(read_time() + after));
        const Result<void> done = memory.retype(CapType::Frame, kFrameBits, node(), slot, 64);
        EXPECT_OK(done);
        if (made) {
            Registers registers;
            need(Tcb(slot + 70).read_registers(registers));
            EXPECT(is_zero(registers));
            interrupted++;
            expect_invariants();
        }
        need(timer.cancel());
        need(node().revoke(memory.cptr()));
    }
    EXPECT(interrupted > 3);
}

/// A thread that uses the FPU for the first time finds zeros in it, whoever used it before. It does not disturb the
/// values of the previous user.
void fpu_is_not_inherited() {
    std::uint64_t found[2] = {1, 1}, kept = 0;
    auto first_user = [&] {
        asm volatile(
            ".option push\n.option arch, +d\nfmv.x.d %0, f9\nfmv.x.d %1, f31\nfrcsr t0\nadd %0, %0, t0\n"
            "fmv.d.x f9, %2\n.option pop"
            : "=&r"(found[0]), "=&r"(found[1])
            : "r"(0x5555)
            : "t0");
    };
    asm volatile(".option push\n.option arch, +d\nfmv.d.x f9, %0\nfmv.d.x f31, %0\nfsflags %0\n.option pop"
                 :
                 : "r"(0x1234'5678));
    for (unsigned i = 0; i < 3; i++) {
        found[0] = found[1] = 1;
        Thread thread(first_user);
        thread.start();
        EXPECT(thread.has_finished());
        EXPECT_EQ(found[0], 0);
        EXPECT_EQ(found[1], 0);
    }
    asm volatile(".option push\n.option arch, +d\nfmv.x.d %0, f9\n.option pop" : "=r"(kept));
    EXPECT_EQ(kept, 0x1234'5678);
}

/// A thread in an address space of its own can access neither another thread's UTCB nor the kernel's mappings.
void spaces_are_separate() {
    const Frame code = need(pool().frame());
    need(pool().map(code, space(), kArea, MapFlags::ReadWrite));
    constexpr std::uint32_t kRead[] = {0x0005'3503, 0x0010'0073};  // ld a0, 0(a0); ebreak
    __builtin_memcpy(reinterpret_cast<void*>(kArea), kRead, sizeof(kRead));
    const VSpace own = need(pool().vspace());
    constexpr std::uint64_t kCode = 0x1'0000;
    need(pool().map(with_rights(code, Rights::Read), own, kCode, MapFlags::ReadExecute));
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const std::uint64_t direct = 0xffff'ffc0'0000'0000 + need(Frame(kRootUtcb).info()).address;
    for (const std::uint64_t address : {kRootUtcbAddress, kRootBootInfo, kArea, direct, std::uint64_t{0x10000} << 4,
                                        std::uint64_t{0xffff'ffff'8020'0000}, kRootStackTop - 8}) {
        const Tcb tcb = need(pool().tcb());
        need(tcb.configure({.cspace = node(), .vspace = own, .fault_handler = endpoint}));
        need(tcb.set_priority(kPriority + 1, 0));
        Registers registers;
        registers.pc = kCode;
        registers.a0 = address;
        need(tcb.write_registers(registers));
        need(tcb.resume());
        const Message fault = endpoint.recv(reply.cptr());
        EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
        EXPECT_EQ(fault.words[1], address);
        need(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    }
}

// --- exhausting resources ----------------------------------------------------------------------------------

void all_spaces() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 23));
    const CNode box = need(pool().cnode(11));
    const CPtr spare = need(pool().slot());
    unsigned made = 0;
    while (memory.retype(CapType::VSpace, 0, box, 1 + made)) made++;
    EXPECT(made > 1000);
    EXPECT_ERROR(TooManySpaces, memory.retype(CapType::VSpace, 0, box, 1 + made));
    EXPECT_OK(memory.retype(CapType::Endpoint, 0, node(), spare));
    expect_invariants();
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_OK(memory.retype(CapType::VSpace, 0, node(), spare));
    expect_invariants();
}

void all_slots_and_all_memory() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    const CNode box = need(pool().cnode(10));
    unsigned made = 0;
    Error last = Error::Ok;
    while (last == Error::Ok) last = error_of(memory.retype(CapType::Endpoint, 0, box, 1 + made++));
    EXPECT_ERROR(OutOfRange, last);
    EXPECT_EQ(made, 1024);
    for (unsigned i = 1; i < 1024; i++) EXPECT_ERROR(SlotOccupied, memory.retype(CapType::Endpoint, 0, box, i));
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::CNode, 10, node(), slot + 1));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Untyped, 38, node(), slot + 1));
    expect_invariants();
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_EQ(need(memory.info()).used, 0);
}

/// Two thousand armed timers share one notification, which is deleted.
void many_timers() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 19));
    const CNode box = need(pool().cnode(11));
    const CPtr scratch = need(pool().slot());
    const Notification bell = need(pool().notification());
    for (unsigned i = 1; i <= 2000; i++) {
        need(memory.retype(CapType::Timer, 0, node(), scratch));
        need(Timer(scratch).bind(bell));
        need(Timer(scratch).arm(read_time() + ticks(10'000'000) + i * 7919 % 2003));
        need(box.move(i, node(), scratch));
    }
    expect_invariants();
    EXPECT_OK(node().revoke(bell.cptr()));
    expect_invariants();
    EXPECT_OK(node().revoke(memory.cptr()));
    expect_invariants();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"leaks_objects_are_new", objects_are_new},
                                      {"leaks_gaps_are_cleared", gaps_are_cleared},
                                      {"leaks_fpu_is_not_inherited", fpu_is_not_inherited},
                                      {"leaks_spaces_are_separate", spaces_are_separate},
                                      {"exhausting_spaces", all_spaces},
                                      {"exhausting_slots_and_memory", all_slots_and_all_memory},
                                      {"exhausting_timers", many_timers}};
    return run_cases(kCases);
}
