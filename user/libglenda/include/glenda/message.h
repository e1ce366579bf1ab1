// SPDX-License-Identifier: MIT
// Long messages: writing them word by word, and reading them with bounds checks, outside the UTCB.
//
// Every call that transfers more than the registers hold overwrites the UTCB. Even a print while a message is being
// built does so. Therefore a MessageWriter collects words in its own memory and copies them to the UTCB when it sends,
// and a Received is copied out at once. A text or byte string is a word with its length, then its bytes, eight to a
// word. The last word is padded with 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/syscall.h"
#include "glenda/thread_object.h"
#include "protocol/errors.h"

namespace glenda {

/// A message of up to four words and no capability: all of it is in registers.
template <typename Label, typename... Words>
Message short_message(Label label, Words... words) {
    static_assert(sizeof...(Words) <= kRegisterWords);
    return {.badge = 0, .tag = Tag(std::uint64_t(label), sizeof...(Words)), .words = {std::uint64_t(words)...}};
}

/// Builds a message. If something does not fit, sending fails with MessageTooLong.
class MessageWriter {
public:
    template <typename Label = std::uint64_t>
    explicit MessageWriter(Label label = Label{}) : label_(std::uint64_t(label)) {}
    /// Copies only the words that have been written.
    MessageWriter(const MessageWriter& other);
    MessageWriter& operator=(const MessageWriter&) = delete;

    /// Appends an integer or an enumerator.
    template <typename T>
    MessageWriter& word(T value) {
        if (length_ < kMaxWords)
            words_[length_++] = std::uint64_t(value);
        else
            overflow_ = true;
        return *this;
    }
    MessageWriter& bytes(std::span<const std::byte> bytes);
    MessageWriter& text(std::string_view text) { return bytes(std::as_bytes(std::span(text))); }
    /// Sends a capability along: a copy, or the capability itself if it cannot be copied.
    MessageWriter& cap(CPtr pointer);

    std::uint64_t label() const { return label_; }
    unsigned length() const { return length_; }
    bool overflow() const { return overflow_; }

    /// Writes the words past the registers into this thread's UTCB, and returns the rest. Send the result next.
    Message load() const;

private:
    std::uint64_t label_;
    unsigned length_ = 0;
    unsigned caps_ = 0;
    bool overflow_ = false;
    CPtr cap_[kMaxMessageCaps];
    std::uint64_t words_[kMaxWords];
};

/// Reads a message's words in order. Reading past the end gives 0 or nothing, and ok() is false from then on. So a
/// server can read all arguments first and check once.
class MessageReader {
public:
    explicit MessageReader(std::span<const std::uint64_t> words) : words_(words) {}

    std::uint64_t word() {
        if (words_.empty()) {
            ok_ = false;
            return 0;
        }
        const std::uint64_t first = words_.front();
        words_ = words_.subspan(1);
        return first;
    }
    /// Reads a text, as a view into the message.
    std::string_view text();
    std::span<const std::byte> bytes() { return std::as_bytes(std::span(text())); }
    bool ok() const { return ok_; }
    bool at_end() const { return words_.empty(); }

private:
    std::span<const std::uint64_t> words_;
    bool ok_ = true;
};

/// A received message, copied out of the UTCB.
struct Received {
    Badge badge;
    Tag tag;
    std::uint64_t words[kMaxWords];  // the first tag.length() words are valid

    /// Copies a message from a system call's result and this thread's UTCB.
    void store(const Message& message) {
        badge = message.badge;
        tag = message.tag;
        for (unsigned i = 0; i < kRegisterWords; i++) words[i] = message.words[i];
        if (tag.length() > kRegisterWords) [[unlikely]]
            store_rest();
    }
    MessageReader reader() const { return MessageReader({words, tag.length() < kMaxWords ? tag.length() : kMaxWords}); }
    std::uint64_t label() const { return tag.label(); }
    unsigned caps() const { return tag.caps(); }

private:
    void store_rest();
};

/// The slots for received capabilities: `count` consecutive empty slots of a CNode.
struct ReceiveSlots {
    CNode node{};
    std::uint64_t index = 0;
    std::uint64_t count = 0;
};

/// Sets this thread's receive slots and returns the previous ones.
ReceiveSlots set_receive_slots(const ReceiveSlots& slots);

/// Calls a server with a short message, for a reply whose words fit in registers too. If that says Again, it does.
template <typename Label, typename... Words>
[[gnu::always_inline]] inline Answer<Message> ask(Endpoint server, Label label, Words... words) {
    for (;;) {
        const Message reply = server.call(short_message(label, words...));
        CHECK(!reply.tag.is_error(), reply.tag.as_error());
        if (reply.tag.label() == 0) [[likely]]
            return reply;
        const auto error = AnyError::from_label(reply.tag.label());
        if (error != ServerError::Again) return Refusal(error);
    }
}

/// Calls a server and waits for its reply, also again, if that is Again. The error is the server's or the kernel's.
/// After an error of the server, `reply` may have words too. After one of the kernel it has none, and its label is not
/// 0.
Answer<void> transact(Endpoint server, const MessageWriter& request, Received& reply);
/// The same, without the reply's words.
Answer<void> transact(Endpoint server, const MessageWriter& request);
/// The same for a reply with capabilities: they go to `slots`. Returns their number.
Answer<unsigned> transact(Endpoint server, const MessageWriter& request, Received& reply, const ReceiveSlots& slots);

}  // namespace glenda
