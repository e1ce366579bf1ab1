// SPDX-License-Identifier: MIT
// The C library functions that std::string_view and GCC need, besides those in memory.cc.
#include <cstddef>

extern "C" {

std::size_t strlen(const char* text) {
    std::size_t size = 0;
    while (text[size] != '\0') size++;
    return size;
}

void* memchr(const void* bytes, int value, std::size_t count) {
    auto* at = static_cast<const unsigned char*>(bytes);
    for (; count != 0; count--, at++) {
        if (*at == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(at);
    }
    return nullptr;
}

}  // extern "C"
