// SPDX-License-Identifier: MIT
// A 16550 UART as its data sheet describes it (National Semiconductor PC16550D, section 8), from the line's side.
// Unlike QEMU's, it needs time to send, its FIFOs are full after sixteen bytes, and its interrupt lasts as long as its
// reason.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace glenda::model {

class Uart {
public:
    static constexpr std::size_t kFifo = 16;

    std::uint8_t read(unsigned number);
    void write(unsigned number, std::uint8_t value);

    /// The time of one byte passes: one goes out, one comes in. Returns false if there was none.
    bool tick();
    /// Whether it pulls its interrupt line.
    bool interrupts() const;

    std::string to_come;      // by the line, when the receive FIFO has room
    std::string gone;         // what has gone out
    bool is_held = false;     // the other side takes nothing
    bool is_instant = false;  // it takes each byte at once
    unsigned moved = 0;       // bytes between the driver and the FIFOs
    std::vector<std::string> complaints;

private:
    bool come();
    void complain(const std::string& what) { complaints.push_back(what); }

    std::deque<char> incoming_, outgoing_;
    std::uint8_t enabled_ = 0, modem_ = 0;
    bool has_fifos_ = false;
};

}  // namespace glenda::model
