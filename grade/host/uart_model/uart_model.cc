// SPDX-License-Identifier: MIT
// See uart_model.h.
#include "uart_model.h"

namespace glenda::model {

namespace {

enum Register { kData = 0, kInterruptEnable = 1, kFifoControl = 2, kModemControl = 4, kLineStatus = 5 };
constexpr std::uint8_t kByteCame = 1, kRoomToSend = 2, kReady = 1, kEmpty = 0x20, kRequestToSend = 2, kOut2 = 8;

}  // namespace

std::uint8_t Uart::read(unsigned number) {
    switch (number) {
        case kData: {
            if (incoming_.empty()) return complain("a byte is read that has not come"), 0;
            const char byte = incoming_.front();
            incoming_.pop_front();
            moved++;
            return std::uint8_t(byte);
        }
        case kInterruptEnable: return enabled_;
        case kLineStatus:
            return std::uint8_t((incoming_.empty() ? 0 : kReady) | (outgoing_.empty() ? kEmpty | 0x40 : 0));
    }
    complain("a read of register " + std::to_string(number));
    return 0;
}

void Uart::write(unsigned number, std::uint8_t value) {
    switch (number) {
        case kData:
            moved++;
            if (is_instant)
                gone += char(value);
            else if (outgoing_.size() == (has_fifos_ ? kFifo : 1))
                complain("a byte is sent for which the FIFO has no room");
            else
                outgoing_.push_back(char(value));
            return;
        case kInterruptEnable: enabled_ = value; return;
        case kFifoControl:
            has_fifos_ = (value & 1) != 0;
            if ((value & 6) != 0) complain("a FIFO is cleared");
            return;
        case kModemControl: modem_ = value; return;
    }
    complain("a write to register " + std::to_string(number));
}

bool Uart::tick() {
    const bool has_come = come();
    if (is_held || outgoing_.empty()) return has_come;
    do {
        gone += outgoing_.front();
        outgoing_.pop_front();
    } while (is_instant && !outgoing_.empty());
    return true;
}

/// The sender minds RTS: what finds no room stays with it.
bool Uart::come() {
    if (to_come.empty() || incoming_.size() == (has_fifos_ ? kFifo : 1) || (modem_ & kRequestToSend) == 0) return false;
    incoming_.push_back(to_come.front());
    to_come.erase(0, 1);
    return true;
}

bool Uart::interrupts() const {
    if ((modem_ & kOut2) == 0) return false;
    return ((enabled_ & kByteCame) != 0 && !incoming_.empty()) || ((enabled_ & kRoomToSend) != 0 && outgoing_.empty());
}

}  // namespace glenda::model
