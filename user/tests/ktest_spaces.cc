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

/// Many spaces that live at the same time, each with memory of its own at one address, and a thread that reads it.
class Colony {
public:
    static constexpr unsigned kSpaces = 700;
    Colony() {
        __builtin_memcpy(reinterpret_cast<void*>(kArea), kReadThenBreak, sizeof(kReadThenBreak));
        for (unsigned i = 0; i < kSpaces; i++) need(arena().retype(CapType::Untyped, 15, node(), memories_ + i));
    }
    /// Space `i`, where memory says `value`.
    void found(unsigned i, std::uint64_t value) {
        const Untyped memory(memories_ + i);
        const CPtr last = scratch_ + kObjects - 1;
        need(memory.retype(CapType::VSpace, 0, node(), scratch_));
        need(memory.retype(CapType::PageTable, 0, node(), scratch_ + 1, 2));
        need(memory.retype(CapType::Frame, kFrameBits, node(), scratch_ + 3));
        need(memory.retype(CapType::Tcb, 0, node(), threads_ + i));
        const VSpace made(scratch_);
        for (unsigned table = 1; table <= 2; table++) need(PageTable(scratch_ + table).map(made, kCode));
        need(node().copy(last, node(), code_.cptr()));
        need(Frame(last).map(made, kCode, MapFlags::ReadExecute));
        need(box_.move(i * kObjects + kObjects, node(), last));
        need(node().copy(last, node(), scratch_ + 3));
        need(Frame(last).map(space(), kArea + kPageSize, MapFlags::ReadWrite));
        word_at(kArea + kPageSize) = value;
        need(node().remove(last));
        need(Frame(scratch_ + 3).map(made, kData, MapFlags::Read));
        need(Tcb(threads_ + i).configure({.cspace = node(), .vspace = made, .fault_handler = endpoint_}));
        need(Tcb(threads_ + i).set_priority(kPriority + 1, 0));
        for (unsigned which = 0; which < kObjects - 1; which++)
            need(box_.move(i * kObjects + 1 + which, node(), scratch_ + which));
    }
    void destroy(unsigned i) const {
        need(node().revoke(memories_ + i));
        need(box_.remove(i * kObjects + kObjects));
    }
    /// What the thread of space `i` reads.
    std::uint64_t ask(unsigned i) const {
        const Tcb tcb(threads_ + i);
        Registers registers;
        registers.pc = kCode;
        registers.a0 = kData;
        need(tcb.write_registers(registers));
        need(tcb.resume());
        EXPECT_EQ(endpoint_.nb_recv(reply_.cptr()).tag.label(), FaultKind::Exception);
        need(tcb.read_registers(registers));
        need(reply_.send({.tag = Tag(kFaultSuspend, 0)}));
        return registers.a0;
    }

private:
    static constexpr std::uint64_t kCode = 0x1'0000, kData = 0x1'1000;
    static constexpr unsigned kObjects = 5;  // that a space has in the box

    Frame code_ = with_rights(mapped_frame(kArea), Rights::Read);
    Endpoint endpoint_ = need(pool().endpoint());
    Reply reply_ = need(pool().reply());
    CNode box_ = need(pool().cnode(12));
    CPtr memories_ = need(pool().slots(kSpaces)), threads_ = need(pool().slots(kSpaces));
    CPtr scratch_ = need(pool().slots(kObjects));
};

/// K14: half of them die and others take their memory and their identifiers, again and again, while the other half
/// lives. There are more in the end than there are identifiers, and each reads what is its own.
void generations() {
    Colony colony;
    std::uint64_t values[Colony::kSpaces] = {}, random = 1;
    unsigned founded = 0, wrong = 0;
    for (unsigned generation = 0; generation < 4; generation++) {
        for (unsigned i = 0; i < Colony::kSpaces; i++) {
            random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
            if (values[i] != 0 && random >> 63 != 0) continue;
            if (values[i] != 0) colony.destroy(i);
            colony.found(i, values[i] = ++founded);
        }
        for (unsigned i = 0; i < Colony::kSpaces; i++) wrong += colony.ask(i) != values[i] ? 1 : 0;
        for (unsigned i = Colony::kSpaces; i > 0; i--) wrong += colony.ask(i - 1) != values[i - 1] ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT(founded > 1023 + 400);
    EXPECT(need(environment().machine.check()));
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
                                      {"spaces_generations", generations},
                                      {"spaces_taken_away", space_taken_away}};
    return run_cases(kCases);
}
