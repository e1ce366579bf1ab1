// SPDX-License-Identifier: MIT
// See server.h.
#include "glenda/server.h"

#include <new>

#include "glenda/panic.h"

namespace glenda {

namespace {

/// Replaces a message that did not fit by an error.
Message loaded(const MessageWriter& message) {
    return message.overflow() ? MessageWriter(Error::MessageTooLong).load() : message.load();
}

}  // namespace

void ReplyHandle::refuse(Reply reply, Error why) { (void)reply.send(short_message(why)); }

bool ReplyHandle::reply(const MessageWriter& message) { return reply(loaded(message)); }

Reaction::Reaction(const Reaction& other) : kind_(other.kind_) {
    switch (kind_) {
        case Kind::Short: new (&short_) Message(other.short_); break;
        case Kind::Long: new (&long_) MessageWriter(other.long_); break;
        case Kind::Later: nothing_ = {}; break;
    }
}

Server::Server(Endpoint endpoint, ReplyPool& pool, const ReceiveSlots& slots)
    : endpoint_(endpoint), request_(pool, slots) {
    ASSERT(request_.reply_);
    set_receive_slots(slots);
}

/// Restarts a wait that was cancelled. Any other error is permanent, and ends the server.
Message Server::receive() {
    for (;;) {
        const Message message = endpoint_.recv(request_.reply_.cptr());
        if (!message.tag.is_error()) return message;
        if (message.tag.as_error() != Error::Cancelled) panic("cannot receive requests: {}", message.tag.as_error());
    }
}

void Server::drop_caps() {
    for (unsigned i = 0; i < request_.caps(); i++) (void)request_.caps_node().remove(request_.cap_index(i));
}

Message Server::finish(const Reaction& reaction) {
    if (reaction.kind_ == Reaction::Kind::Long) return reply_and_receive(loaded(reaction.long_));
    return recover(Error::NoReply);  // the handler did not keep this caller; a Send has none
}

/// Continues after a reply that was not sent. Usually NoCaller: the request was a Send, or its sender has ended.
Message Server::recover(Error error) {
    ReplyHandle::refuse(request_.reply_, error);
    return receive();
}

}  // namespace glenda
