// SPDX-License-Identifier: MIT
// See message.h.
#include "glenda/message.h"

namespace glenda {

MessageWriter::MessageWriter(const MessageWriter& other)
    : label_(other.label_), length_(other.length_), caps_(other.caps_), overflow_(other.overflow_) {
    for (unsigned i = 0; i < caps_; i++) cap_[i] = other.cap_[i];
    for (unsigned i = 0; i < length_; i++) words_[i] = other.words_[i];
}

MessageWriter& MessageWriter::bytes(std::span<const std::byte> bytes) {
    const std::size_t count = (bytes.size() + 7) / 8;
    if (length_ == kMaxWords || count > kMaxWords - 1 - length_) {
        overflow_ = true;
        return *this;
    }
    words_[length_++] = bytes.size();
    if (count == 0) return *this;
    words_[length_ + count - 1] = 0;
    __builtin_memcpy(&words_[length_], bytes.data(), bytes.size());
    length_ += count;
    return *this;
}

MessageWriter& MessageWriter::cap(CPtr pointer) {
    if (caps_ < kMaxMessageCaps)
        cap_[caps_++] = pointer;
    else
        overflow_ = true;
    return *this;
}

Message MessageWriter::load() const {
    Message message{.badge = 0, .tag = Tag(label_, length_, caps_)};
    for (unsigned i = 0; i < length_ && i < kRegisterWords; i++) message.words[i] = words_[i];
    Utcb* const page = utcb();
    for (unsigned i = kRegisterWords; i < length_; i++) page->words[i] = words_[i];
    for (unsigned i = 0; i < caps_; i++) page->send_caps[i] = cap_[i];
    return message;
}

std::string_view MessageReader::text() {
    const std::uint64_t size = word();
    if (!ok_ || size > words_.size() * sizeof(std::uint64_t)) {
        ok_ = false;
        return {};
    }
    const std::string_view text(reinterpret_cast<const char*>(words_.data()), size);
    words_ = words_.subspan((size + 7) / 8);
    return text;
}

void Received::store_rest() {
    const Utcb* const page = utcb();
    for (unsigned i = kRegisterWords; i < tag.length() && i < kMaxWords; i++) words[i] = page->words[i];
}

ReceiveSlots set_receive_slots(const ReceiveSlots& slots) {
    Utcb* const page = utcb();
    const ReceiveSlots before{CNode(page->receive_cnode), page->receive_index, page->receive_count};
    page->receive_cnode = slots.node.cptr();
    page->receive_index = slots.index;
    page->receive_count = slots.count;
    return before;
}

Answer<void> transact(Endpoint server, const MessageWriter& request, Received& reply) {
    reply.tag = Tag::error(Error::MessageTooLong);
    CHECK(!request.overflow(), Error::MessageTooLong);
    do {
        const Message message = server.call(request.load());
        reply.store(message);
        CHECK(!message.tag.is_error(), message.tag.as_error());
    } while (AnyError::from_label(reply.label()) == ServerError::Again);
    CHECK(reply.label() == 0, AnyError::from_label(reply.label()));
    return {};
}

Answer<void> transact(Endpoint server, const MessageWriter& request) {
    Received reply;
    return transact(server, request, reply);
}

Answer<unsigned> transact(Endpoint server, const MessageWriter& request, Received& reply, const ReceiveSlots& slots) {
    const ReceiveSlots before = set_receive_slots(slots);
    const Answer<void> done = transact(server, request, reply);
    set_receive_slots(before);
    TRY_VOID(done);
    return reply.caps();
}

}  // namespace glenda
