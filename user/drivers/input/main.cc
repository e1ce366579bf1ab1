// SPDX-License-Identifier: MIT
// The driver process of a virtio input device: serves the class "input" (protocol/input.h).
#include <array>

#include "driver/process/start.h"
#include "input_device.h"
#include "protocol/input.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kReplies = 3;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

class InputServer {
public:
    InputServer(const DriverProcess& process, InputDevice& device) : process_(process), device_(device) {}

    Reaction handle(Request& request) {
        switch (InputMethod(request.label())) {
            case InputMethod::Name: return name();
            case InputMethod::Read: return read(request);
        }
        return ServerError::BadRequest;
    }
    void signalled(Badge bits) {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process_.interrupted(device_);
        while (const auto event = device_.next())
            events_[came_++ % kInputMaxEvents] =
                std::uint64_t{event->type} << 48 | std::uint64_t{event->code} << 32 | event->value;
        end_if_broken(device_);
        if (came_ - read_ > kInputMaxEvents) read_ = came_ - kInputMaxEvents;
        serve_reader();
    }

private:
    Reaction name() const {
        char text[64];
        return MessageWriter(0).text({text, device_.name(text)});
    }
    Reaction read(Request& request) {
        if (reader_) reader_.reply(ServerError::Interrupted);
        if (!request.can_defer()) return ServerError::TooMany;
        reader_ = request.defer();
        serve_reader();
        return Reaction::later();
    }
    /// One that has ended meanwhile takes no events with it.
    void serve_reader() {
        if (!reader_ || came_ == read_) return;
        MessageWriter events(0);
        for (std::uint64_t i = read_; i != came_; i++) events.word(events_[i % kInputMaxEvents]);
        if (reader_.reply(events)) read_ = came_;
    }

    const DriverProcess& process_;
    InputDevice& device_;
    ReplyHandle reader_{};
    std::array<std::uint64_t, kInputMaxEvents> events_{};  // a ring
    std::uint64_t came_ = 0, read_ = 0;
};

}  // namespace

int main() {
    DriverProcess process;
    static InputDevice device(process.registers());
    start_or_end(device, process);
    InputServer server(process, device);
    process.serve(server, replies, kReplies);
}
