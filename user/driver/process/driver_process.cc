// SPDX-License-Identifier: MIT
// See driver_process.h.
#include "driver_process.h"

#include "glenda/map_frame.h"
#include "glenda/process.h"

namespace glenda::driver {

namespace {

constexpr CPtr kFirstReply = 46;  // behind what a program uses

template <typename Outcome>
void must(const Outcome& done, const char* what) {
    if (!done) panic("{}: {}", what, AnyError(done.error()));
}

}  // namespace

Answer<unsigned> ask_unicorn(const MessageWriter& request, Received& reply) {
    const CNode own = environment().cnode;
    for (unsigned i = 0; i < kMaxMessageCaps; i++) TRY_VOID(own.remove(kDriverReceived + i));
    return transact(Endpoint(kDriverUnicorn), request, reply, {own, kDriverReceived, kMaxMessageCaps});
}

DriverProcess::DriverProcess() {
    must(take_device(), "cannot have the device");
    must(take_memory(), "cannot have the device's memory");
}

Answer<void> DriverProcess::take_device() {
    const CNode own = environment().cnode;
    Received reply;
    TRY(caps, ask_unicorn(MessageWriter(UnicornMethod::Device).word(0), reply));
    CHECK(caps >= 2 && reply.tag.length() * sizeof(std::uint64_t) >= sizeof(DeviceInfo), ServerError::Broken);
    __builtin_memcpy(&info_, reply.words, sizeof(info_));
    TRY(page, map_frame(Frame(kDriverReceived)));
    address_ = page + info_.offset;
    TRY_VOID(own.move(kDriverIrq, own, kDriverReceived + 1));
    has_kept_ = caps > 2;
    if (has_kept_) TRY_VOID(own.move(kDriverKept, own, kDriverReceived + 2));
    TRY_VOID(own.mint(kDriverIrqBell, own, kDriverBell, Rights::Write, kBellInterrupt));
    TRY_VOID(irq().bind(Notification(kDriverIrqBell)));
    return {};
}

Answer<void> DriverProcess::take_memory() {
    if (info_.dma_pages == 0) return {};
    FrameRun run(info_.dma_pages * kPageSize);
    for (std::uint64_t part = 1, taken = 0; taken < info_.dma_pages; part++) {
        Received reply;
        TRY(caps, ask_unicorn(MessageWriter(UnicornMethod::Device).word(part), reply));
        CHECK(caps != 0, ServerError::Broken);
        TRY_VOID(run.add(kDriverReceived, caps));
        taken += caps;
    }
    pool_.add({reinterpret_cast<std::byte*>(run.address()), info_.dma_address, info_.dma_pages * kPageSize});
    return {};
}

/// Ends the program if it is to stop.
void DriverProcess::wait_for_bell() const {
    const auto rung = bell().wait();
    if (!rung) panic("the bell does not ring: {}", rung.error());
    if ((*rung & kBellStop) != 0) glenda::exit(0);
}

void DriverProcess::ready() const {
    Received reply;
    must(ask_unicorn(MessageWriter(UnicornMethod::Ready), reply), "Unicorn does not answer");
}

void DriverProcess::prepare_to_serve(ReplyPool& replies, unsigned count) const {
    must(environment().tcb.bind(bell()), "cannot be woken");
    replies.add(environment().reply);
    for (unsigned i = 1; i < count; i++) {
        must(process::create(CapType::Reply, kFirstReply + i), "cannot have replies");
        replies.add(Reply(kFirstReply + i));
    }
    const CNode own = environment().cnode;
    for (unsigned i = 0; i < kMaxMessageCaps; i++) (void)own.remove(kDriverReceived + i);
}

}  // namespace glenda::driver
