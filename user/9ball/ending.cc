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

/// Takes back what a service had, and forgets what it asked for.
void Supervisor::clean_up(Service& service) {
    taker_.forget_client(service.pid);
    withdraw(service);
    drop(service.stop_signal);
    if (service.config->provides == kTerminal) journal().set_echo(Journal::Echo::On);
    service.heart.rests();
    service.pid = service.due = 0;
}

void Supervisor::ended(Service& service, ExitStatus status) {
    const std::uint64_t pid = service.pid;
    if (service.stop_wanted) {
        say("{}: stopped", service.name());
        clean_up(service);
        service.state = ServiceState::Stopped;
    } else {
        clean_up(service);
        say("{}: process {} {}", service.name(), pid, describe(status).view());
        decide(service, status);
    }
}

/// What follows when a service has ended that nobody has stopped.
void Supervisor::decide(Service& service, ExitStatus status) {
    // lab 4.6a {
    const ServiceConfig& config = *service.config;
    if (config.ready() == ReadyRule::Exit && status.is_success()) {
        service.state = ServiceState::Done;
        return;
    }
    service.failed_starts = service.state == ServiceState::Starting ? service.failed_starts + 1 : 0;
    const bool starts_again =
        config.restart == RestartRule::Always || (config.restart == RestartRule::OnFailure && !status.is_success());
    if (!starts_again)
        service.state = ServiceState::Stopped;
    else if (service.failed_starts == kMaxFailedStarts)
        give_up(service, FixedText<80>("it has ended {} times before it was up", kMaxFailedStarts));
    else
        back_off(service);
    // lab 4.6a }
}

void Supervisor::back_off(Service& service) {
    // lab 4.6b {
    const std::uint64_t now = read_time();
    const std::uint64_t pause_ms = service.back_off.next_pause_ms(now - service.started, timebase_);
    service.restarts++;
    service.state = ServiceState::BackingOff;
    service.due = now + pause_ms * timebase_ / 1000;
    say("{}: starts again in {} ms", service.name(), pause_ms);
    // lab 4.6b }
}

void Supervisor::give_up(Service& service, std::string_view why) {
    service.state = ServiceState::Failed;
    service.due = 0;
    say("{}: does not run: {}", service.name(), why);
}

}  // namespace glenda::nineball
