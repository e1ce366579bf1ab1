// SPDX-License-Identifier: MIT
// Checks for graded tests that run on the host, and report as the programs of user/tests do.
//
// The first check that fails ends the program: after it, links and pointers need not lead anywhere. `case=a,b` among
// the arguments selects cases, and `nonce=...` signs what passed.
#pragma once

#include <sys/time.h>

#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>

#include "../../user/tests/common/tag.h"

namespace glenda::host {

inline const char* running = "";

/// Where in a source file something is.
struct SourceLine {
    const char* file = nullptr;
    int line = 0;
};
inline SourceLine last_check;  // the one that was looked at last: what never ends, does so after it

/// Where the test called a helper that contains checks. Such a helper's last parameter is
/// `Caller = std::source_location::current()`, and a check that fails in it is reported there: the test's line says
/// more than the helper's. Of helpers that call each other the first one counts.
class Caller {
public:
    Caller(const std::source_location& place) : is_first_(first.file == nullptr) {
        if (is_first_) first = last_check = {place.file_name(), static_cast<int>(place.line())};
    }
    ~Caller() {
        if (is_first_) first = {};
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    static inline SourceLine first;  // no file: the test is in no helper

private:
    bool is_first_;
};

[[noreturn]] inline void fail(const char* text, const std::string& got, SourceLine place) {
    if (Caller::first.file == nullptr)
        std::printf("FAIL %s: %s:%d: %s%s\n", running, place.file, place.line, text, got.c_str());
    else
        std::printf("FAIL %s: %s:%d: %s%s (%s:%d)\n", running, Caller::first.file, Caller::first.line, text,
                    got.c_str(), place.file, place.line);
    std::exit(1);
}
inline void expect(bool holds, const char* text, SourceLine place) {
    last_check = place;
    if (!holds) fail(text, "", place);
}
template <typename T>
void expect_equal(const T& got, const T& wanted, const char* text, SourceLine place) {
    last_check = place;
    if (got == wanted) return;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
        fail(text, ", got " + std::to_string(std::uint64_t(got)) + ", wanted " + std::to_string(std::uint64_t(wanted)),
             place);
    fail(text, "", place);
}

#define EXPECT(condition) ::glenda::host::expect(static_cast<bool>(condition), #condition, {__FILE__, __LINE__})
#define EXPECT_EQ(got, wanted)                                                                         \
    ::glenda::host::expect_equal<std::remove_cvref_t<decltype(got)>>(got, wanted, #got " == " #wanted, \
                                                                     {__FILE__, __LINE__})

/// The same numbers each time (xorshift).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9e37'79b9'7f4a'7c15 | 1) {}
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        return state_ ^= state_ << 17;
    }
    /// A number below `end`.
    std::uint64_t below(std::uint64_t end) { return (next() >> 11) % end; }

private:
    std::uint64_t state_;
};

/// Ends a case that has used 2 s of the processor: it would never end.
inline void give_up(int) {
    const SourceLine place = Caller::first.file != nullptr ? Caller::first : last_check;
    std::printf("FAIL %s: %s:%d: after this check it does not come to an end\n", running, place.file, place.line);
    std::abort();  // the sanitizer then tells the stack
}
inline void limit_case() {
    const itimerval limit{{}, {2, 0}};
    std::signal(SIGVTALRM, give_up);
    setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

/// The place is that of the list in main().
struct Case {
    const char* name;
    void (*run)();
    const char* file = __builtin_FILE();
    int line = __builtin_LINE();
};
inline int run_cases(int argc, char** argv, std::initializer_list<Case> cases) {
    std::string wanted, nonce;
    for (int i = 1; i < argc; i++) {
        const std::string_view word = argv[i];
        if (word.starts_with("case=")) wanted = "," + std::string(word.substr(5)) + ",";
        if (word.starts_with("nonce=")) nonce = word.substr(6);
    }
    std::setvbuf(stdout, nullptr, _IONBF, 0);
    unsigned passed = 0;
    for (const Case& each : cases) {
        if (!wanted.empty() && wanted.find("," + std::string(each.name) + ",") == std::string::npos) continue;
        running = each.name;
        last_check = {each.file, each.line};
        if (!nonce.empty()) std::printf("case %s\n", each.name);  // if it hangs, the grader says where
        limit_case();
        each.run();
        passed++;
        std::printf(nonce.empty() ? "ok %s\n" : "ok %s %016" PRIx64 "\n", each.name, ktest::tag_of(nonce, each.name));
    }
    std::printf("ktest: %u passed, 0 failed\n", passed);
    return 0;
}

}  // namespace glenda::host
