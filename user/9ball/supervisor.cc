// SPDX-License-Identifier: MIT
// See supervisor.h.
#include "supervisor.h"

#include <algorithm>

#include "glenda/environment.h"
#include "glenda/slots.h"
#include "glenda/time.h"
#include "journal.h"
#include "report.h"

namespace glenda::nineball {

namespace {

constexpr std::uint64_t kFirstPauseMs = 100;
constexpr unsigned kMaxDoublings = 6;          // the longest pause is 6.4 s
constexpr std::uint64_t kLongRunSeconds = 10;  // a longer run resets the pause
constexpr std::uint64_t kRegisterSeconds = 5;  // time limit for registering
constexpr unsigned kMaxFailedStarts = 5;       // in a row, without registering
constexpr std::int64_t kKillSignal = 9;
constexpr std::uint64_t kReservedPages = 160;     // of a service: enough to start it, whoever else wants memory
constexpr std::string_view kTerminal = "serial";  // while it is served, 9Ball does not use the kernel's console

/// For example "exited with status 3".
FixedText<64> describe(ExitStatus status) {
    switch (status.how()) {
        case ExitStatus::How::Exited: return FixedText<64>("exited with status {}", status.code());
        case ExitStatus::How::Killed: return FixedText<64>("was killed");
        case ExitStatus::How::Crashed: return FixedText<64>("crashed: {}", status.crash_kind());
    }
    return FixedText<64>("ended");
}

/// Whether a later attempt may succeed.
bool is_transient(AnyError error) {
    return error == ServerError::OutOfMemory || error == ServerError::TooMany || error == ServerError::Busy ||
           error == Error::NotEnoughMemory;
}

}  // namespace

Supervisor::Supervisor(const InitConfig& config, const Devices& devices, Registry& registry, LogTaker& taker,
                       Timer timer, std::uint64_t timebase)
    : devices_(devices),
      registry_(registry),
      taker_(taker),
      timer_(timer),
      timebase_(timebase),
      count_(config.services().size()) {
    for (std::size_t i = 0; i < count_; i++) services_[i].config = &config.services()[i];
}

Service* Supervisor::by_pid(std::uint64_t pid) {
    for (Service& service : std::span(services_).first(count_)) {
        if (pid != 0 && service.pid == pid) return &service;
    }
    return nullptr;
}

bool Supervisor::needs_are_up(const Service& service) const {
    for (unsigned need : service.config->needed.all()) {
        if (services_[need].state != ServiceState::Up) return false;
    }
    return true;
}

const Service* Supervisor::failed_need(const Service& service) const {
    for (unsigned need : service.config->needed.all()) {
        if (services_[need].is_over()) return &services_[need];
    }
    return nullptr;
}

void Supervisor::start_ready() {
    for (bool progress = true; progress;) {
        progress = false;
        for (Service& service : std::span(services_).first(count_)) {
            if (service.state != ServiceState::Waiting) continue;
            if (const Service* need = failed_need(service)) {
                give_up(service, FixedText<80>("it needs {}", need->name()));
                progress = true;
            } else if (needs_are_up(service)) {
                start(service);
                progress = true;
            }
        }
    }
    check_still_usable();
    arm_timer();
}

void Supervisor::start(Service& service) {
    const ServiceConfig& config = *service.config;
    process::SpawnReason reason;
    const Answer<std::uint64_t> pid = spawn(config, reason);
    service.started = read_time();
    service.due = 0;
    if (!pid) {
        if (reason.view().empty()) reason.add("{}: {}", config.path, pid.error());
        say("{}: cannot start: {}", config.name, reason.view());
        if (is_transient(pid.error()))
            back_off(service);
        else
            give_up(service, "its program cannot be run");
        return;
    }
    service.pid = *pid;
    say("{}: started as process {}", config.name, *pid);
    if (config.provides.empty()) {
        service.state = ServiceState::Up;
    } else {
        service.state = ServiceState::Starting;
        service.due = service.started + kRegisterSeconds * timebase_;
    }
}

/// Asks Factotum for the process, and passes the capabilities that init.toml grants.
Answer<std::uint64_t> Supervisor::spawn(const ServiceConfig& config, process::SpawnReason& reason) {
    CPtr caps[kMaxMessageCaps];
    std::string_view arguments[2 * ServiceConfig::kMaxTexts];
    auto* arguments_end = std::copy(config.args.all().begin(), config.args.all().end(), arguments);
    std::uint64_t slots = 0;
    unsigned count = 0;
    const auto pass = [&](CPtr cap, std::uint64_t slot) {
        caps[count] = cap;
        slots |= slot << (8 * count++);
    };
    for (std::string_view name : config.devices.all()) {
        const Device* device = devices_.find(name);
        if (device == nullptr) {
            reason.add("there is no device \"{}\"", name);
            return Refusal(ServerError::NotFound);
        }
        devices_.reclaim(*device, environment().cnode);
        pass(device->frame, kSlotPassed + count);
        pass(device->irq, kSlotPassed + count);
        if (!device->registers.view().empty()) *arguments_end++ = device->registers.view();
    }
    if (config.console) pass(environment().console.cptr(), kSlotConsole);
    return process::spawn({.file = config.path,
                           .arguments = {arguments, arguments_end},
                           .priority = config.priority,
                           .flags = SpawnFlags::Limits,
                           .caps = std::span(caps).first(count),
                           .slots = slots,
                           .reserved = kReservedPages,
                           .grants = config.power ? Grants::Power : Grants::None},
                          &reason);
}

void Supervisor::mark_up(Service& service) {
    if (service.state == ServiceState::Starting) service.state = ServiceState::Up;
    service.due = 0;
    say("{}: serves {}", service.name(), service.config->provides);
    if (service.config->provides == kTerminal) journal().set_echo(Journal::Echo::Off);
    start_ready();
}

void Supervisor::collect_ended() {
    for (;;) {
        const auto child = process::wait(kAnyChild, WaitFlags::NoHang);
        if (!child || child->pid == 0) break;
        if (Service* const service = by_pid(child->pid)) ended(*service, child->status);
    }
    start_ready();
}

void Supervisor::ended(Service& service, ExitStatus status) {
    registry_.forget_client(service.pid);
    taker_.forget_client(service.pid);
    if (!service.config->provides.empty()) registry_.remove(service.config->provides);
    if (service.config->provides == kTerminal) journal().set_echo(Journal::Echo::On);
    say("{}: process {} {}", service.name(), service.pid, describe(status).view());
    service.pid = 0;
    service.failed_starts = service.state == ServiceState::Starting ? service.failed_starts + 1 : 0;
    const bool starts_again = service.config->restart == RestartRule::Always ||
                              (service.config->restart == RestartRule::OnFailure && !status.is_success());
    if (starts_again && service.failed_starts == kMaxFailedStarts)
        return give_up(service, FixedText<80>("it has ended {} times before it served", kMaxFailedStarts));
    if (starts_again) return back_off(service);
    service.state = ServiceState::Stopped;
    service.due = 0;
}

void Supervisor::back_off(Service& service) {
    const std::uint64_t now = read_time();
    const bool ran_long = now - service.started > kLongRunSeconds * timebase_;
    if (ran_long) service.quick_ends = 0;
    const unsigned doublings = service.quick_ends < kMaxDoublings ? service.quick_ends : kMaxDoublings;
    const std::uint64_t pause_ms = kFirstPauseMs << doublings;
    service.quick_ends++;
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

void Supervisor::tick() {
    const std::uint64_t now = read_time();
    for (Service& service : std::span(services_).first(count_)) {
        if (service.due == 0 || service.due > now) continue;
        if (service.state == ServiceState::BackingOff) {
            service.state = ServiceState::Waiting;  // its dependencies may have ended too
            service.due = 0;
        } else if (service.state == ServiceState::Starting) {
            service.due = 0;
            say("{}: has not registered {} for {} s; killed", service.name(), service.config->provides,
                kRegisterSeconds);
            (void)process::kill(service.pid, kKillSignal);  // it is then handled like any that ended
        }
    }
    start_ready();
}

void Supervisor::arm_timer() {
    std::uint64_t next = 0;
    for (const Service& service : services()) {
        if (service.due != 0 && (next == 0 || service.due < next)) next = service.due;
    }
    (void)(next == 0 ? timer_.cancel() : timer_.arm(next));
}

/// Switches the machine off if no service is left that could do anything.
void Supervisor::check_still_usable() {
    bool alive = false;
    bool wants_commands = false;
    bool takes_commands = false;
    for (const Service& service : services()) {
        alive = alive || !service.is_over();
        wants_commands = wants_commands || service.config->power;
        takes_commands = takes_commands || (service.config->power && !service.is_over());
    }
    if (!alive) fail("no service is left");
    if (wants_commands && !takes_commands) fail("no service is left that could take commands");
}

}  // namespace glenda::nineball
