// SPDX-License-Identifier: MIT
// The driver process of a virtio entropy device: serves the class "rng" (protocol/rng.h).
#include <algorithm>

#include "driver/process/start.h"
#include "protocol/rng.h"
#include "rng_device.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kReplies = 2;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

struct RandomServer {
    const DriverProcess& process;
    RngDevice& device;

    Reaction handle(const Request& request) const {
        if (RngMethod(request.label()) != RngMethod::Read) return ServerError::BadRequest;
        const std::uint64_t wanted = request.reader().word();
        device.ask();
        const auto bytes = process.await(device, [&] { return take(); });
        return MessageWriter(0).bytes(bytes->first(std::min<std::uint64_t>({bytes->size(), wanted, kRngMaxBytes})));
    }
    void signalled(Badge bits) const {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process.interrupted(device);
    }
    std::optional<std::span<const std::byte>> take() const {
        end_if_broken(device);
        return device.take();
    }
};

}  // namespace

int main() {
    DriverProcess process;
    static RngDevice device(process.registers());
    start_or_end(device, process);
    RandomServer server{process, device};
    process.serve(server, replies, kReplies);
}
