// SPDX-License-Identifier: MIT
// Stands in for user/libglenda/include/glenda/server.h on the host: a server's clients and its kernel, as a test plays
// them. As much of it as user/uart needs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "abi/object.h"
#include "protocol/errors.h"
#include "util/result.h"

namespace glenda {

namespace model {

/// Somebody who has asked a server for something.
struct Caller {
    bool has_ended = false;  // and gets no reply
    unsigned replies = 0;
    std::uint32_t error = 0;  // of the last reply
    std::string text{};       // of all replies
};
/// The server ends.
struct Exited {};

/// What the server's kernel does when an interrupt is acknowledged, and when the notification in a slot is signalled.
inline std::function<void()> acknowledged;
inline std::function<bool(CPtr)> signalled;

}  // namespace model

/// A reply, or a request to another server.
class MessageWriter {
public:
    template <typename Label>
    explicit MessageWriter(Label) {}
    template <typename T>
    MessageWriter& word(T) {
        return *this;
    }
    MessageWriter& text(std::string_view text) {
        text_ = text;
        return *this;
    }
    MessageWriter& cap(CPtr) { return *this; }
    const std::string& content() const { return text_; }

private:
    std::string text_{};
};

struct ShortMessage {
    std::uint32_t label;
};
inline ShortMessage short_message(std::uint32_t label) { return {label}; }

class MessageReader {
public:
    MessageReader(std::uint64_t word, std::string_view text) : word_(word), text_(text) {}
    std::uint64_t word() const { return word_; }
    std::string_view text() const { return text_; }
    bool ok() const { return true; }

private:
    std::uint64_t word_;
    std::string_view text_;
};

/// Each caller gets one reply: to forget it, or to reply twice, is a mistake that the test sees in `replies`.
class ReplyHandle {
public:
    ReplyHandle() = default;
    explicit ReplyHandle(model::Caller& caller) : caller_(&caller) {}
    ReplyHandle(ReplyHandle&& other) : caller_(std::exchange(other.caller_, nullptr)) {}
    ReplyHandle& operator=(ReplyHandle&& other) {
        caller_ = std::exchange(other.caller_, nullptr);
        return *this;
    }
    explicit operator bool() const { return caller_ != nullptr; }
    bool reply(ShortMessage message) { return deliver(message.label, ""); }
    bool reply(const MessageWriter& message) { return deliver(0, message.content()); }
    bool reply(AnyError error) { return deliver(error.code(), ""); }

private:
    bool deliver(std::uint32_t error, std::string_view text) {
        model::Caller* const caller = std::exchange(caller_, nullptr);
        if (caller == nullptr || caller->has_ended) return false;
        caller->replies++;
        caller->error = error;
        caller->text += text;
        return true;
    }
    model::Caller* caller_ = nullptr;
};

class CNode {
public:
    Result<void> remove(CPtr) const { return {}; }
    Result<void> move(CPtr, CNode, CPtr) const { return {}; }
    Result<void> mint(CPtr, CNode, CPtr, Rights, Badge) const { return {}; }
};

class Request {
public:
    template <typename Method>
    Request(Method method, model::Caller& caller, std::uint64_t word, std::string_view text = "", bool has_cap = false)
        : label_(std::uint64_t(method)), caller_(caller), word_(word), text_(text), has_cap_(has_cap) {}
    std::uint64_t label() const { return label_; }
    MessageReader reader() const { return {word_, text_}; }
    bool can_defer() const { return true; }
    ReplyHandle defer() { return ReplyHandle(caller_); }
    unsigned caps() const { return has_cap_ ? 1 : 0; }
    CNode caps_node() const { return {}; }
    std::uint64_t cap_index(unsigned) const { return 0; }

    Badge badge = 0;

private:
    std::uint64_t label_;
    model::Caller& caller_;
    std::uint64_t word_;
    std::string text_;
    bool has_cap_;
};

class Reaction {
public:
    Reaction(const MessageWriter& message) : text_(message.content()) {}
    Reaction(AnyError error) : error_(error.code()) {}
    Reaction(ServerError error) : Reaction(AnyError(error)) {}
    Reaction(Error error) : Reaction(AnyError(error)) {}
    static Reaction ok() { return MessageWriter(0); }
    static Reaction later() {
        Reaction later = ok();
        later.is_later_ = true;
        return later;
    }
    /// As the server's loop does it.
    void carry_out(model::Caller& caller) const {
        if (is_later_) return;
        caller.replies++;
        caller.error = error_;
        caller.text += text_;
    }

private:
    bool is_later_ = false;
    std::uint32_t error_ = 0;
    std::string text_{};
};

class Endpoint {
public:
    explicit Endpoint(CPtr pointer) : pointer_(pointer) {}
    CPtr cptr() const { return pointer_; }

private:
    CPtr pointer_;
};
inline Answer<void> transact(Endpoint, const MessageWriter&) { return {}; }

class Notification {
public:
    explicit Notification(CPtr slot) : slot_(slot) {}
    bool signal() const { return model::signalled && model::signalled(slot_); }

private:
    CPtr slot_;
};

class IrqHandler {
public:
    bool ack() const {
        if (model::acknowledged) model::acknowledged();
        return true;
    }
};

}  // namespace glenda
