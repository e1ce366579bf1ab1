// SPDX-License-Identifier: MIT
// Long messages: written word by word, read with bounds checked, kept outside the UTCB.
//
// The UTCB is overwritten by every call that sends or receives more than registers hold, also by a print in the middle
// of building a message. So a MessageWriter collects in its own memory and copies to the UTCB in the moment of
// sending, and a Received is copied out at once.
// A text or byte string is a word with its length, then its bytes, eight to a word, the last word filled with 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "glenda/syscall.h"
#include "glenda/thread_object.h"
#include "protocol/errors.h"

namespace glenda {

/// Builds one message. What does not fit is remembered: sending then fails with MessageTooLong.
class MessageWriter {
public:
    template <typename Label = std::uint64_t>
    explicit MessageWriter(Label label = Label{}) : label_(std::uint64_t(label)) {}
    /// Copies what has been written, not the whole room.
    MessageWriter(const MessageWriter& other);
    MessageWriter& operator=(const MessageWriter&) = delete;

    /// Integers and enumerators.
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
    /// Send a capability of this thread's CSpace along: a copy, or itself where there can be no copy.
    MessageWriter& cap(CPtr pointer);

    std::uint64_t label() const { return label_; }
    unsigned length() const { return length_; }
    bool overflow() const { return overflow_; }

    /// Put everything past the registers into this thread's UTCB; the rest is the result, to be sent next.
    Message load() const;

private:
    std::uint64_t label_;
    unsigned length_ = 0;
    unsigned caps_ = 0;
    bool overflow_ = false;
    CPtr cap_[kMaxMessageCaps];
    std::uint64_t words_[kMaxWords];
};

/// Takes a message's words in order. Reading past the end gives 0 or nothing and makes ok() false for good, so that a
/// server reads all arguments first and asks once.
class MessageReader {
public:
    explicit MessageReader(std::span<const std::uint64_t> words) : words_(words) {}

    std::uint64_t word();
    /// A view into the message, of any length that it holds.
    std::string_view text();
    std::span<const std::byte> bytes() { return std::as_bytes(std::span(text())); }
    bool ok() const { return ok_; }
    bool at_end() const { return words_.empty(); }

private:
    std::span<const std::uint64_t> words_;
    bool ok_ = true;
};

/// A whole message that has come, copied out of the UTCB.
struct Received {
    Badge badge;
    Tag tag;
    std::uint64_t words[kMaxWords];  // the first tag.length() count

    /// Fill from what a system call returned and this thread's UTCB.
    void store(const Message& message);
    MessageReader reader() const { return MessageReader({words, std::min(tag.length(), kMaxWords)}); }
    std::uint64_t label() const { return tag.label(); }
    unsigned caps() const { return tag.caps(); }
};

/// Where capabilities that come with messages go: `count` consecutive empty slots of a CNode.
struct ReceiveSlots {
    CNode node{};
    std::uint64_t index = 0;
    std::uint64_t count = 0;
};

/// Where this thread takes capabilities from now on; gives what it was before.
ReceiveSlots set_receive_slots(const ReceiveSlots& slots);

/// Call a server and wait for its reply. An reply that says no, or a refusal of the kernel, is the error. A server's
/// refusal can have words too: they are in `reply`; after a refusal of the kernel its label is not 0 and it has none.
Answer<void> transact(Endpoint server, const MessageWriter& request, Received& reply);
/// The same where the reply's words do not matter.
Answer<void> transact(Endpoint server, const MessageWriter& request);
/// The same where the reply brings capabilities: they go to `slots`, and how many came is the result.
Answer<unsigned> transact(Endpoint server, const MessageWriter& request, Received& reply, const ReceiveSlots& slots);

}  // namespace glenda
