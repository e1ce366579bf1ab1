// SPDX-License-Identifier: MIT
// The serial server: passes bytes from the device to the reader, and from the writers to the device.
//
// One loop serves clients and the interrupt, because the interrupt's notification is bound to the thread. Nothing is
// polled: a reader waits until a byte arrives, a writer until its text is in the transmit buffer.
//
// Input is read ahead only while a program runs, for the sake of ^C; the program that ignores 64 KiB of input also
// keeps a ^C behind them from being seen. At a prompt, what nobody has asked for is still in the device, and the sender
// waits. What has been read, or is to be sent, is in pages that belong to Unicorn (Kept): so a driver that ends takes
// nothing with it but the byte that is on its way between the device's register and memory. That one is lost, if it
// came in, or goes out twice. And whoever has an answer under way at that moment asks again: a text is then written, or
// read, twice.
#pragma once

#include "glenda/server.h"
#include "ns16550.h"
#include "protocol/serial.h"
#include "protocol/unicorn.h"
#include "ring.h"

namespace glenda::uart {

/// What one driver leaves to the next, in the device's memory. All zero at first.
struct Kept {
    Ring<64 * 1024> received;
    Ring<8192> to_send;
    std::uint64_t jobs;        // made so far
    std::uint64_t foreground;  // the number of a job; 0: the shell
};

class Driver {
public:
    /// Empty slots of this process: for the Notification that ^C signals, and for the newest job's capability.
    struct Slots {
        CPtr interrupt;
        CPtr job;
    };
    Driver(Ns16550 device, IrqHandler irq, Endpoint own, Slots slots, Kept& kept)
        : device_(device), irq_(irq), own_(own), slots_(slots), kept_(kept) {
        kept_.received.repair();
        kept_.to_send.repair();
    }
    /// Continues with what the driver before this one has left; `has_interrupt`: also the Notification of ^C.
    void start(bool has_interrupt);

    Reaction handle(Request& request);
    /// Handles an interrupt, or the wish to stop (protocol/unicorn.h, DriverBell).
    void signalled(Badge bits);

private:
    static constexpr unsigned kMaxWriters = 16;

    /// A caller whose text waits for room in the transmit buffer.
    struct Writer {
        ReplyHandle caller{};
        unsigned size = 0;
        char text[kSerialMaxBytes];
    };

    [[noreturn]] void finish();
    Reaction write(Request& request);
    Reaction read(Request& request);
    Reaction new_job(Request& request);
    Reaction set_foreground(Request& request);
    Answer<void> take_notification(Request& request);
    bool may_read(Badge client) const { return client < kJobBadge || client == kJobBadge + kept_.foreground; }

    void receive_all();
    bool wants_bytes() const;
    void receive(char byte);
    /// Replies to the reader if there is input.
    void serve_reader();
    /// The number of bytes of the next input, at most `limit`.
    unsigned input_size(std::uint64_t limit) const;
    /// Moves waiting writers' texts into the transmit buffer, and the buffer's bytes into the device.
    void transmit();

    Ns16550 device_;
    IrqHandler irq_;
    Endpoint own_;  // without a badge
    Slots slots_;
    Kept& kept_;
    bool has_interrupt_ = false;

    ReplyHandle reader_{};
    std::uint64_t reader_limit_ = 0;

    Writer writers_[kMaxWriters]{};  // a circular queue
    unsigned first_writer_ = 0;
    unsigned writer_count_ = 0;
};

}  // namespace glenda::uart
