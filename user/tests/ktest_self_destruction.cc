// SPDX-License-Identifier: MIT
// Threads that saw off the branch on which they sit, handlers that fault, servers that answer the dead. After each of
// these the kernel checks all its invariants.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_well() { EXPECT(need(environment().machine.check())); }
// --- taking away what one stands on ------------------------------------------------------------------------

/// Slots of a cell's CSpace.
enum CellSlot : CPtr { kOwnCNode = 1, kOwnMemory, kOwnTcb, kOwnVSpace, kOwnUtcb, kOwnHandler, kOwnBell, kCellSlots };

/// The thread in a cell: does one thing to one of its slots, then rings the bell if it still can.
[[noreturn]] void run_in_cell(CNodeMethod method, CPtr slot) {
    (void)sys::call(kOwnCNode, {.tag = Tag(std::uint64_t(method), 1), .words = {slot}});
    (void)sys::send(kOwnBell, {});
    (void)sys::call(kOwnTcb, {.tag = Tag(std::uint64_t(TcbMethod::Suspend), 0)});
    for (;;) asm volatile("ebreak");
}

alignas(16) constinit std::byte cell_stack[4096];

/// A thread all of whose objects lie in one Untyped, to which it alone has the capability.
struct Cell {
    Untyped parent = need(pool().make<Untyped>(CapType::Untyped, 17));
    Notification bell = need(pool().notification());
    Endpoint faults = need(pool().endpoint());

    /// Begin with `method` on `slot`. Its capabilities are those that its Tcb was configured with, moved into the cell.
    void start(CNodeMethod method, CPtr slot, bool has_handler) {
        const CPtr at = need(pool().slots(kCellSlots)), utcb = kArea;
        need(parent.retype(CapType::Untyped, 16, node(), at + kOwnMemory));
        const Untyped memory(at + kOwnMemory);
        need(memory.retype(CapType::CNode, 4, node(), at + kOwnCNode));
        need(memory.retype(CapType::Tcb, 0, node(), at + kOwnTcb));
        need(memory.retype(CapType::Frame, kFrameBits, node(), at + kOwnUtcb));
        need(node().copy(at + kOwnVSpace, node(), kRootVSpace));
        need(node().copy(at + kOwnHandler, node(), faults.cptr()));
        need(node().copy(at + kOwnBell, node(), bell.cptr()));
        const Tcb tcb(at + kOwnTcb);
        need(tcb.configure({.cspace = CNode(at + kOwnCNode),
                            .vspace = VSpace(at + kOwnVSpace),
                            .utcb_frame = Frame(at + kOwnUtcb),
                            .utcb_address = utcb,
                            .fault_handler = has_handler ? Endpoint(at + kOwnHandler) : Endpoint{}}));
        Registers registers;
        registers.pc = reinterpret_cast<std::uint64_t>(&run_in_cell);
        registers.sp = reinterpret_cast<std::uint64_t>(cell_stack + sizeof(cell_stack));
        registers.gp = 0;
        registers.a0 = std::uint64_t(method);
        registers.a1 = slot;
        need(tcb.write_registers(registers));
        need(tcb.set_priority(kPriority - 1, kPriority - 1));
        need(tcb.resume());
        const CNode cell(at + kOwnCNode);
        for (CPtr each = kOwnMemory; each < kCellSlots; each++) need(cell.move(each, node(), at + each));
        need(cell.move(kOwnCNode, node(), cell.cptr()));  // last: into itself
    }
};

/// Delete and Revoke of each capability that a thread has, of the Untyped under it too.
void suicides() {
    for (const CNodeMethod method : {CNodeMethod::Delete, CNodeMethod::Revoke}) {
        for (CPtr slot = kOwnCNode; slot < kCellSlots; slot++) {
            for (const bool has_handler : {true, false}) {
                Cell cell;
                cell.start(method, slot, has_handler);
                let_others_run();
                expect_well();
                const bool dies = (method == CNodeMethod::Revoke && slot == kOwnMemory) ||
                                  (method == CNodeMethod::Delete && slot == kOwnTcb) ||
                                  (method == CNodeMethod::Revoke && (slot == kOwnCNode || slot == kOwnVSpace)) ||
                                  (method == CNodeMethod::Delete && slot == kOwnBell);
                EXPECT_EQ(bool(cell.bell.poll()), !dies);
                EXPECT_OK(node().revoke(cell.parent.cptr()));
                EXPECT_EQ(need(cell.parent.info()).used, 0);
                expect_well();
            }
        }
    }
}

// --- faults and replies ------------------------------------------------------------------------------------

/// A thread handles its own faults: it waits for itself. Its endpoint goes while it does.
void own_handler() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = endpoint, .name = "own-handler"});
    thread.start();
    EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
    expect_well();
    EXPECT_ERROR(Ok, endpoint.nb_recv(reply.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
    EXPECT_OK(node().remove(reply.cptr()));  // with the faulting thread in it
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT_OK(thread.tcb.resume());  // faults again
    EXPECT_OK(node().revoke(endpoint.cptr()));
    EXPECT_OK(node().remove(endpoint.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    expect_well();
}

/// A handler faults while it handles, at the endpoint that it handles.
void recursive_faults() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto handler = [&] {
        (void)endpoint.recv(reply.cptr());
        (void)read_at(kArea);
    };
    auto body = [&] { (void)read_at(kArea + kPageSize); };
    Thread handling(handler, {.fault_handler = endpoint, .name = "handler"});
    Thread thread(body, {.fault_handler = endpoint, .name = "faulting"});
    handling.start();
    thread.start();
    EXPECT_EQ(handling.state(), ThreadState::BlockedFault);
    EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
    expect_well();
    EXPECT_OK(handling.tcb.suspend());
    EXPECT_OK(handling.tcb.resume());
    EXPECT_OK(node().remove(handling.tcb.cptr()));  // its Reply still holds the other
    expect_well();
    EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT_ERROR(NoCaller, reply.send({}));
    expect_well();
}

void answers_to_the_dead() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [&] { (void)endpoint.call({}); };
    for (const bool suspended : {false, true}) {
        Thread caller(body);
        caller.start();
        (void)endpoint.recv(reply.cptr());
        if (suspended)
            EXPECT_OK(caller.tcb.suspend());
        else
            EXPECT_OK(node().remove(caller.tcb.cptr()));
        expect_well();
        EXPECT_ERROR(NoCaller, reply.send({}));
        EXPECT_ERROR(NoCaller, endpoint.reply_recv(reply.cptr(), {}));
    }
    expect_well();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"suicide_of_every_kind", suicides},
                                      {"suicide_own_handler", own_handler},
                                      {"suicide_recursive_faults", recursive_faults},
                                      {"suicide_answers_to_the_dead", answers_to_the_dead}};
    return run_cases(kCases);
}
