// SPDX-License-Identifier: MIT
// Errors are values: a function that can refuse returns a Result.
//
//   TRY(slot, cspace.find(pointer));   declares `slot`, or leaves the function with the error
//   CHECK(condition, Error::NoRights); leaves the function with the error unless the condition holds
//
// Result is what std::expected<T, Error> would be, for values that are cheap to make: value and error lie side by side,
// not in one place, so that the compiler keeps both in registers (std::expected goes through the stack at every TRY).
#pragma once

#include <expected>
#include <utility>

#include "abi/error.h"

namespace glenda {

/// Why a function refuses. Converts to any Result.
using Failure = std::unexpected<Error>;

/// A value, or the error because of which there is none.
template <typename T>
class [[nodiscard]] Result {
public:
    template <typename Value = T>
    requires std::is_convertible_v<Value, T>
    constexpr Result(Value&& value) : value_(std::forward<Value>(value)) {}
    constexpr Result(Failure failure) : error_(failure.error()) {}

    constexpr explicit operator bool() const { return error_ == Error::Ok; }
    constexpr bool has_value() const { return error_ == Error::Ok; }
    /// The value, if there is one.
    constexpr const T& operator*() const { return value_; }
    constexpr T& operator*() { return value_; }
    constexpr const T* operator->() const { return &value_; }
    constexpr T* operator->() { return &value_; }
    constexpr T value_or(T other) const { return has_value() ? value_ : other; }
    /// Error::Ok, if there is a value.
    constexpr Error error() const { return error_; }
    /// It has a value, and that is it.
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
    /// Error::Ok, if the function did what it should.
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
