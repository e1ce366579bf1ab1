// SPDX-License-Identifier: MIT
// Lab 5: what the graded programs have in common. Each is a service of 9Ball, `PROGRAM NONCE CASE...`. It writes to the
// kernel's console: of each case that passes a line with the grader's mark, and of the first check that fails where it
// is. It never ends: the grader switches the machine off.
#pragma once

#include <atomic>
#include <span>

#include "common/tag.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"

namespace glenda::lab5 {

struct Case {
    const char* name;
    void (*run)();
};

inline const char* running = "";
inline std::string_view nonce;

[[noreturn]] inline void stop() {
    for (;;) (void)process::sleep(1'000'000'000);
}

inline void expect(bool holds, const char* text, const char* file, int line) {
    if (holds) return;
    print("FAIL {}: {}:{}: {}\n", std::string_view(running), std::string_view(file), line, std::string_view(text));
    stop();
}
template <typename T>
void expect_equal(const T& got, const T& wanted, const char* text, const char* file, int line) {
    if (got == wanted) return;
    print("FAIL {}: {}:{}: {}, got {}, wanted {}\n", std::string_view(running), std::string_view(file), line,
          std::string_view(text), got, wanted);
    stop();
}

/// What is in an answer that must be one.
template <typename T>
auto need(const Answer<T>& answer, const char* text, const char* file, int line) {
    if (!answer) {
        print("FAIL {}: {}:{}: {}, got {}\n", std::string_view(running), std::string_view(file), line,
              std::string_view(text), answer.error());
        stop();
    }
    if constexpr (!std::is_void_v<T>) return *answer;
}

#define EXPECT(condition) ::glenda::lab5::expect(bool(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, wanted)                                                                                   \
    ::glenda::lab5::expect_equal<std::remove_cvref_t<decltype(got)>>(got, wanted, #got " == " #wanted, __FILE__, \
                                                                     __LINE__)
#define NEED(answer) ::glenda::lab5::need(answer, #answer, __FILE__, __LINE__)

/// "Ok", or the error's name.
template <typename T>
std::string_view outcome(const Answer<T>& answer) {
    return answer ? "Ok" : std::string_view(name_of(answer.error()));
}

/// Runs the cases that the arguments name. Does not return.
[[noreturn]] inline void run_cases(int argc, char** argv, std::span<const Case> cases) {
    nonce = argc > 1 ? argv[1] : "";
    (void)nineball::ready(environment().notification);
    for (int i = 2; i < argc; i++) {
        for (const Case& each : cases) {
            if (std::string_view(argv[i]) != each.name) continue;
            running = each.name;
            each.run();
            print("ok {} {:016x}\n", std::string_view(running), ktest::tag_of(nonce, running));
        }
    }
    stop();
}

/// Lets others run until `condition` holds; it must within `tries` turns of a millisecond.
template <typename Condition>
bool comes_true(Condition condition, int tries = 2000) {
    for (; tries != 0; tries--) {
        if (condition()) return true;
        (void)process::sleep(1);
    }
    return condition();
}

inline std::uint64_t free_pages() { return NEED(process::memory()).free / 4096; }

}  // namespace glenda::lab5
