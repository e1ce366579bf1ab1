// SPDX-License-Identifier: MIT
// A client's session with a network card: for programs that send and receive frames of Ethernet.
//
//     Network network;
//     TRY_VOID(network.open(0));
//     (void)network.send(frame);
//     for (;;) {
//         while (const auto frame = network.receive()) ...
//         TRY_VOID(network.wait());
//     }
//
// Frames may be lost, or come twice, also when the card's driver ends.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "client_session.h"
#include "driver/session_client.h"

namespace glenda::driver {

class Network {
public:
    using Mac = std::array<std::uint8_t, 6>;

    /// Opens a session with card number `index`, and waits for the driver.
    Answer<void> open(unsigned index);
    /// Ends the session.
    Answer<void> close() { return session_.close(); }

    /// The card's address. All zeroes if it has none.
    Mac mac() const;
    /// Sends a frame. Returns false if it is longer than a page, or too many are under way.
    bool send(std::span<const std::byte> frame);
    /// The next frame that has come, if there is one. It is valid until the next call.
    std::optional<std::span<const std::byte>> receive();
    /// Waits until there may be something to receive. An error if nobody drives the card any more.
    Answer<void> wait();

    /// How many drivers there have been.
    std::uint32_t epoch() const;

private:
    static constexpr unsigned kIncoming = 32, kOutgoing = 16;  // pages: first those of the frames that come

    SessionPage& control() const { return *reinterpret_cast<SessionPage*>(session_.control()); }
    void offer(unsigned page);
    void kick();

    ClientSession session_{};
    std::optional<SessionClient> requests_{};
    std::optional<unsigned> lent_{};  // the page of the frame that the caller has
    std::uint64_t free_ = 0;          // pages for frames that go: a bit for each
    bool is_broken_ = false;
};

}  // namespace glenda::driver
