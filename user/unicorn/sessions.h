// SPDX-License-Identifier: MIT
// Sessions: memory that a client and a driver share, and that belongs to neither.
//
//      client                      Unicorn                    driver
//        | <--- control page, ----- | ------ control page ----> |
//        |      data pages          |        addresses of data  |
//        | ------ driver_bell ------------------------------->  |
//        | <------------------------------ client_bell -------- |
//
// The driver maps only the control page. So when it ends, all that a client has stays as it is: the next driver is told
// of the session (SESSION_TAKE), and continues. When the client ends, the driver first lets go of the pages
// (SESSION_DROP), because its device may still write to them.
#pragma once

#include "delegation.h"

namespace glenda::unicorn {

/// A client that may have the device wants a session with it.
struct OpenRequest {
    Badge client = 0;
    std::uint64_t household = 0;  // the client's (FactotumMethod::Household)
    Device* device = nullptr;
    std::uint64_t pages = 0;
};

class Sessions {
public:
    Sessions(std::span<Device> devices, Delegation& delegation, Vault& vault)
        : devices_(devices), delegation_(delegation), vault_(vault) {}

    /// Makes what all sessions of a device need, once.
    Answer<void> prepare(Device& device);

    // For clients. A session is named by its number among all.
    /// Busy: it can have one as soon as a driver has let go of what is closing.
    Answer<MessageWriter> open(const OpenRequest& wanted);
    Answer<MessageWriter> pages(Badge client, std::uint64_t session, std::uint64_t from);
    Answer<MessageWriter> close(Badge client, std::uint64_t session);
    /// Closes what clients that have ended had open.
    void close_dead();

    // For the driver of `device`. A session is named by its number among those of the device.
    Answer<MessageWriter> take(Device& device);
    Answer<MessageWriter> drop(Device& device, std::uint64_t number);

    /// The driver has ended, and the device was reset: nobody uses what is closing, and the next driver has to be told
    /// of the others. No driver's copy of a control page is left, nor one of a session that is free by now.
    void driver_ended(Device& device);
    /// There will be no driver: all requests are answered with an error.
    void abandon(Device& device);

private:
    unsigned number_of(const Device& device) const { return unsigned(&device - devices_.data()); }
    DeviceSession* find(Badge client, std::uint64_t session);
    Answer<void> judge(const Device& device, const OpenRequest& wanted) const;
    void start_closing(Device& device, DeviceSession& session);
    void free(DeviceSession& session);
    void ring_driver(const Device& device);

    std::span<Device> devices_;
    Delegation& delegation_;
    Vault& vault_;
};

}  // namespace glenda::unicorn
