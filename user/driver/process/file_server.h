// SPDX-License-Identifier: MIT
// A client's session with a file server of the host that speaks 9P.
//
//     FileServer server;
//     TRY_VOID(server.open(0));
//     TRY_VOID(server.attach());                               // kRoot is the folder that the host offers
//     TRY(answer, server.ask(p9::kOpen, [](p9::Request& ask) { ask.put(FileServer::kRoot).put(std::uint32_t{0}); }));
//
// When the driver ends, so does the conversation: what was asked fails with Interrupted, and fids are gone. Then attach
// again.
#pragma once

#include <optional>

#include "client_session.h"
#include "driver/session_client.h"
#include "drivers/p9/p9_message.h"

namespace glenda::driver {

class FileServer {
public:
    static constexpr std::uint32_t kRoot = 1;
    static constexpr unsigned kPages = kMaxRequestPages;  // the first for what is asked
    static constexpr std::uint32_t kMessageSize = (kPages - 1) * kPageSize;

    /// Opens a session with server number `index`, and waits for the driver.
    Answer<void> open(unsigned index);
    Answer<void> close() { return session_.close(); }
    /// Begins a conversation.
    Answer<void> attach();

    /// Asks what `fill(request)` has written. Returns the answer behind its header, valid until the next call. NotFound
    /// if the server has refused.
    template <typename Fill>
    Answer<std::span<const std::byte>> ask(p9::Type type, Fill fill) {
        p9::Request request(session_.page(0), type);
        fill(request);
        TRY(answer, transact(request.finish()));
        const auto body = p9::answer_to(type, answer);
        CHECK(body, ServerError::NotFound);
        return *body;
    }
    /// Sends the first `size` bytes of request(), whatever they are, and returns the whole answer.
    Answer<std::span<const std::byte>> transact(std::uint32_t size);
    std::byte* request() const { return session_.page(0); }

    /// How many drivers there have been.
    std::uint32_t epoch() const;

private:
    SessionPage& control() const { return *reinterpret_cast<SessionPage*>(session_.control()); }

    ClientSession session_{};
    std::optional<SessionClient> requests_{};
};

}  // namespace glenda::driver
