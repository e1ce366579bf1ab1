// SPDX-License-Identifier: MIT
// See ns16550.h.
#include "ns16550.h"

namespace glenda::uart {

void Ns16550::start() {
    // lab 6.4a {
    write(kInterruptEnable, 0);
    write(kFifoControl, kFifosOn);
    write(kModemControl, kRequestToSend | kInterruptsOut);
    // lab 6.4a }
}

std::optional<char> Ns16550::receive() {
    // lab 6.4b {
    if ((read(kLineStatus) & kDataReady) == 0) return std::nullopt;
    return char(read(kReceive));
    // lab 6.4b }
}

void Ns16550::enable(std::uint8_t interrupt, bool wanted) {
    // lab 6.4c {
    const std::uint8_t enabled = std::uint8_t(wanted ? enabled_ | interrupt : enabled_ & ~interrupt);
    if (enabled == enabled_) return;
    enabled_ = enabled;
    write(kInterruptEnable, enabled);
    // lab 6.4c }
}

}  // namespace glenda::uart
