// SPDX-License-Identifier: MIT
// See ns16550.h.
#include "ns16550.h"

namespace glenda::uart {

void Ns16550::start() {
    write(kInterruptEnable, 0);
    write(kFifoControl, kFifosOn | kClearReceive);  // what is being sent, by the kernel perhaps, goes out
    write(kModemControl, kRequestToSend | kInterruptsOut);
    write(kInterruptEnable, enabled_);
}

std::optional<char> Ns16550::receive() {
    if ((read(kLineStatus) & kDataReady) == 0) return std::nullopt;
    return char(read(kReceive));
}

void Ns16550::want_room(bool wanted) {
    const std::uint8_t enabled = wanted ? kByteCame | kRoomToSend : kByteCame;
    if (enabled == enabled_) return;
    enabled_ = enabled;
    write(kInterruptEnable, enabled);
}

}  // namespace glenda::uart
