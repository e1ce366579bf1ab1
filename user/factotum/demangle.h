// SPDX-License-Identifier: MIT
// Turns mangled C++ function names into readable ones.
//
// It knows two forms of the Itanium C++ ABI, 5.1: _Z<length><name> and _ZN<length><name>...E, including const members
// and anonymous namespaces. Other names (templates, operators) stay mangled: that is enough to search for them.
#pragma once

#include <span>
#include <string_view>

namespace glenda::factotum {

/// Returns "a::b" for "_ZN1a1bE...", or `name` itself. The result may point into `buffer`.
std::string_view demangle(std::string_view name, std::span<char> buffer);

}  // namespace glenda::factotum
