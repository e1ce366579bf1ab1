// SPDX-License-Identifier: MIT
// How an operation of the kernel can end.
//
// A short operation does what it is asked, or refuses and has changed nothing: that is Result (util/result.h). A long
// one cannot refuse, but it can be preempted: it stops between two steps, keeps what it has done, and goes on when it
// is called again: that is Progress. A method can be done, refuse or be preempted, and its Outcome says which:
//
//   TRY_VOID(request.needs(1));   leaves the method with the error, if there is one
//   FINISH(revoke_slot(*slot));   leaves the method as preempted, unless the operation is done
//   return done();                the answer has no words
//   return done(3);               it has three
//
// Handout: reference/kernel-design.md, "Invoking an object".
#pragma once

#include "util/result.h"

namespace glenda {

/// How far a long operation has come. Preempted: an interrupt is more urgent; call it again.
enum class [[nodiscard]] Progress{Done, Preempted};

/// In a function that returns Progress or Outcome: leaves it with Preempted, unless the operation is done.
#define FINISH(...)                                        \
    if ((__VA_ARGS__) == Progress::Preempted) [[unlikely]] \
    return Progress::Preempted

/// What became of a Call on a kernel object.
class [[nodiscard]] Outcome {
public:
    enum class Kind : std::uint64_t { Done, Refused, Preempted };

    /// Refused. Not explicit, so that CHECK and TRY work in a method.
    constexpr Outcome(Failure failure) : Outcome(Kind::Refused, std::uint64_t(failure.error())) {}
    /// Done, with no words in the answer; or preempted.
    constexpr Outcome(Progress progress) : Outcome(progress == Progress::Done ? Kind::Done : Kind::Preempted, 0) {}

    constexpr Kind kind() const { return kind_; }
    /// Done: the words of the answer.
    constexpr std::uint64_t words() const { return value_; }
    /// Refused: why.
    constexpr Error error() const { return Error(value_); }

private:
    constexpr Outcome(Kind kind, std::uint64_t value) : kind_(kind), value_(value) {}
    friend constexpr Outcome done(unsigned words);

    Kind kind_;
    std::uint64_t value_;
};

/// The method did what it should, and its answer has `words` words.
constexpr Outcome done(unsigned words = 0) { return Outcome(Outcome::Kind::Done, words); }

}  // namespace glenda
