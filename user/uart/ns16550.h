// SPDX-License-Identifier: MIT
// The registers of a 16550 UART: eight, each a byte wide in the chip, in device memory.
//
// National Semiconductor PC16550D data sheet, section 8. Only what an interrupt-driven driver needs: the firmware has
// set the speed already.
#pragma once

#include <cstdint>
#include <optional>

#include "driver/mmio.h"

namespace glenda::uart {

class Ns16550 {
public:
    static constexpr unsigned kTransmitFifo = 16;

    /// How a board connects the registers (`reg-shift` and `reg-io-width` of the device tree).
    struct Layout {
        unsigned shift = 0;  // register i is at i << shift
        unsigned width = 1;  // bytes of an access: 1 or 4
    };
    static constexpr unsigned kRegisters = 8;

    Ns16550(driver::Mmio registers, Layout layout) : registers_(registers), layout_(layout) {}

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

    std::uint64_t at(Offset number) const { return std::uint64_t(number) << layout_.shift; }
    std::uint8_t read(Offset number) const {
        return layout_.width == 4 ? std::uint8_t(registers_.read(at(number))) : registers_.read_byte(at(number));
    }
    void write(Offset number, std::uint8_t value) {
        if (layout_.width == 4)
            registers_.write(at(number), value);
        else
            registers_.write_byte(at(number), value);
    }

    driver::Mmio registers_;
    Layout layout_;
    std::uint8_t enabled_ = 0;
};

}  // namespace glenda::uart
