// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_untyped.cc: objects made at random are where a naive model says, disjoint, aligned and zero,
// however memory was left by what was there before and however often Retype is preempted; an error changes nothing.
#include <algorithm>
#include <cstring>
#include <map>

#include "kernel_test.h"
#include "mem/address_spaces.h"
#include "mem/layout.h"

namespace glenda::test {
namespace {

struct Span {
    std::uint64_t begin, end;  // bytes from the start of the Untyped
};

/// log2 of the bytes of an object, from the ABI.
unsigned bits_of(CapType type, unsigned size_bits) {
    switch (type) {
        case CapType::Untyped:
        case CapType::Frame: return size_bits;
        case CapType::CNode: return size_bits + kSlotBits;
        case CapType::Tcb: return kTcbBits;
        case CapType::Endpoint: return kEndpointBits;
        case CapType::Notification: return kNotificationBits;
        case CapType::Reply: return kReplyBits;
        case CapType::Timer: return kTimerBits;
        default: return kPageTableBits;  // PageTable, VSpace
    }
}

class UntypedTest : public KernelTest {
protected:
    static constexpr CPtr kMemory = 20;  // the Untyped of the test
    static constexpr CPtr kFirst = 100;  // slots for its objects
    static constexpr unsigned kBits = 17;
    static constexpr unsigned kSlots = 150;

    void SetUp() override { make(CapType::Untyped, kMemory, kBits); }

    std::byte* memory() const { return &object<std::byte>(kMemory); }
    Error retype_at(CPtr first, CapType type, unsigned size_bits = 0, unsigned count = 1, std::uint64_t offset = 0) {
        return call(kMemory, UntypedMethod::Retype, {kind(type, size_bits, count), kCNode, first, offset});
    }
    std::uint64_t watermark() {
        EXPECT_EQ(call(kMemory, UntypedMethod::Info), Error::Ok);
        return root().word(2);
    }
    bool is_zero(Span span) const {
        return std::all_of(memory() + span.begin, memory() + span.end, [](std::byte b) { return b == std::byte{}; });
    }
    void scribble(Span span) { std::memset(memory() + span.begin, 0xa5, span.end - span.begin); }
};

class UntypedModel : public UntypedTest {
protected:
    std::map<CPtr, std::pair<CapType, Span>> live_;
    std::uint64_t watermark_ = 0;
    std::mt19937 random_{23};
    unsigned made_ = 0, refused_ = 0;

    struct Wish {
        CapType type;
        unsigned size_bits;
        unsigned count;
        CPtr first;
    };
    Wish any_wish() {
        constexpr CapType kTypes[] = {CapType::Untyped, CapType::CNode,        CapType::Tcb,   CapType::Endpoint,
                                      CapType::Reply,   CapType::Notification, CapType::Frame, CapType::PageTable,
                                      CapType::VSpace,  CapType::Timer};
        Wish wish{kTypes[random_() % 10], 0, 1 + static_cast<unsigned>(random_() % (random_() % 4 == 0 ? 64 : 4)),
                  kFirst + random_() % kSlots};
        if (wish.type == CapType::Untyped) wish.size_bits = kMinUntypedBits + random_() % 12;
        if (wish.type == CapType::CNode) wish.size_bits = kMinCNodeRadix + random_() % 7;
        if (wish.type == CapType::Frame) wish.size_bits = kFrameBits;
        return wish;
    }
    Error expected(const Wish& wish, Span& span) {
        for (unsigned i = 0; i < wish.count; i++)
            if (live_.contains(wish.first + i)) return Error::SlotOccupied;
        if (live_.empty()) watermark_ = 0;
        const std::uint64_t size = bit(bits_of(wish.type, wish.size_bits));
        span.begin = (watermark_ + size - 1) / size * size;
        span.end = span.begin + wish.count * size;
        return span.end <= bit(kBits) ? Error::Ok : Error::NotEnoughMemory;
    }
    void check_new(const Wish& wish, Span span) {
        const std::uint64_t size = (span.end - span.begin) / wish.count;
        for (unsigned i = 0; i < wish.count; i++) {
            const Capability& cap = slot(wish.first + i).cap;
            const Span own{span.begin + i * size, span.begin + (i + 1) * size};
            ASSERT_EQ(cap.type, wish.type);
            ASSERT_EQ(cap.rights, Rights::All);
            ASSERT_EQ(cap.object, memory() + own.begin);
            for (const auto& [at, other] : live_)
                ASSERT_TRUE(own.end <= other.second.begin || other.second.end <= own.begin);
            switch (wish.type) {
                case CapType::Untyped: break;  // cleared when it becomes something
                case CapType::Tcb: {
                    const Tcb& tcb = cap.as<Tcb>();
                    ASSERT_EQ(tcb.state, ThreadState::Inactive);
                    ASSERT_TRUE(is_zero({own.begin, own.begin + sizeof(Registers)}));
                    ASSERT_TRUE(tcb.cspace.is_empty() && tcb.utcb == nullptr && tcb.priority == 0);
                    break;
                }
                case CapType::VSpace:
                    ASSERT_TRUE(is_zero({own.begin, own.begin + kPageSize / 2}));
                    ASSERT_EQ(address_spaces.find(cap.space), &cap.as<PageTable>());
                    break;
                default: ASSERT_TRUE(is_zero(own)) << name_of(wish.type);
            }
        }
    }
    void create() {
        const Wish wish = any_wish();
        Span span{};
        const Error error = expected(wish, span);
        ASSERT_EQ(retype_at(wish.first, wish.type, wish.size_bits, wish.count), error);
        if (error != Error::Ok) {
            refused_++;
            for (unsigned i = 0; i < wish.count; i++)
                ASSERT_EQ(slot(wish.first + i).is_empty(), !live_.contains(wish.first + i));
            return;
        }
        check_new(wish, span);
        const std::uint64_t size = (span.end - span.begin) / wish.count;
        for (unsigned i = 0; i < wish.count; i++)
            live_[wish.first + i] = {wish.type, {span.begin + i * size, span.begin + (i + 1) * size}};
        watermark_ = span.end;
        made_ += wish.count;
    }
    /// Delete one object, or all; then leave its memory as a user might have.
    void destroy(CPtr at) {
        const auto [type, span] = live_[at];
        if (type == CapType::Frame || type == CapType::Untyped) scribble(span);
        ASSERT_EQ(remove(at), Error::Ok);
        scribble(span);
        live_.erase(at);
    }
};

TEST_F(UntypedModel, RandomObjectsMatch) {
    for (unsigned i = 0; i < 20'000; i++) {
        machine.checks_before_interrupt = random_() % 4 == 0 ? random_() % 3 : host::kNever;
        const unsigned choice = random_() % 40;
        if (choice == 0) {
            while (!live_.empty()) destroy(live_.begin()->first);
        } else if (choice < 16 && !live_.empty()) {
            destroy(std::next(live_.begin(), random_() % live_.size())->first);
        } else {
            create();
        }
        if (i % 100 == 0) {
            ASSERT_EQ(watermark(), live_.empty() ? 0 : watermark_);
            ASSERT_EQ(tree_fault(slot(kUntyped)), "");
        }
        if (HasFatalFailure()) FAIL() << "operation " << i;
    }
    EXPECT_GT(made_, 10'000u);
    EXPECT_GT(refused_, 1000u);
    EXPECT_GT(preemptions(), 500u);
    while (!live_.empty()) destroy(live_.begin()->first);
    EXPECT_EQ(address_spaces.room(), kMaxSpaces - 2);  // root's is left
}

TEST_F(UntypedTest, ErrorsChangeNothing) {
    scribble({0, bit(kBits)});
    ASSERT_EQ(retype_at(kFirst, CapType::Endpoint), Error::Ok);
    const std::string before = tree_dump(slot(kUntyped));
    const auto refused = [&](std::initializer_list<std::uint64_t> words) {
        return call(kMemory, UntypedMethod::Retype, words);
    };
    using enum Error;
    EXPECT_EQ(refused({kind(CapType::Tcb), kCNode}), MessageTooShort);
    EXPECT_EQ(refused({kind(CapType::Tcb) | bit(32), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Tcb, 0, 0), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, kMaxRetypeCount + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType(200)), kCNode, 101}), BadArgument);
    for (const CapType type : {CapType::Null, CapType::IrqControl, CapType::IrqHandler, CapType::Console,
                               CapType::Machine, CapType::Zombie, CapType::Count})
        EXPECT_EQ(refused({kind(type), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Untyped, kMinUntypedBits - 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Untyped, kMaxUntypedBits + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::CNode, kMinCNodeRadix - 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::CNode, kMaxCNodeRadix + 1), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Frame, 13), kCNode, 101}), BadArgument);
    EXPECT_EQ(refused({kind(CapType::Endpoint), 999, 101}), InvalidCapability);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kFirst, 101}), WrongType);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kCNode, 0}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, bit(kRadix) - 1}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, ~std::uint64_t{0}}), OutOfRange);
    EXPECT_EQ(refused({kind(CapType::Endpoint, 0, 2), kCNode, kFirst - 1}), SlotOccupied);
    EXPECT_EQ(refused({kind(CapType::Endpoint), kCNode, 101, 64}), BadArgument);  // an offset into RAM
    EXPECT_EQ(refused({kind(CapType::Frame, kFrameBits, 32), kCNode, 101}), NotEnoughMemory);
    EXPECT_EQ(refused({kind(CapType::Frame, kLargeFrameBits), kCNode, 101}), NotEnoughMemory);
    EXPECT_EQ(tree_dump(slot(kUntyped)), before);
    EXPECT_EQ(watermark(), bit(kEndpointBits));

    ASSERT_EQ(copy(kCNode, 30, Rights::Read | Rights::Grant), Ok);
    EXPECT_EQ(refused({kind(CapType::Endpoint), 30, 101}), NoRights);
    EXPECT_EQ(call(kMemory, UntypedMethod(9)), BadMethod);
}

TEST_F(UntypedTest, RightsOfTheUntyped) {
    slot(kMemory).cap.rights = Rights::Read;  // an Untyped cannot be copied, so nothing takes its rights away
    EXPECT_EQ(retype_at(kFirst, CapType::Endpoint), Error::NoRights);
    EXPECT_EQ(call(kMemory, UntypedMethod::Info), Error::Ok);
}

TEST_F(UntypedTest, TheWholeUntypedIsFreeAgainWithoutChildren) {
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 32), Error::Ok);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    for (unsigned i = 0; i < 31; i++) remove(kFirst + i);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    EXPECT_EQ(watermark(), bit(kBits));
    remove(kFirst + 31);
    EXPECT_EQ(watermark(), 0u);
    EXPECT_EQ(retype_at(200, CapType::Frame, kFrameBits, 32), Error::Ok);
}

TEST_F(UntypedTest, ADerivedCopyKeepsTheMemory) {
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 32), Error::Ok);
    for (unsigned i = 1; i < 32; i++) remove(kFirst + i);
    ASSERT_EQ(copy(kFirst, 90, Rights::Read), Error::Ok);
    remove(kFirst);
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::NotEnoughMemory);
    EXPECT_EQ(revoke(kMemory), Error::Ok);
    EXPECT_TRUE(slot(90).is_empty());
    EXPECT_EQ(retype_at(200, CapType::Endpoint), Error::Ok);
}

/// What a preempted Retype has cleared stays clear, or is cleared again if something else was there in between.
TEST_F(UntypedTest, PreemptedAtEveryPage) {
    for (std::uint64_t n = 0; n < 10; n++) {
        revoke(kMemory);
        scribble({0, bit(kBits)});
        const unsigned before = preemptions();
        machine.checks_before_interrupt = n;
        ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 10), Error::Ok);
        machine.checks_before_interrupt = host::kNever;
        EXPECT_EQ(preemptions() - before, 9 / (n + 1)) << n;
        EXPECT_TRUE(is_zero({0, 10 * kPageSize}));
        EXPECT_FALSE(is_zero({10 * kPageSize, 11 * kPageSize}));
    }
}

TEST_F(UntypedTest, AThreadThatGaveUpInTheMiddleLeavesNothingDirty) {
    scribble({0, bit(kBits)});
    Tcb& other = make_thread(30);
    machine.checks_before_interrupt = 4;
    EXPECT_FALSE(enter(other, Syscall::Call, kMemory, Tag(static_cast<std::uint64_t>(UntypedMethod::Retype), 3),
                       {kind(CapType::Frame, kFrameBits, 10), kCNode, kFirst}));
    machine.checks_before_interrupt = host::kNever;
    suspend(30);
    EXPECT_EQ(watermark(), 0u);
    // A sub-Untyped takes the cleared memory, a user writes into it, and it is given back.
    ASSERT_EQ(retype_at(kFirst, CapType::Untyped, 14), Error::Ok);
    scribble({0, bit(14)});
    ASSERT_EQ(remove(kFirst), Error::Ok);
    ASSERT_EQ(retype_at(kFirst, CapType::Frame, kFrameBits, 10), Error::Ok);
    EXPECT_TRUE(is_zero({0, 10 * kPageSize}));
}

TEST_F(UntypedTest, DeviceMemory) {
    const auto retype_device = [&](CapType type, unsigned size_bits, CPtr first, std::uint64_t offset) {
        return call(kDevice, UntypedMethod::Retype, {kind(type, size_bits), kCNode, first, offset});
    };
    using enum Error;
    EXPECT_EQ(retype_device(CapType::Endpoint, 0, 100, 0), BadArgument);
    EXPECT_EQ(retype_device(CapType::Frame, kFrameBits, 100, 0x1234), NotAligned);
    ASSERT_EQ(retype_device(CapType::Frame, kFrameBits, 100, 0x1000'0000), Ok);
    EXPECT_TRUE(has(slot(100).cap.flags, CapFlags::Device));
    EXPECT_EQ(to_physical(slot(100).cap.object), PhysAddr{0x1000'0000});
    EXPECT_EQ(retype_device(CapType::Frame, kFrameBits, 101, 0x0fff'f000), BadArgument);  // below the watermark
    ASSERT_EQ(retype_device(CapType::Frame, kFrameBits, 101, 0), Ok);                     // right behind
    EXPECT_EQ(to_physical(slot(101).cap.object), PhysAddr{0x1000'1000});
    ASSERT_EQ(retype_device(CapType::Frame, kLargeFrameBits, 102, 0), Ok);
    EXPECT_EQ(to_physical(slot(102).cap.object), PhysAddr{0x1020'0000});
    ASSERT_EQ(retype_device(CapType::Untyped, 20, 103, 0x2000'0000), Ok);
    EXPECT_TRUE(has(slot(103).cap.flags, CapFlags::Device));
    EXPECT_EQ(call(103, UntypedMethod::Retype, {kind(CapType::Tcb), kCNode, 104}), BadArgument);
    EXPECT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, 0x8000'0000), NotEnoughMemory);
    EXPECT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, bit(63)), NotEnoughMemory);
    ASSERT_EQ(retype_device(CapType::Frame, kHugeFrameBits, 105, 0), Ok);
    EXPECT_EQ(to_physical(slot(105).cap.object), PhysAddr{0x4000'0000});
    ASSERT_EQ(copy(101, 110), Ok);
    EXPECT_TRUE(has(slot(110).cap.flags, CapFlags::Device));
    EXPECT_EQ(call(kDevice, UntypedMethod::Info), Ok);
    EXPECT_EQ(root().word(2), bit(kDeviceBits));
    EXPECT_EQ(root().word(3), 1u);
}

TEST_F(UntypedTest, OnlySoManyVSpaces) {
    const unsigned room = address_spaces.room();
    for (unsigned made = 0; made < room; made++) {
        ASSERT_TRUE(address_spaces.add(&object<PageTable>(kVSpace)));
    }
    EXPECT_EQ(retype_at(kFirst, CapType::VSpace), Error::TooManySpaces);
    EXPECT_TRUE(slot(kFirst).is_empty());
    EXPECT_EQ(watermark(), 0u);
}

}  // namespace
}  // namespace glenda::test
