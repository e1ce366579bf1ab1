// SPDX-License-Identifier: MIT
// See ns16550.h.
#include "ns16550.h"

namespace glenda::uart {

void Ns16550::start() {
    write(kInterruptEnable, 0);
    write(kFifoControl, kFifosOn);
    write(kModemControl, kRequestToSend | kInterruptsOut);
}

std::optional<char> Ns16550::receive() {
    if ((read(kLineStatus) & kDataReady) == 0) return std::nullopt;
    return char(read(kReceive));
}

void Ns16550::enable(std::uint8_t interrupt, bool wanted) {
    const std::uint8_t enabled = std::uint8_t(wanted ? enabled_ | interrupt : enabled_ & ~interrupt);
    if (enabled == enabled_) return;
    enabled_ = enabled;
    write(kInterruptEnable, enabled);
}

}  // namespace glenda::uart
