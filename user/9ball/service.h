// SPDX-License-Identifier: MIT
// What 9Ball knows about a service: its lines of init.toml, and how it fares.
#pragma once

#include <cstdint>
#include <string_view>

#include "glenda/back_off.h"
#include "glenda/object.h"
#include "heart_watch.h"
#include "init_config.h"
#include "protocol/nineball.h"

namespace glenda::nineball {

struct Service {
    const ServiceConfig* config = nullptr;
    ServiceState state = ServiceState::Waiting;
    std::uint64_t pid = 0;  // 0: not running
    std::uint64_t restarts = 0;
    bool stop_wanted = false;    // it is to end, and to stay away
    Notification stop_signal{};  // says so to the service; none: it is killed at once
    HeartWatch heart{};
    BackOff back_off{};
    unsigned failed_starts = 0;  // in a row, each before it was up
    std::uint64_t started = 0;   // time, in ticks
    std::uint64_t due = 0;       // BackingOff: time to start; Starting, Stopping: time to give up; else 0

    std::string_view name() const { return config->name; }
    /// Others that need it may run.
    bool is_up() const { return state == ServiceState::Up || state == ServiceState::Done; }
    bool is_over() const {
        return state == ServiceState::Stopped || state == ServiceState::Failed || state == ServiceState::Done;
    }
};

}  // namespace glenda::nineball
