// SPDX-License-Identifier: MIT
// Whole address spaces: made, used by threads, destroyed, and their identifiers used again.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// K14: spaces come and go, more of them than there are identifiers; what one maps never shows in another.
void many_spaces() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    const CPtr slot = need(pool().slots(4));
    const Frame frame = need(pool().frame());
    bool good = true;
    for (unsigned i = 0; i < 2500 && good; i++) {
        const VSpace made(slot);
        good = memory.retype(CapType::VSpace, 0, node(), slot) &&
               memory.retype(CapType::PageTable, 0, node(), slot + 1, 2) && !made.info(kArea) &&
               PageTable(slot + 1).map(made, kArea) && PageTable(slot + 2).map(made, kArea) &&
               frame.map(made, kArea, MapFlags::Read) && made.info(kArea) && node().revoke(memory.cptr()) &&
               need(memory.info()).used == 0 && frame.unmap();
    }
    EXPECT(good);
}

/// Code that fits any address: reads the word that a0 points to into a0, then faults.
constexpr std::uint32_t kReadThenBreak[] = {0x0005'3503, 0x0010'0073};  // ld a0, 0(a0); ebreak

/// Threads in many short-lived spaces read the same address: each sees its own memory. With ASIDs used again.
void threads_in_spaces() {
    constexpr std::uint64_t kCode = 0x1'0000, kData = 0x1'1000;
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const Frame code = mapped_frame(kArea), data = mapped_frame(kArea + kPageSize);
    __builtin_memcpy(reinterpret_cast<void*>(kArea), kReadThenBreak, sizeof(kReadThenBreak));
    const Frame code_there = with_rights(code, Rights::Read);
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 17));
    const CPtr slot = need(pool().slots(8));
    unsigned wrong = 0;
    for (std::uint64_t i = 0; i < 1100; i++) {
        need(memory.retype(CapType::VSpace, 0, node(), slot));
        need(memory.retype(CapType::PageTable, 0, node(), slot + 1, 2));
        need(memory.retype(CapType::Tcb, 0, node(), slot + 3));
        need(memory.retype(CapType::Frame, kFrameBits, node(), slot + 4));
        const VSpace made(slot);
        for (unsigned table = 1; table <= 2; table++) need(PageTable(slot + table).map(made, kCode));
        need(code_there.map(made, kCode, MapFlags::ReadExecute));
        need(data.unmap());
        need(node().copy(slot + 5, node(), slot + 4));
        need(Frame(slot + 5).map(space(), kArea + kPageSize, MapFlags::ReadWrite));
        word_at(kArea + kPageSize) = i * 7 + 1;
        need(Frame(slot + 4).map(made, kData, MapFlags::Read));
        const Tcb tcb(slot + 3);
        need(tcb.configure({.cspace = node(), .vspace = made, .fault_handler = endpoint}));
        need(tcb.set_priority(kPriority + 1, 0));
        Registers registers;
        registers.pc = kCode;
        registers.a0 = kData;
        need(tcb.write_registers(registers));
        need(tcb.resume());
        Received fault;
        fault.store(endpoint.nb_recv(reply.cptr()));
        need(tcb.read_registers(registers));
        wrong += fault.words[2] != 3 || registers.a0 != i * 7 + 1 ? 1 : 0;
        need(node().revoke(memory.cptr()));
        need(code_there.unmap());
        need(data.map(space(), kArea + kPageSize, MapFlags::ReadWrite));
    }
    EXPECT_EQ(wrong, 0);
}

/// The space of a running thread is revoked under it: the thread faults, the kernel does not.
void space_taken_away() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const VSpace own = with_rights(space(), Rights::All);
    volatile bool runs = false;
    auto body = [&] {
        for (;;) runs = true;
    };
    Thread thread(body, {.priority = kPriority - 1, .fault_handler = endpoint});
    need(thread.tcb.configure({.vspace = own}));
    thread.start();
    const Alarm alarm;
    alarm.sleep(3000);
    EXPECT(runs);
    EXPECT_OK(node().revoke(own.cptr()));
    EXPECT_OK(node().remove(own.cptr()));
    const Message fault = endpoint.recv(reply.cptr());
    EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
    EXPECT_EQ(fault.words[2], Access::Execute);
    EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    EXPECT_ERROR(NotConfigured, thread.tcb.resume());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"spaces_many", many_spaces},
                                      {"spaces_threads_in_them", threads_in_spaces},
                                      {"spaces_taken_away", space_taken_away}};
    return run_cases(kCases);
}
