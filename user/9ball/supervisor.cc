// SPDX-License-Identifier: MIT
// See supervisor.h.
#include "supervisor.h"

#include "glenda/time.h"
#include "report.h"

namespace glenda::nineball {

namespace {

constexpr std::int64_t kKillSignal = 9;

}  // namespace

Supervisor::Supervisor(const InitConfig& config, DeviceVault& devices, Bootstrap& bootstrap, LogTaker& taker,
                       Timer timer, std::uint64_t timebase)
    : config_(config),
      devices_(devices),
      bootstrap_(bootstrap),
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

Service* Supervisor::by_name(std::string_view name) {
    for (Service& service : std::span(services_).first(count_)) {
        if (service.name() == name) return &service;
    }
    return nullptr;
}

void Supervisor::tick() {
    const std::uint64_t now = read_time();
    for (Service& service : std::span(services_).first(count_)) {
        check_heart(service, now);
        if (service.due == 0 || service.due > now) continue;
        if (service.state == ServiceState::BackingOff) {
            service.state = ServiceState::Waiting;  // its dependencies may have ended too
            service.due = 0;
        } else if (service.state == ServiceState::Starting) {
            service.due = 0;
            const bool registers = service.config->ready() == ReadyRule::Register;
            say("{}: has not {} {} for {} s; killed", service.name(), registers ? "registered" : "said that it is",
                registers ? service.config->provides : "ready", kReadySeconds);
            kill(service);
        } else if (service.state == ServiceState::Stopping) {
            service.due = 0;
            say("{}: has not stopped in {} ms; killed", service.name(), service.config->stop_ms);
            kill(service);
        }
    }
    start_ready();
}

/// The service is then handled like any that has ended.
void Supervisor::kill(Service& service) { (void)process::kill(service.pid, kKillSignal); }

void Supervisor::arm_timer() {
    std::uint64_t next = 0;
    for (const Service& service : services()) {
        for (const std::uint64_t due : {service.due, service.heart.due()}) {
            if (due != 0 && (next == 0 || due < next)) next = due;
        }
    }
    (void)(next == 0 ? timer_.cancel() : timer_.arm(next));
}

/// Switches the machine off if no service is left that could do anything.
void Supervisor::check_still_usable() {
    if (power_) return;
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
