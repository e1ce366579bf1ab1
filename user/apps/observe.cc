// SPDX-License-Identifier: MIT
// A program that observes another, as a debugger does: it is told when the other becomes another program, and when it
// is about to end.
//
//     observe exec     the child becomes another program, and may
//     observe killed   it becomes another program, and may not
//     observe exit     it is about to end, and may
//     observe thread   the same with its last thread
//     observe stay     it is about to end, but has to go on elsewhere
//     observe hold     it is about to end, and gets no answer: somebody kills it
//     observe gone     the observer ends, and the child may then end, too
//     observe other    the observer becomes another program, which observes nobody
//     observe twice    the child's other thread lets the first one, which is stopped, run into the same exception again
//     observe grand    the child starts one stopped, and ends: that one waits for the observer
#include "glenda/environment.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/thread.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kKinds = event_bit(EventKind::Exec) | event_bit(EventKind::Exit) | event_bit(EventKind::Debug) |
                                 event_bit(EventKind::Exception);

/// Where the child that has to stay goes on. It is the same program, so the observer knows the address.
[[noreturn]] void elsewhere() {
    print("child: goes on\n");
    process::end_thread(9);
}

std::int64_t disturb(void*) {
    const Tcb first(kSlotTcb);
    for (;;) {
        (void)process::sleep(5);
        (void)first.suspend();
        (void)first.resume();
    }
}

std::uint64_t start(std::string_view what, SpawnFlags flags = SpawnFlags::None) {
    const std::string_view arguments[] = {"child", what};
    const auto pid = process::spawn({.file = "observe", .arguments = arguments, .flags = flags});
    if (!pid) panic("cannot spawn: {}", pid.error());
    return *pid;
}

int child(std::string_view what) {
    const std::string_view arguments[] = {"there"};
    if (what == "exec" || what == "killed") (void)process::exec({.file = "hello", .arguments = arguments});
    if (what == "thread") process::end_thread(5);
    if (what == "grand") (void)start("exit", SpawnFlags::Debug);
    if (what == "twice") {
        (void)Thread::start(disturb, nullptr);
        *reinterpret_cast<volatile int*>(0x7'0000'0000) = 1;
    }
    return 5;
}

const char* name(EventKind kind) {
    switch (kind) {
        case EventKind::Exec: return "exec";
        case EventKind::Exit: return "exit";
        case EventKind::Debug: return "debug";
        case EventKind::Exception: return "exception";
        default: return "?";
    }
}

process::Event take() {
    const auto event = process::take_event(kKinds);
    if (!event) panic("no event: {}", event.error());
    print("observe: {}, {:#x}\n", std::string_view(name(event->kind)), event->address);
    return *event;
}

void answer(const process::Event& event, EventAction action = EventAction::GoOn, std::uint64_t pc = 0) {
    const auto done = process::answer_event(event.pid, event.tid, action, pc, pc == 0 ? 0 : event.sp & ~15ul);
    if (!done) print("observe: answer: {}\n", done.error());
}

void wait_for(std::uint64_t pid) {
    const auto ended = process::wait(std::int64_t(pid));
    if (!ended) panic("cannot wait: {}", ended.error());
    const bool exited = ended->status.how() == ExitStatus::How::Exited;
    print("observe: the child {} {}\n", std::string_view(exited ? "exited with" : "ended by"),
          exited ? ended->status.code() : std::int32_t(ended->status.how()));
}

int observe(std::string_view what) {
    if (!process::take_event(kKinds | kNoHang)) panic("cannot take events");
    const std::uint64_t pid = start(what);
    const process::Event first = take();
    if (what == "gone") return 0;
    if (what == "other") (void)process::exec({.file = "spin"});
    if (what == "stay") {
        answer(first, EventAction::Resume, reinterpret_cast<std::uint64_t>(elsewhere));
        answer(take());
    } else if (what == "twice") {
        for (unsigned i = 0; i < 5; i++) (void)take();
        answer(first, EventAction::Kill);
    } else if (what == "killed") {
        answer(first, EventAction::Kill);
    } else if (what == "grand") {  // first is the grandchild's start
        const process::Event end = take();
        answer(end);
        wait_for(pid);
        (void)process::sleep(10);
        answer(first);
        (void)process::sleep(10);  // it is 9Ball's now, so nobody is asked whether it may end
        return 0;
    } else if (what != "hold") {
        answer(first);
        if (what == "exec") answer(take());
    }
    wait_for(pid);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3) return child(argv[2]);
    if (argc != 2) panic("usage: observe exec|killed|exit|thread|stay|hold|gone|other|twice|grand");
    return observe(argv[1]);
}
