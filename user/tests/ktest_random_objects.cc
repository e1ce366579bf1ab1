// SPDX-License-Identifier: MIT
// K10: objects of random types and sizes fill an Untyped. Each object keeps its contents, whatever is made after it.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kWords = kPageSize / 8;

std::uint64_t mix(std::uint64_t value) { return (value ^ value >> 29) * 0xbf58'476d'1ce4'e5b9; }

/// The objects that fill one Untyped.
class RandomObjects {
public:
    static constexpr unsigned kMost = 600;

    explicit RandomObjects(Untyped memory)
        : memory_(memory), slot_(need(pool().slots(kMost))), spare_(need(pool().slot())) {}

    /// Makes objects, and writes to each, until there is no room for the next one. Returns how many were made.
    unsigned fill() {
        count_ = 0;
        for (Error last = Error::Ok; last == Error::Ok && count_ < kMost; count_ += last == Error::Ok ? 1 : 0) {
            last = make();
            if (last == Error::Ok)
                use(count_);
            else
                EXPECT_ERROR(NotEnoughMemory, last);
        }
        return count_;
    }
    /// How many words, slots and signal bits differ from what was written.
    unsigned wrong() const {
        unsigned wrong = 0;
        for (unsigned i = 0; i < count_; i++) {
            const Object& object = objects_[i];
            if (object.type == CapType::Frame) {
                for (unsigned j = 0; j < kWords; j++) wrong += page(i)[j] != word(object, j) ? 1 : 0;
            } else if (object.type == CapType::CNode) {
                for (unsigned j = 1; j < bit(object.size_bits); j++)
                    wrong += need(CNode(slot_ + i).info(j)).type != CapType::Console ? 1 : 0;
            } else if (object.type == CapType::Notification) {
                wrong += need(Notification(slot_ + i).poll()) != object.seed ? 1 : 0;
            }
        }
        return wrong;
    }
    /// How many words of new frames were not 0.
    unsigned dirty() const { return dirty_; }

private:
    struct Object {
        CapType type;
        unsigned size_bits;
        std::uint64_t seed;
    };
    static volatile std::uint64_t* page(unsigned i) {
        return reinterpret_cast<volatile std::uint64_t*>(kArea + i * kPageSize);
    }
    static std::uint64_t word(const Object& object, unsigned j) { return mix(object.seed + j); }
    std::uint64_t random() { return mix(state_ += 0x9e37'79b9'7f4a'7c15); }

    Error make() {
        constexpr CapType kTypes[] = {CapType::Frame, CapType::CNode, CapType::Notification,
                                      CapType::Tcb,   CapType::Timer, CapType::Frame};
        Object& object = objects_[count_];
        object = {kTypes[random() % 6], 0, random()};
        if (object.type == CapType::Frame) object.size_bits = kFrameBits;
        if (object.type == CapType::CNode) object.size_bits = 1 + object.seed % 7;
        return error_of(memory_.retype(object.type, object.size_bits, node(), slot_ + count_));
    }
    void use(unsigned i) {
        const Object& object = objects_[i];
        const CPtr at = slot_ + i;
        if (object.type == CapType::Frame) {
            need(pool().map(Frame(at), space(), kArea + i * kPageSize, MapFlags::ReadWrite));
            for (unsigned j = 0; j < kWords; j++) {
                dirty_ += page(i)[j] != 0 ? 1 : 0;
                page(i)[j] = word(object, j);
            }
        } else if (object.type == CapType::CNode) {
            for (unsigned j = 1; j < bit(object.size_bits); j++) need(CNode(at).copy(j, node(), kRootConsole));
        } else if (object.type == CapType::Notification) {
            need(node().mint(spare_, node(), at, Rights::All, object.seed));
            need(Notification(spare_).signal());
            need(node().remove(spare_));
        }
    }

    Untyped memory_;
    CPtr slot_, spare_;
    std::uint64_t state_ = 0;
    unsigned count_ = 0, dirty_ = 0;
    Object objects_[kMost];
};

/// Fills the same memory several times, so that later rounds find the contents of earlier ones.
void rounds() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 20));
    RandomObjects objects(memory);
    for (unsigned round = 0; round < 4; round++) {
        const unsigned count = objects.fill();
        EXPECT(count > 100 && count < RandomObjects::kMost);
        EXPECT_EQ(objects.dirty(), 0);
        EXPECT_EQ(objects.wrong(), 0);
        EXPECT(need(environment().machine.check()));
        EXPECT_OK(node().revoke(memory.cptr()));
        EXPECT_EQ(need(memory.info()).used, 0);
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"random_objects_fill_memory", rounds}};
    return run_cases(kCases);
}
