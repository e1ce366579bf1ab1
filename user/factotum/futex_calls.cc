// SPDX-License-Identifier: MIT
// FUTEX_WAIT and FUTEX_WAKE: what a process may ask of wait/futex.h.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

namespace {

constexpr std::uint64_t kMicrosecondsPerMillisecond = 1000;
constexpr std::uint64_t kShared = std::uint64_t{1} << 63;

bool is_word(std::uint64_t address) { return address % sizeof(std::uint32_t) == 0; }

}  // namespace

/// Processes that share an object's memory may have it at different addresses, so such a word is known by its place in
/// the object.
inline FutexKey Factotum::key_of(const Process& process, const Region& region, std::uint64_t address) const {
    // lab 5.9a {
    if (region.kind != RegionKind::Object || !region.is_shared) return {.space = process.badge(), .address = address};
    return {.space = kShared | objects_.serial(region.source),
            .address = region.page_of(address) << kPageBits | (address & mask(kPageBits))};
    // lab 5.9a }
}

/// The word is read where it is now. Its page is brought in if it is not there.
[[gnu::always_inline]] inline Reaction Factotum::wait_at(Process& process, Thread& thread, const WordWait& wanted,
                                                         Request& request) {
    // lab 5.9b {
    const std::uint64_t address = wanted.address;
    const Region* const region = process.space.region_to_read(address);
    if (region == nullptr) return ServerError::NotFound;
    const auto page = process.space.page_to_read(memory_, *region, align_down(address, kPageSize));
    if (!page) return page.error();
    const auto* const word = reinterpret_cast<std::uint32_t*>(memory_.window(*page) + address % kPageSize);
    // Whoever changed it may have woken the others already.
    if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != wanted.expected) return ServerError::NotReady;

    block(thread, WaitKind::Futex, request);
    futex_.add(thread, key_of(process, *region, address));
    if (wanted.microseconds >= 0) {
        const std::uint64_t rounded = std::uint64_t(wanted.microseconds) + kMicrosecondsPerMillisecond - 1;
        set_deadline(thread, clock_.after(rounded / kMicrosecondsPerMillisecond));
    }
    return Reaction::later();
    // lab 5.9b }
}

Reaction Factotum::futex_wait(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), expected = reader.word();
    const auto microseconds = std::int64_t(reader.word());
    if (!reader.ok() || expected >> 32 != 0 || !is_word(address)) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    Thread* const thread = threads_.find(process, tid);
    if (process.is_founder() || thread == nullptr || thread->has_ended) return ServerError::BadRequest;
    return wait_at(process, *thread, {address, std::uint32_t(expected), microseconds}, request);
}

Reaction Factotum::futex_wake(Process& process, Request& request) {
    // lab 5.9c {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), count = reader.word();
    if (!reader.ok() || process.is_founder() || !is_word(address)) return ServerError::BadRequest;
    const Region* const region = process.space.region_to_read(address);
    if (region == nullptr) return ServerError::NotFound;
    const FutexKey key = key_of(process, *region, address);
    return Reaction::ok(futex_.wake(key, std::min(count, kMostWoken),
                                    [&](Waiter& waiter) { finish(static_cast<Thread&>(waiter), short_message(0)); }));
    // lab 5.9c }
}

}  // namespace glenda::factotum
