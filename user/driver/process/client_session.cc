// SPDX-License-Identifier: MIT
// See client_session.h.
#include "client_session.h"

#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/map_frame.h"

namespace glenda::driver {

namespace {

/// A request to Unicorn. Received capabilities are in kClientReceived and up; those of the request before are gone.
Answer<unsigned> ask(const MessageWriter& request, Received& reply) {
    const CNode own = environment().cnode;
    for (unsigned i = 0; i < kMaxMessageCaps; i++) TRY_VOID(own.remove(kClientReceived + i));
    return transact(Endpoint(kClientUnicorn), request, reply, {own, kClientReceived, kMaxMessageCaps});
}

}  // namespace

Answer<void> ClientSession::open(std::string_view device_class, unsigned index, unsigned pages) {
    const CNode own = environment().cnode;
    TRY(unicorn, devices::find_unicorn(kClientUnicorn));
    TRY_VOID(own.remove(kClientEndpoint));
    TRY(device, devices::lookup(unicorn, device_class, index, kClientEndpoint));
    Received reply;
    TRY(caps, ask(MessageWriter(UnicornMethod::Open).word(device).word(pages), reply));
    CHECK(caps == 3, ServerError::Broken);
    number_ = reply.reader().word();
    TRY(control, map_frame(Frame(kClientReceived)));
    control_ = reinterpret_cast<std::byte*>(control);
    TRY_VOID(own.move(kClientBell, own, kClientReceived + 1));
    TRY_VOID(own.move(kClientDriverBell, own, kClientReceived + 2));
    return map_data(pages);
}

Answer<void> ClientSession::map_data(unsigned pages) {
    FrameRun run(pages * kPageSize);
    for (unsigned done = 0; done < pages;) {
        Received reply;
        TRY(caps, ask(MessageWriter(UnicornMethod::Pages).word(number_).word(done), reply));
        CHECK(caps != 0, ServerError::Broken);
        TRY_VOID(run.add(kClientReceived, caps));
        done += caps;
    }
    data_ = reinterpret_cast<std::byte*>(run.address());
    return {};
}

Answer<void> ClientSession::close() {
    TRY_VOID(environment().cnode.remove(kClientBell));
    TRY_VOID(environment().cnode.remove(kClientDriverBell));
    return transact(Endpoint(kClientUnicorn), MessageWriter(UnicornMethod::Close).word(number_));
}

}  // namespace glenda::driver
