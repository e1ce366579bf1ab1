// SPDX-License-Identifier: MIT
// See sessions.h.
#include "sessions.h"

#include <cstring>

#include "driver/session.h"
#include "glenda/process.h"
#include "shares.h"

namespace glenda::unicorn {

using State = DeviceSession::State;

namespace {

bool has_ended(Badge client) {
    const auto household = process::household(client);
    return !household && household.error() == ServerError::NoSuchProcess;
}

}  // namespace

Answer<void> Sessions::prepare(Device& device) {
    if (device.driver->session == SessionKind::None) return {};
    TRY_VOID(delegation_.map_pool());
    const auto control = delegation_.pages().take(kMaxSessions);
    CHECK(control, ServerError::OutOfMemory);
    device.control = *control;
    for (unsigned i = 0; i < kMaxSessions; i++) {
        DeviceSession& session = device.sessions[i];
        TRY(to_client, vault_.copy_of(delegation_.original(control->first + i)));
        TRY(to_driver, vault_.copy_of(delegation_.original(control->first + i)));
        TRY(client_bell, vault_.make(CapType::Notification));
        TRY(driver_bell, vault_.badged_copy_of(device.bell, kBellClient));
        session.to_client = to_client;
        session.to_driver = to_driver;
        session.client_bell = client_bell;
        session.driver_bell = driver_bell;
    }
    return {};
}

/// Whether that is a fair share of all there is.
Answer<void> Sessions::judge(const Device& device, const OpenRequest& wanted) const {
    Share share(delegation_.pages());
    for (const Device& other : devices_) {
        for (const DeviceSession& session : other.sessions) {
            if (session.state == State::Open) {
                if (session.household == wanted.household) share.holds(&other == &device, session.data.count);
            } else if (other.state != DeviceState::Failed) {  // where nobody would let go of what is closing
                share.leaves(&other == &device, session.data);
            }
        }
    }
    return share.judge(unsigned(wanted.pages));
}

/// Nobody sees what these pages held before.
Answer<MessageWriter> Sessions::open(const OpenRequest& wanted) {
    Device& device = *wanted.device;
    CHECK(device.control.count != 0, ServerError::NotSupported);
    CHECK(device.state != DeviceState::Failed, ServerError::Broken);
    CHECK(wanted.pages <= kPoolPages, ServerError::OutOfMemory);
    TRY_VOID(judge(device, wanted));
    unsigned i = 0;
    while (i < kMaxSessions && device.sessions[i].state != State::Free) i++;
    CHECK(i != kMaxSessions, ServerError::Busy);
    DeviceSession& session = device.sessions[i];
    TRY(control, vault_.lend(session.to_client, 0));
    TRY(client_bell, vault_.lend(session.client_bell, 1));
    TRY(driver_bell, vault_.lend(session.driver_bell, 2));
    const auto data = delegation_.pages().take(unsigned(wanted.pages));
    CHECK(data, ServerError::Busy);

    for (unsigned page = 0; page < data->count; page++) std::memset(delegation_.at(data->first + page), 0, kPageSize);
    std::byte* const control_page = delegation_.at(device.control.first + i);
    std::memset(control_page, 0, kPageSize);
    if (device.driver->session == SessionKind::Ring)
        driver::start_session(*reinterpret_cast<driver::SessionPage*>(control_page));
    session.state = State::Open;
    session.is_news = true;
    session.client = wanted.client;
    session.household = wanted.household;
    session.data = *data;
    ring_driver(device);
    return MessageWriter(0).word(number_of(device) * kMaxSessions + i).cap(control).cap(client_bell).cap(driver_bell);
}

DeviceSession* Sessions::find(Badge client, std::uint64_t session) {
    if (session / kMaxSessions >= devices_.size()) return nullptr;
    DeviceSession& found = devices_[session / kMaxSessions].sessions[session % kMaxSessions];
    return found.state == State::Open && found.client == client ? &found : nullptr;
}

Answer<MessageWriter> Sessions::pages(Badge client, std::uint64_t session, std::uint64_t from) {
    const DeviceSession* const found = find(client, session);
    CHECK(found != nullptr, ServerError::NotFound);
    return delegation_.grant_pages(found->data, from);
}

Answer<MessageWriter> Sessions::close(Badge client, std::uint64_t session) {
    DeviceSession* const found = find(client, session);
    CHECK(found != nullptr, ServerError::NotFound);
    start_closing(devices_[session / kMaxSessions], *found);
    return MessageWriter(0);
}

/// A client that ends closes nothing.
void Sessions::close_dead() {
    for (Device& device : devices_) {
        for (DeviceSession& session : device.sessions) {
            if (session.state == State::Open && has_ended(session.client)) start_closing(device, session);
        }
    }
}

void Sessions::start_closing(Device& device, DeviceSession& session) {
    session.state = State::Closing;
    session.is_news = true;
    if (device.is_quiet) return free(session);
    ring_driver(device);
}

void Sessions::ring_driver(const Device& device) {
    if (const auto bell = vault_.lend_badged(device.bell, 3, Rights::Write, kBellSession))
        (void)Notification(*bell).signal();
}

/// Takes back all that the client has. Nobody uses the pages any more.
void Sessions::free(DeviceSession& session) {
    for (const VaultSlot slot : {session.to_client, session.client_bell, session.driver_bell}) vault_.take_back(slot);
    delegation_.free_pages(session.data);
    session.state = State::Free;
    session.is_news = false;
    session.client = 0;
    session.data = {};
}

Answer<MessageWriter> Sessions::take(Device& device) {
    // lab 6.7e {
    for (unsigned i = 0; i < kMaxSessions; i++) {
        DeviceSession& session = device.sessions[i];
        if (!session.is_news) continue;
        MessageWriter reply(0);
        const bool is_open = session.state == State::Open;
        reply.word(i).word(is_open ? SessionState::Open : SessionState::Closing);
        reply.word(delegation_.physical(session.data)).word(session.data.count).word(session.client);
        if (is_open) {
            TRY(control, vault_.lend(session.to_driver, 0));
            TRY(bell, vault_.lend(session.client_bell, 1, Rights::Write));
            reply.cap(control).cap(bell);
        }
        session.is_news = false;
        return reply;
    }
    return Refusal(ServerError::NotFound);
    // lab 6.7e }
}

Answer<MessageWriter> Sessions::drop(Device& device, std::uint64_t number) {
    CHECK(number < kMaxSessions, ServerError::BadRequest);
    DeviceSession& session = device.sessions[number];
    CHECK(session.state == State::Closing && !session.is_news, ServerError::BadRequest);
    free(session);
    return MessageWriter(0);
}

void Sessions::driver_ended(Device& device) {
    // lab 6.8a {
    for (DeviceSession& session : device.sessions) {
        vault_.take_back(session.to_driver);
        if (session.state == State::Closing) free(session);
        session.is_news = session.state == State::Open;
    }
    // lab 6.8a }
}

void Sessions::abandon(Device& device) {
    // lab 6.8d {
    for (unsigned i = 0; i < kMaxSessions; i++) {
        DeviceSession& session = device.sessions[i];
        if (session.state != State::Open) continue;
        if (device.driver->session == SessionKind::Ring)
            driver::Session(*reinterpret_cast<driver::SessionPage*>(delegation_.at(device.control.first + i)), {})
                .abandon();
        if (const auto bell = vault_.lend(session.client_bell, 3, Rights::Write)) (void)Notification(*bell).signal();
    }
    // lab 6.8d }
}

}  // namespace glenda::unicorn
