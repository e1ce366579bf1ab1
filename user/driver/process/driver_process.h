// SPDX-License-Identifier: MIT
// A driver as a process: its device, as Unicorn gives it (protocol/unicorn.h).
//
//     DriverProcess process;                    // registers, memory and interrupt are there
//     ... start the device ...
//     process.ready();                          // clients may come
//     process.serve(handler, replies);          // or wait for process.bell
//
// A driver needs nothing else, and gets nothing else. If anything of this fails it ends, with a message: Unicorn then
// starts another.
#pragma once

#include "driver/dma.h"
#include "driver/mmio.h"
#include "glenda/environment.h"
#include "glenda/panic.h"
#include "glenda/server.h"
#include "glenda/slots.h"
#include "protocol/unicorn.h"

namespace glenda::driver {

/// Slots that these functions use. The program may use those from kDriverFirstFree on.
enum DriverOwnSlot : CPtr {
    kDriverReceived = kSlotFirstFree,
    kDriverIrq = kDriverReceived + kMaxMessageCaps,
    kDriverIrqBell,
    kDriverKept,  // what the driver before has left (UnicornMethod::Keep), or nothing
    kDriverFirstFree,
};

class DriverProcess {
public:
    /// Asks Unicorn for the device, maps its registers and its memory, and binds its interrupt to the bell.
    DriverProcess();

    Mmio registers() const { return Mmio(address_); }
    std::uint64_t address() const { return address_; }
    const DeviceInfo& info() const { return info_; }
    DmaPool& pool() { return pool_; }
    IrqHandler irq() const { return IrqHandler(kDriverIrq); }
    Notification bell() const { return Notification(kDriverBell); }

    bool has_kept() const { return has_kept_; }

    /// Tells Unicorn that the device is served.
    void ready() const;

    /// Waits until `poll` returns something that converts to true, and returns that. `device` gets its interrupts.
    template <typename Device, typename Poll>
    auto await(Device& device, Poll poll) const {
        for (;;) {
            if (auto result = poll()) return result;
            wait_for_bell();
            interrupted(device);
        }
    }
    /// To be called for each interrupt: at the device first, else it would interrupt for the same again.
    template <typename Device>
    void interrupted(Device& device) const {
        device.take_interrupt();
        (void)irq().ack();
    }

    /// Serves clients with `replies` Reply objects, and the bell: `handler` as for Server::run.
    template <typename Handler>
    [[noreturn]] void serve(Handler& handler, ReplyPool& replies, unsigned count) const {
        prepare_to_serve(replies, count);
        ready();
        Server(Endpoint(kDriverEndpoint), replies, {environment().cnode, kDriverReceived, kMaxMessageCaps})
            .run(handler);
    }

private:
    void wait_for_bell() const;
    void prepare_to_serve(ReplyPool& replies, unsigned count) const;
    Answer<void> take_device();
    Answer<void> take_memory();

    std::uint64_t address_ = 0;
    bool has_kept_ = false;
    DeviceInfo info_{};
    DmaPool pool_{};
};

/// A request to Unicorn. Received capabilities are in kDriverReceived and up; those of the request before are gone.
Answer<unsigned> ask_unicorn(const MessageWriter& request, Received& reply);

}  // namespace glenda::driver
