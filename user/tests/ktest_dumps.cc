// SPDX-License-Identifier: MIT
// K17: the kernel's dumps of a thread in each state, blocked on each kind of object.
//
// This program checks the states. grade/tests/test_dumps.py checks the dumps, and what GDB shows at `all_are_in_place`.
// For this the program prints the addresses of the objects.
#include "common/ktest.h"
#include "glenda/print.h"

/// GDB sets a breakpoint here.
extern "C" [[gnu::noinline]] void all_are_in_place() { asm volatile(""); }

namespace glenda::ktest {

namespace {

/// Makes an object from an Untyped of its own and prints its address.
template <typename T>
T placed(CapType type, std::string_view name) {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, kFrameBits));
    const CPtr slot = need(pool().slot());
    need(memory.retype(type, 0, node(), slot));
    print("place {} {:#x}\n", name, need(memory.info()).address);
    return T(slot);
}

void every_state() {
    const auto entry = placed<Endpoint>(CapType::Endpoint, "entry"), exit = placed<Endpoint>(CapType::Endpoint, "exit"),
               calls = placed<Endpoint>(CapType::Endpoint, "calls"),
               faults = placed<Endpoint>(CapType::Endpoint, "faults");
    const auto bell = placed<Notification>(CapType::Notification, "bell");
    const auto unused_reply = placed<Reply>(CapType::Reply, "unused_reply"),
               call_reply = placed<Reply>(CapType::Reply, "call_reply"),
               fault_reply = placed<Reply>(CapType::Reply, "fault_reply");

    auto nothing = [] {};
    auto send = [&] { (void)entry.send({}); };
    auto call = [&] { (void)entry.call({}); };
    auto fault = [&] { (void)read_at(kArea); };
    auto receive = [&] { (void)exit.recv(0); };
    auto receive_with = [&] { (void)exit.recv(unused_reply.cptr()); };
    auto wait = [&] { (void)bell.wait(); };
    auto call_and_wait = [&] { (void)calls.call({}); };
    struct {
        ThreadState state;
        Thread thread;
    } threads[] = {
        {ThreadState::Inactive, Thread(nothing, {.name = "inactive"})},
        {ThreadState::Ready, Thread(nothing, {.priority = 7, .name = "ready"})},
        {ThreadState::BlockedSend, Thread(send, {.name = "sender"})},
        {ThreadState::BlockedCall, Thread(call, {.priority = 255, .name = "caller"})},
        {ThreadState::BlockedFault, Thread(fault, {.fault_handler = entry, .name = "faulting"})},
        {ThreadState::BlockedRecv, Thread(receive, {.name = "receiver"})},
        {ThreadState::BlockedRecv, Thread(receive_with, {.name = "server"})},
        {ThreadState::BlockedRecv, Thread(wait, {.name = "waiter"})},
        {ThreadState::BlockedCall, Thread(call_and_wait, {.name = "client"})},
        {ThreadState::BlockedFault, Thread(fault, {.fault_handler = faults, .name = "faulted"})},
    };
    for (auto& each : threads) {
        if (each.state != ThreadState::Inactive) each.thread.start();
    }
    EXPECT_OK(calls.recv(call_reply.cptr()));  // from now on `client` and `faulted` wait for a reply
    EXPECT_EQ(faults.recv(fault_reply.cptr()).tag.label(), FaultKind::Vm);
    Registers registers;
    auto* words = reinterpret_cast<std::uint64_t*>(&registers);
    for (unsigned i = 0; i < 32; i++) words[i] = 0x1111 * i;
    registers.pc = 0x1234;
    EXPECT_OK(threads[0].thread.tcb.write_registers(registers));

    all_are_in_place();
    for (auto& each : threads) {
        EXPECT_EQ(each.thread.state(), each.state);
        EXPECT_OK(environment().machine.dump_thread(each.thread.tcb));
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"dumps_every_state", every_state}};
    return run_cases(kCases);
}
