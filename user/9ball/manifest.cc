// SPDX-License-Identifier: MIT
// See manifest.h.
#include "manifest.h"

#include "glenda/slots.h"
#include "protocol/unicorn_boot.h"

namespace glenda::nineball {

ManifestSlots manifest_of(const ServiceConfig& config, std::uint64_t pid) {
    constexpr Rights kSpeak = Rights::Write | Rights::Grant;
    ManifestSlots slots;
    const auto add = [&](CPtr slot, CapType type, Rights rights = Rights::All, unsigned size_bits = 0,
                         std::uint64_t badge = 0) {
        (void)slots.add({std::uint8_t(slot), type, rights, std::uint8_t(size_bits), std::uint32_t(badge)});
    };
    // What every process has.
    add(kSlotCNode, CapType::CNode, Rights::All, config.cnode_radix);
    add(kSlotTcb, CapType::Tcb, Rights::Write);
    add(kSlotFactotum, CapType::Endpoint, kSpeak, 0, pid);
    add(kSlotNineball, CapType::Endpoint, kSpeak, 0, pid);
    add(kSlotReply, CapType::Reply);
    add(kSlotNotification, CapType::Notification);
    // What init.toml adds.
    if (config.console) add(kSlotConsole, CapType::Console);
    if (config.devices) add(kSlotPassed, CapType::CNode, Rights::All, kDeviceNodeRadix);
    return slots;
}

}  // namespace glenda::nineball
