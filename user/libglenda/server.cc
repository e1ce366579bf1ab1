// SPDX-License-Identifier: MIT
// See server.h.
#include "glenda/server.h"

#include "glenda/panic.h"

namespace glenda {

namespace {

/// Replaces a message that did not fit by an error.
Message loaded(const MessageWriter& message) {
    return message.overflow() ? MessageWriter(Error::MessageTooLong).load() : message.load();
}

/// Replies with an error, after the kernel refused a reply (because of a bad capability in it). Otherwise the caller
/// would wait forever and the Reply object would stay in use. Does nothing if there is no caller.
void refuse(Reply reply, Error why) { (void)reply.send(MessageWriter(why).load()); }

}  // namespace

void ReplyPool::add(Reply reply) {
    if (count_ < free_.size()) free_[count_++] = reply;
}

Reply ReplyPool::take() { return count_ == 0 ? Reply{} : free_[--count_]; }

ReplyHandle& ReplyHandle::operator=(ReplyHandle&& other) {
    ASSERT(pool_ == nullptr);  // otherwise its caller would wait forever
    reply_ = other.reply_;
    pool_ = other.pool_;
    other.pool_ = nullptr;
    return *this;
}

void ReplyHandle::reply(const MessageWriter& message) {
    ASSERT(pool_ != nullptr);
    if (const Result<void> sent = reply_.send(loaded(message)); !sent) refuse(reply_, sent.error());
    pool_->add(reply_);
    pool_ = nullptr;
}

ReplyHandle Request::defer() {
    ASSERT(can_defer() && !deferred_);
    deferred_ = true;
    return ReplyHandle(reply_, *pool_);
}

Server::Server(Endpoint endpoint, ReplyPool& pool, const ReceiveSlots& slots)
    : endpoint_(endpoint), pool_(pool), slots_(slots), current_(pool.take()) {
    ASSERT(current_);
}

/// Calls made by a handler may have changed the receive slots.
void Server::prepare() { set_receive_slots(slots_); }

/// Restarts a wait that was cancelled. Any other error is permanent, and ends the server.
void Server::accept(Request& request, const Message& first) {
    Message message = first;
    while (message.tag.is_error()) {
        const Error error = message.tag.as_error();
        if (error != Error::Cancelled) panic("cannot receive requests: {}", error);
        message = endpoint_.recv(current_.cptr());
    }
    request.store(message);
    request.reply_ = current_;
    request.pool_ = &pool_;
    request.slots_ = slots_;
    request.deferred_ = false;
}

void Server::receive(Request& request) {
    prepare();
    accept(request, endpoint_.recv(current_.cptr()));
}

void Server::clean_slots(const Request& request) {
    for (unsigned i = 0; i < request.caps(); i++) (void)slots_.node.remove(slots_.index + i);
}

void Server::finish(Request& request, const Reaction& reaction) {
    clean_slots(request);
    if (request.deferred_) {
        current_ = pool_.take();
        return receive(request);
    }
    if (!reaction.now()) {
        refuse(current_, Error::NoReply);  // the handler did not keep this caller; a Send has none
        return receive(request);
    }
    prepare();
    const Message message = endpoint_.reply_recv(current_.cptr(), loaded(reaction.message()));
    if (!message.tag.is_error()) return accept(request, message);
    // Usually NoCaller: the request was a Send, or its sender has ended. The server continues.
    refuse(current_, message.tag.as_error());
    receive(request);
}

}  // namespace glenda
