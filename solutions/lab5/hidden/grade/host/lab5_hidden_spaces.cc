// SPDX-License-Identifier: MIT
// Random maps, holes, forks, writes and ends of some spaces, compared with arrays of bytes; and all books after each
// step. It shows what the public tests show one by one, in every order.
#include <array>
#include <memory>
#include <vector>

#include "lab5_spaces.h"

namespace glenda::factotum {

namespace {

using namespace lab5;

constexpr unsigned kPages = 24, kSpaces = 4;

/// A space, and what each of its pages should be.
struct Model {
    struct Page {
        bool is_there = false;
        MapFlags rights{};
        unsigned value = 0;
    };
    AddressSpace space;
    std::array<Page, kPages> pages{};
};

std::uint64_t at(std::uint64_t page) { return kMaps + page * kPageSize; }

void random_steps(std::uint64_t seed) {
    World world;
    host::Random dice(seed);
    std::array<std::unique_ptr<Model>, kSpaces> spaces;
    unsigned forks = 0;
    for (int step = 0; step < 3000; step++) {
        auto& place = spaces[dice.below(kSpaces)];
        if (!place) {
            place = std::make_unique<Model>();
            const auto& parent = spaces[dice.below(kSpaces)];
            if (parent && parent != place) {
                place->space = world.fork(parent->space);
                place->pages = parent->pages;
                forks++;
            } else {
                place->space = world.begin();
            }
            continue;
        }
        Model& model = *place;
        const std::uint64_t first = dice.below(kPages), last = std::min<std::uint64_t>(first + 1 + dice.below(8), kPages);
        const unsigned choice = unsigned(dice.below(100));
        if (choice < 15) {
            const MapFlags rights = dice.below(4) == 0 ? MapFlags::Read : MapFlags::ReadWrite;
            world.map(model.space, anonymous(last - first, rights, at(first)));
            for (std::uint64_t i = first; i < last; i++) model.pages[i] = {true, rights, 0};
        } else if (choice < 25) {
            EXPECT(model.space.unmap(world.memory, at(first), at(last)).has_value());
            for (std::uint64_t i = first; i < last; i++) model.pages[i] = {};
        } else if (choice < 30) {
            world.end(model.space);
            place.reset();
        } else {
            Model::Page& page = model.pages[first];
            const Access access = choice < 65 ? Access::Read : Access::Write;
            const bool is_allowed = page.is_there && (std::uint64_t(page.rights) & std::uint64_t(access)) != 0;
            if (!is_allowed) {
                EXPECT(!world.can(model.space, at(first), access));
                EXPECT(model.space.resolve(world.memory, at(first), access) != CrashKind::None);
            } else {
                std::byte& byte = world.touch(model.space, at(first), access);
                EXPECT(byte == std::byte(page.value));
                if (access == Access::Write) byte = std::byte(page.value = unsigned(dice.below(256)));
            }
        }
        if (step % 16 != 0) continue;
        FrameAudit audit(world.memory);
        audit.add(world.images);
        audit.add(world.objects);
        audit.add(world.kits);
        for (const auto& each : spaces) {
            if (each) audit.add(each->space);
        }
        EXPECT(audit.finish() == Broken::Nothing);
        EXPECT(audit_memory(world.memory) == Broken::Nothing);
    }
    EXPECT(forks > 10);
    for (auto& each : spaces) {
        if (each) world.end(each->space);
    }
    world.check({});
}

void one() { random_steps(1); }
void two() { random_steps(2); }
void three() { random_steps(3); }

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv, {{"one", one}, {"two", two}, {"three", three}});
}
