// SPDX-License-Identifier: MIT
// The methods of the Machine that control and read the trace.
//
// Events are read by number and copied into the reader's message. Reading consumes nothing, so several readers do not
// disturb each other. Invariant: the reply begins with the numbers that it covers, so a reader that came too late sees
// which events it has missed. Handout: reference/kernel-abi.md, "The trace".
#include <algorithm>
#include <array>
#include <bit>

#include "call/request.h"
#include "call/switches.h"
#include "debug/trace.h"

namespace glenda {

/// Word 0: a TraceCommand. Reply: the number of the next event, and whether the trace was on. Error: BadArgument.
Outcome control_trace(const Request& request) {
    TRY_VOID(request.needs(1));
    bool was_on = trace.is_on();
    switch (static_cast<TraceCommand>(request.word(0))) {
        case TraceCommand::Stop: set_trace(false); break;
        case TraceCommand::Start: set_trace(true); break;
        case TraceCommand::Clear: trace.clear(); break;
        default: return Failure(Error::BadArgument);
    }
    request.set_reply(0, trace.next());
    request.set_reply(1, was_on ? 1 : 0);
    return done(2);
}

/// Word 0: the first event wanted. Reply: the numbers of the first event and of the one after the last, then the
/// events, at most kMaxTraceRead. Events that are no longer kept are skipped. Error: NoUtcb, because no event fits in
/// registers.
Outcome read_trace(const Request& request) {
    using Words = std::array<std::uint64_t, sizeof(TraceEvent) / sizeof(std::uint64_t)>;
    constexpr unsigned kWordsBefore = 2;
    static_assert(kWordsBefore + kMaxTraceRead * Words{}.size() <= kMaxWords);
    TRY_VOID(request.needs(1));
    CHECK(request.caller.utcb != nullptr, Error::NoUtcb);
    const std::uint64_t from = std::clamp(request.word(0), trace.first(), trace.next());
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(trace.next() - from, kMaxTraceRead));
    request.set_reply(0, from);
    request.set_reply(1, from + count);
    unsigned n = kWordsBefore;
    for (unsigned i = 0; i < count; i++) {
        for (const std::uint64_t word : std::bit_cast<Words>(Trace::event(from + i))) request.set_reply(n++, word);
    }
    return done(n);
}

/// Word 0: the number of a system call, -1 to -8. Reply: how many there were, and the sum and the longest of their
/// times in cycles. Error: OutOfRange.
Outcome report_times(const Request& request) {
    TRY_VOID(request.needs(1));
    const std::uint64_t ordinal = ~request.word(0);  // -1, -2, ... are 0, 1, ...
    CHECK(ordinal < Trace::kSyscalls, Error::OutOfRange);
    const Trace::Times& times = trace.times(static_cast<unsigned>(ordinal));
    request.set_reply(0, times.count);
    request.set_reply(1, times.sum);
    request.set_reply(2, times.longest);
    return done(3);
}

}  // namespace glenda
