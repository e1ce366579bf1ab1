// SPDX-License-Identifier: MIT
// See driver.h.
#include "driver.h"

#include "glenda/environment.h"

namespace glenda::uart {

Reaction Driver::handle(Request& request) {
    switch (SerialMethod(request.label())) {
        case SerialMethod::Write: return write(request);
        case SerialMethod::Read: return read(request);
        case SerialMethod::SetInterrupt: return set_interrupt(request);
    }
    return ServerError::BadRequest;
}

void Driver::signalled(Badge) {
    receive_all();
    transmit();
    (void)irq_.ack();
}

Reaction Driver::write(Request& request) {
    MessageReader reader = request.reader();
    const std::string_view text = reader.text();
    if (!reader.ok() || text.size() > kSerialMaxBytes) return ServerError::BadRequest;
    if (writer_count_ == 0 && text.size() <= to_send_.room()) {
        enqueue(text);
        transmit();
        return Reaction::ok();
    }
    if (writer_count_ == kMaxWriters || !request.can_defer()) return ServerError::TooMany;
    Writer& writer = writers_[(first_writer_ + writer_count_++) % kMaxWriters];
    writer.size = unsigned(text.copy(writer.text, sizeof(writer.text)));
    writer.caller = request.defer();
    return Reaction::later();
}

void Driver::enqueue(std::string_view text) {
    for (const char byte : text) to_send_.push(byte);
}

void Driver::transmit() {
    while (writer_count_ != 0 && writers_[first_writer_].size <= to_send_.room()) {
        Writer& writer = writers_[first_writer_];
        enqueue({writer.text, writer.size});
        writer.caller.reply(MessageWriter(0));
        first_writer_ = (first_writer_ + 1) % kMaxWriters;
        writer_count_--;
    }
    while (!to_send_.empty() && device_.can_send()) {
        for (unsigned i = 0; i < Ns16550::kTransmitFifo && !to_send_.empty(); i++) device_.send(*to_send_.pop());
    }
    device_.want_room(!to_send_.empty());
}

void Driver::receive_all() {
    while (const auto byte = device_.receive()) receive(*byte);
    serve_reader();
}

/// Processes a received byte. It is lost if the buffer is full, because there is no flow control.
void Driver::receive(char byte) {
    if (byte == kInterruptCharacter && has_interrupt_) {
        if (Notification(interrupt_slot_).signal()) return received_.clear();
        has_interrupt_ = false;  // its owner has ended
    }
    (void)received_.push(byte);
}

Reaction Driver::read(Request& request) {
    const std::uint64_t limit = request.reader().word();
    if (limit == 0) return ServerError::BadRequest;
    // The previous reader may have ended. Without this it would get the next byte.
    if (reader_) reader_.reply(ServerError::Interrupted);
    if (!received_.empty()) return take_input(limit);
    if (!request.can_defer()) return ServerError::TooMany;
    reader_limit_ = limit;
    reader_ = request.defer();
    return Reaction::later();
}

void Driver::serve_reader() {
    if (reader_ && !received_.empty()) reader_.reply(take_input(reader_limit_));
}

/// Takes at most a line. Input after Return is kept, since it may be a ^C for the program that the line starts.
MessageWriter Driver::take_input(std::uint64_t limit) {
    char text[kSerialMaxBytes];
    unsigned size = 0;
    bool ends = false;
    while (size < limit && size < sizeof(text) && !ends && !received_.empty()) {
        text[size] = *received_.pop();
        ends = text[size] == '\r' || text[size] == '\n';
        size++;
    }
    return MessageWriter(0).text({text, size});
}

Reaction Driver::set_interrupt(Request& request) {
    const CNode own = environment().cnode;
    has_interrupt_ = false;
    if (auto removed = own.remove(interrupt_slot_); !removed) return removed.error();
    if (request.caps() == 0) return Reaction::ok();
    if (auto moved = own.move(interrupt_slot_, request.caps_node(), request.cap_index(0)); !moved) return moved.error();
    has_interrupt_ = true;
    // ^C may be in the buffer already.
    if (received_.drop_through(kInterruptCharacter)) (void)Notification(interrupt_slot_).signal();
    return Reaction::ok();
}

}  // namespace glenda::uart
