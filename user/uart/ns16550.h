// SPDX-License-Identifier: MIT
// The registers of a 16550 UART, eight bytes of device memory.
//
// National Semiconductor PC16550D data sheet, section 8. Only what an interrupt-driven driver needs: the firmware has
// set the speed already.
#pragma once

#include <cstdint>
#include <optional>

namespace glenda::uart {

class Ns16550 {
public:
    static constexpr unsigned kTransmitFifo = 16;

    explicit Ns16550(std::uint64_t address) : registers_(reinterpret_cast<volatile std::uint8_t*>(address)) {}

    /// FIFOs on and empty, an interrupt for each byte that comes.
    void start();
    /// The next byte that has come.
    std::optional<char> receive();
    /// Whether kTransmitFifo bytes can be sent at once.
    bool can_send() const { return (registers_[kLineStatus] & kTransmitterEmpty) != 0; }
    void send(char byte) { registers_[kTransmit] = std::uint8_t(byte); }
    /// An interrupt also when there is room to send again: while there is something to send, and not longer.
    void want_room(bool wanted);

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
    static constexpr std::uint8_t kFifosOn = 1, kClearReceive = 2;           // FIFO control
    static constexpr std::uint8_t kRequestToSend = 2, kInterruptsOut = 8;    // modem control
    static constexpr std::uint8_t kDataReady = 1, kTransmitterEmpty = 0x20;  // line status

    volatile std::uint8_t* registers_;
    std::uint8_t enabled_ = kByteCame;
};

}  // namespace glenda::uart
