// SPDX-License-Identifier: MIT
// The life cycle of each service: started when its dependencies are up, supervised, and restarted by its rule.
//
//     Waiting --needs are up--> Starting --registers what it provides--> Up --ends--> BackingOff --time--> Starting
//        |                         |  (at once, if it provides nothing)     |
//        +--a need has failed--> Failed <--cannot be loaded                 +--rule says so--> Stopped
//
// Independent services start independently. A service that keeps ending is restarted after increasing pauses.
// Seed: 9ball-later.md, 2 and 7.
#pragma once

#include "devices.h"
#include "glenda/object.h"
#include "glenda/process.h"
#include "init_config.h"
#include "log_taker.h"
#include "protocol/factotum.h"
#include "protocol/nineball.h"
#include "registry.h"

namespace glenda::nineball {

struct Service {
    const ServiceConfig* config = nullptr;
    ServiceState state = ServiceState::Waiting;
    std::uint64_t pid = 0;  // 0: not running
    std::uint64_t restarts = 0;
    unsigned quick_ends = 0;     // in a row, each after a short run
    unsigned failed_starts = 0;  // in a row, each before registering
    std::uint64_t started = 0;   // time, in ticks
    std::uint64_t due = 0;       // BackingOff: time to start; Starting: time to give up; else 0

    std::string_view name() const { return config->name; }
    bool is_over() const { return state == ServiceState::Stopped || state == ServiceState::Failed; }
};

class Supervisor {
public:
    /// `timer` signals 9Ball. `timebase`: ticks per second.
    Supervisor(const InitConfig& config, const Devices& devices, Registry& registry, LogTaker& taker, Timer timer,
               std::uint64_t timebase);

    /// Starts each waiting service whose dependencies are up, and fails those with a failed dependency.
    void start_ready();
    /// Asks Factotum which children of 9Ball have ended, and handles them.
    void collect_ended();
    /// Handles expired deadlines.
    void tick();
    /// Marks a service as up, after it has registered its name.
    void mark_up(Service& service);

    /// The running service with that process identifier; null if there is none.
    Service* by_pid(std::uint64_t pid);
    /// The number of `service` in services().
    std::size_t index_of(const Service& service) const { return std::size_t(&service - services_.data()); }
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
    LogTaker& taker_;
    Timer timer_;
    std::uint64_t timebase_;
    std::size_t count_;
    std::array<Service, InitConfig::kMaxServices> services_{};
};

}  // namespace glenda::nineball
