// SPDX-License-Identifier: MIT
// The driver process of a virtio GPU: serves the class "gpu" (protocol/gpu.h).
//
// The pixels are a session's data: the device reads them where the client has written them, and the driver does not
// even map them.
#include <array>

#include "driver/process/session_taker.h"
#include "driver/process/start.h"
#include "gpu_device.h"
#include "protocol/gpu.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kReplies = 2;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

class ScreenServer {
public:
    ScreenServer(const DriverProcess& process, GpuDevice& device) : process_(process), device_(device) {}

    /// News that came while the device was at work has not been signalled: the bell has rung for its interrupt, too.
    Reaction handle(const Request& request) {
        take_news();
        const Reaction reaction = carry_out(request);
        take_news();
        return reaction;
    }
    void signalled(Badge bits) {
        if ((bits & kBellStop) != 0) glenda::exit(0);
        if ((bits & kBellInterrupt) != 0) process_.interrupted(device_);
        take_news();
    }

private:
    Reaction carry_out(const Request& request) {
        switch (GpuMethod(request.label())) {
            case GpuMethod::Size: return size();
            case GpuMethod::Show: return show(request);
            case GpuMethod::Flush:
                return is_done(device_.transfer(shown_, part_, 0)) && is_done(device_.flush(shown_, part_))
                           ? Reaction::ok()
                           : ServerError::Broken;
        }
        return ServerError::BadRequest;
    }
    void take_news() {
        while (const auto news = taker_.next()) {
            sessions_[news->number] = *news;
            if (news->state == SessionState::Closing) close(news->number);
        }
    }
    /// The device forgets the pixels before they become somebody else's.
    void close(unsigned number) {
        if (resource_of(number) == shown_) shown_ = 0;
        if (has_resource_[number]) (void)is_done(device_.remove(resource_of(number)));
        has_resource_[number] = false;
        taker_.drop(number);
    }

    Reaction size() {
        if (!is_done(device_.ask_size()) || !device_.size()) return ServerError::NotFound;
        return Reaction::ok(std::uint64_t{device_.size()->width}, std::uint64_t{device_.size()->height});
    }

    Reaction show(const Request& request) {
        MessageReader reader = request.reader();
        const std::uint64_t number = reader.word() % kMaxSessions, width = reader.word(), height = reader.word();
        const auto& [session, state, control, data, client] = sessions_[number];
        if (client != request.badge) return ServerError::PermissionDenied;
        if (!reader.ok() || width == 0 || height == 0 || width > 4096 || height > 4096) return ServerError::BadRequest;
        if (width * height * GpuDevice::kBytesPerPixel > data.pages * kPageSize) return ServerError::BadRequest;
        const Buffer backing{data.physical, std::uint32_t(data.pages * kPageSize)};
        const auto resource = resource_of(unsigned(number));
        const GpuDevice::Rect whole{0, 0, std::uint32_t(width), std::uint32_t(height)};
        if (has_resource_[number]) (void)is_done(device_.remove(resource));
        has_resource_[number] = is_done(device_.create(resource, whole.width, whole.height));
        if (!has_resource_[number] || !is_done(device_.attach(resource, {&backing, 1})) ||
            !is_done(device_.show(resource, whole)))
            return ServerError::Broken;
        shown_ = resource;
        part_ = whole;
        return Reaction::ok();
    }

    bool is_done(bool is_sent) {
        return is_sent && *process_.await(device_, [&] {
            end_if_broken(device_);
            return device_.finish();
        }) == GpuDevice::Answer::Ok;
    }
    static std::uint32_t resource_of(unsigned session) { return session + 1; }

    const DriverProcess& process_;
    GpuDevice& device_;
    SessionTaker taker_{};
    std::array<SessionTaker::News, kMaxSessions> sessions_{};
    std::array<bool, kMaxSessions> has_resource_{};
    std::uint32_t shown_ = 0;  // resource; 0: nothing
    GpuDevice::Rect part_{};
};

}  // namespace

int main() {
    DriverProcess process;
    static GpuDevice device(process.registers());
    start_or_end(device, process);
    ScreenServer server(process, device);
    process.serve(server, replies, kReplies);
}
