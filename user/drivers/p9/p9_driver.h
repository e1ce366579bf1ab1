// SPDX-License-Identifier: MIT
// What is special about a channel to a file server among the devices with sessions.
//
// The first page of a request's data is for the message, the others for the answer. All clients have one conversation
// with the server, and share its fids: so it is for one client, which serves the others. A reset ends the conversation.
// So what was under way when a driver ended is not sent again, but fails, and the client begins anew.
#pragma once

#include "driver/session_driver.h"
#include "p9_channel.h"

namespace glenda::driver {

class P9Driver final : public SessionDriver {
public:
    explicit P9Driver(P9Channel& device) : device_(device) {}

private:
    void describe(Session& session) const override { session.describe(0, 0); }
    std::optional<SessionStatus> answer_at_once(const Session::Request& request) const override;
    bool begin(const Session::Request& request, std::uint64_t token) override;
    void kick() const override { device_.kick(); }
    std::optional<Completion> next_done() override;
    bool may_repeat() const override { return false; }

    P9Channel& device_;
};

}  // namespace glenda::driver
