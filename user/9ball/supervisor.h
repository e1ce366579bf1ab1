// SPDX-License-Identifier: MIT
// The life of each service: started when what it needs is up, watched, started again as its rule says.
//
//     Waiting --needs are up--> Starting --registers what it provides--> Up --ends--> BackingOff --time--> Starting
//        |                         |  (at once, if it provides nothing)     |
//        +--a need has failed--> Failed <--cannot be loaded                 +--rule says so--> Stopped
//
// Services that do not need one another do not wait for one another. A service that ends again and again is started
// after ever longer pauses. Seed: 9ball-later.md, 2 and 7. Handout: lab 4, "Supervision".
#pragma once

#include "devices.h"
#include "glenda/object.h"
#include "glenda/process.h"
#include "init_config.h"
#include "protocol/factotum.h"
#include "protocol/nineball.h"
#include "registry.h"

namespace glenda::nineball {

struct Service {
    const ServiceConfig* config = nullptr;
    ServiceState state = ServiceState::Waiting;
    std::uint64_t pid = 0;  // 0: is not running
    std::uint64_t restarts = 0;
    unsigned quick_ends = 0;     // in a row, without having run for long
    unsigned failed_starts = 0;  // in a row, without having registered what it provides
    std::uint64_t started = 0;   // time, in ticks
    std::uint64_t due = 0;       // BackingOff: when to start; Starting: when to give up; else 0

    std::string_view name() const { return config->name; }
    bool is_over() const { return state == ServiceState::Stopped || state == ServiceState::Failed; }
};

class Supervisor {
public:
    /// `timer` signals 9Ball; `timebase`: ticks in a second.
    Supervisor(const InitConfig& config, const Devices& devices, Registry& registry, Timer timer,
               std::uint64_t timebase);

    /// Start every service whose needs are up; fail those whose needs have failed.
    void start_ready();
    /// Children of 9Ball may have ended: ask Factotum which.
    void collect_ended();
    /// A deadline has passed.
    void tick();
    /// `service` has registered what it provides.
    void mark_up(Service& service);

    /// The running service with that process identifier, else null.
    Service* by_pid(std::uint64_t pid);
    std::span<const Service> services() const { return std::span(services_).first(count_); }

private:
    void start(Service& service);
    Answer<std::uint64_t> spawn(const ServiceConfig& config, process::SpawnReason& reason);
    void ended(Service& service, ExitStatus status);
    void back_off(Service& service);
    void give_up(Service& service, std::string_view why);
    bool needs_are_up(const Service& service) const;
    const Service* failed_need(const Service& service) const;
    void arm_timer();
    void check_still_usable();

    const Devices& devices_;
    Registry& registry_;
    Timer timer_;
    std::uint64_t timebase_;
    std::size_t count_;
    std::array<Service, InitConfig::kMaxServices> services_{};
};

}  // namespace glenda::nineball
