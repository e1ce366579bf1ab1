// SPDX-License-Identifier: MIT
// See driver.h.
#include "driver.h"

#include <algorithm>

#include "glenda/environment.h"

namespace glenda::uart {

namespace {

bool ends_line(char byte) { return byte == '\r' || byte == '\n'; }

}  // namespace

Reaction Driver::handle(Request& request) {
    switch (SerialMethod(request.label())) {
        case SerialMethod::Write: return write(request);
        case SerialMethod::Read: return read(request);
        case SerialMethod::NewJob: return new_job(request);
        case SerialMethod::SetForeground: return set_foreground(request);
    }
    return ServerError::BadRequest;
}

void Driver::signalled(Badge bits) {
    // lab 6.4d {
    if ((bits & kBellStop) != 0) finish();
    receive_all();
    transmit();
    (void)irq_.ack();
    // lab 6.4d }
}

void Driver::start(bool has_interrupt) {
    has_interrupt_ = has_interrupt && kept_.foreground != 0;
    receive_all();
    transmit();
}

/// Nobody will write any more, and what was written has to appear.
void Driver::finish() {
    do transmit();
    while (!kept_.to_send.empty());
    glenda::exit(0);
}

Reaction Driver::write(Request& request) {
    MessageReader reader = request.reader();
    const std::string_view text = reader.text();
    if (!reader.ok() || text.size() > kSerialMaxBytes) return ServerError::BadRequest;
    if (writer_count_ == 0 && text.size() <= kept_.to_send.room()) {
        kept_.to_send.append(text);
        transmit();
        return Reaction::ok();
    }
    if (writer_count_ == kMaxWriters || !request.can_defer()) return ServerError::TooMany;
    Writer& writer = writers_[(first_writer_ + writer_count_++) % kMaxWriters];
    writer.size = unsigned(text.copy(writer.text, sizeof(writer.text)));
    writer.caller = request.defer();
    return Reaction::later();
}

/// Sending makes room for the next writer. So when the ring is empty nobody waits, and no interrupt is needed.
void Driver::transmit() {
    // lab 6.4e {
    auto& to_send = kept_.to_send;
    for (;;) {
        while (writer_count_ != 0 && writers_[first_writer_].size <= to_send.room()) {
            Writer& writer = writers_[first_writer_];
            to_send.append({writer.text, writer.size});
            writer.caller.reply(short_message(0));
            first_writer_ = (first_writer_ + 1) % kMaxWriters;
            writer_count_--;
        }
        if (to_send.empty() || !device_.can_send()) break;
        const std::size_t count = std::min<std::size_t>(Ns16550::kTransmitFifo, to_send.size());
        for (std::size_t i = 0; i < count; i++) {
            device_.send(to_send.peek(0));
            to_send.drop(1);
        }
    }
    device_.want_room(!to_send.empty());
    // lab 6.4e }
}

/// Takes bytes from the device while somebody wants them. What nobody wants stays in the device, and when its FIFO is
/// full, the sender waits: so nothing is lost, however much is pasted, and whoever is the driver then.
void Driver::receive_all() {
    // lab 6.4f {
    bool has_line = false;
    while (wants_bytes() && !has_line) {
        const auto byte = device_.receive();
        if (!byte) break;
        receive(*byte);
        has_line = !has_interrupt_ && ends_line(*byte);
    }
    serve_reader();
    device_.want_bytes(wants_bytes());
    // lab 6.4f }
}

/// A shell that runs a program wants all bytes, because ^C may be among them; else a reader wants as many as it can
/// take.
bool Driver::wants_bytes() const {
    return has_interrupt_ ? kept_.received.room() != 0 : reader_ && kept_.received.size() < reader_limit_;
}

void Driver::receive(char byte) {
    if (byte == kInterruptCharacter && has_interrupt_) {
        if (Notification(slots_.interrupt).signal()) return kept_.received.clear();
        has_interrupt_ = false;  // its owner has ended
    }
    (void)kept_.received.push(byte);
}

Reaction Driver::read(Request& request) {
    const std::uint64_t limit = request.reader().word();
    if (limit == 0) return ServerError::BadRequest;
    if (!may_read(request.badge)) return ServerError::PermissionDenied;
    // The previous reader may have ended. Without this it would get the next byte.
    if (reader_) reader_.reply(ServerError::Interrupted);
    if (!request.can_defer()) return ServerError::TooMany;
    reader_limit_ = std::min<std::uint64_t>(limit, kSerialMaxBytes);
    reader_ = request.defer();
    serve_reader();
    receive_all();
    return Reaction::later();
}

/// First the reader has the bytes, then they are dropped. One that has ended meanwhile gets none.
void Driver::serve_reader() {
    // lab 6.4g {
    if (!reader_ || kept_.received.empty()) return;
    char text[kSerialMaxBytes];
    const unsigned size = input_size(reader_limit_);
    for (unsigned i = 0; i < size; i++) text[i] = kept_.received.peek(i);
    if (reader_.reply(MessageWriter(0).text({text, size}))) kept_.received.drop(size);
    // lab 6.4g }
}

/// At most a line. Input after Return is kept, since it may be a ^C for the program that the line starts.
unsigned Driver::input_size(std::uint64_t limit) const {
    unsigned size = 0;
    while (size < limit && size < kept_.received.size()) {
        if (ends_line(kept_.received.peek(size++))) break;
    }
    return size;
}

Reaction Driver::new_job(Request& request) {
    if (request.badge >= kJobBadge) return ServerError::PermissionDenied;
    const CNode node = environment().cnode;
    if (auto removed = node.remove(slots_.job); !removed) return removed.error();
    const Rights client = Rights::Write | Rights::Grant;
    if (auto made = node.mint(slots_.job, node, own_.cptr(), client, kJobBadge + kept_.jobs + 1); !made)
        return made.error();
    kept_.jobs++;
    return MessageWriter(0).word(kept_.jobs).cap(slots_.job);
}

Reaction Driver::set_foreground(Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t job = reader.word();
    if (!reader.ok() || job > kept_.jobs || (job != 0) != (request.caps() == 1)) return ServerError::BadRequest;
    if (request.badge >= kJobBadge) return ServerError::PermissionDenied;
    if (reader_) reader_.reply(ServerError::Interrupted);
    kept_.foreground = job;
    has_interrupt_ = false;
    receive_all();
    if (const auto taken = take_notification(request); !taken) return taken.error();
    if (job == 0) return Reaction::ok();
    has_interrupt_ = true;
    // ^C may be in the buffer already, or in the device.
    if (kept_.received.drop_through(kInterruptCharacter)) (void)Notification(slots_.interrupt).signal();
    receive_all();
    return Reaction::ok();
}

/// Puts the request's capability, if it has one, in place of the previous one.
Answer<void> Driver::take_notification(Request& request) {
    const CNode node = environment().cnode;
    MessageWriter keep(UnicornMethod::Keep);  // for the next driver, if this one ends
    TRY_VOID(node.remove(slots_.interrupt));
    if (request.caps() != 0) {
        TRY_VOID(node.move(slots_.interrupt, request.caps_node(), request.cap_index(0)));
        keep.cap(slots_.interrupt);
    }
    return transact(Endpoint(kDriverUnicorn), keep);
}

}  // namespace glenda::uart
