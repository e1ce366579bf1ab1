// SPDX-License-Identifier: MIT
// Partner threads, and the Prober. See ktest.h.
#include "threads.h"

#include "glenda/print.h"
#include "glenda/tls.h"
#include "ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kStacks = 12;
constexpr std::size_t kStackSize = 16 * 1024;
constexpr std::uint64_t kUtcbs = 0x10'0000'0000;

alignas(64) constinit std::byte stacks[kStacks][kStackSize];
constinit unsigned stacks_used = 0;
constinit std::uint64_t utcbs_used = 0;

std::span<std::byte> next_stack() {
    if (stacks_used == kStacks) give_up(Error::NotEnoughMemory, __FILE__, __LINE__);
    return stacks[stacks_used++];
}

}  // namespace

void reset_threads() { stacks_used = utcbs_used = 0; }

Thread::Thread(void (*run)(void*), void* body, const Options& options) : run_(run), body_(body) {
    const std::uint64_t address = kUtcbs + kPageSize * utcbs_used++;
    utcb_frame = need(pool().frame());
    need(pool().map(utcb_frame, space(), address, MapFlags::ReadWrite));
    utcb_page = reinterpret_cast<Utcb*>(address);
    tcb = need(pool().tcb());
    need(tcb.configure({.cspace = node(),
                        .vspace = space(),
                        .utcb_frame = utcb_frame,
                        .utcb_address = address,
                        .fault_handler = options.fault_handler}));
    need(tcb.set_priority(options.priority, kMaxPriority));
    need(tcb.set_name(options.name));

    const std::span<std::byte> stack = options.stack.empty() ? next_stack() : options.stack;
    const std::uint64_t low = align_up(reinterpret_cast<std::uint64_t>(stack.data()), tls_block_alignment());
    registers.tp = init_tls_block(reinterpret_cast<void*>(low), utcb_page);
    registers.sp = align_down(reinterpret_cast<std::uint64_t>(stack.data() + stack.size()), 16);
    registers.gp = global_pointer();
    registers.pc = reinterpret_cast<std::uint64_t>(&Thread::enter);
    registers.a0 = reinterpret_cast<std::uint64_t>(this);
}

void Thread::start() {
    finished_ = false;
    need(tcb.write_registers(registers));
    need(tcb.resume());
}

void Thread::enter(Thread* self) {
    self->run_(self->body_);
    self->finished_ = true;
    (void)self->tcb.suspend();
}

void Thread::join() const {
    while (state() != ThreadState::Inactive) let_others_run();
}

void let_others_run() {
    const Tcb self = environment().tcb;
    need(self.set_priority(0, kMaxPriority));
    sys::yield();
    need(self.set_priority(kPriority, kMaxPriority));
}

namespace {
constexpr std::uint64_t kDone = 1;  // label of a result; no fault has this label
}

Prober::Prober()
    : body_{need(pool().endpoint()), need(pool().endpoint())},
      reply_(need(pool().reply())),
      thread_(body_, {.fault_handler = body_.results, .name = "prober"}) {
    thread_.start();
}

/// Every instruction that may fault is four bytes long, so that probe() can skip it.
void Prober::Body::operator()() {
    for (;;) {
        const Message command = commands.recv(0);
        const std::uint64_t address = command.words[0];
        std::uint64_t value = command.words[1];
        switch (Access(command.tag.label())) {
            case Access::Read:
                asm volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                             : "+r"(value)
                             : "r"(address)
                             : "memory");
                break;
            case Access::Write:
                asm volatile(".option push\n.option norvc\nsd %0, 0(%1)\n.option pop"
                             :
                             : "r"(value), "r"(address)
                             : "memory");
                break;
            case Access::Execute: reinterpret_cast<void (*)()>(address)(); break;
        }
        (void)results.call({.tag = Tag(kDone, 1), .words = {value}});
    }
}

Prober::Outcome Prober::probe(Access access, std::uint64_t address, std::uint64_t value) {
    need(body_.commands.send({.tag = Tag(std::uint64_t(access), 2), .words = {address, value}}));
    Outcome outcome{};
    for (;;) {
        const Message message = body_.results.recv(reply_.cptr());
        if (message.tag.label() == kDone) {
            outcome.value = message.words[0];
            need(reply_.send({}));
            return outcome;
        }
        outcome.faulted = true;
        outcome.kind = FaultKind(message.tag.label());
        outcome.address = message.words[1];
        outcome.access = Access(message.words[2]);
        outcome.cause = message.words[3];
        std::uint64_t next = message.words[0] + 4;
        if (access == Access::Execute) {
            Registers registers;
            need(thread_.tcb.read_registers(registers));
            next = registers.ra;
        }
        need(reply_.send({.tag = Tag(kFaultResume, 1), .words = {next}}));
    }
}

}  // namespace glenda::ktest
