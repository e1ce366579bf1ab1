// SPDX-License-Identifier: MIT
// See ns16550.h.
#include "ns16550.h"

namespace glenda::uart {

void Ns16550::start() {
    registers_[kInterruptEnable] = 0;
    registers_[kFifoControl] = kFifosOn | kClearReceive;  // what is being sent, by the kernel perhaps, goes out
    registers_[kModemControl] = kRequestToSend | kInterruptsOut;
    registers_[kInterruptEnable] = enabled_;
}

std::optional<char> Ns16550::receive() {
    if ((registers_[kLineStatus] & kDataReady) == 0) return std::nullopt;
    return char(registers_[kReceive]);
}

void Ns16550::want_room(bool wanted) {
    const std::uint8_t enabled = wanted ? kByteCame | kRoomToSend : kByteCame;
    if (enabled == enabled_) return;
    enabled_ = enabled;
    registers_[kInterruptEnable] = enabled;
}

}  // namespace glenda::uart
