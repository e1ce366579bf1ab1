// SPDX-License-Identifier: MIT
// The loop of every server: receive, handle, reply; now or later, and in any order.
//
// The kernel puts the caller of each request into a Reply object. A handler that answers now returns a Reaction with
// the words; one that cannot yet takes the ReplyHandle out of the request and keeps it: the loop then goes on with
// another Reply object from the pool, and whoever holds the handle answers when it is time.
//
//     Reaction handle(Request& request) {
//         switch (Method(request.label())) {
//             case Method::Add: { auto r = request.reader(); ... return MessageWriter().word(sum); }
//             case Method::Wait: waiter_ = request.defer(); return Reaction::later();
//         }
//         return ServerError::BadRequest;
//     }
// Handout: lab 5, "Servers".
#pragma once

#include "glenda/message.h"
#include "glenda/object.h"

namespace glenda {

/// The empty Reply objects of a server. Not more than kMax callers can wait at a time.
class ReplyPool {
public:
    static constexpr unsigned kMax = 128;

    /// Add a Reply object that holds no caller. Ignored past kMax.
    void add(Reply reply);
    /// A Reply object to receive with; pointer 0 when all hold callers.
    Reply take();
    unsigned available() const { return count_; }

private:
    unsigned count_ = 0;
    Reply free_[kMax];
};

/// The caller of a request that is answered later. Answer each exactly once; moving hands the duty on.
class ReplyHandle {
public:
    ReplyHandle() = default;
    ReplyHandle(Reply reply, ReplyPool& pool) : reply_(reply), pool_(&pool) {}
    ReplyHandle(ReplyHandle&& other) : reply_(other.reply_), pool_(other.pool_) { other.pool_ = nullptr; }
    ReplyHandle& operator=(ReplyHandle&& other);

    /// True while a caller waits on this.
    explicit operator bool() const { return pool_ != nullptr; }
    /// Wake the caller with an reply. A caller that is gone meanwhile is no error.
    void reply(const MessageWriter& message);
    void reply(AnyError error) { reply(MessageWriter(error.code())); }

private:
    Reply reply_{};
    ReplyPool* pool_ = nullptr;
};

/// A message that came to a server, and the caller who waits for the reply.
class Request : public Received {
public:
    /// Keep the caller for later. Ask can_defer first: there must be a spare Reply object to go on with.
    ReplyHandle defer();
    bool can_defer() const { return pool_ != nullptr && pool_->available() > 0; }

    /// Where the capabilities of this request are: slots of the server's own CNode. A handler moves out what
    /// it keeps; the loop deletes what is left.
    CNode caps_node() const { return slots_.node; }
    std::uint64_t cap_index(unsigned i) const { return slots_.index + i; }

private:
    friend class Server;
    Reply reply_{};
    ReplyPool* pool_ = nullptr;
    ReceiveSlots slots_{};
    bool deferred_ = false;
};

/// What a handler wants done with the caller.
class Reaction {
public:
    Reaction(const MessageWriter& message) : message_(message), now_(true) {}
    Reaction(AnyError error) : message_(error.code()), now_(true) {}
    Reaction(ServerError error) : Reaction(AnyError(error)) {}
    Reaction(Error error) : Reaction(AnyError(error)) {}
    /// Success without words.
    static Reaction ok() { return Reaction(MessageWriter(0)); }
    /// No reply now: the handler has deferred it, or the caller needs none.
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
    /// Serve `endpoint` with the Reply objects of `pool` (at least one). Capabilities that come go to `slots`.
    Server(Endpoint endpoint, ReplyPool& pool, const ReceiveSlots& slots);

    /// For ever: `handler.handle(Request&) -> Reaction` for messages, `handler.signalled(Badge)` when the bound
    /// notification came.
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

    /// One message or signal.
    void receive(Request& request);
    /// Answer as the handler says, and receive the next.
    void finish(Request& request, const Reaction& reaction);

private:
    void prepare();
    void accept(Request& request, const Message& message);
    void clean_slots(const Request& request);

    Endpoint endpoint_;
    ReplyPool& pool_;
    ReceiveSlots slots_;
    Reply current_{};  // the Reply object that the next caller goes into
};

}  // namespace glenda
