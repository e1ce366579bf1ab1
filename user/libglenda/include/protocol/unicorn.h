// SPDX-License-Identifier: MIT
// The Unicorn protocol: which devices there are, and how to reach their drivers. Programs ask Factotum for it.
//
// A client's badge (client_badge(), protocol/factotum.h) says who it is, and which classes of devices it may have. A
// driver's is one that only Unicorn gives, so the methods for drivers are refused to all others. What a driver serves
// beyond that has a protocol of its own (protocol/serial.h), on an endpoint that belongs to Unicorn: it stays when the
// driver ends, and requests wait there for the next one.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/factotum.h"

namespace glenda {

constexpr std::uint64_t kUnicornProtocol = 0x0300;

/// Labels of requests. Each comment: words and capabilities of the request -> those of the reply.
enum class UnicornMethod : std::uint64_t {
    Lookup = kUnicornProtocol + 1,  // index, text class -> device; the endpoint of its driver. PermissionDenied: the
                                    //   client may not have that class; NotFound: no such device, or nothing drives it;
                                    //   Broken: its driver does not run any more
    List,   // index -> DeviceState, pid (0: none), restarts, text name in the device tree, text compatible, text
            //   class (empty: nothing drives it); NotFound past the last. In ascending order of addresses
    Open,   // device, pages of data -> session; the control page, a Notification that the driver signals, and one
            //   that signals the driver. Waits for what is being taken back from others. PermissionDenied;
            //   NotSupported: it has no sessions; TooMany, OutOfMemory: nothing is left, or the caller's
            //   household has its share; Busy: it would have to wait, and others of it, or too many, do so already
    Close,  // session -> : once all is answered. The pages are taken back
    Ready,  // (driver) -> : it serves its device now
    SessionTake,  // (driver) -> session (below kMaxSessions), SessionState, physical address of the data, its pages,
                  //   the client's badge; the control page, a Notification that signals the client. NotFound: no news
    Device,       // (driver) part -> part 0: DeviceInfo, word for word; a Frame with the registers, an IrqHandler.
                  //   Part n: nothing; up to four Frames of its DMA memory, from page 4 (n - 1) on
    Pages,        // session, page -> ; up to four Frames of the session's data, from that page on
    SessionDrop,  // (driver) session -> : it does not use a session any more that is Closing
    Keep,  // (driver) [a capability] -> : it is kept for the next driver of the device, in place of the one before;
           //   part 0 of Device then brings it, too
};

/// The classes of devices. Each is a number among the services, that of its protocol in hundreds: `uses` in init.toml
/// names the class, and Grants has a bit for it.
struct DeviceClass {
    std::string_view name;
    unsigned number;
};
constexpr DeviceClass kDeviceClasses[] = {{"serial", 9}, {"block", 10}, {"net", 11}, {"input", 12},
                                          {"gpu", 13},   {"rng", 14},   {"rtc", 15}, {"9p", 16}};
/// The right to devices of this class. Nobody has that of a class that is not in the list.
constexpr Grants class_grant(std::string_view name) {
    for (const DeviceClass& each : kDeviceClasses) {
        if (each.name == name) return service_grant(each.number);
    }
    return Grants::None;
}

/// Whether a client of Unicorn may have devices of a class. A driver is no client.
constexpr bool may_have(std::uint64_t badge, std::string_view device_class) {
    const Grants wanted = class_grant(device_class);
    return badge >> 40 == 0 && wanted != Grants::None && has(classes_of_client(badge), wanted);
}

/// The state of a device.
enum class DeviceState : std::uint64_t {
    Empty = 0,   // a place for a device, such as a virtio transport, with none in it
    NoDriver,    // drivers.toml names none
    Unusable,    // without registers, or without an interrupt that the kernel gets
    Starting,    // its driver has been started, but is not ready
    Up,          // its driver serves it
    BackingOff,  // its driver ended, and will be started again
    Failed,      // its driver does not run, and nobody tries any more
};

enum class SessionState : std::uint64_t { Open, Closing };

constexpr unsigned kMaxSessions = 8;  // of a device; a client's session modulo this is the driver's

/// What a driver is told about its device.
struct DeviceInfo {
    std::uint64_t offset;        // of register 0 in the page
    std::uint64_t shift, width;  // register i is at i << shift, and so many bytes wide
    std::uint64_t dma_pages;     // its DMA memory, which is contiguous
    std::uint64_t dma_address;   // physical
};

/// What a driver's process has in the slots for passed capabilities.
enum DriverSlot : std::uint64_t {
    kDriverUnicorn = 16,   // Unicorn's endpoint, with the driver's badge
    kDriverEndpoint = 17,  // the device's own: to receive from
    kDriverBell = 18,      // the device's Notification, unbadged: to be bound, and waited for
};

/// Bits of a device's bell.
enum DriverBell : std::uint64_t {
    kBellInterrupt = 1,  // the driver binds it to its IrqHandler
    kBellClient = 2,     // a client has submitted something
    kBellSession = 4,    // there is news for SessionTake
    kBellStop = 8,       // finish, and end
};

}  // namespace glenda
