// SPDX-License-Identifier: MIT
// Messages of 9P2000.L, as the Linux kernel's documentation describes them. Numbers are little-endian; a message begins
// with its size (4 bytes), its type (1; the answer's is one more) and a tag (2).
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "util/bits.h"

namespace glenda::p9 {

enum Type : std::uint8_t {  // of requests
    kOpen = 12,
    kReadDir = 40,
    kVersion = 100,
    kAttach = 104,
    kWalk = 110,
    kRead = 116,
    kClunk = 120
};
constexpr unsigned kHeader = 7;
constexpr std::uint32_t kNoFile = ~0u, kNobody = ~0u;

/// A request in the making, in a page of memory. What does not fit is left out.
class Request {
public:
    Request(std::byte* page, Type type) : bytes_(page) { bytes_[4] = std::byte(type); }

    template <typename T>
    Request& put(T value) {
        return put_bytes(&value, sizeof(T));
    }
    Request& put_text(std::string_view text) {
        put(std::uint16_t(text.size()));
        return put_bytes(text.data(), text.size());
    }
    /// Completes the header. Returns the size.
    std::uint32_t finish() {
        const std::uint16_t tag = bytes_[4] == std::byte{kVersion} ? 0xffff : 1;
        std::memcpy(bytes_, &size_, 4);
        std::memcpy(bytes_ + 5, &tag, 2);
        return size_;
    }

private:
    Request& put_bytes(const void* from, std::size_t count) {
        const std::size_t fitting = std::min<std::size_t>(count, kPageSize - size_);
        std::memcpy(bytes_ + size_, from, fitting);
        size_ += std::uint32_t(fitting);
        return *this;
    }

    std::byte* bytes_;
    std::uint32_t size_ = kHeader;
};

/// The part of an answer behind its header. Nothing if it does not answer a request of that type.
inline std::optional<std::span<const std::byte>> answer_to(Type type, std::span<const std::byte> answer) {
    if (answer.size() < kHeader || answer[4] != std::byte(type + 1)) return std::nullopt;
    return answer.subspan(kHeader);
}

/// Takes a number from the front. 0 if there is too little.
template <typename T>
T take(std::span<const std::byte>& bytes) {
    T value{};
    if (bytes.size() < sizeof(T)) return value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    bytes = bytes.subspan(sizeof(T));
    return value;
}

/// Takes what a count of 4 bytes says, or what there is.
inline std::span<const std::byte> take_counted(std::span<const std::byte>& bytes) {
    const std::size_t count = take<std::uint32_t>(bytes);
    return bytes.first(std::min(count, bytes.size()));
}

/// Calls `each(name)` for each entry of the answer to a ReadDir. Returns the offset of the next, or 0 at the end.
template <typename Each>
std::uint64_t each_entry(std::span<const std::byte> answer, Each each) {
    std::uint64_t offset = 0;
    for (auto left = take_counted(answer); left.size() >= 24;) {
        left = left.subspan(13);  // what it is, in 13 bytes
        offset = take<std::uint64_t>(left);
        (void)take<std::uint8_t>(left);  // its type
        const std::size_t length = take<std::uint16_t>(left);
        if (length > left.size()) return 0;
        each(std::string_view(reinterpret_cast<const char*>(left.data()), length));
        left = left.subspan(length);
    }
    return offset;
}

}  // namespace glenda::p9
