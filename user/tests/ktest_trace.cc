// SPDX-License-Identifier: MIT
// K29: the kernel's trace records exactly what happens, in order.
#include "common/methods.h"
#include "common/recorder.h"

namespace glenda::ktest {

namespace {

constexpr Tag kRequestTag(7, 2), kReplyTag(9, 1);

unsigned self() { return number_of(environment().tcb); }

/// With trace=on on the kernel's command line, the trace starts at boot. Its first event is the start of this thread.
void from_the_boot() {
    const Machine machine = environment().machine;
    const bool is_wanted = std::string_view(boot_info().command_line).contains("trace=on");
    EXPECT_EQ(need(machine.control_trace(TraceCommand::Stop)).was_on, is_wanted);
    TraceEvent events[2];
    const auto range = need(machine.read_trace(0, events));
    EXPECT_EQ(range.first, 0);
    EXPECT_EQ(range.count, is_wanted ? 2 : 0);
    if (!is_wanted) return;
    EXPECT(switch_to(0, ThreadState::Idle, self()).is(events[0]));
    EXPECT_EQ(events[1].kind, TraceKind::Syscall);
    EXPECT_EQ(events[1].thread, self());
}

void messages() {
    const Endpoint endpoint = need(pool().endpoint()), badged_endpoint = badged(endpoint, 5);
    const Reply reply = need(pool().reply());
    auto serve = [&] {
        endpoint.recv(reply.cptr());
        for (;;) endpoint.reply_recv(reply.cptr(), {.tag = kReplyTag, .words = {1}});
    };
    Thread server(serve);
    server.start();
    const unsigned me = self(), other = number_of(server.tcb);
    Recorder recorder;
    recorder.start();
    badged_endpoint.call({.tag = kRequestTag, .words = {1, 2}});
    recorder.stop();
    recorder.expect({{syscall(me, Syscall::Call, CapType::Endpoint, badged_endpoint.cptr(), kRequestTag),
                      {TraceKind::Message, me, 0, other, kRequestTag.raw()},
                      switch_to(me, ThreadState::BlockedCall, other),
                      syscall(other, Syscall::ReplyRecv, CapType::Endpoint, endpoint.cptr(), kReplyTag),
                      {TraceKind::Reply, other, 0, me, kReplyTag.raw()},
                      switch_to(other, ThreadState::BlockedRecv, me)}});
    EXPECT_OK(server.tcb.suspend());

    // The receiver arrives second; then a system call that is refused.
    auto send = [&] { need(endpoint.send({.tag = kRequestTag})); };
    Thread sender(send);
    sender.start();
    const unsigned first = number_of(sender.tcb);
    recorder.start();
    endpoint.recv(0);
    sys::yield();
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    recorder.stop();
    recorder.expect({{syscall(me, Syscall::Recv, CapType::Endpoint, endpoint.cptr(), {}),
                      {TraceKind::Message, first, 0, me, kRequestTag.raw()},
                      switch_to(me, ThreadState::Ready, first),
                      method(first, CapType::Tcb, sender.tcb, TcbMethod::Suspend, 0),
                      switch_to(first, ThreadState::Inactive, me),
                      syscall(me, Syscall::Yield, CapType::Null, 0, {}),
                      syscall(me, Syscall::NBRecv, CapType::Endpoint, endpoint.cptr(), {}),
                      {TraceKind::Refused, me, unsigned(Error::WouldBlock)}}});
}

void signals() {
    const Notification bell = need(pool().notification()), bit_3 = badged(bell, 8);
    Recorder recorder;
    const unsigned me = self();
    recorder.start();
    need(bit_3.signal());
    EXPECT_EQ(need(bell.wait()), 8);
    recorder.stop();
    recorder.expect({{syscall(me, Syscall::NBSend, CapType::Notification, bit_3.cptr(), {}),
                      {TraceKind::Signal, me, 0, 0, 8},
                      syscall(me, Syscall::Recv, CapType::Notification, bell.cptr(), {})}});
    auto wait = [&] {
        for (;;) need(bell.wait());
    };
    Thread waiter(wait);
    waiter.start();
    const unsigned other = number_of(waiter.tcb);
    recorder.start();
    need(bit_3.signal());
    recorder.stop();
    recorder.expect({{syscall(me, Syscall::NBSend, CapType::Notification, bit_3.cptr(), {}),
                      {TraceKind::Signal, me, 0, other, 8},
                      switch_to(me, ThreadState::Ready, other),
                      syscall(other, Syscall::Recv, CapType::Notification, bell.cptr(), {}),
                      switch_to(other, ThreadState::BlockedRecv, me)}});
}

/// An unknown system call, and a page fault.
void faults() {
    const Endpoint handler = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [&] { asm volatile("li a7, 93\necall\nld a7, 24(%0)" : : "r"(kArea) : "memory", "a0", "a1", "a7"); };
    Thread thread(body, {.fault_handler = handler});
    const unsigned me = self(), other = number_of(thread.tcb);
    Recorder recorder;
    const auto fault = [&](FaultKind kind, unsigned cause, std::uint64_t pc, std::uint64_t value) {
        return Expected{TraceKind::Fault, other, unsigned(kind) | cause << kTraceCauseShift, pc, value};
    };
    const auto told = [&](FaultKind kind, unsigned words) {
        return Expected{TraceKind::Message, other, 0, me, Tag(std::uint64_t(kind), words).raw()};
    };
    recorder.start();
    need(thread.tcb.write_registers(thread.registers));
    need(thread.tcb.resume());
    const std::uint64_t ecall = handler.recv(reply.cptr()).words[0];
    need(reply.send({.tag = Tag(kFaultResume, 0)}));
    const std::uint64_t load = handler.recv(reply.cptr()).words[0];
    need(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    recorder.stop();
    EXPECT_EQ(load, ecall + 4);
    recorder.expect({{method(me, CapType::Tcb, thread.tcb, TcbMethod::WriteRegisters, 33),
                      method(me, CapType::Tcb, thread.tcb, TcbMethod::Resume, 0),
                      switch_to(me, ThreadState::Ready, other),
                      fault(FaultKind::UnknownSyscall, 0, ecall, 93),
                      switch_to(other, ThreadState::BlockedFault, me),
                      syscall(me, Syscall::Recv, CapType::Endpoint, handler.cptr(), {}),
                      told(FaultKind::UnknownSyscall, 10),
                      syscall(me, Syscall::Reply, CapType::Reply, reply.cptr(), {}),
                      {TraceKind::Reply, me, 0, other, Tag(kFaultResume, 0).raw()},
                      switch_to(me, ThreadState::Ready, other),
                      fault(FaultKind::Vm, 13, load, kArea + 24),
                      switch_to(other, ThreadState::BlockedFault, me),
                      syscall(me, Syscall::Recv, CapType::Endpoint, handler.cptr(), {}),
                      told(FaultKind::Vm, 4),
                      syscall(me, Syscall::Reply, CapType::Reply, reply.cptr(), Tag(kFaultSuspend, 0)),
                      {TraceKind::Reply, me, 0, other, Tag(kFaultSuspend, 0).raw()}}});
}

/// A timer expires while the hart is idle.
void timer_interrupt() {
    const Timer timer = need(pool().timer());
    const Notification bell = need(pool().notification());
    need(timer.bind(badged(bell, 6)));
    const unsigned me = self();
    Recorder recorder;
    recorder.start();
    need(timer.arm(read_time() + ticks(300)));
    EXPECT_EQ(need(bell.wait()), 6);
    recorder.stop();
    const unsigned by_timer = unsigned(TraceInterrupt::Timer);
    recorder.expect({{method(me, CapType::Timer, timer, TimerMethod::Arm, 1),
                      syscall(me, Syscall::Recv, CapType::Notification, bell.cptr(), {}),
                      switch_to(me, ThreadState::BlockedRecv, 0),
                      {TraceKind::Interrupt, 0, by_timer, recorder[3].first},
                      {TraceKind::Signal, 0, 0, me, 6},
                      switch_to(0, ThreadState::Idle, me)}});
    EXPECT(recorder[2].cycle < recorder[3].cycle && recorder[3].cycle < recorder[5].cycle);
}

/// The transmitter of the 16550 is empty, so it interrupts as soon as this thread enables its interrupt.
void device_interrupt() {
    const UartInterrupt uart;
    const Notification bell = need(pool().notification());
    const IrqHandler handler(need(pool().slot()));
    need(IrqControl(kRootIrqControl).claim(kUartIrq, node(), handler.cptr()));
    need(handler.bind(badged(bell, 4)));
    const unsigned me = self();
    Recorder recorder;
    recorder.start();
    uart.switch_on();
    for (const std::uint64_t start = read_time(); read_time() < start + ticks(50);) {
    }
    recorder.stop();
    const unsigned by_device = unsigned(TraceInterrupt::Device);
    recorder.expect({{{TraceKind::Interrupt, me, by_device, recorder[0].first},
                      {TraceKind::Device, me, 0, kUartIrq},
                      {TraceKind::Signal, me, 0, 0, 4}}});
    uart.switch_off();
    need(node().remove(handler.cptr()));
    need(uart.revoke());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"trace_from_the_boot", from_the_boot},
                                      {"trace_messages", messages},
                                      {"trace_signals", signals},
                                      {"trace_faults", faults},
                                      {"trace_timer_interrupt", timer_interrupt},
                                      {"trace_device_interrupt", device_interrupt}};
    return run_cases(kCases);
}
