// SPDX-License-Identifier: MIT
// See run.h. While a program runs, the console waits for two events, its end and ^C. Both are bits of the console's
// notification.
#include "run.h"

#include "commands.h"
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/terminal.h"
#include "protocol/unicorn.h"

namespace glenda::console {

namespace {

enum Signal : Badge { kChildEnded = 1, kInterrupt = 2 };
constexpr CPtr kChildEndedSlot = kSlotFirstFree + 1;
constexpr CPtr kInterruptSlot = kSlotFirstFree + 2;
constexpr CPtr kJobSlot = kSlotFirstFree + 3;  // the terminal, for the program that is being started

constexpr unsigned kChildPriority = 90;  // below the console's, so that the console always responds
constexpr std::int64_t kInterruptSignal = 2;
/// A program gets a terminal from the console, as a job. Who may look one up could take the keyboard from the console.
constexpr Grants kChildGrants = Grants(std::uint64_t(Grants::Services) & ~std::uint64_t(class_grant("serial")));

void report(std::uint64_t pid, ExitStatus status) {
    switch (status.how()) {
        case ExitStatus::How::Exited: return print("process {} exited with status {}\n", pid, status.code());
        case ExitStatus::How::Killed: return print("process {} was killed\n", pid);
        case ExitStatus::How::Crashed: return print("process {} crashed: {}\n", pid, status.crash_kind());
    }
}

void report_refusal(std::string_view name, AnyError error, const process::SpawnReason& reason) {
    if (error == ServerError::NotFound) return print("run: there is no program {} in the initrd\n", name);
    if (error == ServerError::BadExecutable)
        return print("{}\nrun: {} is no program that can run here\n", reason.view(), name);
    if (error == ServerError::OutOfMemory) return print("run: {}: out of memory\n", name);
    if (error == Error::MessageTooLong) return print("run: {}: too many arguments\n", name);
    print("run: {}: {}\n", name, error);
}

/// Waits until `pid` has ended. ^C kills it.
void wait_in_foreground(std::uint64_t pid) {
    const Notification notification(kSlotNotification);
    for (;;) {
        const auto child = process::wait(std::int64_t(pid), WaitFlags::NoHang);
        if (!child) return print("run: {}\n", child.error());
        if (child->pid != 0) return report(pid, child->status);
        const auto bits = notification.wait();
        if (bits && (*bits & kInterrupt) != 0) {
            print("^C\n");
            (void)process::kill(pid, kInterruptSignal);
        }
    }
}

/// Starts a program as a job of its own. If the terminal's driver has gone away, it starts without a terminal.
Answer<std::uint64_t> start(std::span<const std::string_view> arguments, bool in_background,
                            process::SpawnReason* reason) {
    const auto job = terminal::new_job(kJobSlot);
    if (job && !in_background) (void)terminal::set_foreground(*job, Notification(kInterruptSlot));
    const CPtr caps[] = {kJobSlot};
    const auto pid = process::spawn({.file = arguments[0],
                                     .arguments = arguments.subspan(1),
                                     .priority = kChildPriority,
                                     .flags = SpawnFlags::Limits,
                                     .caps = std::span(caps).first(job ? 1 : 0),
                                     .slots = slot_map(kSlotStdio),
                                     .grants = kChildGrants},
                                    reason);
    (void)environment().cnode.remove(kJobSlot);
    return pid;
}

}  // namespace

Answer<void> prepare_to_run() {
    const CNode own = environment().cnode;
    TRY_VOID(own.mint(kChildEndedSlot, own, kSlotNotification, Rights::Write, kChildEnded));
    TRY_VOID(own.mint(kInterruptSlot, own, kSlotNotification, Rights::Write, kInterrupt));
    return process::set_exit_notification(Notification(kChildEndedSlot));
}

bool run(std::span<const std::string_view> arguments) {
    const bool in_background = !arguments.empty() && arguments.back() == "&";
    if (in_background) arguments = arguments.first(arguments.size() - 1);
    if (arguments.empty()) return false;

    const Notification notification(kSlotNotification);
    (void)notification.poll();  // discard signals from earlier programs
    process::SpawnReason reason;
    const auto pid = start(arguments, in_background, &reason);
    if (!pid)
        report_refusal(arguments[0], pid.error(), reason);
    else if (in_background)
        print("process {} runs in the background\n", *pid);
    else
        wait_in_foreground(*pid);
    return true;
}

void report_ended() {
    for (;;) {
        const auto child = process::wait(kAnyChild, WaitFlags::NoHang);
        if (!child || child->pid == 0) return;
        report(child->pid, child->status);
    }
}

}  // namespace glenda::console
