// SPDX-License-Identifier: MIT
// See disk.h.
#include "disk.h"

#include "driver/shared.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/map_frame.h"

namespace glenda::driver {

namespace {

ReceiveSlots received_slots() { return {environment().cnode, kDiskReceived, kMaxMessageCaps}; }

Answer<void> clear_received() {
    for (unsigned i = 0; i < kMaxMessageCaps; i++) TRY_VOID(environment().cnode.remove(kDiskReceived + i));
    return {};
}

}  // namespace

Answer<void> Disk::open(unsigned index, unsigned pages) {
    const CNode own = environment().cnode;
    TRY(unicorn, devices::find_unicorn(kDiskUnicorn));
    TRY_VOID(own.remove(kDiskEndpoint));
    TRY(device, devices::lookup(unicorn, "block", index, kDiskEndpoint));
    Received reply;
    TRY_VOID(clear_received());
    TRY(caps, transact(unicorn, MessageWriter(UnicornMethod::Open).word(device).word(pages), reply, received_slots()));
    CHECK(caps == 3, ServerError::Broken);
    session_ = reply.reader().word();
    TRY(control, map_frame(Frame(kDiskReceived)));
    control_ = reinterpret_cast<SessionPage*>(control);
    TRY_VOID(own.move(kDiskBell, own, kDiskReceived + 1));
    TRY_VOID(own.move(kDiskDriverBell, own, kDiskReceived + 2));
    TRY_VOID(map_data(pages));
    client_.emplace(*control_);
    while (epoch() == 0) TRY_VOID(Notification(kDiskBell).wait());
    return {};
}

Answer<void> Disk::map_data(unsigned pages) {
    FrameRun run(pages * kPageSize);
    for (unsigned done = 0; done < pages;) {
        Received reply;
        TRY_VOID(clear_received());
        TRY(caps, transact(Endpoint(kDiskUnicorn), MessageWriter(UnicornMethod::Pages).word(session_).word(done), reply,
                           received_slots()));
        CHECK(caps != 0, ServerError::Broken);
        TRY_VOID(run.add(kDiskReceived, caps));
        done += caps;
    }
    data_ = reinterpret_cast<std::byte*>(run.address());
    return {};
}

Answer<void> Disk::close() {
    TRY_VOID(environment().cnode.remove(kDiskBell));
    TRY_VOID(environment().cnode.remove(kDiskDriverBell));
    return transact(Endpoint(kDiskUnicorn), MessageWriter(UnicornMethod::Close).word(session_));
}

void Disk::kick() const {
    if (client_->driver_wants_signal()) (void)Notification(kDiskDriverBell).signal();
}

void Disk::wait() {
    if (client_->outstanding() != 0 && client_->may_wait()) (void)Notification(kDiskBell).wait();
}

std::uint64_t Disk::blocks() const { return shared::load(control_->capacity); }
std::uint32_t Disk::epoch() const { return shared::acquire(control_->epoch); }
bool Disk::is_read_only() const { return (shared::load(control_->flags) & SessionPage::kReadOnly) != 0; }

}  // namespace glenda::driver
