// SPDX-License-Identifier: MIT
// The serial server: bytes from the interrupt to the reader, bytes from the writers to the interrupt.
//
// One loop serves both, since the interrupt's notification is bound to the thread. Nothing is polled: a reader waits
// until a byte has come, a writer until its text is in the buffer.
// Handout: reference/serial-protocol.md
#pragma once

#include "glenda/server.h"
#include "ns16550.h"
#include "protocol/serial.h"
#include "ring.h"

namespace glenda::uart {

class Driver {
public:
    /// `interrupt_slot`: an empty slot of this process, for the Notification that ^C signals.
    Driver(Ns16550 device, IrqHandler irq, std::uint64_t interrupt_slot)
        : device_(device), irq_(irq), interrupt_slot_(interrupt_slot) {}

    Reaction handle(Request& request);
    /// The device wants something.
    void signalled(Badge);

private:
    static constexpr unsigned kMaxWriters = 16;

    /// A caller whose text waits for room.
    struct Writer {
        ReplyHandle caller{};
        unsigned size = 0;
        char text[kSerialMaxBytes];
    };

    Reaction write(Request& request);
    Reaction read(Request& request);
    Reaction set_interrupt(Request& request);

    void receive_all();
    void take(char byte);
    /// Answer the reader if there is something to read.
    void serve_reader();
    MessageWriter take_input(std::uint64_t limit);
    /// Into the ring; there is room.
    void queue(std::string_view text);
    /// Move what waits: writers into the ring, the ring into the device.
    void transmit();

    Ns16550 device_;
    IrqHandler irq_;
    std::uint64_t interrupt_slot_;
    bool has_interrupt_ = false;

    Ring<4096> received_{};
    ReplyHandle reader_{};
    std::uint64_t reader_limit_ = 0;

    Ring<8192> to_send_{};
    Writer writers_[kMaxWriters]{};  // a queue
    unsigned first_writer_ = 0;
    unsigned writer_count_ = 0;
};

}  // namespace glenda::uart
