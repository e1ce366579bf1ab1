// SPDX-License-Identifier: MIT
// Threads that delete what they depend on, handlers that fault, servers that reply to deleted callers. After each of
// these the kernel checks its invariants.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

// --- deleting one's own objects ----------------------------------------------------------------------------

/// Slots of a cell's CSpace, see Cell.
enum CellSlot : CPtr { kOwnCNode = 1, kOwnMemory, kOwnTcb, kOwnVSpace, kOwnUtcb, kOwnHandler, kOwnBell, kCellSlots };

/// The thread in a cell: calls `method` on one of its slots, then signals kOwnBell if it still can.
[[noreturn]] void run_in_cell(CNodeMethod method, CPtr slot) {
    (void)sys::call(kOwnCNode, {.tag = Tag(std::uint64_t(method), 1), .words = {slot}});
    (void)sys::send(kOwnBell, {});
    (void)sys::call(kOwnTcb, {.tag = Tag(std::uint64_t(TcbMethod::Suspend), 0)});
    for (;;) asm volatile("ebreak");
}

alignas(16) constinit std::byte cell_stack[4096];

/// A thread whose objects were all made from one Untyped. It alone has the capability to that Untyped.
struct Cell {
    Untyped parent = need(pool().make<Untyped>(CapType::Untyped, 17));
    Notification bell = need(pool().notification());
    Endpoint faults = need(pool().endpoint());

    /// Starts the thread with `method` on `slot`, and moves the capabilities that its Tcb was configured with into its
    /// own CSpace.
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
        need(cell.move(kOwnCNode, node(), cell.cptr()));  // last, into itself
    }
};

/// A thread deletes or revokes each of its own capabilities, including the Untyped it was made from.
void every_capability() {
    for (const CNodeMethod method : {CNodeMethod::Delete, CNodeMethod::Revoke}) {
        for (CPtr slot = kOwnCNode; slot < kCellSlots; slot++) {
            for (const bool has_handler : {true, false}) {
                Cell cell;
                cell.start(method, slot, has_handler);
                let_others_run();
                expect_invariants();
                const bool cannot_signal =
                    (method == CNodeMethod::Revoke && slot == kOwnMemory) ||
                    (method == CNodeMethod::Delete && slot == kOwnTcb) ||
                    (method == CNodeMethod::Revoke && (slot == kOwnCNode || slot == kOwnVSpace)) ||
                    (method == CNodeMethod::Delete && slot == kOwnBell);
                EXPECT_EQ(bool(cell.bell.poll()), !cannot_signal);
                EXPECT_OK(node().revoke(cell.parent.cptr()));
                EXPECT_EQ(need(cell.parent.info()).used, 0);
                expect_invariants();
            }
        }
    }
}

// --- faults and replies ------------------------------------------------------------------------------------

/// A thread has the test's endpoint as its own fault handler. The Reply, and then the endpoint, is deleted while the
/// thread waits there.
void deleted_handler() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [&] { (void)read_at(kArea); };
    Thread thread(body, {.fault_handler = endpoint, .name = "faulting"});
    thread.start();
    EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
    expect_invariants();
    EXPECT_ERROR(Ok, endpoint.nb_recv(reply.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::BlockedFault);
    EXPECT_OK(node().remove(reply.cptr()));  // while the faulting thread waits in it
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT_OK(thread.tcb.resume());  // faults again
    EXPECT_OK(node().revoke(endpoint.cptr()));
    EXPECT_OK(node().remove(endpoint.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    expect_invariants();
}

/// A handler faults while it handles a fault, and its own fault goes to the same endpoint.
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
    expect_invariants();
    EXPECT_OK(handling.tcb.suspend());
    EXPECT_OK(handling.tcb.resume());
    EXPECT_OK(node().remove(handling.tcb.cptr()));  // the other thread still waits in the Reply
    expect_invariants();
    EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT_ERROR(NoCaller, reply.send({}));
    expect_invariants();
}

/// A server replies to a caller that was deleted or suspended.
void reply_to_deleted_caller() {
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
        expect_invariants();
        EXPECT_ERROR(NoCaller, reply.send({}));
        EXPECT_ERROR(NoCaller, endpoint.reply_recv(reply.cptr(), {}));
    }
    expect_invariants();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"self_destruction_every_capability", every_capability},
                                      {"self_destruction_deleted_handler", deleted_handler},
                                      {"self_destruction_recursive_faults", recursive_faults},
                                      {"self_destruction_reply_to_deleted_caller", reply_to_deleted_caller}};
    return run_cases(kCases);
}
