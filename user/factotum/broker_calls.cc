// SPDX-License-Identifier: MIT
// OFFER and REQUEST_CAP. 9Ball decides who may have what: it offers the endpoints, and says with SPAWN which services a
// process and its children may have. So Factotum can answer at once, and calls nobody.
#include "factotum.h"

namespace glenda::factotum {

namespace {

/// Bit 61 of FutexKey::space: a service. Nobody can wake those that wait for it with FUTEX_WAKE.
FutexKey service_key(unsigned service) { return {.space = std::uint64_t{1} << 61 | service}; }

}  // namespace

Reaction Factotum::offer(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const auto service = Broker::number_of(reader.word());
    if (process.pid != kNineballPid) return ServerError::PermissionDenied;
    if (!reader.ok() || !service || request.caps() > 1) return ServerError::BadRequest;
    if (request.caps() == 0) {
        broker_.withdraw(*service);
        return Reaction::ok();
    }
    if (const auto kept = broker_.offer(*service, request.cap_index(0)); !kept) return kept.error();
    return work_for(*threads_.first(process), process, {.kind = WorkKind::Offer, .subject = *service}, request);
}

/// Gives it to those who wait for it.
bool Factotum::offer_some(Process& process, unsigned& steps) {
    constexpr unsigned kSteps = 60;
    const unsigned service = process.work.subject;
    const std::uint64_t most = steps / kSteps;
    const std::uint64_t given = futex_.wake(service_key(service), most, [&](Waiter& waiter) {
        Thread& thread = static_cast<Thread&>(waiter);
        thread.kind = WaitKind::None;
        give_service(thread.reply, service, processes_.at(thread.process));
    });
    steps -= unsigned(given) * kSteps;
    return given < most;
}

Reaction Factotum::request_cap(Process& process, Request& request) {
    // lab 5.6c {
    MessageReader reader = request.reader();
    const auto service = Broker::number_of(reader.word());
    const auto flags = RequestFlags(reader.word());
    if (!reader.ok() || !service) return ServerError::BadRequest;
    if (!has(process.grants, service_grant(*service))) return ServerError::PermissionDenied;
    const bool is_there = broker_.state(*service) == Broker::State::Offered;
    if (!is_there && flags == RequestFlags::Wait) {
        Thread* const caller = threads_.find(process, reader.word());  // none: 0
        if (caller == nullptr || caller->has_ended) return ServerError::BadRequest;
        block(*caller, WaitKind::Service, request);
        futex_.add(*caller, service_key(*service));
        return Reaction::later();
    }
    ReplyHandle caller = request.defer();
    give_service(caller, *service, process);
    return Reaction::later();
    // lab 5.6c }
}

/// Replies with a capability to the service, or with the reason why not.
void Factotum::give_service(ReplyHandle& caller, unsigned service, const Process& client) {
    // lab 5.6d {
    const auto copy = broker_.copy(service, client_badge(client.pid, client.grants));
    if (!copy) return (void)caller.reply(copy.error());
    caller.reply(MessageWriter(0).cap(*copy));
    broker_.drop(*copy);
    // lab 5.6d }
}

}  // namespace glenda::factotum
