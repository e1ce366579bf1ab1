// SPDX-License-Identifier: MIT
// EVENT_TAKE and EVENT_ANSWER: what happens to a process is told to another one, which decides how it goes on.
//
// Factotum calls nobody: who wants events asks for them, and waits. A thread that an event is about stays stopped until
// the answer, and is its own place in the queue of its taker. So queues need no memory and cannot overflow, and one who
// takes no events stops nobody but those he is responsible for. If he ends, they go on as if he had not been there.
#include "factotum.h"

namespace glenda::factotum {

namespace {

constexpr std::uint64_t kAllEvents = kNoHang | event_bit(EventKind::Exception) | event_bit(EventKind::Debug) |
                                     event_bit(EventKind::NoMount) | event_bit(EventKind::Fork) |
                                     event_bit(EventKind::Exec) | event_bit(EventKind::Exit);

}  // namespace

/// Stops a thread that does not run until the event has been answered. False if nobody takes it.
bool Factotum::stop_for(Thread& thread, const Stop& stop) {
    const Process& process = processes_.at(thread.process);
    Process* const taker = events_.taker_of(processes_.find_pid(process.parent), stop.event);
    if (taker == nullptr || taker == &process) return false;
    interrupt(thread);  // what it waited for had been cancelled
    events_.stop(thread, stop, *taker);
    deliver(*taker);
    return true;
}

/// Gives the oldest event to a thread of the taker, if one waits.
void Factotum::deliver(Process& taker) {
    Thread* waiting = threads_.first(taker);
    while (waiting != nullptr && waiting->kind != WaitKind::Event) waiting = threads_.next(*waiting);
    if (waiting == nullptr) return;
    auto* const subject = static_cast<Thread*>(events_.tell(taker));
    if (subject == nullptr) return;
    Registers registers;
    (void)subject->tcb.read_registers(registers);
    waiting->kind = WaitKind::None;
    waiting->reply.reply(MessageWriter(0)
                             .word(subject->stop.event)
                             .word(processes_.at(subject->process).pid)
                             .word(subject->tid)
                             .word(subject->stop.crash)
                             .word(subject->stop.address)
                             .word(registers.pc)
                             .word(registers.sp));
}

Reaction Factotum::event_take(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t mask = reader.word();
    if (!reader.ok() || (mask & ~kAllEvents) != 0) return ServerError::BadRequest;
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (mask == 0) {
        events_.leave(process);
        resume_abandoned();
        return Reaction::ok();
    }
    Thread* const caller = threads_.find(process, reader.word());  // none: 0
    if (caller == nullptr || caller->has_ended) return ServerError::BadRequest;
    events_.take(process, mask & ~kNoHang, has(process.grants, Grants::Power));
    if (process.events.is_empty() && (mask & kNoHang) != 0) return Reaction::ok(EventKind::None);
    block(*caller, WaitKind::Event, request);
    deliver(process);
    return Reaction::later();
}

Reaction Factotum::event_answer(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    const std::uint64_t tid = reader.word();
    const auto action = EventAction(reader.word());
    const std::uint64_t pc = reader.word();
    const std::uint64_t sp = reader.word();
    if (!reader.ok() || action > EventAction::Kill) return ServerError::BadRequest;
    Process* const subject = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (subject == nullptr || subject->has_ended) return ServerError::NoSuchProcess;
    Thread* const thread = threads_.find(*subject, tid);
    if (thread == nullptr || thread->stop.event == EventKind::None) return ServerError::NotFound;
    if (thread->stop.taker != process.pid && (subject == &process || !may_kill(process, *subject)))
        return ServerError::PermissionDenied;
    switch (action) {
        case EventAction::GoOn: go_on(*thread); break;
        case EventAction::Resume: resume(*thread, pc, sp); break;
        case EventAction::Kill: end(*subject, ExitStatus::killed(0)); break;
    }
    return Reaction::ok();
}

/// What would have happened without a taker.
void Factotum::go_on(Thread& thread) {
    const Stop stop = thread.stop;
    thread.forget();
    Process& process = processes_.at(thread.process);
    if (stop.event == EventKind::Exit) return end(process, ExitStatus::exited(std::int32_t(stop.address)));
    if (stop.event != EventKind::Exception) return (void)thread.tcb.resume();
    report(process, thread, stop.crash, stop.address);
    end(process, ExitStatus::crashed(stop.crash));
}

/// Lets the thread run at `pc` with `sp`. 0: where, and with what, it was stopped.
void Factotum::resume(Thread& thread, std::uint64_t pc, std::uint64_t sp) {
    const EventKind event = thread.stop.event;
    thread.forget();
    if (event == EventKind::Exit) {
        (void)thread.tcb.suspend();  // its call is cancelled
        finish(thread, short_message(ServerError::Interrupted));
    }
    Registers registers;
    if (!thread.tcb.read_registers(registers)) return;
    if (pc != 0) registers.pc = pc;
    if (sp != 0) registers.sp = sp;
    if (event == EventKind::Exception) return finish(thread, short_message(kFaultResume, registers.pc, registers.sp));
    (void)thread.tcb.write_registers(registers);
    (void)thread.tcb.resume();
}

/// Its parent has ended, who alone could have let it go on.
void Factotum::abandon(Process& orphan) {
    for (Thread* thread = threads_.first(orphan); thread != nullptr; thread = threads_.next(*thread)) {
        if (thread->stop.event != EventKind::None && thread->stop.list == nullptr) events_.abandon(*thread);
    }
}

/// One that goes on may end, and abandon others: they are in the same list, so this does not call itself.
void Factotum::resume_abandoned() {
    if (is_resuming_) return;
    is_resuming_ = true;
    while (Subject* const subject = events_.first_abandoned()) go_on(*static_cast<Thread*>(subject));
    is_resuming_ = false;
}

}  // namespace glenda::factotum
