// SPDX-License-Identifier: MIT
// See map_frame.h.
#include "glenda/map_frame.h"

#include "glenda/environment.h"
#include "protocol/factotum.h"

namespace glenda {

Answer<std::uint64_t> map_frame(Frame frame, MapFlags rights) {
    MessageWriter request(FactotumMethod::Mmap);
    request.word(0).word(0).word(rights).word(0).word(0).word(0).cap(frame.cptr());
    Received reply;
    TRY_VOID(transact(environment().factotum, request, reply));
    MessageReader reader = reply.reader();
    const std::uint64_t address = reader.word();
    CHECK(reader.ok(), ServerError::Broken);
    return address;
}

}  // namespace glenda
