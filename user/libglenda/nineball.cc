// SPDX-License-Identifier: MIT
// See nineball.h.
#include "glenda/nineball.h"

#include <bit>

#include "glenda/environment.h"

namespace glenda::nineball {

namespace {
Endpoint server() { return environment().nineball; }

Answer<LogPiece> log_piece(Method method, std::uint64_t offset, LogBuffer buffer) {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(method).word(offset), reply));
    MessageReader reader = reply.reader();
    const std::uint64_t next = reader.word();
    const std::string_view text = reader.text();
    CHECK(reader.ok() && text.size() <= buffer.size(), ServerError::Broken);
    __builtin_memcpy(buffer.data(), text.data(), text.size());
    return LogPiece{next, text.size()};
}

}  // namespace

Answer<void> register_name(std::string_view name, Endpoint endpoint) {
    return transact(server(), MessageWriter(Method::Register).text(name).cap(endpoint.cptr()));
}

Answer<void> log(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = text.size() < kMaxLogBytes ? text.size() : kMaxLogBytes;
        TRY_VOID(transact(server(), MessageWriter(Method::Log).text({text.data(), size})));
        text.remove_prefix(size);
    }
    return {};
}

Answer<LogPiece> read_log(std::uint64_t offset, LogBuffer buffer) { return log_piece(Method::LogRead, offset, buffer); }
Answer<LogPiece> take_log(std::uint64_t offset, LogBuffer buffer) { return log_piece(Method::LogTake, offset, buffer); }

Answer<void> ready(Notification stop) {
    MessageWriter request(Method::Ready);
    if (stop) request.cap(stop.cptr());
    return transact(server(), request);
}

Answer<std::uint64_t> heartbeat(Pulse pulse) {
    TRY(reply, ask(server(), Method::Heartbeat, pulse));
    return reply.words[0];
}

Answer<void> start(std::string_view name) { return transact(server(), MessageWriter(Method::Start).text(name)); }
Answer<void> stop(std::string_view name) { return transact(server(), MessageWriter(Method::Stop).text(name)); }

Answer<void> shutdown() { return transact(server(), MessageWriter(Method::Shutdown)); }
Answer<void> reboot() { return transact(server(), MessageWriter(Method::Reboot)); }

Answer<ServiceStatus> status(unsigned index) {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(Method::Status).word(index), reply));
    MessageReader reader = reply.reader();
    ServiceStatus status{};
    status.state = ServiceState(reader.word());
    status.pid = reader.word();
    status.restarts = reader.word();
    const std::string_view name = reader.text();
    CHECK(reader.ok() && name.size() <= kMaxName, ServerError::Broken);
    __builtin_memcpy(status.name, name.data(), name.size());
    return status;
}

Answer<ServiceManifest> manifest(unsigned index) {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(Method::Manifest).word(index), reply));
    MessageReader reader = reply.reader();
    ServiceManifest manifest{};
    const std::string_view name = reader.text();
    manifest.pid = reader.word();
    manifest.grants = Grants(reader.word());
    CHECK(reader.ok() && name.size() <= kMaxName, ServerError::Broken);
    __builtin_memcpy(manifest.name, name.data(), name.size());
    while (!reader.at_end() && manifest.count < ServiceManifest::kMaxSlots)
        manifest.slots[manifest.count++] = std::bit_cast<ManifestSlot>(reader.word());
    CHECK(reader.at_end(), ServerError::Broken);
    return manifest;
}

}  // namespace glenda::nineball
