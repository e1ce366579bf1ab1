// SPDX-License-Identifier: MIT
// See refusals.h.
#include "factotum/refusals.h"

#include <gtest/gtest.h>

#include <set>

namespace glenda::factotum::test {

namespace {

constexpr std::uint64_t kChunks = 32;
constexpr int kEnough = 3000;  // refusals of a kind: no call takes so much

/// Who has what. Caches count as free.
struct Books {
    std::uint64_t free = 0, own = 0, charged = 0;  // pages; `own`: Factotum's
    std::uint64_t slots = 0, own_slots = 0;
    std::set<std::pair<CPtr, CapType>> caps{};             // of processes: CNodes, Tcbs, and what is in their slots
    std::vector<std::array<std::uint64_t, 4>> accounts{};  // but Factotum's and the root

    /// A call that failed has left the same as before, but for what the process `keeps` for the next one. Factotum's
    /// tables may have grown.
    bool is_as(const Books& before, std::uint64_t keeps) const {
        const std::uint64_t more = charged - before.charged;
        return more <= keeps && free + own + keeps >= before.free + before.own && slots == before.slots &&
               caps == before.caps && (more != 0 || accounts == before.accounts);
    }
    /// What was made was not made at the same places.
    bool is_like(const Books& other) const {
        return free == other.free && own == other.own && charged == other.charged && slots == other.slots &&
               own_slots == other.own_slots && caps.size() == other.caps.size() && accounts == other.accounts;
    }
};

std::ostream& operator<<(std::ostream& out, const Books& books) {
    out << books.free << " pages free, " << books.own << " Factotum's, " << books.charged << " charged, " << books.slots
        << " slots, " << books.own_slots << " Factotum's, " << books.caps.size() << " capabilities, "
        << books.accounts.size() << " accounts";
    for (const auto& account : books.accounts)
        out << " (" << account[0] << ", " << account[1] << ", " << account[2] << ", " << account[3] << ")";
    return out;
}

Books look_at(System& system) {
    Memory& memory = system.memory();
    const std::uint64_t free = system.must(kNineball, MessageWriter(FactotumMethod::MemoryInfo), 1) / kPageSize;
    const std::uint64_t cached = free - memory.free_pages();
    Books books{.free = free,
                .own = memory.own_pages(),
                .charged = memory.commit().charged().sum() - cached - memory.own_pages()};
    for (CPtr slot = memory.slots().heap(); memory.is_heap_slot(slot); slot++) {
        const std::uint32_t owner = memory.record_of_slot(slot).owner;
        books.own_slots += owner == SlotRecord::kFactotum;
        books.slots += owner != SlotRecord::kNone && owner != SlotRecord::kFactotum;
    }
    const CPtr runs = memory.slots().run(0, kRunFaultHandler), heap = memory.slots().heap();
    for (const auto& [slot, cap] : machine().slots) {
        const bool is_fixed = slot < memory.slots().chunk(0) || (slot >= runs && slot < heap);
        if (is_fixed || slot >= bit(memory.slots().radix())) books.caps.emplace(slot, cap.type);
    }
    for (const Account& account : memory.accounts().all().subspan(2)) {
        if (account.is_in_use())
            books.accounts.push_back({account.reserved, account.promised(), account.processes, account.objects});
    }
    return books;
}

/// Everything of a kind that is there, but for some of it.
class Hog {
public:
    Hog(System& system, Badge caller, Shortage shortage, int left)
        : system_(system), caller_(caller), shortage_(shortage), left_(left) {}

    void begin() {
        switch (shortage_) {
            case Shortage::KernelMemory:
            case Shortage::Kernel:
                machine().failure = shortage_ == Shortage::Kernel ? Error::TooManySpaces : Error::NotEnoughMemory;
                machine().fails_after = left_;
                break;
            case Shortage::Memory: take_memory(); break;
            case Shortage::Account: limit(promised() + unsigned(left_)); break;
            case Shortage::Slots:
                while (heap().free_slots() > unsigned(left_)) slots_.push_back(*heap().take());
        }
    }
    /// Gives it back. Returns whether anything can have been refused.
    bool end() {
        const bool is_left = machine().fails_after >= 0;
        machine().fails_after = -1;
        if (pages_ != 0) system_.memory().uncharge({.frames = pages_});
        if (shortage_ == Shortage::Account) limit(0);
        for (const CPtr slot : slots_) heap().give(slot);
        return !is_left;
    }

private:
    SlotHeap& heap() { return system_.memory().heap(); }
    /// For Factotum's own account, which is not limited.
    void take_memory() {
        for (std::uint64_t step = system_.memory().total_pages(); step != 0; step /= 2)
            while (system_.memory().charge({.frames = step})) pages_ += step;
        const std::uint64_t back = std::min<std::uint64_t>(pages_, unsigned(left_));
        system_.memory().uncharge({.frames = back});
        pages_ -= back;
    }
    std::uint64_t promised() { return system_.memory().accounts()[account()].promised(); }
    /// The caller's is the only one that 9Ball has opened.
    AccountNumber account() {
        AccountNumber i = 2;
        while (system_.memory().accounts()[i].creator != kNineballPid) i++;
        return i;
    }
    void limit(std::uint64_t pages) {
        system_.must(kNineball, MessageWriter(FactotumMethod::SetAccount).word(pid_of(caller_)).word(0).word(pages));
    }

    System& system_;
    Badge caller_;
    Shortage shortage_;
    int left_;
    std::uint64_t pages_ = 0;
    std::vector<CPtr> slots_{};
};

/// A process with an account and a capability.
Badge make_caller(System& system) {
    MessageWriter message(FactotumMethod::Spawn);
    message.word(SpawnFlags::Limits).word(0).word(0).word(1).text("small").word(0).word(0).word(Grants::Services);
    return System::process(system.must(kNineball, message.cap(System::kPassed)));
}

bool has_zombie(System& system, Badge parent) {
    const auto ended = system.ask(parent, MessageWriter(FactotumMethod::Wait).word(kAnyChild).word(WaitFlags::NoHang));
    return ended->label == 0 && ended->words[0] != 0;
}

/// Ends all processes that there are.
void end_all(System& system) {
    constexpr std::uint32_t kFirst = kFactotumPid + 1, kLast = 20;
    for (std::uint64_t pid = kFirst; pid != kLast; pid++)
        (void)system.ask(kNineball, MessageWriter(FactotumMethod::Kill).word(pid).word(9));
    for (std::uint64_t pid = kFirst; pid != kLast; pid++)
        (void)system.ask(kNineball, MessageWriter(FactotumMethod::Wait).word(kAnyChild).word(WaitFlags::NoHang));
}

void check_audit(System& system) {
    EXPECT_EQ(system.must(kNineball, MessageWriter(FactotumMethod::Audit)), 0u) << "AUDIT";
}

/// A system with a process that makes the call.
struct Attempt {
    explicit Attempt(const Call& wanted) : call(wanted) { call.prepare(system, caller); }

    /// Makes it. Returns whether it has succeeded.
    bool make() {
        answer = system.ask(caller, call.message(system));
        return call.is_answered ? answer && answer->label == 0 : !answer && System::runs(caller);
    }
    void check() { call.check(system, caller, answer && !answer->words.empty() ? answer->words[0] : 0); }
    void end() {
        end_all(system);
        check_audit(system);
        const Books books = look_at(system);
        EXPECT_TRUE(books.is_as(none, 0)) << books << "; at the beginning: " << none;
    }

    const Call& call;
    System system{kChunks};
    Books none = look_at(system);
    Badge caller = make_caller(system);
    std::optional<ReceivedAnswer> answer{};
};

/// The call, with one thing refused. `done`: the books after one that succeeded. Returns false if it was not needed.
bool refuse(const Call& call, const Books& done, Shortage shortage, int left) {
    Attempt attempt(call);
    System& system = attempt.system;
    const Books before = look_at(system);
    Hog hog(system, attempt.caller, shortage, left);
    hog.begin();
    const bool has_failed = !attempt.make();
    const bool was_refused = hog.end();
    check_audit(system);
    const bool has_ended = System::process(pid_of(attempt.caller)) == 0;
    if (has_ended) {  // behind the point of no return
        EXPECT_TRUE(has_failed && !call.is_answered);
        const MessageWriter wait = MessageWriter(FactotumMethod::Wait).word(pid_of(attempt.caller)).word(0);
        EXPECT_EQ(system.must(kNineball, wait, 1), ExitStatus::crashed(CrashKind::OutOfMemory).raw());
    } else if (has_failed) {
        EXPECT_TRUE(attempt.answer) << "it is told";
        const Books after = look_at(system);
        EXPECT_TRUE(after.is_as(before, call.keeps)) << after << "; before: " << before;
        EXPECT_FALSE(has_zombie(system, attempt.caller)) << "nothing had been there that could end";
        EXPECT_TRUE(attempt.make()) << "it succeeds now";
        const Books later = look_at(system);
        EXPECT_TRUE(later.is_like(done)) << later << "; if it is not refused: " << done;
    }
    if (!has_ended) attempt.check();
    check_audit(system);
    attempt.end();
    return shortage <= Shortage::Kernel ? was_refused : has_failed;
}

}  // namespace

void refuse_all(const Call& call) {
    Attempt attempt(call);
    ASSERT_TRUE(attempt.make());
    attempt.check();
    const Books done = look_at(attempt.system);
    attempt.end();
    for (const Shortage shortage :
         {Shortage::KernelMemory, Shortage::Kernel, Shortage::Memory, Shortage::Account, Shortage::Slots}) {
        int left = 0;
        while (left != kEnough && !::testing::Test::HasFailure()) {
            SCOPED_TRACE(std::string(call.name) + ", shortage " + std::to_string(int(shortage)) + ", left " +
                         std::to_string(left));
            if (!refuse(call, done, shortage, left)) break;
            left++;
        }
        EXPECT_NE(left, kEnough);
        EXPECT_TRUE(left != 0 || shortage == Shortage::Slots) << "something of each kind is needed";
    }
}

}  // namespace glenda::factotum::test
