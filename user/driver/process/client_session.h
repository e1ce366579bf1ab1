// SPDX-License-Identifier: MIT
// A client's session with a device (protocol/unicorn.h): a control page and data pages, mapped; one bell for the client
// and one for the driver.
#pragma once

#include <string_view>

#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/errors.h"
#include "util/bits.h"

namespace glenda::driver {

/// Slots of a program with a session: it may use those from kClientFirstFree on.
enum ClientSlot : CPtr {
    kClientUnicorn = kSlotFirstFree,
    kClientEndpoint,  // the driver's
    kClientReceived,
    kClientBell = kClientReceived + 4,
    kClientDriverBell,
    kClientFirstFree,
};

class ClientSession {
public:
    /// Opens a session with device number `index` of a class, with `pages` pages of data, which are zero.
    Answer<void> open(std::string_view device_class, unsigned index, unsigned pages);
    /// Ends it. What is mapped must not be used any more.
    Answer<void> close();

    std::uint64_t number() const { return number_; }
    std::byte* control() const { return control_; }
    std::byte* page(unsigned number) const { return data_ + number * kPageSize; }

private:
    Answer<void> map_data(unsigned pages);

    std::uint64_t number_ = 0;
    std::byte* control_ = nullptr;
    std::byte* data_ = nullptr;
};

}  // namespace glenda::driver
