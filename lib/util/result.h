// SPDX-License-Identifier: MIT
// Errors are values: a function that can refuse returns a Result.
//
//   TRY(slot, cspace.find(pointer));   declares `slot`, or leaves the function with the error
//   CHECK(condition, Error::NoRights); leaves the function with the error unless the condition holds
#pragma once

#include <expected>

#include "abi/error.h"

namespace glenda {

template <typename T>
using Result = std::expected<T, Error>;
using Failure = std::unexpected<Error>;

#define GLENDA_CONCAT_(a, b) a##b
#define GLENDA_CONCAT(a, b) GLENDA_CONCAT_(a, b)
#define TRY(name, ...)                                                \
    auto GLENDA_CONCAT(name, _result) = (__VA_ARGS__);                \
    if (!GLENDA_CONCAT(name, _result)) [[unlikely]]                   \
        return std::unexpected(GLENDA_CONCAT(name, _result).error()); \
    auto name = *GLENDA_CONCAT(name, _result)
#define TRY_VOID(...)                                        \
    if (auto result_ = (__VA_ARGS__); !result_) [[unlikely]] \
    return std::unexpected(result_.error())
#define CHECK(condition, error)    \
    if (!(condition)) [[unlikely]] \
    return std::unexpected(error)

}  // namespace glenda
