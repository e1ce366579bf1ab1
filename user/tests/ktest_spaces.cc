// SPDX-License-Identifier: MIT
// Address spaces as a whole: made, used by threads, destroyed, and their ASIDs reused.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// K14: more address spaces are made and destroyed than there are ASIDs. A mapping of one never appears in another.
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

/// Position-independent code: loads the word at address a0 into a0, then faults.
constexpr std::uint32_t kReadThenBreak[] = {0x0005'3503, 0x0010'0073};  // ld a0, 0(a0); ebreak

/// Threads in many short-lived spaces read the same address. Each sees its own memory, although ASIDs are reused.
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

/// Many spaces that exist at the same time. Each has its own memory at the same address, and a thread that reads it.
class Spaces {
public:
    static constexpr unsigned kSpaces = 700;
    Spaces() {
        __builtin_memcpy(reinterpret_cast<void*>(kArea), kReadThenBreak, sizeof(kReadThenBreak));
        for (unsigned i = 0; i < kSpaces; i++) need(arena().retype(CapType::Untyped, 15, node(), memories_ + i));
    }
    /// Makes space `i`, whose memory holds `value`.
    void make(unsigned i, std::uint64_t value) {
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
    /// The value that the thread of space `i` reads.
    std::uint64_t read(unsigned i) const {
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
    static constexpr unsigned kObjects = 5;  // of one space in `box_`

    Frame code_ = with_rights(mapped_frame(kArea), Rights::Read);
    Endpoint endpoint_ = need(pool().endpoint());
    Reply reply_ = need(pool().reply());
    CNode box_ = need(pool().cnode(12));
    CPtr memories_ = need(pool().slots(kSpaces)), threads_ = need(pool().slots(kSpaces));
    CPtr scratch_ = need(pool().slots(kObjects));
};

/// K14: in each generation, about half of the spaces are destroyed and new ones reuse their memory and their ASIDs,
/// while the rest stay. More spaces are made than there are ASIDs, and each thread reads its own value.
void generations() {
    Spaces spaces;
    std::uint64_t values[Spaces::kSpaces] = {}, random = 1;
    unsigned made = 0, wrong = 0;
    for (unsigned generation = 0; generation < 4; generation++) {
        for (unsigned i = 0; i < Spaces::kSpaces; i++) {
            random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
            if (values[i] != 0 && random >> 63 != 0) continue;
            if (values[i] != 0) spaces.destroy(i);
            spaces.make(i, values[i] = ++made);
        }
        for (unsigned i = 0; i < Spaces::kSpaces; i++) wrong += spaces.read(i) != values[i] ? 1 : 0;
        for (unsigned i = Spaces::kSpaces; i > 0; i--) wrong += spaces.read(i - 1) != values[i - 1] ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT(made > 1023 + 400);
    EXPECT(need(environment().machine.check()));
}

/// The address space of a running thread is revoked: the thread faults, the kernel does not.
void revoked_in_use() {
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
                                      {"spaces_revoked_in_use", revoked_in_use}};
    return run_cases(kCases);
}
