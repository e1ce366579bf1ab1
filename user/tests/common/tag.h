// SPDX-License-Identifier: MIT
// The tag behind `ok NAME` when the grader has given a nonce; grade/lab/submission.py computes the same one.
#pragma once

#include <cstdint>
#include <string_view>

namespace glenda::ktest {

/// A keyed hash: FNV-1a over "nonce:name", and a finaliser that lets every bit of it count.
inline std::uint64_t tag_of(std::string_view nonce, std::string_view name) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const std::string_view part : {nonce, std::string_view(":"), name}) {
        for (const char c : part) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01b3;
    }
    hash = (hash ^ hash >> 33) * 0xff51'afd7'ed55'8ccd;
    hash = (hash ^ hash >> 33) * 0xc4ce'b9fe'1a85'ec53;
    return hash ^ hash >> 33;
}

}  // namespace glenda::ktest
