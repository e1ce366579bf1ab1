// SPDX-License-Identifier: MIT
// Finding devices (protocol/unicorn.h).
#pragma once

#include <string_view>

#include "glenda/format.h"
#include "glenda/message.h"
#include "protocol/unicorn.h"

namespace glenda::devices {

/// Unicorn's name at 9Ball.
constexpr std::string_view kUnicornName = "devices";

/// Unicorn's endpoint, in this slot of the program, which is empty or has it already. Waits for Unicorn if need be.
Answer<Endpoint> find_unicorn(CPtr slot);

/// Puts the endpoint of a driver into the empty slot `slot`: that of device number `index` of its class, such as
/// "serial" or "rtc". Returns the device. The slot stays empty if the driver answers no calls, but has sessions.
Answer<std::uint64_t> lookup(Endpoint unicorn, std::string_view device_class, unsigned index, CPtr slot);

struct DeviceStatus {
    DeviceState state;
    std::uint64_t pid;
    std::uint64_t restarts;
    FixedText<32> name, compatible, device_class;
};
/// The device number `index`, counted from 0. NotFound past the last one.
Answer<DeviceStatus> status(Endpoint unicorn, unsigned index);

}  // namespace glenda::devices
