// SPDX-License-Identifier: MIT
// See server.h.
#include "server.h"

#include <bit>

#include "journal.h"
#include "manifest.h"

namespace glenda::nineball {

void NineballServer::signalled(Badge bits) {
    if ((bits & kChildEnded) != 0) supervisor_.collect_ended();
    if ((bits & kTimerExpired) != 0) supervisor_.tick();
    taker_.serve();
}

Reaction NineballServer::handle(Request& request) {
    const Reaction reaction = dispatch(request);
    taker_.serve();
    return reaction;
}

Reaction NineballServer::dispatch(Request& request) {
    Service* const client = supervisor_.by_pid(request.badge);
    switch (Method(request.label())) {
        case Method::Register: return register_name(client, request);
        case Method::Log: return log(client, request);
        case Method::LogRead: return read_log(request);
        case Method::Shutdown: return power(client, PowerState::Off, request);
        case Method::Reboot: return power(client, PowerState::Reboot, request);
        case Method::Status: return status(request);
        case Method::Ready: return ready(client, request);
        case Method::Heartbeat: return heartbeat(client, request);
        case Method::Start: return start(client, request);
        case Method::Stop: return stop(client, request);
        case Method::LogTake: return take_log(client, request);
        case Method::Manifest: return manifest(request);
    }
    return ServerError::BadRequest;
}

Reaction NineballServer::register_name(Service* client, Request& request) {
    // lab 4.8b {
    MessageReader reader = request.reader();
    const std::string_view name = reader.text();
    if (!reader.ok() || request.caps() != 1) return ServerError::BadRequest;
    if (client == nullptr || name.empty() || client->config->provides != name) return ServerError::PermissionDenied;
    const Answer<void> offered = supervisor_.registered(*client, Endpoint(request.cap_index(0)));
    if (!offered) return offered.error();
    return Reaction::ok();
    // lab 4.8b }
}

Reaction NineballServer::log(const Service* client, const Request& request) {
    MessageReader reader = request.reader();
    const std::string_view text = reader.text();
    if (!reader.ok()) return ServerError::BadRequest;
    const FixedText<24> other("process {}", request.badge);
    const Log::Author author = client != nullptr ? Log::service(supervisor_.index_of(*client)) : Log::kStrangers;
    journal().write(author, request.badge, client != nullptr ? client->name() : other.view(), text);
    return Reaction::ok();
}

Reaction NineballServer::read_log(const Request& request) const {
    MessageReader reader = request.reader();
    const std::uint64_t offset = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    char buffer[kMaxLogBytes];
    const Log::Read piece = journal().log().read(offset, buffer);
    return MessageWriter(0).word(piece.next).text({buffer, piece.size});
}

Reaction NineballServer::take_log(const Service* client, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t offset = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (client == nullptr || !client->config->logger) return ServerError::PermissionDenied;
    return taker_.take(request.badge, offset, request);
}

/// The caller is a service, and is stopped like all others: it gets no reply.
Reaction NineballServer::power(const Service* client, PowerState state, Request& request) {
    if (client == nullptr || !client->config->power) return ServerError::PermissionDenied;
    if (!request.can_defer()) return ServerError::TooMany;
    (void)request.defer();
    supervisor_.stop_all(state);
    return Reaction::later();
}

/// Moves the Notification that a request may have to where 9Ball keeps it. False if it has something else.
bool NineballServer::keep_notification(Notification& into, const Request& request) {
    if (request.caps() == 0) return true;
    const auto given = request.caps_node().info(request.cap_index(0));
    if (request.caps() != 1 || !given || given->type != CapType::Notification) return false;
    supervisor_.keep(into, request.caps_node(), request.cap_index(0));
    return true;
}

Reaction NineballServer::ready(Service* client, Request& request) {
    if (client == nullptr) return ServerError::PermissionDenied;
    if (!keep_notification(client->stop_signal, request)) return ServerError::BadRequest;
    supervisor_.said_ready(*client);
    return Reaction::ok();
}

Reaction NineballServer::heartbeat(Service* client, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pulse = reader.word();
    if (!reader.ok() || pulse > std::uint64_t(Pulse::Resting)) return ServerError::BadRequest;
    if (client == nullptr) return ServerError::PermissionDenied;
    return Reaction::ok(supervisor_.heard(*client, Pulse(pulse)));
}

Reaction NineballServer::start(const Service* client, const Request& request) {
    MessageReader reader = request.reader();
    const std::string_view name = reader.text();
    if (!reader.ok()) return ServerError::BadRequest;
    if (client == nullptr || !client->config->power) return ServerError::PermissionDenied;
    Service* const service = supervisor_.by_name(name);
    if (service == nullptr) return ServerError::NotFound;
    if (const Answer<void> started = supervisor_.start_again(*service); !started) return started.error();
    return Reaction::ok();
}

Reaction NineballServer::stop(const Service* client, const Request& request) {
    MessageReader reader = request.reader();
    const std::string_view name = reader.text();
    if (!reader.ok()) return ServerError::BadRequest;
    if (client == nullptr || !client->config->power) return ServerError::PermissionDenied;
    const Service* const service = supervisor_.by_name(name);
    if (service == nullptr) return ServerError::NotFound;
    if (supervisor_.takes_down(*service, *client)) return ServerError::Busy;
    supervisor_.stop(*service);
    return Reaction::ok();
}

Reaction NineballServer::status(const Request& request) const {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (index >= supervisor_.services().size()) return ServerError::NotFound;
    const Service& service = supervisor_.services()[index];
    return MessageWriter(0).word(service.state).word(service.pid).word(service.restarts).text(service.name());
}

Reaction NineballServer::manifest(const Request& request) const {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (index >= supervisor_.services().size()) return ServerError::NotFound;
    const Service& service = supervisor_.services()[index];
    MessageWriter reply(0);
    reply.text(service.name()).word(service.pid).word(supervisor_.grants_of(service));
    const auto slots = manifest_of(*service.config, service.pid);
    for (const ManifestSlot& slot : slots.all()) reply.word(std::bit_cast<std::uint64_t>(slot));
    return reply;
}

}  // namespace glenda::nineball
