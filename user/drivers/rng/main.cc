// SPDX-License-Identifier: MIT
// The driver process of a virtio entropy device: serves the class "rng" (protocol/rng.h).
#include <algorithm>

#include "driver/process/start.h"
#include "protocol/rng.h"
#include "rng_device.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

class RandomServer {
public:
    RandomServer(const DriverProcess& process, RngDevice& device) : process_(process), device_(device) {}

    Reaction handle(const Request& request) const {
        if (RngMethod(request.label()) != RngMethod::Read) return ServerError::BadRequest;
        const std::uint64_t wanted = request.reader().word();
        device_.ask();
        const auto bytes = process_.await(device_, [&] { return take(); });
        return MessageWriter(0).bytes(bytes->first(std::min<std::uint64_t>({bytes->size(), wanted, kRngMaxBytes})));
    }
    void signalled(Badge bits) const {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process_.interrupted(device_);
    }

private:
    std::optional<std::span<const std::byte>> take() const {
        end_if_broken(device_);
        return device_.take();
    }

    const DriverProcess& process_;
    RngDevice& device_;
};

}  // namespace

int main() { serve_messages<RngDevice, RandomServer, 2>(); }
