// SPDX-License-Identifier: MIT
// See devices.h.
#include "glenda/devices.h"

#include "glenda/environment.h"
#include "glenda/process.h"

namespace glenda::devices {

Answer<Endpoint> find_unicorn(CPtr slot) {
    TRY(held, environment().cnode.info(slot));
    if (held.type == CapType::Null) TRY_VOID(process::request(kUnicornProtocol, slot, RequestFlags::Wait));
    return Endpoint(slot);
}

Answer<std::uint64_t> lookup(Endpoint unicorn, std::string_view device_class, unsigned index, CPtr slot) {
    Received reply;
    TRY(caps, transact(unicorn, MessageWriter(UnicornMethod::Lookup).word(index).text(device_class), reply,
                       {environment().cnode, slot, 1}));
    CHECK(caps <= 1, ServerError::Broken);
    return reply.reader().word();
}

Answer<DeviceStatus> status(Endpoint unicorn, unsigned index) {
    Received reply;
    TRY_VOID(transact(unicorn, MessageWriter(UnicornMethod::List).word(index), reply));
    MessageReader reader = reply.reader();
    DeviceStatus status{DeviceState(reader.word()), reader.word(), reader.word(), {}, {}, {}};
    for (FixedText<32>* text : {&status.name, &status.compatible, &status.device_class}) text->add("{}", reader.text());
    CHECK(reader.ok(), ServerError::Broken);
    return status;
}

}  // namespace glenda::devices
