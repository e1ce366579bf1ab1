// SPDX-License-Identifier: MIT
// K17: a thread in each state, and in each place where it can wait, as the kernel's dump shows it.
//
// The states are checked here. What the dumps say, and what GDB says at `all_are_in_place`, is for
// grade/tests/test_dumps.py to check; so the addresses of the objects are printed.
#include "common/ktest.h"
#include "glenda/print.h"

/// GDB stops here.
extern "C" [[gnu::noinline]] void all_are_in_place() { asm volatile(""); }

namespace glenda::ktest {

namespace {

/// An object in memory of its own, whose address is printed.
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
               desk = placed<Endpoint>(CapType::Endpoint, "desk"), nurse = placed<Endpoint>(CapType::Endpoint, "nurse");
    const auto bell = placed<Notification>(CapType::Notification, "bell");
    const auto offer = placed<Reply>(CapType::Reply, "offer"), order = placed<Reply>(CapType::Reply, "order"),
               chart = placed<Reply>(CapType::Reply, "chart");

    auto nothing = [] {};
    auto send = [&] { (void)entry.send({}); };
    auto call = [&] { (void)entry.call({}); };
    auto fault = [&] { (void)read_at(kArea); };
    auto receive = [&] { (void)exit.recv(0); };
    auto receive_with = [&] { (void)exit.recv(offer.cptr()); };
    auto wait = [&] { (void)bell.wait(); };
    auto order_something = [&] { (void)desk.call({}); };
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
        {ThreadState::BlockedCall, Thread(order_something, {.name = "client"})},
        {ThreadState::BlockedFault, Thread(fault, {.fault_handler = nurse, .name = "patient"})},
    };
    for (auto& each : threads) {
        if (each.state != ThreadState::Inactive) each.thread.start();
    }
    EXPECT_OK(desk.recv(order.cptr()));  // from here on these two are in a Reply
    EXPECT_EQ(nurse.recv(chart.cptr()).tag.label(), FaultKind::Vm);
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
