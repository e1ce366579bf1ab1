// SPDX-License-Identifier: MIT
// What is special about a network card among the devices with sessions.
//
// A frame goes to one client: the one whose buffer the card takes next. A card gives buffers back only when frames have
// come. So a session is closed by a reset of the card, after which the other clients' requests are submitted anew:
// frames that come meanwhile are lost, and others may go out twice, as in any network.
#pragma once

#include "driver/session_driver.h"
#include "net_device.h"

namespace glenda::driver {

class NetDriver final : public SessionDriver {
public:
    /// `memory`: for the device, at each start.
    NetDriver(NetDevice& device, const DmaPool& memory) : device_(device), memory_(memory) {}

private:
    void describe(Session& session) const override;
    std::optional<SessionStatus> answer_at_once(const Session::Request& request) const override;
    bool begin(const Session::Request& request, std::uint64_t token) override;
    void kick() const override { device_.kick(); }
    std::optional<Completion> next_done() override;
    bool take_back() override;

    NetDevice& device_;
    const DmaPool& memory_;
};

}  // namespace glenda::driver
