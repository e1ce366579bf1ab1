// SPDX-License-Identifier: MIT
// The driver process of a virtio 9P transport: serves the class "9p" (protocol/p9.h).
#include <algorithm>

#include "driver/process/start.h"
#include "p9_channel.h"
#include "protocol/p9.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kReplies = 2;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

class ChannelServer {
public:
    ChannelServer(const DriverProcess& process, P9Channel& device) : process_(process), device_(device) {}

    Reaction handle(const Request& request) const {
        switch (P9Method(request.label())) {
            case P9Method::Tag: return tag();
            case P9Method::Transact: return pass_on(request.reader().bytes());
        }
        return ServerError::BadRequest;
    }
    void signalled(Badge bits) const {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process_.interrupted(device_);
    }

private:
    Reaction tag() const {
        char text[64];
        return MessageWriter(0).text({text, device_.tag(text)});
    }
    Reaction pass_on(std::span<const std::byte> message) const {
        if (message.empty() || message.size() > kP9MaxBytes) return ServerError::BadRequest;
        std::copy(message.begin(), message.end(), device_.request().begin());
        if (!device_.send(unsigned(message.size()))) return ServerError::Busy;
        const auto answer = process_.await(device_, [&] { return take(); });
        if (answer->size() > kP9MaxBytes) return ServerError::TooMany;
        return MessageWriter(0).bytes(*answer);
    }
    std::optional<std::span<const std::byte>> take() const {
        end_if_broken(device_);
        return device_.take();
    }

    const DriverProcess& process_;
    P9Channel& device_;
};

}  // namespace

int main() {
    static_assert(P9Channel::kMaxMessage == kP9MessageSize);
    DriverProcess process;
    static P9Channel device(process.registers());
    start_or_end(device, process);
    ChannelServer server(process, device);
    process.serve(server, replies, kReplies);
}
