// SPDX-License-Identifier: MIT
// See server.h.
#include "server.h"

#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/panic.h"

namespace glenda::unicorn {

namespace {

constexpr std::string_view kTerminal = "serial";

Reaction reaction(const Answer<MessageWriter>& answer) {
    if (!answer) return answer.error();
    return *answer;
}

}  // namespace

Reaction UnicornServer::handle(Request& request) {
    switch (UnicornMethod(request.label())) {
        case UnicornMethod::Lookup: return reaction(look_up(request));
        case UnicornMethod::List: return reaction(list(request));
        case UnicornMethod::Open: return open(request);
        case UnicornMethod::Close:
        case UnicornMethod::Pages: return reaction(serve_session(request));
        case UnicornMethod::Ready:
        case UnicornMethod::SessionTake:
        case UnicornMethod::SessionDrop:
        case UnicornMethod::Keep:
        case UnicornMethod::Device: return reaction(serve_driver(request));
    }
    return ServerError::BadRequest;
}

void UnicornServer::signalled(Badge bits) {
    if ((bits & kStopWanted) != 0) {
        is_stopping_ = true;
        drivers_.stop_all();
    }
    if ((bits & kTimerExpired) != 0) drivers_.tick();
    if ((bits & kChildEnded) != 0) (void)drivers_.collect_ended();
    waiting_.retry(sessions_);
    if (is_stopping_ && !drivers_.any_runs()) exit(0);
    register_once();
}

void UnicornServer::register_once() {
    bool is_pending = false, is_up = false;
    for (const Device& device : devices_) {
        if (!device.is_of(kTerminal)) continue;
        is_pending = is_pending || device.is_pending();
        is_up = is_up || device.state == DeviceState::Up;
    }
    if (is_registered_ || (is_pending && !is_up)) return;
    is_registered_ = true;
    if (const auto known = nineball::register_name(devices::kUnicornName, Endpoint(kEndpoint)); !known)
        panic("cannot register: {}", known.error());
}

/// Device number `index` of a class: where the firmware printed comes first, then by address.
Device* UnicornServer::find(std::string_view device_class, std::uint64_t index) {
    for (const bool is_console : {true, false}) {
        for (Device& device : devices_) {
            if (device.is_of(device_class) && device.machine->is_console == is_console && index-- == 0) return &device;
        }
    }
    return nullptr;
}

Answer<MessageWriter> UnicornServer::look_up(const Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word();
    const std::string_view device_class = reader.text();
    CHECK(reader.ok(), ServerError::BadRequest);
    CHECK(may_have(request.badge, device_class), ServerError::PermissionDenied);
    Device* const device = find(device_class, index);
    CHECK(device != nullptr && device->endpoint != 0, ServerError::NotFound);
    CHECK(device->state != DeviceState::Failed, ServerError::Broken);
    MessageWriter reply(0);
    reply.word(device - devices_.data());
    // A driver whose sessions have rings answers no calls. Who made one would wait for ever.
    if (device->driver->session == SessionKind::Ring) return reply;
    TRY(endpoint, vault_.lend_badged(device->endpoint, 0, Rights::Write | Rights::Grant, pid_of_client(request.badge)));
    return reply.cap(endpoint);
}

Answer<MessageWriter> UnicornServer::list(const Request& request) const {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word();
    CHECK(reader.ok(), ServerError::BadRequest);
    CHECK(index < devices_.size(), ServerError::NotFound);
    const Device& device = devices_[index];
    MessageWriter reply(0);
    reply.word(device.state).word(device.pid).word(device.restarts);
    reply.text(device.name()).text(device.machine->compatible).text(device.device_class());
    return reply;
}

/// Those that wait come first.
Reaction UnicornServer::open(Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word(), pages = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (index >= devices_.size()) return ServerError::NotFound;
    Device& device = devices_[index];
    if (!may_have(request.badge, device.device_class())) return ServerError::PermissionDenied;
    const Badge client = pid_of_client(request.badge);
    const auto household = process::household(client);
    if (!household) return household.error();
    const OpenRequest wanted{.client = client, .household = *household, .device = &device, .pages = pages};
    sessions_.close_dead();
    waiting_.retry(sessions_);
    const auto opened = sessions_.open(wanted);
    if (opened || opened.error() != ServerError::Busy || !waiting_.add(request, wanted)) return reaction(opened);
    return Reaction::later();
}

Answer<MessageWriter> UnicornServer::serve_session(const Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t session = reader.word();
    CHECK(reader.ok(), ServerError::BadRequest);
    const std::uint32_t client = pid_of_client(request.badge);
    if (UnicornMethod(request.label()) == UnicornMethod::Close) {
        TRY(closed, sessions_.close(client, session));
        waiting_.retry(sessions_);
        return closed;
    }
    const std::uint64_t page = reader.word();
    CHECK(reader.ok(), ServerError::BadRequest);
    return sessions_.pages(client, session, page);
}

/// The badge says which device, and that the caller is its present driver.
Answer<MessageWriter> UnicornServer::serve_driver(const Request& request) {
    Device* const device = drivers_.by_badge(request.badge);
    CHECK(device != nullptr, ServerError::PermissionDenied);
    const auto method = UnicornMethod(request.label());
    if (method == UnicornMethod::SessionTake) return sessions_.take(*device);
    if (method == UnicornMethod::Keep) return delegation_.keep(*device, request);
    if (method == UnicornMethod::Ready) {
        CHECK(device->state == DeviceState::Starting, ServerError::BadRequest);
        drivers_.ready(*device);
        register_once();
        return MessageWriter(0);
    }
    MessageReader reader = request.reader();
    const std::uint64_t which = reader.word();
    CHECK(reader.ok(), ServerError::BadRequest);
    if (method == UnicornMethod::SessionDrop) {
        TRY(dropped, sessions_.drop(*device, which));
        waiting_.retry(sessions_);
        return dropped;
    }
    CHECK(which <= kPoolPages, ServerError::BadRequest);
    return delegation_.grant(*device, which);
}

}  // namespace glenda::unicorn
