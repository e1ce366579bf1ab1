// SPDX-License-Identifier: MIT
// The cases of the self-test, and its checks.
#pragma once

#include <cstdint>
#include <span>

namespace glenda::selftest {

struct Case {
    const char* exercise;
    const char* name;
    void (*run)();
};
std::span<const Case> cases();
/// What a course adds: none, unless another file of its own defines this too.
std::span<const Case> more_cases();

// 1.1: selftest/spaces.cc
void vspace_map();
void vspace_copy();
void vspace_shared();
void vspace_frames_return();
// 1.2: selftest/threads.cc
void thread_numbers();
void thread_table_full();
void thread_gives_back();
// 1.3: selftest/queues.cc
void ready_queue_order();
void ready_queue_model();
// 1.4: selftest/turns.cc
void turns();
void strict_priorities();
void shares();
// 1.6: selftest/handles.cc
void handles_lead();

/// A check of the running case has failed.
bool has_failed();

void check(bool holds, const char* text, const char* file, int line);
void check_equal(std::uint64_t got, std::uint64_t wanted, const char* text, const char* file, int line);

#define EXPECT(condition) ::glenda::selftest::check(bool(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, wanted) \
    ::glenda::selftest::check_equal(std::uint64_t(got), std::uint64_t(wanted), #got " == " #wanted, __FILE__, __LINE__)

/// Numbers that look random, and are the same in each run.
class Dice {
public:
    constexpr explicit Dice(std::uint64_t seed) : state_(seed) {}
    /// A number below `end`.
    std::uint64_t below(std::uint64_t end) {
        state_ = state_ * 6364136223846793005 + 1442695040888963407;
        return (state_ >> 33) % end;
    }

private:
    std::uint64_t state_;
};

}  // namespace glenda::selftest
