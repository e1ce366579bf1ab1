// SPDX-License-Identifier: MIT
// The four memory functions that GCC expects of every program, even a freestanding one.
//
// They work word by word if both sides have the same alignment, and byte by byte otherwise. Host builds use the C
// library's functions.
#include <cstddef>
#include <cstdint>

namespace {

using Word [[gnu::may_alias]] = std::uint64_t;

bool aligned_alike(const void* a, const void* b) {
    return ((reinterpret_cast<std::uintptr_t>(a) ^ reinterpret_cast<std::uintptr_t>(b)) & 7) == 0;
}
bool is_aligned(const void* p) { return (reinterpret_cast<std::uintptr_t>(p) & 7) == 0; }

}  // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t count) {
    auto* out = static_cast<unsigned char*>(to);
    auto* in = static_cast<const unsigned char*>(from);
    if (aligned_alike(out, in)) {
        for (; count != 0 && !is_aligned(out); count--) *out++ = *in++;
        for (; count >= 64; count -= 64, out += 64, in += 64) {
            auto* o = reinterpret_cast<Word*>(out);
            auto* i = reinterpret_cast<const Word*>(in);
            o[0] = i[0], o[1] = i[1], o[2] = i[2], o[3] = i[3];
            o[4] = i[4], o[5] = i[5], o[6] = i[6], o[7] = i[7];
        }
        for (; count >= 8; count -= 8, out += 8, in += 8)
            *reinterpret_cast<Word*>(out) = *reinterpret_cast<const Word*>(in);
    }
    for (; count != 0; count--) *out++ = *in++;
    return to;
}

void* memmove(void* to, const void* from, std::size_t count) {
    auto* out = static_cast<unsigned char*>(to);
    auto* in = static_cast<const unsigned char*>(from);
    if (out <= in || out >= in + count) {
        for (std::size_t i = 0; i < count; i++) out[i] = in[i];
    } else {
        for (std::size_t i = count; i != 0; i--) out[i - 1] = in[i - 1];
    }
    return to;
}

void* memset(void* to, int value, std::size_t count) {
    auto* out = static_cast<unsigned char*>(to);
    const std::uint64_t pattern = 0x0101010101010101u * static_cast<unsigned char>(value);
    for (; count != 0 && !is_aligned(out); count--) *out++ = static_cast<unsigned char>(value);
    for (; count >= 64; count -= 64, out += 64) {
        auto* o = reinterpret_cast<Word*>(out);
        o[0] = o[1] = o[2] = o[3] = o[4] = o[5] = o[6] = o[7] = pattern;
    }
    for (; count >= 8; count -= 8, out += 8) *reinterpret_cast<Word*>(out) = pattern;
    for (; count != 0; count--) *out++ = static_cast<unsigned char>(value);
    return to;
}

int memcmp(const void* a, const void* b, std::size_t count) {
    auto* left = static_cast<const unsigned char*>(a);
    auto* right = static_cast<const unsigned char*>(b);
    for (; count != 0; count--, left++, right++) {
        if (*left != *right) return *left < *right ? -1 : 1;
    }
    return 0;
}

}  // extern "C"
