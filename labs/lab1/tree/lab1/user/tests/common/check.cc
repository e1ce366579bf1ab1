// SPDX-License-Identifier: MIT
// See check.h.
#include "check.h"

namespace glenda::check {

namespace {

constinit const char* running = nullptr;
constinit bool failed = false;

/// Takes the part of `text` up to the next `separator` off, and returns it.
std::string_view next_part(std::string_view& text, char separator) {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
    return part;
}

/// The value of the last word `key=value` in `line`, or an empty text.
std::string_view option(std::string_view line, std::string_view key) {
    std::string_view value;
    while (!line.empty()) {
        std::string_view word = next_part(line, ' ');
        if (next_part(word, '=') == key) value = word;
    }
    return value;
}

/// Whether the list `names`, with commas, is empty or has `name` in it.
bool selects(std::string_view names, std::string_view name) {
    bool found = names.empty();
    while (!names.empty()) found = next_part(names, ',') == name || found;
    return found;
}

/// A keyed hash: FNV-1a over "nonce:name", then a finaliser that lets every bit count.
std::uint64_t tag_of(std::string_view nonce, std::string_view name) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    const auto add = [&](std::string_view text) {
        for (const char c : text) hash = (hash ^ std::uint8_t(c)) * 0x100'0000'01b3;
    };
    add(nonce);
    add(":");
    add(name);
    hash = (hash ^ hash >> 33) * 0xff51'afd7'ed55'8ccd;
    hash = (hash ^ hash >> 33) * 0xc4ce'b9fe'1a85'ec53;
    return hash ^ hash >> 33;
}

void report(const char* text, const char* file, int line, const FixedText<64>& got) {
    if (failed) return;  // the first is the cause
    failed = true;
    print("FAIL {}: {}:{}: {}{}\n", running, file, line, text, got.view());
}

}  // namespace

bool has_failed() { return failed; }

void check(bool holds, const char* text, const char* file, int line) {
    if (!holds) report(text, file, line, FixedText<64>());
}

void check_equal(long got, long wanted, const char* text, const char* file, int line) {
    if (got != wanted) report(text, file, line, FixedText<64>(", got {} ({:#x})", got, std::uint64_t(got)));
}

void run_cases(std::span<const Case> cases) {
    const std::string_view nonce = option(command_line(), "nonce");
    unsigned passed = 0, wrong = 0;
    for (const Case& test : cases) {
        if (!selects(option(command_line(), "case"), test.name)) continue;
        running = test.name;
        failed = false;
        test.run();
        (failed ? wrong : passed)++;
        if (failed) continue;
        if (nonce.empty())
            print("ok {}\n", test.name);
        else
            print("ok {} {:016x}\n", test.name, tag_of(nonce, test.name));
    }
    print("ktest: {} passed, {} failed\n", passed, wrong);
    shut_down();
}

}  // namespace glenda::check
