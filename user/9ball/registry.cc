// SPDX-License-Identifier: MIT
// See registry.h.
#include "registry.h"

namespace glenda::nineball {

namespace {
constexpr Rights kClient = Rights::Write | Rights::Grant;
}

Registry::Entry* Registry::find(std::string_view name) {
    for (Entry& entry : entries_) {
        if (entry.slot != 0 && entry.name == name) return &entry;
    }
    return nullptr;
}

Endpoint Registry::endpoint(std::string_view name) {
    const Entry* const entry = find(name);
    return entry == nullptr ? Endpoint() : Endpoint(entry->slot);
}

void Registry::drop(CPtr slot) {
    (void)bootstrap_.node().remove(slot);
    bootstrap_.give_back(slot);
}

Answer<void> Registry::add(std::string_view name, CNode from, std::uint64_t index) {
    TRY(slot, bootstrap_.slot());
    if (const Result<void> copied = bootstrap_.node().copy(slot, from, index, kClient); !copied) {
        bootstrap_.give_back(slot);
        return Refusal(copied.error());
    }
    remove(name);
    Entry* free = nullptr;
    for (Entry& entry : entries_) {
        if (entry.slot == 0) free = &entry;
    }
    if (free == nullptr) {
        drop(slot);
        return Refusal(ServerError::TooMany);
    }
    *free = {name, slot};
    for (Waiting& waiting : waiting_) {
        if (waiting.name.empty() || waiting.name != name) continue;
        waiting.name = {};
        reply_to(waiting.reply, *free, waiting.client);
    }
    return {};
}

void Registry::remove(std::string_view name) {
    Entry* const entry = find(name);
    if (entry == nullptr) return;
    drop(entry->slot);
    *entry = {};
}

/// Replies with a copy that has the client's badge, or the server's if it registered a badged capability. 9Ball needs
/// its own copy only while the message is sent.
void Registry::reply_to(ReplyHandle& caller, const Entry& entry, Badge client) {
    // lab 4.8b {
    const CNode own = bootstrap_.node();
    const Result<CPtr> slot = bootstrap_.slot();
    if (!slot) return caller.reply(slot.error());
    Result<void> made = own.mint(*slot, own, entry.slot, kClient, client);
    if (!made) made = own.copy(*slot, own, entry.slot, kClient);
    if (made)
        caller.reply(MessageWriter(0).cap(*slot));
    else
        caller.reply(made.error());
    drop(*slot);
    // lab 4.8b }
}

Reaction Registry::look_up(std::string_view name, Request& request, LookupFlags flags, Badge badge) {
    // lab 4.8c {
    const Entry* const entry = find(name);
    if (entry == nullptr && flags != LookupFlags::Wait) return ServerError::NotFound;
    if (!request.can_defer()) return ServerError::TooMany;
    if (entry != nullptr) {
        ReplyHandle caller = request.defer();
        reply_to(caller, *entry, badge);
        return Reaction::later();
    }
    for (Waiting& waiting : waiting_) {
        if (!waiting.name.empty()) continue;
        waiting.name = name;
        waiting.client = badge;
        waiting.reply = request.defer();
        return Reaction::later();
    }
    return ServerError::TooMany;
    // lab 4.8c }
}

void Registry::forget_client(Badge client) {
    for (Waiting& waiting : waiting_) {
        if (waiting.name.empty() || waiting.client != client) continue;
        waiting.name = {};
        waiting.reply.reply(ServerError::Interrupted);
    }
}

}  // namespace glenda::nineball
