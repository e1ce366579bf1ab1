// SPDX-License-Identifier: MIT
// How threads wait in Factotum, and how they go on: all waits begin in block() and end in unblock(). SLEEP.
//
// The answer is deferred. A thread waits for one thing at a time: if its call was cancelled (its process suspended and
// resumed it), Factotum learns of that when it waits again.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

void Factotum::block(Thread& thread, WaitKind kind, Request& request) {
    if (thread.kind != WaitKind::None) [[unlikely]]
        interrupt(thread);  // the call with which it waited was cancelled
    thread.kind = kind;
    thread.reply = request.defer();
    if (thread.is_busy) threads_.set_busy(thread, false);
}

void Factotum::unblock(Thread& thread, const Message& answer) {
    if (thread.kind == WaitKind::None) return;
    if (thread.kind == WaitKind::Futex || thread.kind == WaitKind::Service) futex_.remove(thread);
    if (thread.kind == WaitKind::Page) give_up_page(thread);
    if (thread.kind == WaitKind::Stopped) thread.forget();
    finish(thread, answer);
}

/// Not inlined, because it is rare.
[[gnu::noinline]] void Factotum::interrupt(Thread& thread) { unblock(thread, short_message(ServerError::Interrupted)); }

/// `deadline`: in milliseconds since the start.
void Factotum::set_deadline(Thread& thread, std::uint64_t deadline) {
    wheel_.add(thread, deadline);
    wind_timer();
}

/// The timer need not be stopped when a waiter leaves: then it signals once for nothing.
void Factotum::wind_timer() {
    const bool has_work = at_work_ != nullptr || objects_.has_more();
    const auto next = has_work ? std::optional(std::uint64_t{0}) : wheel_.next();
    if (!next || (is_timer_set_ && timer_time_ <= *next)) return;
    is_timer_set_ = true;
    timer_time_ = *next;
    clock_.wake_at(*next);
}

/// Many may be due at once. Then some of them wait for a moment more.
void Factotum::signalled(Badge) {
    constexpr unsigned kSteps = 320, kStepsOfAnswer = 12;  // a step takes some 100 instructions
    const std::uint64_t now = clock_.now();
    is_timer_set_ = false;
    unsigned left = kSteps;
    while (left > kStepsOfAnswer) {
        Waiter* const waiter = wheel_.take_due(now, left);
        if (waiter == nullptr) break;
        left -= std::min(left, kStepsOfAnswer);
        time_is_up(*waiter);
    }
    if (left == kSteps) go_on_working();
    wind_timer();
}

void Factotum::time_is_up(Waiter& waiter) {
    if (&waiter == &next_balance_) {
        threads_.balance();
        wheel_.add(next_balance_, clock_.now() + Threads::kBalancePeriod);
        return;
    }
    const bool sleeps = waiter.kind == WaitKind::Sleep;
    unblock(static_cast<Thread&>(waiter), sleeps ? short_message(0) : short_message(ServerError::TimedOut));
}

Reaction Factotum::sleep(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t milliseconds = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    if (milliseconds == 0) return Reaction::ok();
    Thread* const thread = threads_.find(process, tid);
    if (thread == nullptr || thread->has_ended) return ServerError::BadRequest;
    block(*thread, WaitKind::Sleep, request);
    set_deadline(*thread, clock_.after(milliseconds));
    return Reaction::later();
}

}  // namespace glenda::factotum
