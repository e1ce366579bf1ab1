// SPDX-License-Identifier: MIT
// PAGER_TAKE and PAGER_SUPPLY: a process brings the pages of its objects when somebody first touches them.
//
//   a fault            the thread waits; the first one for a page stands in the pager's list `wanted`, too
//   PAGER_TAKE         the pager is told of that page, and the thread leaves the list
//   PAGER_SUPPLY       all that wait for the page go on, and fault again: now it is there
//   the pager ends     they crash
//
// Factotum calls nobody: the pager asks, and waits for the answer. Invariant: a thread that waits for a page waits for
// one that is not there (or comes just now), of an object whose pager is; one of those that wait for the same page is
// in the list until the pager has been told.
#include "factotum.h"

namespace glenda::factotum {

namespace {

/// Bit 62 of FutexKey::space: a page of an object. Nobody can wake those that wait for it with FUTEX_WAKE.
constexpr std::uint64_t kPageOf = std::uint64_t{1} << 62;

FutexKey page_key(ObjectNumber number, std::uint64_t page) {
    return {.space = kPageOf | number, .address = page << kPageBits};
}
ObjectNumber object_in(const FutexKey& key) { return ObjectNumber(key.space & ~kPageOf); }
std::uint64_t page_in(const FutexKey& key) { return key.address >> kPageBits; }

}  // namespace

/// Lets a thread that has faulted wait for its page. False if nobody is left to bring it.
bool Factotum::wait_for_page(Thread& thread, Request& request) {
    const std::uint64_t address = request.words[1];
    const Region& region = *processes_.at(thread.process).space.regions().find(address);
    MemoryObject& object = *objects_.find(region.source);
    Process* const pager = object.creator != 0 ? processes_.find_pid(object.creator) : nullptr;
    if (pager == nullptr) return false;
    const FutexKey key = page_key(region.source, region.page_of(address));
    const bool is_first = futex_.first(key) == nullptr;
    block(thread, WaitKind::Page, request);
    thread.stop.address = address;
    futex_.add(thread, key);
    object.waiting++;
    if (is_first) thread.enter(pager->wanted);
    tell_pager(*pager);
    return true;
}

/// The thread waits no longer, though its page has not come. If the pager was still to be told of it, the next one that
/// waits for the page takes the thread's place.
void Factotum::give_up_page(Thread& thread) {
    EventList* const list = thread.stop.list;
    thread.forget();
    futex_.remove(thread);
    objects_.find(object_in(thread.key))->waiting--;
    Waiter* const other = futex_.first(thread.key);
    if (list != nullptr && other != nullptr) static_cast<Thread*>(other)->enter(*list);
}

/// Tells a thread of the pager, if one waits, of the page that was wanted first.
void Factotum::tell_pager(Process& pager) {
    auto* const subject = static_cast<Thread*>(pager.wanted.first());
    Thread* idle = threads_.first(pager);
    while (idle != nullptr && idle->kind != WaitKind::Pager) idle = threads_.next(*idle);
    if (subject == nullptr || idle == nullptr) return;
    const ObjectNumber number = object_in(subject->key);
    const std::uint64_t page = page_in(subject->key), address = subject->stop.address;
    subject->forget();
    subject->stop.address = address;
    const std::uint64_t missing = objects_.missing(number, page, kMostSupplied);
    finish(*idle, short_message(0, objects_.find(number)->slot, page, missing));
}

Reaction Factotum::pager_take(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const auto flags = WaitFlags(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    Thread* const caller = threads_.find(process, tid);
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (caller == nullptr || caller->has_ended || flags > WaitFlags::NoHang) return ServerError::BadRequest;
    if (process.wanted.is_empty() && flags == WaitFlags::NoHang) return Reaction::ok(0, 0, 0);
    block(*caller, WaitKind::Pager, request);
    tell_pager(process);
    return Reaction::later();
}

/// First everything that can be refused. What is supplied has been charged with the object.
Reaction Factotum::pager_supply(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const CPtr slot = reader.word();
    const std::uint64_t page = reader.word(), count = reader.word(), from = reader.word();
    if (!reader.ok() || request.caps() != 1) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    const ObjectNumber number = objects_.opened(slot, process.pid);
    if (number == 0 || objects_.find(number)->kind != ObjectKind::Pager) return ServerError::NotFound;
    const auto source = object_of(request, 0);
    if (!source) return source.error();
    const auto lies_in = [&](ObjectNumber object, std::uint64_t first) {
        const std::uint64_t pages = objects_.find(object)->pages;
        return first <= pages && count <= pages - first;
    };
    if (count == 0 || count > kMostSupplied || !lies_in(number, page) || !lies_in(*source, from))
        return ServerError::BadRequest;
    if (objects_.missing(number, page, count) != count) return ServerError::Exists;
    Work work{.kind = WorkKind::Supply, .subject = number, .at = page, .end = page};
    for (; work.end != page + count; work.end++) {
        const auto bytes = objects_.page(*source, from + (work.end - page));
        const auto done = bytes ? objects_.supply(number, work.end, *bytes) : Result<void>(Failure(bytes.error()));
        if (done) continue;
        const bool is_missing = done.error() == Error::WouldBlock;
        work.answer = short_message(is_missing ? ServerError::NotReady : ServerError::OutOfMemory);
        break;
    }
    return work_for(threads_.find_or_first(process, tid), process, work, request);
}

/// Those that wait for the pages go on.
bool Factotum::supply_some(Process& process, unsigned& steps) {
    constexpr unsigned kSteps = 10;
    Work& work = process.work;
    for (; work.at != work.end; work.at++) {
        const std::uint64_t most = steps / kSteps;
        const std::uint64_t woken = futex_.wake(page_key(work.subject, work.at), most, [&](Waiter& waiter) {
            Thread& thread = static_cast<Thread&>(waiter);
            thread.forget();
            objects_.find(work.subject)->waiting--;
            finish(thread, short_message(kFaultResume));
        });
        steps -= unsigned(woken) * kSteps;
        if (woken == most) return false;
    }
    return true;
}

/// The pager of an object is about to go. Those that wait for its pages have an exception; if nobody takes that, they
/// end when resume_abandoned() comes to them.
void Factotum::break_pages(ObjectNumber number) {
    MemoryObject& object = *objects_.find(number);
    if (object.waiting == 0) return;
    object.waiting = 0;
    futex_.remove_all(page_key(number, 0).space, [&](Waiter& waiter) {
        Thread& thread = static_cast<Thread&>(waiter);
        const Stop stop{.event = EventKind::Exception, .crash = CrashKind::PagerEnded, .address = thread.stop.address};
        thread.forget();
        if (objects_.missing(number, page_in(thread.key), 1) == 0) return finish(thread, short_message(kFaultResume));
        if (processes_.at(thread.process).has_ended) return finish(thread, short_message(ServerError::Interrupted));
        thread.kind = WaitKind::Stopped;
        if (stop_for(thread, stop)) return;
        thread.stop = stop;
        events_.abandon(thread);
    });
}

/// The invariant above, as far as it is about one thread.
Broken Factotum::audit_page_wait(const Thread& thread) {
    if (thread.kind != WaitKind::Page) return Broken::Nothing;
    const ObjectNumber number = object_in(thread.key);
    const MemoryObject* const object = objects_.find(number);
    const Process* const pager = object != nullptr ? processes_.find_pid(object->creator) : nullptr;
    const bool is_fine =
        pager != nullptr && object->waiting != 0 && futex_.first(thread.key) != nullptr &&
        (pager->work.kind == WorkKind::Supply || objects_.missing(number, page_in(thread.key), 1) == 1);
    return is_fine ? Broken::Nothing : Broken::Threads;
}

}  // namespace glenda::factotum
