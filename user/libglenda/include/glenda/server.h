// SPDX-License-Identifier: MIT
// The main loop of a server: receive, handle, reply. Replies may be deferred, and sent in any order.
//
// The kernel records the caller of each request in a Reply object. A handler that can reply at once returns a Reaction
// with the words. One that cannot takes a ReplyHandle from the request, keeps it, and replies through it later. The
// loop continues with another Reply object from the pool.
//
//     Reaction handle(Request& request) {
//         switch (Method(request.label())) {
//             case Method::Add: { auto r = request.reader(); ... return MessageWriter().word(sum); }
//             case Method::Wait: waiter_ = request.defer(); return Reaction::later();
//         }
//         return ServerError::BadRequest;
//     }
#pragma once

#include "glenda/message.h"
#include "glenda/object.h"

namespace glenda {

/// The unused Reply objects of a server. That many callers can wait at the same time.
class ReplyPool {
public:
    /// Room for as many as there are `places`, which belong to the pool from now on.
    constexpr explicit ReplyPool(std::span<Reply> places) : free_(places) {}

    /// Adds a Reply object without a caller. Ignored if there is no place.
    void add(Reply reply);
    /// Takes a Reply object to receive with. Its pointer is 0 if all are in use.
    Reply take();
    std::size_t available() const { return count_; }

private:
    std::size_t count_ = 0;
    std::span<Reply> free_;
};

/// The caller of a deferred request. Reply to each exactly once. Moving the handle moves this duty.
class ReplyHandle {
public:
    ReplyHandle() = default;
    ReplyHandle(Reply reply, ReplyPool& pool) : reply_(reply), pool_(&pool) {}
    ReplyHandle(ReplyHandle&& other) : reply_(other.reply_), pool_(other.pool_) { other.pool_ = nullptr; }
    ReplyHandle& operator=(ReplyHandle&& other);

    /// Whether it has a caller that waits.
    explicit operator bool() const { return pool_ != nullptr; }
    /// Replies to the caller. If the caller has ended meanwhile, does nothing.
    void reply(const MessageWriter& message);
    void reply(AnyError error) { reply(MessageWriter(error.code())); }

private:
    Reply reply_{};
    ReplyPool* pool_ = nullptr;
};

/// A message to a server, and its caller.
class Request : public Received {
public:
    /// Defers the reply. Precondition: can_defer(), because the loop needs another Reply object.
    ReplyHandle defer();
    bool can_defer() const { return pool_ != nullptr && pool_->available() > 0; }

    /// The slots with this request's capabilities, in the server's own CNode. A handler moves those it keeps. The loop
    /// deletes the others.
    CNode caps_node() const { return slots_.node; }
    std::uint64_t cap_index(unsigned i) const { return slots_.index + i; }

private:
    friend class Server;
    Reply reply_{};
    ReplyPool* pool_ = nullptr;
    ReceiveSlots slots_{};
    bool deferred_ = false;
};

/// A handler's decision: reply now, or not.
class Reaction {
public:
    Reaction(const MessageWriter& message) : message_(message), now_(true) {}
    Reaction(AnyError error) : message_(error.code()), now_(true) {}
    Reaction(ServerError error) : Reaction(AnyError(error)) {}
    Reaction(Error error) : Reaction(AnyError(error)) {}
    /// Success without words.
    static Reaction ok() { return Reaction(MessageWriter(0)); }
    /// Does not reply now: the handler has deferred it, or the caller needs no reply.
    static Reaction later() { return Reaction(); }

    bool now() const { return now_; }
    const MessageWriter& message() const { return message_; }

private:
    Reaction() : message_(0), now_(false) {}
    MessageWriter message_;
    bool now_;
};

class Server {
public:
    /// Serves `endpoint` with the Reply objects of `pool`, at least one. Received capabilities go to `slots`.
    Server(Endpoint endpoint, ReplyPool& pool, const ReceiveSlots& slots);

    /// Runs forever: calls `handler.handle(Request&) -> Reaction` for a message, and `handler.signalled(Badge)` for a
    /// signal of the bound notification.
    template <typename Handler>
    [[noreturn]] void run(Handler& handler) {
        Request request;
        for (receive(request);;) {
            if (request.tag.is_notification()) {
                handler.signalled(request.badge);
                receive(request);
            } else {
                finish(request, handler.handle(request));
            }
        }
    }

    /// Receives one message or signal.
    void receive(Request& request);
    /// Carries out the handler's reaction, and receives the next message or signal.
    void finish(Request& request, const Reaction& reaction);

private:
    void prepare();
    void accept(Request& request, const Message& message);
    void clean_slots(const Request& request);

    Endpoint endpoint_;
    ReplyPool& pool_;
    ReceiveSlots slots_;
    Reply current_{};  // the Reply object for the next caller
};

}  // namespace glenda
