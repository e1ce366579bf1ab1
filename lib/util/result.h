// SPDX-License-Identifier: MIT
// Errors are values: a function that can fail returns a Result.
//
//   TRY(slot, cspace.find(pointer));   declares `slot`, or returns the error
//   CHECK(condition, Error::NoRights); returns the error unless the condition holds
//
// Result does the job of std::expected<T, Error> for values that are cheap to construct. It stores value and error side
// by side rather than in a union, so the compiler keeps both in registers; std::expected would go through the stack at
// every TRY.
#pragma once

#include <expected>
#include <utility>

#include "abi/error.h"

namespace glenda {

/// An error on its way to the caller. Converts to any Result.
using Failure = std::unexpected<Error>;

/// A value, or the error that prevented it.
template <typename T>
class [[nodiscard]] Result {
public:
    template <typename Value = T>
    requires std::is_convertible_v<Value, T>
    constexpr Result(Value&& value) : value_(std::forward<Value>(value)) {}
    constexpr Result(Failure failure) : error_(failure.error()) {}

    constexpr explicit operator bool() const { return error_ == Error::Ok; }
    constexpr bool has_value() const { return error_ == Error::Ok; }
    /// The value. Precondition: has_value().
    constexpr const T& operator*() const { return value_; }
    constexpr T& operator*() { return value_; }
    constexpr const T* operator->() const { return &value_; }
    constexpr T* operator->() { return &value_; }
    constexpr T value_or(T other) const { return has_value() ? value_ : other; }
    /// The error; Error::Ok if there is a value.
    constexpr Error error() const { return error_; }
    /// True if there is a value and it equals `other`.
    constexpr bool operator==(const T& other) const { return has_value() && value_ == other; }

private:
    T value_{};
    Error error_ = Error::Ok;
};

template <>
class [[nodiscard]] Result<void> {
public:
    constexpr Result() = default;
    constexpr Result(Failure failure) : error_(failure.error()) {}

    constexpr explicit operator bool() const { return error_ == Error::Ok; }
    constexpr bool has_value() const { return error_ == Error::Ok; }
    /// The error; Error::Ok if the function succeeded.
    constexpr Error error() const { return error_; }

private:
    Error error_ = Error::Ok;
};

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
