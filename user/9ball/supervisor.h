// SPDX-License-Identifier: MIT
// The life cycle of each service: started when its dependencies are up, supervised, and restarted by its rule.
//
//     Waiting --needs are up--> Starting --is ready--> Up --ends--> BackingOff --time--> Starting
//        |                         |                    |
//        +--a need has failed--> Failed                 +--rule says so--> Stopped
//
// init.toml says when a service is ready: once it registers, says so, or has ended with success (Done, not Up).
// Whatever runs can be stopped: Stopping, then Stopped.
// Independent services start independently. A service that keeps ending is restarted after increasing pauses.
// Seed: 9ball-later.md, 2 and 7.
#pragma once

#include "device_vault.h"
#include "glenda/bootstrap.h"
#include "glenda/process.h"
#include "log_taker.h"
#include "protocol/factotum.h"
#include "report.h"
#include "service.h"

namespace glenda::nineball {

class Supervisor {
public:
    static constexpr std::uint64_t kReadySeconds = 5;         // time limit from the start until it is up
    static constexpr std::string_view kTerminal = "devices";  // while they are served, the kernel's console is not used

    /// `timer` signals 9Ball. `timebase`: ticks per second.
    Supervisor(const InitConfig& config, DeviceVault& devices, Bootstrap& bootstrap, LogTaker& taker, Timer timer,
               std::uint64_t timebase);

    /// Starts each waiting service whose dependencies are up, and fails those with a failed dependency.
    void start_ready();
    /// Asks Factotum which children of 9Ball have ended, and handles them.
    void collect_ended();
    /// Handles expired deadlines.
    void tick();
    /// A service has registered what it provides, or has said that it is ready: by its rule it is up. An error of
    /// Factotum's, which hands `endpoint` out from now on, leaves everything as it was.
    Answer<void> registered(Service& service, Endpoint endpoint);
    void said_ready(Service& service);

    /// Stops `service`, after all that need it.
    void stop(const Service& service);
    /// Stops all services, and then the machine.
    void stop_all(PowerState then);
    /// Whether stopping `service` also stops `other`.
    bool takes_down(const Service& service, const Service& other) const;
    /// Starts a service that does not run, and what it needs. Exists: it runs.
    Answer<void> start_again(Service& service);
    /// Moves the Notification in slot `index` of `node` here, in place of what a service gave before.
    void keep(Notification& into, CNode node, std::uint64_t index);
    /// The loop of a service works, or rests (heartbeat.cc). Returns the period in ticks; 0: it need not say so.
    std::uint64_t heard(Service& service, Pulse pulse);

    /// What `service` may do, and have, beyond what every program may.
    Grants grants_of(const Service& service) const { return config_.grants_of(*service.config); }
    /// The running service with that process identifier; null if there is none.
    Service* by_pid(std::uint64_t pid);
    /// The service called `name`; null if there is none.
    Service* by_name(std::string_view name);
    /// The number of `service` in services().
    std::size_t index_of(const Service& service) const { return std::size_t(&service - services_.data()); }
    std::span<const Service> services() const { return std::span(services_).first(count_); }

private:
    using ServiceSet = std::uint32_t;  // bit i: service number i

    void start(Service& service);
    void mark_up(Service& service);
    void withdraw(const Service& service);
    Answer<std::uint64_t> spawn(const ServiceConfig& config, process::SpawnReason& reason);
    void ended(Service& service, ExitStatus status);
    void clean_up(Service& service);
    void decide(Service& service, ExitStatus status);
    void back_off(Service& service);
    void give_up(Service& service, std::string_view why);
    bool needs_are_up(const Service& service) const;
    const Service* failed_need(const Service& service) const;
    void arm_timer();
    void kill(Service& service);
    ServiceSet dependents(const Service& service) const;
    bool is_needed(const Service& service) const;
    void stop_ready();
    void ask_to_stop(Service& service);
    void drop(Notification& notification);
    void watch(Service& service);
    void check_heart(Service& service, std::uint64_t now);
    void revive(Service& service);
    void check_still_usable();

    const InitConfig& config_;
    DeviceVault& devices_;
    Bootstrap& bootstrap_;
    LogTaker& taker_;
    Timer timer_;
    std::uint64_t timebase_;
    std::size_t count_;
    std::optional<PowerState> power_{};  // what follows when all services have ended
    std::array<Service, InitConfig::kMaxServices> services_{};
};

}  // namespace glenda::nineball
