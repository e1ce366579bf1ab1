// SPDX-License-Identifier: MIT
// Asks for threads, waits and wake-ups wrongly, and checks each answer.
#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/thread.h"
#include "util/bits.h"

using namespace glenda;

namespace {

int faults = 0;

template <typename T>
void expect(const char* what, const Answer<T>& answer, ServerError error) {
    if (!answer && answer.error() == AnyError(error)) return;
    print("thread_errors: {}: {} in place of {}\n", what, answer ? "success" : name_of(answer.error()), error);
    faults++;
}

void check(const char* what, bool is_right) {
    if (is_right) return;
    print("thread_errors: {}\n", what);
    faults++;
}

template <typename... Words>
Answer<void> ask(FactotumMethod method, Words... words) {
    MessageWriter message(method);
    (message.word(words), ...);
    return transact(environment().factotum, message);
}

std::int64_t nap(void*) {
    (void)process::sleep(100);
    return 3;
}

void check_joins() {
    expect("join of itself", process::join_thread(process::this_thread()), ServerError::BadRequest);
    expect("join of nobody", process::join_thread(0xffff'ffff), ServerError::NotFound);
    expect("join of a large number", process::join_thread(~std::uint64_t{0}), ServerError::NotFound);
    expect("join of Factotum's thread", process::join_thread(2), ServerError::NotFound);
    auto thread = Thread::start(nap, nullptr);
    check("a status", thread->join() == 3);
    expect("a second join", thread->join(), ServerError::NotFound);
}

/// One of two that wait for the same thread is refused, whoever comes second.
void check_rivals() {
    auto thread = Thread::start(nap, nullptr);
    const auto rival = [](void* number) -> std::int64_t {
        const auto status = process::join_thread(reinterpret_cast<std::uint64_t>(number));
        return status ? std::int64_t(*status) : status.error() == AnyError(ServerError::Busy) ? -1 : -2;
    };
    void* const number = reinterpret_cast<void*>(thread->number());
    auto other = Thread::start(rival, number);
    const std::int64_t mine = rival(number);
    const auto theirs = other->join();
    check("two who wait for one thread", theirs && mine + *theirs == 3 - 1 && mine * *theirs == 3 * -1);
}

void check_numbers() {
    const std::uint64_t foreign = 2;  // Factotum's own thread
    expect("sleep for another process", ask(FactotumMethod::Sleep, 5, foreign), ServerError::BadRequest);
    expect("end of another process's", ask(FactotumMethod::ThreadExit, 5, foreign), ServerError::BadRequest);
    expect("wait as another process's", ask(FactotumMethod::ThreadJoin, process::this_thread(), foreign),
           ServerError::BadRequest);
    expect("a short request", ask(FactotumMethod::ThreadCreate, 1, 2, 3), ServerError::BadRequest);
    expect("no request", ask(FactotumMethod::FutexWait), ServerError::BadRequest);
    expect("no time", ask(FactotumMethod::Sleep), ServerError::BadRequest);
}

/// A thread that says that it is another one, which waits, ends that one's wait.
void check_impostor() {
    static std::atomic<std::uint32_t> has_ended{0};
    auto sleeper = Thread::start(
        [](void*) -> std::int64_t {
            const auto done = process::sleep(1'000'000);
            has_ended = 1;
            return !done && done.error() == AnyError(ServerError::Interrupted);
        },
        nullptr);
    while (has_ended == 0) (void)ask(FactotumMethod::Sleep, 1, sleeper->number());
    check("an impostor ends a wait", sleeper->join() == 1);
    auto victim = Thread::start(
        [](void*) -> std::int64_t {
            (void)process::sleep(1'000'000);
            return 1;
        },
        nullptr);
    (void)process::sleep(1);
    const auto end = ask(FactotumMethod::ThreadExit, 17, victim->number());
    check("the end of another thread has no answer", !end && end.error() == AnyError(Error::NoReply));
    check("its status", victim->join() == 17);
}

void check_words() {
    static std::atomic<std::uint32_t> word{5};
    const auto at = [](std::uint64_t address) { return ask(FactotumMethod::FutexWait, address, 0, 0); };
    expect("another value", process::futex_wait(word, 4), ServerError::NotReady);
    expect("a large value", ask(FactotumMethod::FutexWait, &word, std::uint64_t{1} << 32, -1), ServerError::BadRequest);
    expect("no time at all", process::futex_wait(word, 5, 0), ServerError::TimedOut);
    expect("a short time", process::futex_wait(word, 5, 1), ServerError::TimedOut);
    check("nobody is woken", process::futex_wake(word, 10) == 0);
    expect("a crooked word", at(reinterpret_cast<std::uint64_t>(&word) + 2), ServerError::BadRequest);
    expect("a word nowhere", at(0), ServerError::NotFound);
    expect("a word of the kernel", at(0xffff'ffff'8000'0000), ServerError::NotFound);
    expect("no place for a wake", ask(FactotumMethod::FutexWake, 0, 1), ServerError::NotFound);
    const auto fresh = process::map(kPageSize);
    check("a page that was never touched", fresh && at(*fresh + 4).error() == AnyError(ServerError::TimedOut));
}

/// A process has its own Tcb, but when and where that runs is not its own to say.
void check_own_tcb() {
    const Tcb tcb = environment().tcb;
    const auto is_refused = [](const Result<void>& done) { return !done && done.error() == Error::NoRights; };
    check("a long slice for itself", is_refused(tcb.set_time_slice(1'000'000)));
    check("a priority for itself", is_refused(tcb.set_priority(1, 1)));
    check("another hart for itself", is_refused(tcb.set_affinity(0)));
    check("a name for itself", tcb.set_name("myself").has_value());
}

}  // namespace

int main() {
    check_joins();
    check_rivals();
    check_numbers();
    check_impostor();
    check_words();
    check_own_tcb();
    if (faults == 0) print("thread_errors: all is well\n");
    return faults != 0;
}
