// SPDX-License-Identifier: MIT
// Unicorn's server: answers the requests of protocol/unicorn.h, and passes signals on to the drivers' supervision.
//
// It registers with 9Ball when the serial lines are settled: from then on nobody else writes to them.
#pragma once

#include "drivers.h"
#include "glenda/server.h"
#include "waiting_opens.h"

namespace glenda::unicorn {

/// Bits of Unicorn's notification.
constexpr Badge kChildEnded = 1;
constexpr Badge kTimerExpired = 2;
constexpr Badge kStopWanted = 4;

class UnicornServer {
public:
    UnicornServer(std::span<Device> devices, Drivers& drivers, Sessions& sessions, Delegation& delegation, Vault& vault)
        : devices_(devices), drivers_(drivers), sessions_(sessions), delegation_(delegation), vault_(vault) {}

    Reaction handle(Request& request);
    void signalled(Badge bits);
    /// Registers, if that is due.
    void register_once();

private:
    Device* find(std::string_view device_class, std::uint64_t index);
    Answer<MessageWriter> look_up(const Request& request);
    Answer<MessageWriter> list(const Request& request) const;
    Reaction open(Request& request);
    Answer<MessageWriter> serve_session(const Request& request);
    Answer<MessageWriter> serve_driver(const Request& request);

    std::span<Device> devices_;
    Drivers& drivers_;
    Sessions& sessions_;
    Delegation& delegation_;
    Vault& vault_;
    WaitingOpens waiting_{};
    bool is_registered_ = false;
    bool is_stopping_ = false;
};

}  // namespace glenda::unicorn
