// SPDX-License-Identifier: MIT
// The main loop of a server: receive, handle, reply. Replies may be deferred, and sent in any order.
//
// The kernel records the caller of each request in a Reply object. A handler that can reply at once returns a Reaction
// with the words. One that cannot takes a ReplyHandle from the request, keeps it, and replies through it later. The
// loop continues with another Reply object from the pool.
//
//     Reaction handle(Request& request) {
//         switch (Method(request.label())) {
//             case Method::Add: { auto r = request.reader(); ... return Reaction::ok(sum); }
//             case Method::Wait: waiter_ = request.defer(); return Reaction::later();
//         }
//         return ServerError::BadRequest;
//     }
#pragma once

#include "glenda/heart.h"
#include "glenda/message.h"
#include "glenda/object.h"
#include "glenda/panic.h"

namespace glenda {

/// The unused Reply objects of a server. That many callers can wait at the same time.
class ReplyPool {
public:
    /// Room for as many as there are `places`, which belong to the pool from now on.
    constexpr explicit ReplyPool(std::span<Reply> places) : free_(places) {}

    /// Adds a Reply object without a caller. Ignored if there is no place.
    void add(Reply reply) {
        if (count_ < free_.size()) free_[count_++] = reply;
    }
    /// Takes a Reply object to receive with. Its pointer is 0 if all are in use.
    Reply take() { return count_ == 0 ? Reply{} : free_[--count_]; }
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
    ReplyHandle& operator=(ReplyHandle&& other) {
        ASSERT(pool_ == nullptr);  // otherwise its caller would wait forever
        reply_ = other.reply_;
        pool_ = other.pool_;
        other.pool_ = nullptr;
        return *this;
    }

    /// Whether it has a caller that waits.
    explicit operator bool() const { return pool_ != nullptr; }
    /// Replies to the caller. Returns false if it does not get this: it has ended meanwhile.
    bool reply(const Message& short_message) {
        ASSERT(pool_ != nullptr);
        const Result<void> sent = reply_.send(short_message);
        if (!sent) [[unlikely]]
            refuse(reply_, sent.error());
        pool_->add(reply_);
        pool_ = nullptr;
        return bool(sent);
    }
    bool reply(const MessageWriter& message);
    bool reply(AnyError error) { return reply(short_message(error.code())); }

private:
    friend class Server;
    /// Replies with an error, after the kernel refused a reply (because of a bad capability in it). Otherwise the
    /// caller would wait forever and the Reply object would stay in use. Does nothing if there is no caller.
    static void refuse(Reply reply, Error why);

    Reply reply_{};
    ReplyPool* pool_ = nullptr;
};

/// A message to a server, and its caller.
class Request : public Received {
public:
    /// Defers the reply. Precondition: can_defer(), because the loop needs another Reply object.
    ReplyHandle defer() {
        ASSERT(can_defer() && !deferred_);
        deferred_ = true;
        return ReplyHandle(reply_, pool_);
    }
    bool can_defer() const { return pool_.available() > 0; }

    /// The slots with this request's capabilities, in the server's own CNode. A handler moves those it keeps. The loop
    /// deletes the others.
    CNode caps_node() const { return slots_.node; }
    std::uint64_t cap_index(unsigned i) const { return slots_.index + i; }

private:
    friend class Server;
    Request(ReplyPool& pool, const ReceiveSlots& slots) : pool_(pool), slots_(slots), reply_(pool.take()) {}

    ReplyPool& pool_;
    const ReceiveSlots slots_;
    Reply reply_;  // has the caller, or is for the next one
    bool deferred_ = false;
};

/// A handler's decision: reply now, or not. A short reply stays in registers.
class Reaction {
public:
    Reaction(const Message& short_message) : kind_(Kind::Short), short_(short_message) {}
    Reaction(const MessageWriter& message) : kind_(Kind::Long), long_(message) {}
    Reaction(AnyError error) : Reaction(short_message(error.code())) {}
    Reaction(ServerError error) : Reaction(AnyError(error)) {}
    Reaction(Error error) : Reaction(AnyError(error)) {}
    Reaction(const Reaction& other);
    Reaction& operator=(const Reaction&) = delete;
    /// Success, with up to four words.
    template <typename... Words>
    static Reaction ok(Words... words) {
        return Reaction(short_message(0, words...));
    }
    /// Does not reply now: the handler has deferred it, or the caller needs no reply.
    static Reaction later() { return Reaction(Kind::Later); }

private:
    friend class Server;
    enum class Kind : std::uint8_t { Short, Long, Later };
    explicit Reaction(Kind kind) : kind_(kind), nothing_{} {}

    Kind kind_;
    union {
        char nothing_;
        Message short_;
        MessageWriter long_;
    };
};

class Server {
public:
    /// Serves `endpoint` with the Reply objects of `pool`, at least one. Received capabilities go to `slots`.
    Server(Endpoint endpoint, ReplyPool& pool, const ReceiveSlots& slots);

    /// Runs forever: calls `handler.handle(Request&) -> Reaction` for a message, and `handler.signalled(Badge)` for a
    /// signal of the bound notification. Sends heartbeats (heart.h).
    template <typename Handler>
    [[noreturn]] void run(Handler& handler) {
        heart_.start();
        for (Message message = receive();;) {
            request_.store(message);
            if (heart_.beats()) [[unlikely]]
                heart_.work();
            if (message.tag.is_notification()) [[unlikely]] {
                handler.signalled(message.badge);
                rest();
                message = receive();
            } else {
                const Reaction reaction = handler.handle(request_);
                rest();
                message = answer(reaction);
            }
        }
    }

private:
    void rest() {
        if (heart_.beats()) [[unlikely]]
            heart_.rest();
    }
    /// Receives the next message or signal.
    Message receive();
    /// Carries out a reaction, and receives the next message or signal. The usual ways come first.
    Message answer(const Reaction& reaction) {
        if (request_.caps() != 0) [[unlikely]]
            drop_caps();
        if (request_.deferred_) return receive_another();
        if (reaction.kind_ == Reaction::Kind::Short) [[likely]]
            return reply_and_receive(reaction.short_);
        return finish(reaction);
    }
    void drop_caps();
    /// Receives with another Reply object: the handler keeps the one with the caller.
    Message receive_another() {
        request_.deferred_ = false;
        request_.reply_ = request_.pool_.take();
        return receive();
    }
    Message reply_and_receive(const Message& reply) {
        const Message next = endpoint_.reply_recv(request_.reply_.cptr(), reply);
        return next.tag.is_error() ? recover(next.tag.as_error()) : next;
    }
    Message finish(const Reaction& reaction);
    Message recover(Error error);

    Endpoint endpoint_;
    Request request_;
    Heart heart_{};
};

}  // namespace glenda
