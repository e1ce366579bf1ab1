// SPDX-License-Identifier: MIT
// See terminal.h.
#include "glenda/terminal.h"

#include "glenda/environment.h"
#include "protocol/serial.h"

namespace glenda::terminal {

Answer<std::size_t> read(std::span<char> buffer) {
    Received reply;
    TRY_VOID(transact(environment().stdio, MessageWriter(SerialMethod::Read).word(buffer.size()), reply));
    MessageReader reader = reply.reader();
    const std::string_view text = reader.text();
    CHECK(reader.ok() && !text.empty() && text.size() <= buffer.size(), ServerError::Broken);
    return text.copy(buffer.data(), buffer.size());
}

Answer<void> set_interrupt(Notification notification) {
    return transact(environment().stdio, MessageWriter(SerialMethod::SetInterrupt).cap(notification.cptr()));
}

Answer<void> clear_interrupt() { return transact(environment().stdio, MessageWriter(SerialMethod::SetInterrupt)); }

}  // namespace glenda::terminal
