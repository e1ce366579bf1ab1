// SPDX-License-Identifier: MIT
// What the registers of a 16550 UART mean.
//
// National Semiconductor PC16550D data sheet, section 8. Only what an interrupt-driven driver needs: the firmware has
// set the speed already.
#pragma once

#include <cstdint>
#include <optional>

#include "uart/registers.h"

namespace glenda::uart {

class Ns16550 {
public:
    static constexpr unsigned kTransmitFifo = 16;

    explicit Ns16550(Registers registers) : registers_(registers) {}

    /// FIFOs on, no interrupts. What has come, or is being sent, stays: the driver before this one may have left it.
    void start();
    /// The next byte that has come.
    std::optional<char> receive();
    /// Whether kTransmitFifo bytes can be sent at once.
    bool can_send() const { return (read(kLineStatus) & kTransmitterEmpty) != 0; }
    void send(char byte) { write(kTransmit, std::uint8_t(byte)); }
    /// An interrupt for each byte that comes. Without it bytes stay in the FIFO, and when that is full, whoever sends
    /// them has to wait.
    void want_bytes(bool wanted) { enable(kByteCame, wanted); }
    /// An interrupt when there is room to send again: while there is something to send, and not longer.
    void want_room(bool wanted) { enable(kRoomToSend, wanted); }

private:
    enum Offset {
        kReceive = 0,
        kTransmit = 0,
        kInterruptEnable = 1,
        kFifoControl = 2,
        kModemControl = 4,
        kLineStatus = 5
    };
    static constexpr std::uint8_t kByteCame = 1, kRoomToSend = 2;            // interrupt enable
    static constexpr std::uint8_t kFifosOn = 1;                              // FIFO control
    static constexpr std::uint8_t kRequestToSend = 2, kInterruptsOut = 8;    // modem control
    static constexpr std::uint8_t kDataReady = 1, kTransmitterEmpty = 0x20;  // line status

    void enable(std::uint8_t interrupt, bool wanted);

    std::uint8_t read(Offset number) const { return registers_.read(number); }
    void write(Offset number, std::uint8_t value) { registers_.write(number, value); }

    Registers registers_;
    std::uint8_t enabled_ = 0;
};

}  // namespace glenda::uart
