// SPDX-License-Identifier: MIT
// The services that 9Ball has offered, by their number: Factotum hands out capabilities to them and asks nobody.
//
// A service's number is its protocol's, in hundreds: bit 9 of a mask stands for 0x0900.
#pragma once

#include <optional>

#include "memory.h"

namespace glenda::factotum {

class Broker {
public:
    static constexpr unsigned kServices = 62;  // the other bits of Grants mean something else

    enum class State : std::uint8_t { Unknown, Offered, Gone };

    explicit Broker(Memory& memory) : memory_(memory) {}

    /// The number of the service with this protocol; nothing if there can be none.
    static constexpr std::optional<unsigned> number_of(std::uint64_t protocol) {
        if (protocol % 0x100 != 0 || protocol == 0 || protocol / 0x100 >= kServices) return std::nullopt;
        return unsigned(protocol / 0x100);
    }

    /// Moves an endpoint here from a slot of Factotum's own, in place of what was offered before. Error: BadRequest, if
    /// it is none.
    Answer<void> offer(unsigned service, CPtr given);
    /// The service has ended.
    void withdraw(unsigned service);
    State state(unsigned service) const { return offers_[service].state; }

    /// Puts a copy into a slot of Factotum's own, for a message: with the badge, or the server's if that has chosen
    /// one. It must be dropped. Error: Broken (it is gone), NotFound (it was never there), TooMany.
    Answer<CPtr> copy(unsigned service, Badge badge);
    void drop(CPtr copy);

private:
    struct Offer {
        State state = State::Unknown;
        CPtr slot = 0;  // 0: none
    };

    Answer<CPtr> take_slot();

    Memory& memory_;
    Offer offers_[kServices]{};
};

}  // namespace glenda::factotum
