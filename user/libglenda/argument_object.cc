// SPDX-License-Identifier: MIT
// See argument_object.h.
#include "glenda/argument_object.h"

#include "glenda/process.h"
#include "glenda/slots.h"
#include "util/bits.h"

namespace glenda {

namespace {

constinit Mutex slot_mutex;

}  // namespace

ArgumentObject::ArgumentObject() : guard_(slot_mutex) {}

ArgumentObject::~ArgumentObject() {
    if (number_ != 0) (void)process::destroy(number_);
}

Answer<std::uint64_t> ArgumentObject::fill(const TextList& arguments, const TextList& variables) {
    const std::uint64_t bytes = argument_bytes(arguments, variables), size = align_up(bytes, kPageSize);
    CHECK(bytes <= kMaxBlockBytes, Error::MessageTooLong);
    TRY(number, process::create_memory(size / kPageSize, kSlotBlock));
    number_ = number;
    TRY(address, process::map_object(kSlotBlock, 0, size));
    (void)write_arguments({reinterpret_cast<std::byte*>(address), size}, kProgramStackTop, arguments, variables);
    TRY_VOID(process::unmap(address, size));
    return bytes;
}

}  // namespace glenda
