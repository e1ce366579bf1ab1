// SPDX-License-Identifier: MIT
// The part of supervisor.h that follows the end of a service: it is started again by its rule, after a pause.
#include "glenda/time.h"
#include "journal.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

namespace {

constexpr unsigned kMaxFailedStarts = 5;  // in a row, before it was up

/// For example "exited with status 3".
FixedText<64> describe(ExitStatus status) {
    switch (status.how()) {
        case ExitStatus::How::Exited: return FixedText<64>("exited with status {}", status.code());
        case ExitStatus::How::Killed: return FixedText<64>("was killed");
        case ExitStatus::How::Crashed: return FixedText<64>("crashed: {}", status.crash_kind());
    }
    return FixedText<64>("ended");
}

}  // namespace

void Supervisor::collect_ended() {
    for (;;) {
        const auto child = process::wait(kAnyChild, WaitFlags::NoHang);
        if (!child || child->pid == 0) break;
        if (Service* const service = by_pid(child->pid)) ended(*service, child->status);
    }
    stop_ready();
    start_ready();
}

void Supervisor::ended(Service& service, ExitStatus status) {
    taker_.forget_client(service.pid);
    withdraw(service);
    drop(service.stop_signal);
    drop(service.question);
    service.beat_due = 0;
    if (service.stop_wanted) {
        say("{}: stopped", service.name());
        service.state = ServiceState::Stopped;
        service.due = service.pid = 0;
        if (service.config->provides == kTerminal) journal().set_echo(Journal::Echo::On);
        return;
    }
    if (service.config->provides == kTerminal) journal().set_echo(Journal::Echo::On);
    say("{}: process {} {}", service.name(), service.pid, describe(status).view());
    service.pid = service.due = 0;
    if (service.config->ready() == ReadyRule::Exit && status.is_success()) {
        service.state = ServiceState::Done;
        return;
    }
    service.failed_starts = service.state == ServiceState::Starting ? service.failed_starts + 1 : 0;
    const bool starts_again = service.config->restart == RestartRule::Always ||
                              (service.config->restart == RestartRule::OnFailure && !status.is_success());
    if (starts_again && service.failed_starts == kMaxFailedStarts)
        return give_up(service, FixedText<80>("it has ended {} times before it was up", kMaxFailedStarts));
    if (starts_again) return back_off(service);
    service.state = ServiceState::Stopped;
    service.due = 0;
}

void Supervisor::back_off(Service& service) {
    const std::uint64_t now = read_time();
    const std::uint64_t pause_ms = service.back_off.next_pause_ms(now - service.started, timebase_);
    service.restarts++;
    service.state = ServiceState::BackingOff;
    service.due = now + pause_ms * timebase_ / 1000;
    say("{}: starts again in {} ms", service.name(), pause_ms);
}

void Supervisor::give_up(Service& service, std::string_view why) {
    service.state = ServiceState::Failed;
    service.due = 0;
    say("{}: does not run: {}", service.name(), why);
}

}  // namespace glenda::nineball
