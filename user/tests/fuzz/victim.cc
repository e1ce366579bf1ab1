// SPDX-License-Identifier: MIT
// Random system calls. About half follow a pattern that can succeed, with a few words corrupted; the rest are noise.
#include "victim.h"

#include <algorithm>

#include "abi/method.h"
#include "abi/syscall.h"
#include "glenda/syscall.h"
#include "pattern.h"
#include "util/bits.h"
#include "words.h"

namespace glenda::fuzz {

namespace {

struct Call {
    std::int64_t number = 0;
    CPtr pointer = 0;
    Tag tag;
    std::uint64_t words[kPatternWords] = {};
    CPtr reply = 0;
    // Counted if the call succeeds.
    CapType type = CapType::Null;
    unsigned method = 0;
};

class Victim {
public:
    Victim(Board& board, Utcb& utcb) : board_(board), utcb_(utcb), random_(board.random) {}

    void step() {
        if (board_.misses > kPatience) {
            board_.misses = 0;
            Call help{};
            help.number = kHelp;
            enter(help);
        }
        look();
        look();
        Call call = random_.chance(60) ? patterned() : random_.chance(70) ? communication() : noise();
        if (random_.chance(4)) corrupt(call);
        fill_utcb(call);
        enter(call);
    }

private:
    static constexpr unsigned kPatience = 12;

    std::uint64_t slots() const { return bit(board_.radix % (kMaxRadix + 1)); }
    CPtr pointer_at(std::uint64_t index) const { return board_.prefix | index; }

    /// Reads the type of a random slot's capability. These calls are not counted.
    void look() {
        const std::uint64_t index = random_.below(slots());
        const Message reply =
            sys::call(pointer_at(kOwnIndex), {.tag = Tag(std::uint64_t(CNodeMethod::Info), 1), .words = {index}});
        if (!reply.tag.is_error()) board_.types[index] = CapType(reply.words[0]);
    }

    /// Mostly a pointer that found a capability of this type.
    CPtr pointer_to(CapType type) {
        const std::uint64_t first = random_.below(slots());
        for (std::uint64_t i = 0; i < slots() && !random_.chance(1); i++) {
            const std::uint64_t index = (first + i) % slots();
            if (board_.types[index] == type) return pointer_at(index);
        }
        return pointer_at(random_.below(slots()));
    }
    CPtr any_pointer() {
        const CPtr pointer = pointer_at(random_.below(slots()));
        return random_.chance(85) ? pointer : pointer ^ bit(random_.below(64));
    }
    /// The index of an empty or of an occupied slot, or of any if there is none.
    std::uint64_t index(bool empty) {
        const std::uint64_t first = random_.below(slots());
        for (std::uint64_t i = 0; i < slots(); i++) {
            const std::uint64_t at = (first + i) % slots();
            if ((board_.types[at] == CapType::Null) == empty) return at;
        }
        return first;
    }

    std::uint64_t boundary() { return boundary_value(random_); }

    /// A word that fits the pattern.
    std::uint64_t fitting(Arg arg) {
        switch (arg) {
            case Arg::None: return 0;
            case Arg::Node: return pointer_to(CapType::CNode);
            case Arg::Space: return pointer_to(CapType::VSpace);
            case Arg::Page: return pointer_to(CapType::Frame);
            case Arg::Handler: return pointer_to(CapType::Endpoint);
            case Arg::Signal: return pointer_to(CapType::Notification);
            case Arg::Index: return random_.chance(95) ? index(false) : random_.below(200);
            case Arg::Empty: return random_.chance(95) ? index(true) : random_.below(200);
            case Arg::Kind: return retype_word(random_);
            case Arg::Address: return address(random_);
            case Arg::Flags: return random_.below(random_.chance(70) ? 6 : 18);
            case Arg::Rights: return random_.chance(60) ? 7 : random_.below(9);
            case Arg::Priority: return random_.below(101);
            case Arg::Deadline: return now() + random_.below(random_.chance(80) ? 40 : 4000);
            case Arg::Slice: return 1000 + random_.below(5000);
            case Arg::Guard: return random_.below(4);
            case Arg::GuardBits: return 48 + random_.below(16);
            case Arg::Count: return random_.chance(90) ? 1 + random_.below(4) : random_.below(70);
            case Arg::Thread: return pointer_to(CapType::Tcb);
            case Arg::Small: return random_.below(40);
            case Arg::Any: return boundary();
        }
        return 0;
    }
    /// The `time` register, which the kernel lets user programs read.
    static std::uint64_t now() {
        std::uint64_t value;
        asm volatile("csrr %0, time" : "=r"(value));
        return value;
    }

    Call patterned() {
        // Choose an occupied slot, then a pattern for its type.
        const std::uint64_t at = index(false);
        const CapType type = board_.types[at];
        const Pattern& pattern = pattern_of(type, random_.next());
        Call call{.number = std::int64_t(Syscall::Call),
                  .pointer = pointer_at(at),
                  .tag = {},
                  .words = {},
                  .reply = 0,
                  .type = pattern.type,
                  .method = pattern.method};
        unsigned length = 0;
        while (length < kPatternWords && pattern.args[length] != Arg::None) {
            const bool is_corrupt = random_.chance(6);
            call.words[length] =
                is_corrupt ? (random_.chance(50) ? boundary() : any_pointer()) : fitting(pattern.args[length]);
            length++;
        }
        call.tag = Tag(pattern.method, length);
        return call;
    }

    Call communication() {
        Call call{};
        call.number = -std::int64_t(1 + random_.below(8));
        const bool receives = call.number == std::int64_t(Syscall::Recv) ||
                              call.number == std::int64_t(Syscall::NBRecv) ||
                              call.number == std::int64_t(Syscall::ReplyRecv);
        call.pointer = pointer_to(random_.chance(70) ? CapType::Endpoint : CapType::Notification);
        if (call.number == std::int64_t(Syscall::Reply)) call.pointer = pointer_to(CapType::Reply);
        if (receives && random_.chance(80)) call.reply = pointer_to(CapType::Reply);
        call.tag = Tag(random_.below(4), random_.chance(70) ? random_.below(6) : random_.below(122),
                       random_.chance(60) ? 0 : random_.below(5));
        for (std::uint64_t& word : call.words) word = random_.next();
        return call;
    }

    Call noise() {
        Call call{};
        call.number = -std::int64_t(1 + random_.below(8));
        if (random_.chance(10)) call.number = std::int64_t(boundary());
        call.pointer = any_pointer();
        call.tag = Tag(random_.below(15) << Tag::kLabelShift | random_.below(random_.chance(80) ? 8 : 0x10000));
        for (std::uint64_t& word : call.words) word = random_.chance(50) ? any_pointer() : boundary();
        call.reply = random_.chance(50) ? 0 : any_pointer();
        return call;
    }

    /// Corrupts one part of the call.
    void corrupt(Call& call) {
        call.type = CapType::Null;
        switch (random_.below(5)) {
            case 0: call.pointer = boundary(); break;
            case 1: call.tag = Tag(call.tag.raw() ^ bit(random_.below(24))); break;
            case 2: call.tag = Tag(call.tag.label(), random_.below(256), random_.below(16)); break;
            case 3: call.reply = boundary(); break;
            default: call.words[random_.below(kPatternWords)] = boundary(); break;
        }
    }

    void fill_utcb(const Call& call) {
        for (unsigned i = kRegisterWords; i < kPatternWords; i++) utcb_.words[i] = call.words[i];
        if (call.tag.caps() == 0 && !random_.chance(10)) return;
        for (CPtr& cap : utcb_.send_caps) cap = any_pointer();
        utcb_.receive_cnode = random_.chance(90) ? pointer_to(CapType::CNode) : boundary();
        utcb_.receive_index = random_.chance(90) ? random_.below(40) : boundary();
        utcb_.receive_count = random_.chance(90) ? random_.below(5) : boundary();
    }

    void enter(const Call& call) {
        register std::uint64_t a0 asm("a0") = call.pointer;
        register std::uint64_t a1 asm("a1") = call.tag.raw();
        register std::uint64_t a2 asm("a2") = call.words[0];
        register std::uint64_t a3 asm("a3") = call.words[1];
        register std::uint64_t a4 asm("a4") = call.words[2];
        register std::uint64_t a5 asm("a5") = call.words[3];
        register std::uint64_t a6 asm("a6") = call.reply;
        register std::int64_t a7 asm("a7") = call.number;
        const std::uint64_t record[8] = {std::uint64_t(call.number), a0, a1, a2, a3, a4, a5, a6};
        for (unsigned i = 0; i < 8; i++) board_.last[i] = record[i];
        board_.calls++;
        asm volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
        const Tag tag(a1);
        if (tag.label() < kErrors) board_.replies[tag.is_error() ? tag.label() : 0]++;
        board_.misses = tag.as_error() == Error::InvalidCapability ? board_.misses + 1 : 0;
        if (!tag.is_error() && call.type != CapType::Null) board_.succeeded[unsigned(call.type)][call.method]++;
    }

    Board& board_;
    Utcb& utcb_;
    Random& random_;
};

}  // namespace

void run_victim(Board* board, Utcb* utcb) {
    Victim victim(*board, *utcb);
    for (;;) victim.step();
}

}  // namespace glenda::fuzz
