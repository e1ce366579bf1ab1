// SPDX-License-Identifier: MIT
// 9Ball as a server: who may do what of protocol/nineball.h, and the signals that keep the supervisor going.
//
// The badge is the client's process identifier, stamped by the kernel on a capability that only Factotum mints; what
// that process may do, init.toml says. A process that is no service may log and read, and nothing else.
#pragma once

#include "glenda/server.h"
#include "registry.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

/// Bits of 9Ball's notification.
constexpr Badge kChildEnded = 1;
constexpr Badge kTimerExpired = 2;

class NineballServer {
public:
    NineballServer(Supervisor& supervisor, Registry& registry) : supervisor_(supervisor), registry_(registry) {}

    Reaction handle(Request& request);
    void signalled(Badge bits);

private:
    Reaction register_name(Service* client, Request& request);
    Reaction look_up(const Service* client, Request& request);
    Reaction log(const Service* client, const Request& request);
    Reaction read_log(const Request& request) const;
    Reaction power(const Service* client, PowerState state) const;
    Reaction status(const Request& request) const;

    Supervisor& supervisor_;
    Registry& registry_;
};

}  // namespace glenda::nineball
