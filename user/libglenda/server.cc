// SPDX-License-Identifier: MIT
// See server.h.
#include "glenda/server.h"

#include "glenda/panic.h"

namespace glenda {

void ReplyPool::add(Reply reply) {
    if (count_ < kMax) free_[count_++] = reply;
}

Reply ReplyPool::take() { return count_ == 0 ? Reply{} : free_[--count_]; }

ReplyHandle& ReplyHandle::operator=(ReplyHandle&& other) {
    ASSERT(pool_ == nullptr);  // else a caller would wait for ever
    reply_ = other.reply_;
    pool_ = other.pool_;
    other.pool_ = nullptr;
    return *this;
}

void ReplyHandle::answer(const MessageWriter& message) {
    ASSERT(pool_ != nullptr);
    (void)reply_.send(message.load());
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

/// A handler's own calls may have changed where capabilities go.
void Server::prepare() { set_receive_slots(slots_); }

/// A wait that was cut short is started again.
void Server::accept(Request& request, const Message& first) {
    Message message = first;
    while (message.tag.is_error()) message = endpoint_.recv(current_.cptr());
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
        // Nobody keeps this caller: a Send has none; a Call would wait for ever.
        (void)current_.send(MessageWriter(ServerError::BadRequest).load());
        return receive(request);
    }
    prepare();
    // NoCaller (a Send, or the caller is gone) is no reason not to go on: accept receives again.
    accept(request, endpoint_.reply_recv(current_.cptr(), reaction.message().load()));
}

}  // namespace glenda
