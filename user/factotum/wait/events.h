// SPDX-License-Identifier: MIT
// Who takes which events, and which threads are stopped for them (event_calls.cc).
//
//          stop            tell            forget: it has been answered, or ended
//     ----------> events ---------> stopped --------->
//                   |                  |
//                   +---- leave() -----+---> abandoned ---> nobody answers: it goes on as if nobody had ever asked
//
// A thread is its own place in a list, and in one at a time. So lists need no memory and cannot overflow. `events` and
// `stopped` are a process's own: those that it has not been told of, and those that it has not answered.
#pragma once

#include "protocol/factotum.h"
#include "wait/waiter.h"

namespace glenda::factotum {

/// Why a thread is stopped, and who is to answer.
struct Stop {
    EventKind event = EventKind::None;
    CrashKind crash = CrashKind::None;  // of an Exception
    std::uint64_t address = 0;
    std::uint32_t taker = 0;    // its pid; 0: nobody in particular
    EventList* list = nullptr;  // that the thread is in
};

/// A thread that an event may be about.
struct Subject : Waiter {
    Stop stop{};

    /// Leaves the list that it is in, for the end of another.
    void enter(EventList& list) {
        leave();
        stop.list = &list;
        list.push(*this);
    }
    /// It is not stopped any more.
    void forget() {
        leave();
        stop = {};
    }

private:
    void leave() {
        if (stop.list != nullptr) stop.list->remove(*this);
    }
};

/// A process that may take events.
struct Taker {
    std::uint64_t takes = 0;  // by event_bit()
    EventList events{};       // threads that it has not been told of
    EventList stopped{};      // threads that it has not answered
    std::uint32_t below = 0;  // who takes events of everybody if this one does not any more: a pid
};

/// The processes of a table, which are Takers.
template <typename Process, typename Table>
class Events {
public:
    explicit Events(Table& processes) : processes_(processes) {}

    /// From now on the process takes events of its descendants: a bit for each kind. `of_all`: of everybody, if no
    /// ancestor takes them; of several such, who has asked last.
    void take(Process& process, std::uint64_t kinds, bool of_all) {
        set_takes(process, kinds);
        if (!of_all) return;
        step_down(process);
        process.below = general_;
        general_ = process.pid;
    }
    /// Who takes such an event of a child of `parent`: the nearest ancestor that wants to, else who takes them of
    /// everybody. Null if nobody does.
    Process* taker_of(Process* parent, EventKind kind) const {
        if (takers_ == 0) return nullptr;
        for (Process* ancestor = parent; ancestor != nullptr; ancestor = processes_.find_pid(ancestor->parent)) {
            if ((ancestor->takes & event_bit(kind)) != 0) return ancestor;
        }
        Process* general = processes_.find_pid(general_);
        while (general != nullptr && (general->takes & event_bit(kind)) == 0)
            general = processes_.find_pid(general->below);
        return general;
    }

    /// The thread is stopped until `taker` has answered.
    void stop(Subject& thread, Stop why, Process& taker) {
        thread.forget();
        thread.stop = why;
        thread.stop.taker = taker.pid;
        thread.enter(taker.events);
    }
    /// The taker is told of the oldest event, and has to answer it. Null if there is none.
    Subject* tell(Process& taker) {
        auto* const thread = static_cast<Subject*>(taker.events.first());
        if (thread != nullptr) thread->enter(taker.stopped);
        return thread;
    }

    /// The process takes no events any more. Who took those of everybody before it has them again.
    void leave(Process& process) {
        set_takes(process, 0);
        step_down(process);
        for (EventList* const list : {&process.events, &process.stopped}) {
            while (Waiter* const thread = list->first()) abandon(static_cast<Subject&>(*thread));
        }
    }
    /// Nobody will answer what the thread is stopped for.
    void abandon(Subject& thread) { thread.enter(abandoned_); }
    /// The one that was abandoned first. Null if there is none.
    Subject* first_abandoned() const { return static_cast<Subject*>(abandoned_.first()); }

private:
    /// Takes it out of the list of those that take events of everybody.
    void step_down(Process& process) {
        std::uint32_t* link = &general_;
        while (*link != 0 && *link != process.pid) link = &processes_.find_pid(*link)->below;
        if (*link != 0) *link = process.below;
    }
    void set_takes(Process& process, std::uint64_t kinds) {
        takers_ += (kinds != 0) - (process.takes != 0);
        process.takes = kinds;
    }

    Table& processes_;
    std::uint32_t takers_ = 0;   // processes that take some
    std::uint32_t general_ = 0;  // pid of the last that takes them of everybody; 0: none
    EventList abandoned_{};
};

}  // namespace glenda::factotum
