// SPDX-License-Identifier: MIT
// See terminal.h.
#include "glenda/terminal.h"

#include "glenda/environment.h"
#include "protocol/serial.h"

namespace glenda::terminal {

Answer<std::size_t> read(std::span<char> buffer) {
    Received reply;
    for (;;) {
        const auto answer = transact(environment().stdio, MessageWriter(SerialMethod::Read).word(buffer.size()), reply);
        if (answer) break;
        if (answer.error() != Error::Deleted) return Refusal(answer.error());  // else the next driver answers
    }
    MessageReader reader = reply.reader();
    const std::string_view text = reader.text();
    CHECK(reader.ok() && !text.empty() && text.size() <= buffer.size(), ServerError::Broken);
    return text.copy(buffer.data(), buffer.size());
}

Answer<std::uint64_t> new_job(CPtr slot) {
    Received reply;
    set_receive_slots({environment().cnode, slot, 1});
    TRY_VOID(transact(environment().stdio, MessageWriter(SerialMethod::NewJob), reply));
    MessageReader reader = reply.reader();
    const std::uint64_t job = reader.word();
    CHECK(reader.ok() && reply.caps() == 1, ServerError::Broken);
    return job;
}

Answer<void> set_foreground(std::uint64_t job, Notification notification) {
    return transact(environment().stdio, MessageWriter(SerialMethod::SetForeground).word(job).cap(notification.cptr()));
}

Answer<void> take_foreground() {
    return transact(environment().stdio, MessageWriter(SerialMethod::SetForeground).word(0));
}

}  // namespace glenda::terminal
