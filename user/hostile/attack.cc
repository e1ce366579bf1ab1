// SPDX-License-Identifier: MIT
// See attack.h. Wholly random words would all be refused by the first check. So half of the messages follow a form
// (target.h), with a wrong word now and then, and most words are of kinds that servers take.
#include "attack.h"

#include "driver/process/client_session.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "protocol/factotum.h"
#include "tests/fuzz/random.h"
#include "util/bits.h"

namespace glenda::hostile {

namespace {

using fuzz::Random;

constexpr std::string_view kPrograms[] = {"hello", "hello", "bin/hello", "nosuch", "init.toml", ""};
constexpr std::string_view kTexts[] = {"hello", "nosuch", "uart", "serial", "rtc", "audit", "", "\x1b[2J", "\xff\xfe"};
constexpr std::uint64_t kEdges[] = {
    0,       ~std::uint64_t{0},     bit(63),       bit(63) - 1, bit(31), bit(32), bit(38) - kPageSize,
    bit(38), 0xffff'ffc0'8020'0000, kPageSize - 1, 121,         0x10000};

constexpr std::uint64_t kMaps = 0x8'0000'0000;  // where MMAP puts things

/// The last words that a server answered: process numbers, addresses, numbers of objects.
class Memory {
public:
    void keep(const Received& reply) {
        for (unsigned i = 0; i < reply.tag.length() && i < 2; i++) words_[next_++ % 8] = reply.words[i];
    }
    std::uint64_t any(Random& random) const { return random.pick(words_); }

    std::uint64_t session = 0;  // the attacker's

private:
    std::uint64_t words_[8] = {};
    unsigned next_ = 0;
};

std::uint64_t any_word(Random& random, const Memory& memory) {
    switch (random.below(8)) {
        case 0:
        case 1:
        case 2: return random.below(8);
        case 3: return random.pick(kEdges);
        case 4: return kMaps + random.below(64) * kPageSize;
        case 5: return (1 + random.below(16)) * kPageSize;
        case 6: return memory.any(random);
        default: return random.chance(50) ? random.below(64) : random.next();
    }
}

// An endpoint of the attacker's own, and a copy with a badge as Factotum gives to memory objects.
enum OwnSlot : CPtr { kEndpoint = kSlotPassedEnd, kForged };
constexpr Badge kObjectBadge = bit(49);

void forge() {
    const CNode own = environment().cnode;
    if (process::create(CapType::Endpoint, kEndpoint))
        (void)own.mint(kForged, own, kEndpoint, Rights::Write | Rights::Grant, kObjectBadge | 1);
}

CPtr any_slot(Random& random) { return random.chance(95) ? random.below(kSlotEnd) : random.next(); }

void add_words(MessageWriter& message, Random& random, const Memory& memory) {
    const std::uint64_t count = random.chance(2) ? kMaxWords : random.below(9);
    for (std::uint64_t i = 0; i < count; i++) {
        if (random.chance(12) && message.length() + 4 < kMaxWords)
            message.text(random.pick(kTexts));
        else if (message.length() < kMaxWords)
            message.word(any_word(random, memory));
    }
}

/// Adds what a letter of a form stands for.
void add_letter(MessageWriter& message, char letter, Random& random, const Memory& memory) {
    constexpr MapFlags kRights[] = {MapFlags{}, MapFlags::Read, MapFlags::ReadWrite, MapFlags::ReadExecute};
    switch (letter) {
        case 's': message.word(random.below(8)); return;
        case 'P': message.word((1 + random.below(15)) << 8); return;
        case 'L': message.word(SpawnFlags::Limits); return;
        case 'B': message.word(SpawnFlags::Block); return;
        case 'e': message.word(random.below(128)); return;
        case 'x': message.word(~std::uint64_t{0}); return;
        case 'm': message.word(memory.any(random)); return;
        case 'S': message.word(memory.session); return;
        case 'r': message.word(random.pick(kRights)); return;
        case 'a': message.word(kMaps + random.below(64) * kPageSize); return;
        case 'b': message.word((1 + random.below(16)) * kPageSize); return;
        case 'p': message.text(random.pick(kPrograms)); return;
        case 't': message.text(random.pick(kTexts)); return;
        case 'C': message.cap(any_slot(random)); return;
        case 'O': message.cap(random.chance(50) ? kForged : any_slot(random)); return;
        case 'N': message.cap(kSlotNotification); return;
        default: message.word(letter - '0'); return;
    }
}

void follow(std::string_view form, MessageWriter& message, Random& random, const Memory& memory) {
    for (const char letter : form) {
        if (random.chance(5))
            message.word(any_word(random, memory));
        else
            add_letter(message, letter, random, memory);
    }
}

void add_caps(MessageWriter& message, Random& random) {
    if (random.chance(60)) return;
    for (std::uint64_t i = random.below(kMaxMessageCaps + 1); i > 0; i--) message.cap(any_slot(random));
}

MessageWriter any_message(const Target& target, Random& random, const Memory& memory) {
    const bool has_form = random.chance(50);
    const Form form = has_form ? target.forms[random.below(target.forms.size())]
                               : Form{random.chance(98) ? 1 + random.below(target.methods) : random.below(256), ""};
    if (target.is_fatal(form.method) && random.chance(target.spared)) return any_message(target, random, memory);
    MessageWriter message((random.chance(99) ? target.protocol : random.next() & 0xffff'ffff'ff00) + form.method);
    if (has_form) {
        follow(form.words, message, random, memory);
    } else {
        add_words(message, random, memory);
        add_caps(message, random);
    }
    return message;
}

/// Puts a capability to the target where it is expected. Fails if this process may not have one.
Answer<void> find(const Target& target) {
    if (target.device_class.empty()) return {};
    const bool is_unicorn = target.device_class == devices::kUnicornName;
    TRY(unicorn, devices::find_unicorn(is_unicorn ? target.endpoint : target.endpoint - 1));
    if (!is_unicorn) TRY_VOID(devices::lookup(unicorn, target.device_class, 0, target.endpoint));
    return {};
}

/// Opens a session, if the target's messages name one. The number stays 0 if there is none now.
std::uint64_t open_session(const Target& target) {
    driver::ClientSession session;
    if (target.session_pages != 0) (void)session.open(target.device_class, 0, target.session_pages);
    return session.number();
}

}  // namespace

void attack(const Target& target, std::uint64_t seed, std::uint64_t count) {
    Random random(seed);
    Memory memory;
    Received reply;
    forge();
    memory.session = open_session(target);
    if (const auto found = find(target); !found) print("hostile: {}: {}\n", target.name, found.error());
    for (std::uint64_t i = 0; i < count; i++) {
        const MessageWriter message = any_message(target, random, memory);
        const ReceiveSlots slots{environment().cnode, kSlotFirstFree + random.below(28), random.below(4)};
        const auto answer = transact(Endpoint(target.endpoint), message, reply, slots);
        if (answer) memory.keep(reply);
        const bool is_copy = FactotumMethod(message.label()) == FactotumMethod::Fork && answer && reply.words[0] == 0;
        if (is_copy) return;  // two would send twice as much, and soon there would be a thousand
        const std::uint64_t method = message.label() & 0xff;
        (void)Endpoint(kReport).send(MessageWriter(0).word(method).word(answer ? 0 : answer.error().code()).load());
    }
}

}  // namespace glenda::hostile
