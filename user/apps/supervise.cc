// SPDX-License-Identifier: MIT
// A program that supervises another: it takes the other's events, and turns exceptions into signals, as Tux will.
//
//     supervise segv, ill      the child's handler runs, which says so and ends with the signal's number
//     supervise leave          nobody handles it: the child ends with a report, as without a supervisor
//     supervise kill           the supervisor ends the child
//     supervise gone           the supervisor ends, and answers nothing
//     supervise orphan         it starts a child stopped, and ends
//     supervise release        it wants no events any more
//     supervise debug          the child starts stopped, and goes on
//     supervise fork           the child of the child's fork is stopped, too
//     supervise nomount        it is to have a namespace of its own
//     supervise twenty         twenty children, all of which have an exception before the first is asked for
#include "glenda/environment.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr int kSigill = 4, kSigsegv = 11;
constexpr std::uint64_t kAll = event_bit(EventKind::Exception) | event_bit(EventKind::Debug) |
                               event_bit(EventKind::NoMount) | event_bit(EventKind::Fork);

// The signal handlers. They run in the child: it is the same program, so their addresses are the same.

void on_segv() {
    print("child: SIGSEGV\n");
    glenda::exit(kSigsegv);
}
void on_ill() {
    print("child: SIGILL\n");
    glenda::exit(kSigill);
}

int child(std::string_view what) {
    if (what == "ill") asm volatile(".word 0");
    if (what == "fork") {
        const auto pid = process::fork();
        print("child: {}\n", std::string_view(!pid ? name_of(pid.error()) : *pid == 0 ? "forked" : "parent"));
        if (pid && *pid != 0) (void)process::wait(std::int64_t(*pid));
        return 0;
    }
    if (what == "debug" || what == "nomount") {
        print("child: runs\n");
        return 0;
    }
    volatile std::uint64_t nowhere = 0x10;
    *reinterpret_cast<volatile int*>(nowhere) = 1;
    return 0;
}

/// The state of process `pid` in the list.
ProcessState state_of(std::uint64_t pid) {
    const auto list = process::list();
    if (!list) panic("no list: {}", list.error());
    for (const ProcessInfo& line : *list) {
        if (line.pid == pid) return line.state;
    }
    return ProcessState::Zombie;
}

const char* name(EventKind kind) {
    switch (kind) {
        case EventKind::None: return "nothing";
        case EventKind::Exception: return "exception";
        case EventKind::Debug: return "debug";
        case EventKind::NoMount: return "nomount";
        case EventKind::Fork: return "fork";
        case EventKind::Exec: return "exec";
        case EventKind::Exit: return "exit";
    }
    return "?";
}

void report(std::string_view what, const Answer<void>& answer) {
    print("supervise: {}: {}\n", what, std::string_view(answer ? "done" : name_of(answer.error())));
}

/// Takes one event and answers it.
void handle(std::string_view what) {
    const auto event = process::take_event(kAll);
    if (!event) panic("no event: {}", event.error());
    print("supervise: {} of {}: {} {:#x}, it is in state {}\n", std::string_view(name(event->kind)), event->pid,
          std::string_view(name_of(event->crash)), event->address, state_of(event->pid));
    auto action = EventAction::GoOn;
    std::uint64_t pc = 0, sp = 0;
    if (what == "kill") action = EventAction::Kill;
    if (what == "segv" || what == "ill") {
        action = EventAction::Resume;
        pc = reinterpret_cast<std::uint64_t>(event->crash == CrashKind::IllegalInstruction ? on_ill : on_segv);
        sp = (event->sp - 256) & ~std::uint64_t{15};
    }
    report("answer", process::answer_event(event->pid, event->tid, action, pc, sp));
    if (what == "kill") report("again", process::answer_event(event->pid, event->tid, action));
}

std::uint64_t start(std::string_view what, SpawnFlags flags = SpawnFlags::None) {
    const std::string_view arguments[] = {"child", what};
    const auto pid = process::spawn({.file = "supervise", .arguments = arguments, .flags = flags});
    if (!pid) panic("cannot spawn: {}", pid.error());
    return *pid;
}

int wait_for(std::uint64_t pid) {
    const auto ended = process::wait(std::int64_t(pid));
    if (!ended) panic("cannot wait: {}", ended.error());
    const ExitStatus status = ended->status;
    const bool exited = status.how() == ExitStatus::How::Exited;
    print("supervise: the child {} {}\n", std::string_view(exited ? "exited with" : "ended by"),
          exited ? status.code() : std::int32_t(status.how()));
    return 0;
}

/// Without a taker: who starts a child stopped can let it go on.
void start_without_taker() {
    const std::uint64_t pid = start("debug", SpawnFlags::Debug);
    print("supervise: it is in state {}\n", state_of(pid));
    report("answer", process::answer_event(pid, 0, EventAction::GoOn));
    wait_for(pid);
}

int supervise(std::string_view what) {
    if (what == "orphan") {
        (void)start("debug", SpawnFlags::Debug);
        return 0;
    }
    if (what == "debug") start_without_taker();
    if (!process::take_event(kAll | kNoHang)) panic("cannot take events");  // before there can be any
    if (what == "twenty") {
        std::uint64_t pids[20];
        for (std::uint64_t& pid : pids) pid = start("segv");
        for (unsigned i = 0; i < 20; i++) handle("segv");
        for (const std::uint64_t pid : pids) wait_for(pid);
        return 0;
    }
    const SpawnFlags flags = what == "debug"     ? SpawnFlags::Debug
                             : what == "nomount" ? SpawnFlags::NoMount
                                                 : SpawnFlags::None;
    const std::uint64_t pid = start(what, flags);
    if (what == "gone") {
        (void)process::take_event(kAll);
        return 0;
    }
    if (what == "release") {
        (void)process::take_event(kAll);
        report(what, process::take_no_events());
        return wait_for(pid);
    }
    handle(what);
    return wait_for(pid);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3) return child(argv[2]);
    if (argc != 2) panic("usage: supervise segv|ill|leave|kill|gone|orphan|release|debug|fork|nomount|twenty");
    return supervise(argv[1]);
}
