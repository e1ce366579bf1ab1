// SPDX-License-Identifier: MIT
// The driver process of the 16550 UART: provides "serial" (protocol/serial.h).
//
// 9Ball passes the registers and the interrupt of the device, and nothing else.
#include "driver.h"
#include "glenda/environment.h"
#include "glenda/map_frame.h"
#include "glenda/nineball.h"
#include "glenda/panic.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "registers.h"

using namespace glenda;

namespace {

constexpr unsigned kReplies = 20;  // a reader, writers, and one for the next caller

enum OwnSlot : CPtr {
    kRegisters = kSlotPassed,
    kIrq = kSlotPassed + 1,
    kEndpoint = kSlotFirstFree,
    kIrqNotification,  // the process's own, with a badge
    kInterrupt,        // what ^C signals
    kJob,              // for the programs of the newest job
    kReceived,
    kFirstReply = kReceived + kMaxMessageCaps,
};

constexpr Badge kIrqBadge = 1;
Reply reply_places[kReplies + 1];  // and the one that every process has
constinit ReplyPool replies(reply_places);

/// Everything that can fail, before the name is known to anybody.
Answer<std::uint64_t> prepare() {
    TRY(address, map_frame(Frame(kRegisters)));
    TRY_VOID(process::create(CapType::Endpoint, kEndpoint));
    replies.add(environment().reply);
    for (unsigned i = 0; i < kReplies; i++) {
        TRY_VOID(process::create(CapType::Reply, kFirstReply + i));
        replies.add(Reply(kFirstReply + i));
    }
    const CNode own = environment().cnode;
    TRY_VOID(own.mint(kIrqNotification, own, kSlotNotification, Rights::All, kIrqBadge));
    TRY_VOID(environment().tcb.bind(Notification(kSlotNotification)));
    return address;
}

}  // namespace

int main(int argc, char** argv) {
    uart::Registers registers;
    if (argc > 1) {
        const auto given = uart::parse_registers(argv[1]);
        if (argc > 2 || !given)
            panic("usage: uart [--registers=OFFSET,SHIFT,WIDTH], not {}", std::string_view(argv[1]));
        registers = *given;
    }
    const auto address = prepare();
    if (!address) panic("cannot prepare: {}", address.error());
    uart::Ns16550 device(*address + registers.offset, registers.layout);
    device.start();
    const IrqHandler irq(kIrq);
    if (const auto bound = irq.bind(Notification(kIrqNotification)); !bound) panic("no interrupt: {}", bound.error());

    static uart::Driver driver(device, irq, Endpoint(kEndpoint), {.interrupt = kInterrupt, .job = kJob});
    if (const auto known = nineball::register_name("serial", Endpoint(kEndpoint)); !known)
        panic("cannot register: {}", known.error());
    Server(Endpoint(kEndpoint), replies, {environment().cnode, kReceived, kMaxMessageCaps}).run(driver);
}
