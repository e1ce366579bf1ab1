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
#include <string>
#include <string_view>

#include "../../user/tests/common/tag.h"

namespace glenda::host {

inline const char* running = "";

[[noreturn]] inline void fail(const char* text, const std::string& got, const char* file, int line) {
    std::printf("FAIL %s: %s:%d: %s%s\n", running, file, line, text, got.c_str());
    std::exit(1);
}
template <typename T>
void expect_equal(const T& got, const T& wanted, const char* text, const char* file, int line) {
    if (got == wanted) return;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
        fail(text, ", got " + std::to_string(std::uint64_t(got)) + ", not " + std::to_string(std::uint64_t(wanted)),
             file, line);
    fail(text, "", file, line);
}

#define EXPECT(condition) ((condition) ? void() : ::glenda::host::fail(#condition, "", __FILE__, __LINE__))
#define EXPECT_EQ(got, wanted)                                                                                   \
    ::glenda::host::expect_equal<std::remove_cvref_t<decltype(got)>>(got, wanted, #got " == " #wanted, __FILE__, \
                                                                     __LINE__)

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
    std::printf("FAIL %s: it does not come to an end\n", running);
    std::_Exit(1);
}
inline void limit_case() {
    const itimerval limit{{}, {2, 0}};
    std::signal(SIGVTALRM, give_up);
    setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

struct Case {
    const char* name;
    void (*run)();
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
        limit_case();
        each.run();
        passed++;
        std::printf(nonce.empty() ? "ok %s\n" : "ok %s %016" PRIx64 "\n", each.name, ktest::tag_of(nonce, each.name));
    }
    std::printf("ktest: %u passed, 0 failed\n", passed);
    return 0;
}

}  // namespace glenda::host
