// SPDX-License-Identifier: MIT
// See server.h.
#include "server.h"

#include "journal.h"

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
        case Method::Lookup: return look_up(client, request);
        case Method::Log: return log(client, request);
        case Method::LogRead: return read_log(request);
        case Method::Shutdown: return power(client, PowerState::Off);
        case Method::Reboot: return power(client, PowerState::Reboot);
        case Method::Status: return status(request);
        case Method::LogTake: return take_log(client, request);
    }
    return ServerError::BadRequest;
}

Reaction NineballServer::register_name(Service* client, Request& request) {
    MessageReader reader = request.reader();
    const std::string_view name = reader.text();
    if (!reader.ok() || request.caps() != 1) return ServerError::BadRequest;
    if (client == nullptr || name.empty() || client->config->provides != name) return ServerError::PermissionDenied;
    const Answer<void> added = registry_.add(client->config->provides, request.caps_node(), request.cap_index(0));
    if (!added) return added.error();
    supervisor_.mark_up(*client);
    return Reaction::ok();
}

Reaction NineballServer::look_up(const Service* client, Request& request) {
    MessageReader reader = request.reader();
    const auto flags = LookupFlags(reader.word());
    const std::string_view name = reader.text();
    if (!reader.ok()) return ServerError::BadRequest;
    if (client == nullptr) return ServerError::PermissionDenied;
    // Pass the text of init.toml on, because it outlives the request.
    for (std::string_view used : client->config->uses.all()) {
        if (used == name) return registry_.look_up(used, request, flags);
    }
    return ServerError::PermissionDenied;
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

Reaction NineballServer::power(const Service* client, PowerState state) const {
    if (client == nullptr || !client->config->power) return ServerError::PermissionDenied;
    enter_power_state(state);
}

Reaction NineballServer::status(const Request& request) const {
    MessageReader reader = request.reader();
    const std::uint64_t index = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (index >= supervisor_.services().size()) return ServerError::NotFound;
    const Service& service = supervisor_.services()[index];
    return MessageWriter(0).word(service.state).word(service.pid).word(service.restarts).text(service.name());
}

}  // namespace glenda::nineball
