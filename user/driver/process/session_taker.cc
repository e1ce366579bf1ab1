// SPDX-License-Identifier: MIT
// See session_taker.h.
#include "session_taker.h"

#include "glenda/map_frame.h"
#include "util/bits.h"

namespace glenda::driver {

std::optional<SessionTaker::News> SessionTaker::next() {
    Received reply;
    const auto caps = ask_unicorn(MessageWriter(UnicornMethod::SessionTake), reply);
    if (!caps && caps.error() == ServerError::NotFound) return std::nullopt;
    if (!caps) panic("no news of sessions: {}", caps.error());
    MessageReader reader = reply.reader();
    const std::uint64_t number = reader.word();
    if (!reader.ok() || number >= kMaxSessions) panic("there is no session {}", number);
    if (SessionState(reader.word()) == SessionState::Closing)
        return News{unsigned(number), SessionState::Closing, nullptr, {}, 0};
    const auto opened = open(reader, unsigned(number), *caps);
    if (!opened) panic("cannot have session {}: {}", number, opened.error());
    return *opened;
}

/// The control page of a number stays the same, so it is mapped once. Who listens there changes.
Answer<SessionTaker::News> SessionTaker::open(MessageReader reader, unsigned number, unsigned caps) {
    const CNode own = environment().cnode;
    const std::uint64_t address = reader.word(), pages = reader.word(), client = reader.word();
    CHECK(reader.ok() && caps == 2, ServerError::Broken);
    if (pages_[number] == nullptr) {
        TRY(page, map_frame(Frame(kDriverReceived)));
        pages_[number] = reinterpret_cast<std::byte*>(page);
    }
    TRY_VOID(own.remove(kSessionBells + number));
    TRY_VOID(own.move(kSessionBells + number, own, kDriverReceived + 1));
    return News{number, SessionState::Open, pages_[number], {address, std::uint32_t(pages)}, client};
}

void SessionTaker::drop(unsigned number) {
    Received reply;
    const auto dropped = ask_unicorn(MessageWriter(UnicornMethod::SessionDrop).word(number), reply);
    if (!dropped) panic("cannot drop session {}: {}", number, dropped.error());
}

void SessionTaker::signal(std::uint64_t sessions) const {
    for (; sessions != 0; sessions &= sessions - 1) (void)Notification(kSessionBells + lowest_bit(sessions)).signal();
}

}  // namespace glenda::driver
