// SPDX-License-Identifier: MIT
// See map_frame.h.
#include "glenda/map_frame.h"

#include "glenda/environment.h"
#include "protocol/factotum.h"
#include "util/bits.h"

namespace glenda {

Answer<std::uint64_t> map_frame(Frame frame, MapFlags rights) {
    FrameRun run(0, rights);
    TRY_VOID(run.add(frame.cptr(), 1));
    return run.address();
}

Answer<void> FrameRun::add(CPtr first, unsigned count) {
    TRY(frame, environment().cnode.info(first));
    MessageWriter request(FactotumMethod::Mmap);
    request.word(next_)
        .word(bytes_)
        .word(rights_)
        .word(next_ != 0 ? MmapFlags::Fixed : MmapFlags::None)
        .word(0)
        .word(0);
    for (unsigned i = 0; i < count; i++) request.cap(first + i);
    Received reply;
    TRY_VOID(transact(environment().factotum, request, reply));
    MessageReader reader = reply.reader();
    const std::uint64_t address = reader.word();
    CHECK(reader.ok(), ServerError::Broken);
    if (next_ == 0) address_ = address;
    next_ = address + count * bit(frame.size_bits);
    return {};
}

}  // namespace glenda
