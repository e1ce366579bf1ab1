// SPDX-License-Identifier: MIT
// 9Ball's server: checks permissions for the requests of protocol/nineball.h, and passes signals to the supervisor.
//
// The badge of a request is the client's process identifier. It can be trusted, because only Factotum mints these
// capabilities. init.toml says what a service may do. Any other process may only write and read the log, and ask for
// the status of services.
#pragma once

#include "glenda/server.h"
#include "log_taker.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

/// Bits of 9Ball's notification.
constexpr Badge kChildEnded = 1;
constexpr Badge kTimerExpired = 2;

class NineballServer {
public:
    NineballServer(Supervisor& supervisor, LogTaker& taker) : supervisor_(supervisor), taker_(taker) {}

    Reaction handle(Request& request);
    void signalled(Badge bits);

private:
    Reaction dispatch(Request& request);
    Reaction register_name(Service* client, Request& request);
    Reaction log(const Service* client, const Request& request);
    Reaction read_log(const Request& request) const;
    Reaction take_log(const Service* client, Request& request);
    Reaction power(const Service* client, PowerState state, Request& request);
    bool keep_notification(Notification& into, const Request& request);
    Reaction ready(Service* client, Request& request);
    Reaction heartbeat(Service* client, Request& request);
    Reaction start(const Service* client, const Request& request);
    Reaction stop(const Service* client, const Request& request);
    Reaction status(const Request& request) const;
    Reaction manifest(const Request& request) const;

    Supervisor& supervisor_;
    LogTaker& taker_;
};

}  // namespace glenda::nineball
