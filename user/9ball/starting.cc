// SPDX-License-Identifier: MIT
// The part of supervisor.h that starts services: each as soon as all that it needs is up.
#include <algorithm>

#include "glenda/environment.h"
#include "glenda/slots.h"
#include "glenda/time.h"
#include "journal.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

namespace {

/// Whether a later attempt may succeed.
bool is_transient(AnyError error) {
    return error == ServerError::OutOfMemory || error == ServerError::TooMany || error == ServerError::Busy ||
           error == Error::NotEnoughMemory;
}

}  // namespace

bool Supervisor::needs_are_up(const Service& service) const {
    // lab 4.5b {
    for (unsigned need : service.config->needed.all()) {
        if (!services_[need].is_up()) return false;
    }
    return true;
    // lab 4.5b }
}

const Service* Supervisor::failed_need(const Service& service) const {
    // lab 4.5c {
    for (unsigned need : service.config->needed.all()) {
        if (services_[need].is_over() && !services_[need].is_up()) return &services_[need];
    }
    return nullptr;
    // lab 4.5c }
}

void Supervisor::start_ready() {
    // lab 4.5d {
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
    // lab 4.5d }
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
    if (config.kind != nullptr && config.kind->sched == SchedClass::Batch)  // of the others, the priority says all
        (void)process::set_sched(*pid, SchedClass::Batch);
    say("{}: started as process {}", config.name, *pid);
    service.state = ServiceState::Starting;
    if (config.ready() != ReadyRule::Exit) service.due = service.started + kReadySeconds * timebase_;
}

/// Asks Factotum for the process, and passes the capabilities that init.toml grants.
Answer<std::uint64_t> Supervisor::spawn(const ServiceConfig& config, process::SpawnReason& reason) {
    CPtr caps[kMaxMessageCaps];
    std::uint64_t slots = 0;
    unsigned count = 0;
    const auto pass = [&](CPtr cap, std::uint64_t slot) {
        caps[count] = cap;
        slots |= slot << (8 * count++);
    };
    if (config.devices) {
        TRY(node, devices_.open());
        pass(node.cptr(), kSlotPassed);
    }
    if (config.console) pass(environment().console.cptr(), kSlotConsole);
    return process::spawn({.file = config.path,
                           .arguments = config.args.all(),
                           .priority = config.priority,
                           .flags = SpawnFlags::Limits | cnode_radix(config.cnode_radix),
                           .caps = std::span(caps).first(count),
                           .slots = slots,
                           .reserved = config.memory / kPageSize,
                           .limit = config.limit / kPageSize,
                           .grants = config_.grants_of(config)},
                          &reason);
}

void Supervisor::mark_up(Service& service) {
    if (service.state == ServiceState::Starting) {
        service.state = ServiceState::Up;
        service.due = 0;
        watch(service);
    }
    start_ready();
}

/// Whoever may have it asks Factotum, so 9Ball keeps nothing.
Answer<void> Supervisor::registered(Service& service, Endpoint endpoint) {
    // lab 4.8c {
    const ServiceConfig& config = *service.config;
    if (config.protocol != 0) TRY_VOID(process::offer(config.protocol_number(), endpoint));
    say("{}: serves {}", service.name(), config.provides);
    if (config.provides == kTerminal) journal().set_echo(Journal::Echo::Off);
    if (config.ready() == ReadyRule::Register) mark_up(service);
    return {};
    // lab 4.8c }
}

/// It has ended, with what it served.
void Supervisor::withdraw(const Service& service) {
    if (service.config->protocol != 0) (void)process::offer(service.config->protocol_number());
}

void Supervisor::said_ready(Service& service) {
    if (service.config->ready() == ReadyRule::Ready) mark_up(service);
}

}  // namespace glenda::nineball
