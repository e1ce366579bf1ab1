// SPDX-License-Identifier: MIT
// OFFER and REQUEST_CAP. 9Ball decides who may have what: it offers the endpoints, and says with SPAWN which services a
// process and its children may have. So Factotum can answer at once, and calls nobody.
#include "factotum.h"

namespace glenda::factotum {

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
    serve_waiting(*service);
    return Reaction::ok();
}

/// Those that have asked for the service before it was there get it now.
void Factotum::serve_waiting(unsigned service) {
    // lab 5.6b {
    processes_.for_each([&](Process& waiting) {
        for (Thread* thread = threads_.first(waiting); thread != nullptr; thread = threads_.next(*thread)) {
            if (thread->kind != WaitKind::Service || thread->awaited != std::int64_t{service}) continue;
            thread->kind = WaitKind::None;
            give_service(thread->reply, service, waiting);
        }
    });
    // lab 5.6b }
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
        caller->awaited = *service;
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
    if (!copy) return caller.reply(copy.error());
    caller.reply(MessageWriter(0).cap(*copy));
    broker_.drop(*copy);
    // lab 5.6d }
}

}  // namespace glenda::factotum
