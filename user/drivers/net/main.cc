// SPDX-License-Identifier: MIT
// The driver process of a virtio network card: serves the class "net" (protocol/net.h).
//
// Frames that nobody has asked for wait in the card's buffers. When these are full, the card drops what comes.
#include "driver/process/start.h"
#include "net_device.h"
#include "protocol/net.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kReplies = 3;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

class NetServer {
public:
    NetServer(const DriverProcess& process, NetDevice& device) : process_(process), device_(device) {}

    Reaction handle(Request& request) {
        switch (NetMethod(request.label())) {
            case NetMethod::Mac: return MessageWriter(0).bytes(std::as_bytes(std::span(device_.mac())));
            case NetMethod::Send: return send(request.reader().bytes());
            case NetMethod::Receive: return receive(request);
        }
        return ServerError::BadRequest;
    }
    void signalled(Badge bits) {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process_.interrupted(device_);
        device_.reclaim();
        serve_receiver();
        end_if_broken(device_);
    }

private:
    Reaction send(std::span<const std::byte> frame) {
        if (frame.empty() || frame.size() > kNetMaxFrame) return ServerError::BadRequest;
        if (!device_.send(frame)) return ServerError::Busy;
        return Reaction::ok();
    }
    Reaction receive(Request& request) {
        if (receiver_) receiver_.reply(ServerError::Interrupted);
        if (!request.can_defer()) return ServerError::TooMany;
        receiver_ = request.defer();
        serve_receiver();
        return Reaction::later();
    }
    void serve_receiver() {
        while (receiver_) {
            const auto frame = device_.receive();
            if (!frame) return;
            if (frame->bytes.size() <= kNetMaxFrame) receiver_.reply(MessageWriter(0).bytes(frame->bytes));
            device_.give_back(*frame);
        }
    }

    const DriverProcess& process_;
    NetDevice& device_;
    ReplyHandle receiver_{};
};

}  // namespace

int main() {
    DriverProcess process;
    static NetDevice device(process.registers());
    start_or_end(device, process);
    NetServer server(process, device);
    process.serve(server, replies, kReplies);
}
