// SPDX-License-Identifier: MIT
// A damaged program can call its functions as it likes: user/factotum/demangle.h gives a name all the same.
#include <array>

#include "factotum/demangle.h"
#include "parser.h"

namespace glenda::fuzz {

bool symbol(Bytes name) {
    std::array<char, 64> buffer;
    const std::string_view mangled = as_text(name);
    const std::string_view readable = factotum::demangle(mangled, buffer);
    if (readable.data() == mangled.data()) {
        expect(readable.size() == mangled.size(), "a name that stays mangled is whole");
        return false;
    }
    expect(readable.data() == buffer.data() && readable.size() <= buffer.size(), "a readable name is in the buffer");
    touch(readable);
    return true;
}

}  // namespace glenda::fuzz
