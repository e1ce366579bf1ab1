// SPDX-License-Identifier: MIT
// Starts a virtio device in a driver's process, and serves clients that send messages. Those with sessions:
// session_loop.h.
#pragma once

#include "driver/virtio_mmio.h"
#include "driver_process.h"

namespace glenda::driver {

/// Starts `device` with the process's memory. Ends the program, with a message, if that fails.
template <typename Device>
void start_or_end(Device& device, DriverProcess& process) {
    if (const auto started = device.start(process.pool()); !started) panic("{}", name_of(started.error()));
}
/// Ends the program if the device has done what no device may do, or has given up: the next driver resets it.
template <typename Device>
void end_if_broken(const Device& device) {
    if (device.fault() != QueueFault::None) panic("{}", name_of(device.fault()));
    if (device.needs_reset()) panic("the device has given up");
}

/// All of a driver whose clients send messages: starts a Device, and serves it by a Handler, made of process and
/// device, with `count` Reply objects.
template <typename Device, typename Handler, unsigned count>
[[noreturn]] void serve_messages() {
    static Reply places[count];
    static constinit ReplyPool replies(places);
    DriverProcess process;
    static Device device(process.registers());
    start_or_end(device, process);
    Handler handler(process, device);
    process.serve(handler, replies, count);
}

}  // namespace glenda::driver
