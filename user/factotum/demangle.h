// SPDX-License-Identifier: MIT
// Function names as people write them, from the names that C++ compilers write.
//
// Only the plain forms of the Itanium C++ ABI, 5.1: _Z<length><name> and _ZN<length><name>...E, also with const members
// and unnamed namespaces. Everything else (templates, operators) stays as it is: still a name to search for.
#pragma once

#include <span>
#include <string_view>

namespace glenda::factotum {

/// "a::b" for "_ZN1a1bE...", or `name` itself. The result may lie in `buffer`.
std::string_view demangle(std::string_view name, std::span<char> buffer);

}  // namespace glenda::factotum
