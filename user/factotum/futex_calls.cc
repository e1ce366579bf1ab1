// SPDX-License-Identifier: MIT
// FUTEX_WAIT and FUTEX_WAKE: what a process may ask of wait/futex.h.
#include "factotum.h"

namespace glenda::factotum {

namespace {

constexpr std::uint64_t kMicrosecondsPerMillisecond = 1000;

/// Bit 63 of FutexKey::space: the word is shared.
constexpr std::uint64_t kShared = std::uint64_t{1} << 63;

/// Processes that share an object's memory may have it at different addresses, so such a word is known by its place in
/// the object.
FutexKey key_of(Process& process, std::uint64_t address) {
    const Region& region = *process.space.regions().find(address);
    if (region.kind != RegionKind::Object || !region.is_shared) return {.space = process.badge(), .address = address};
    return {.space = kShared | region.source,
            .address = region.page_of(address) << kPageBits | (address & mask(kPageBits))};
}

}  // namespace

/// The word at `address`, where it is now. The page is brought in if it is not there.
Answer<Factotum::Word> Factotum::word_at(Process& process, std::uint64_t address) {
    CHECK(address % sizeof(std::uint32_t) == 0, ServerError::BadRequest);
    TRY(page, process.space.page_to_read(memory_, align_down(address, kPageSize)));
    const std::byte* const bytes = memory_.window(page) + address % kPageSize;
    const auto value = __atomic_load_n(reinterpret_cast<const std::uint32_t*>(bytes), __ATOMIC_SEQ_CST);
    return Word{key_of(process, address), value};
}

Reaction Factotum::futex_wait(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), expected = reader.word();
    const auto microseconds = std::int64_t(reader.word());
    if (!reader.ok() || expected >> 32 != 0) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    Thread* const thread = threads_.find(process, tid);
    if (process.is_founder() || thread == nullptr || thread->has_ended) return ServerError::BadRequest;
    const auto word = word_at(process, address);
    if (!word) return word.error();

    unblock(*thread, short_message(ServerError::Interrupted));  // or it would be in two buckets
    if (const auto waits = futex_.wait(*thread, word->key, word->value, std::uint32_t(expected)); !waits)
        return waits.error();
    block(*thread, WaitKind::Futex, request);
    if (microseconds >= 0) {
        const std::uint64_t rounded = std::uint64_t(microseconds) + kMicrosecondsPerMillisecond - 1;
        set_deadline(*thread, clock_.after(rounded / kMicrosecondsPerMillisecond));
    }
    return Reaction::later();
}

Reaction Factotum::futex_wake(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), count = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (process.is_founder()) return ServerError::BadRequest;
    const auto word = word_at(process, address);
    if (!word) return word.error();
    WordList woken;
    const std::uint64_t number = futex_.wake(word->key, count, woken);
    while (Waiter* const waiter = woken.pop()) finish(*static_cast<Thread*>(waiter), short_message(0));
    return Reaction::ok(number);
}

}  // namespace glenda::factotum
