// SPDX-License-Identifier: MIT
// What is special about a disk among the devices with sessions.
#pragma once

#include "block_device.h"
#include "driver/session_driver.h"

namespace glenda::driver {

class BlockDriver final : public SessionDriver {
public:
    explicit BlockDriver(BlockDevice& device) : device_(device) {}

private:
    void describe(Session& session) const override;
    std::optional<SessionStatus> answer_at_once(const Session::Request& request) const override;
    bool begin(const Session::Request& request, std::uint64_t token) override;
    void kick() const override { device_.kick(); }
    std::optional<Completion> next_done() override;

    BlockDevice& device_;
};

}  // namespace glenda::driver
