// SPDX-License-Identifier: MIT
// Formatted text without heap and varargs. Placeholders are checked against the arguments at compile time.
//
//   {}  default for the type  {:x} hexadecimal        {:#x} with 0x         {:c} a number as a character
//   {:5} at least 5 wide      {:<5} left-aligned      {:>5} right-aligned   {:05} padded with 0
//   {{ }} literal braces
// By default numbers are right-aligned and texts left-aligned. This file makes no system calls and is tested on the
// host.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace glenda {

/// Receives formatted text, piece by piece.
struct TextSink {
    void (*write)(TextSink& self, std::string_view piece);
};

/// One type-erased argument.
struct FormatArg {
    enum class Kind : std::uint8_t { Unsigned, Signed, Text, Character };
    Kind kind;
    std::uint64_t number = 0;
    std::string_view text{};
};

/// Types with a `const char* name_of(T)` are formatted as that name: Error, CapType, ...
template <typename T>
concept Named = requires(T value) {
    { name_of(value) } -> std::convertible_to<std::string_view>;
};

template <typename T>
constexpr FormatArg format_arg(const T& value) {
    using Kind = FormatArg::Kind;
    if constexpr (std::is_same_v<T, bool>)
        return {Kind::Text, 0, value ? "true" : "false"};
    else if constexpr (std::is_same_v<T, char>)
        return {Kind::Character, std::uint64_t(std::uint8_t(value))};
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        return {Kind::Text, 0, std::string_view(value)};
    else if constexpr (Named<T>)
        return {Kind::Text, 0, name_of(value)};
    else if constexpr (std::is_enum_v<T>)
        return format_arg(static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (std::is_pointer_v<T>)
        return {Kind::Unsigned, reinterpret_cast<std::uint64_t>(value)};
    else if constexpr (std::signed_integral<T>)
        return {Kind::Signed, std::uint64_t(std::int64_t(value))};
    else
        return {Kind::Unsigned, std::uint64_t(value)};
}

/// A format string whose placeholders match the arguments in number. A wrong one does not compile.
template <typename... Args>
class FormatString {
public:
    template <typename Text>
    requires std::convertible_to<const Text&, std::string_view>
    consteval FormatString(const Text& text) : text_(text) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < text_.size(); i++) {
            const bool doubled = i + 1 < text_.size() && text_[i + 1] == text_[i];
            if (text_[i] == '{' && !doubled) {
                while (i < text_.size() && text_[i] != '}') i++;
                if (i == text_.size()) unclosed_brace();
                count++;
            } else if (text_[i] == '{' || text_[i] == '}') {
                if (!doubled) unopened_brace();
                i++;
            }
        }
        if (count != sizeof...(Args)) placeholders_and_arguments_differ_in_number();
    }
    constexpr std::string_view text() const { return text_; }

private:
    // These are not constexpr, so calling one is a compile error that shows the function's name.
    static void unclosed_brace() {}
    static void unopened_brace() {}
    static void placeholders_and_arguments_differ_in_number() {}

    std::string_view text_;
};

/// Writes `format` to `sink`, with placeholders replaced by `args`. Drops a placeholder without an argument.
void format_args(TextSink& sink, std::string_view format, std::span<const FormatArg> args);

template <typename... Args>
void format_to(TextSink& sink, FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    const FormatArg list[sizeof...(Args) + 1] = {format_arg(args)..., FormatArg{}};
    format_args(sink, format.text(), {list, sizeof...(Args)});
}

/// A buffer with text of at most N bytes. Longer text is truncated.
template <std::size_t N>
class FixedText : private TextSink {
public:
    FixedText() : TextSink{append} {}
    template <typename... Args>
    explicit FixedText(FormatString<std::type_identity_t<Args>...> format, const Args&... args) : FixedText() {
        add(format, args...);
    }
    template <typename... Args>
    FixedText& add(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
        format_to(*this, format, args...);
        return *this;
    }
    void clear() { size_ = 0; }
    std::string_view view() const { return {bytes_, size_}; }
    operator std::string_view() const { return view(); }

private:
    static void append(TextSink& sink, std::string_view piece) {
        auto& self = static_cast<FixedText&>(sink);
        for (char c : piece) {
            if (self.size_ < N) self.bytes_[self.size_++] = c;
        }
    }
    std::size_t size_ = 0;
    char bytes_[N];
};

}  // namespace glenda
