// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.4: the serial driver with a UART that needs time to send, whose FIFOs fill, and whose interrupt
// lasts as long as its reason; and with an interrupt controller that minds that.
#include <array>
#include <memory>

#include "check.h"
#include "uart/driver.h"

namespace glenda {

namespace {

using model::Caller;
using model::Uart;

constexpr CPtr kInterruptSlot = 1;
constexpr unsigned kText = kSerialMaxBytes;

/// `number` decides which text.
std::string text_of(unsigned number, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; i++) text += char('!' + (number * 7 + i * 11 + i / 90) % 90);
    return text;
}

struct World {
    World() {
        // A line that is still high when the interrupt is acknowledged has interrupted once more.
        model::acknowledged = [this] {
            is_masked_ = false;
            is_pending_ = uart.interrupts();
        };
        model::signalled = [this](CPtr slot) { return slot == kInterruptSlot && ++keyboard_signals != 0; };
        start();
    }
    ~World() {
        model::acknowledged = nullptr;
        model::signalled = nullptr;
    }
    /// The first driver, or the next one: what the one before has left is still there.
    void start() {
        uart::Ns16550 device{uart::Registers(uart)};
        device.start();
        server = std::make_unique<uart::Driver>(device, IrqHandler(), Endpoint(2),
                                                uart::Driver::Slots{.interrupt = kInterruptSlot, .job = 3}, *kept);
        server->start(false);
    }
    void write(Caller& caller, const std::string& text) {
        Request request(SerialMethod::Write, caller, 0, text);
        server->handle(request).carry_out(caller);
    }
    void read(Caller& caller, unsigned limit = kText) {
        Request request(SerialMethod::Read, caller, limit);
        server->handle(request).carry_out(caller);
    }
    /// What so many bytes are, however many readers they take.
    std::string read_all(std::size_t size) {
        std::string all;
        while (all.size() < size) {
            Caller reader;
            read(reader);
            rest();
            EXPECT_EQ(reader.replies, 1u);
            all += reader.text;
        }
        return all;
    }
    /// A program runs, and the shell wants to hear of ^C.
    void run_program() {
        Caller shell;
        Request job(SerialMethod::NewJob, shell, 0);
        server->handle(job).carry_out(shell);
        Request foreground(SerialMethod::SetForeground, shell, kept->jobs, "", true);
        server->handle(foreground).carry_out(shell);
        EXPECT(shell.replies == 2 && shell.error == 0);
    }
    /// The driver hears of each interrupt. One for which it moves no byte was in vain.
    void serve() {
        while (!is_masked_ && (is_pending_ || uart.interrupts())) {
            is_masked_ = true;
            is_pending_ = false;
            interrupts++;
            EXPECT(interrupts < 100'000);
            const unsigned moved = uart.moved;
            server->signalled(kBellInterrupt);
            if (uart.moved == moved) in_vain++;
        }
    }
    /// Time passes until nothing happens any more.
    void rest(host::Caller = std::source_location::current()) {
        do serve();
        while (uart.tick());
        for (const std::string& each : uart.complaints) host::fail(each.c_str(), ", says the UART", host::last_check);
        EXPECT(!is_masked_);     // else the next interrupt wakes nobody
        EXPECT_EQ(in_vain, 0u);  // else a real machine would never be idle
    }

    Uart uart;
    std::unique_ptr<uart::Kept> kept = std::make_unique<uart::Kept>();
    std::unique_ptr<uart::Driver> server;
    unsigned interrupts = 0, in_vain = 0, keyboard_signals = 0;

private:
    bool is_masked_ = false, is_pending_ = false;
};

// --- out ------------------------------------------------------------------------------------------------------------

/// As many bytes as the FIFO holds go with each interrupt, and when nothing is left, none comes.
void out_by_sixteen() {
    World world;
    std::string all;
    for (unsigned i = 0; i < 40; i++) {
        Caller caller;
        const std::string text = text_of(i, 1 + i * 23 % kText);
        all += text;
        world.write(caller, text);
        EXPECT(caller.replies == 1 && caller.error == 0);
        if (i % 3 == 0) world.rest();
    }
    world.rest();
    EXPECT(world.uart.gone == all);
    EXPECT(world.interrupts <= all.size() / Uart::kFifo + 80);
    const unsigned before = world.interrupts;
    world.rest();
    EXPECT_EQ(world.interrupts, before);
}

/// The line is held until the ring is full and writers wait. They are served in their turn, each once, when its text
/// has room: also if the line then takes everything at one go.
void writers_in_turn(bool is_instant) {
    World world;
    world.uart.is_held = true;
    std::array<Caller, 24> callers;
    std::string all;
    unsigned taken = 0;
    for (unsigned i = 0; i < callers.size(); i++) {
        const std::string text = text_of(i, i % 5 == 4 ? 100 : kText);
        world.write(callers[i], text);
        if (callers[i].replies == 0 || callers[i].error == 0) all += text;
        if (callers[i].replies != 0) taken++;
        EXPECT(i == 0 || callers[i - 1].replies != 0 || callers[i].replies == 0);  // nobody overtakes
    }
    EXPECT(taken < callers.size());
    world.rest();
    world.uart.is_held = false;
    world.uart.is_instant = is_instant;
    for (bool goes_on = true; goes_on;) {
        world.serve();
        for (unsigned i = 1; i < callers.size(); i++) EXPECT(callers[i - 1].replies >= callers[i].replies);
        goes_on = world.uart.tick();
    }
    world.rest();
    EXPECT(world.uart.gone == all);
    for (const Caller& each : callers) EXPECT(each.replies == 1 && each.error == 0);
}
void writers_wait() { writers_in_turn(false); }
void line_lets_go() { writers_in_turn(true); }

// --- in -------------------------------------------------------------------------------------------------------------

/// What nobody wants stays with the sender, and interrupts nobody. At a prompt a line is taken, and nothing behind it.
void in_as_wanted() {
    World world;
    std::string all;
    for (unsigned i = 0; i < 60; i++) all += text_of(i, i * 13 % 70) + '\r';
    world.uart.to_come = all;
    world.rest();
    EXPECT_EQ(world.interrupts, 0u);
    EXPECT_EQ(world.uart.to_come.size(), all.size() - Uart::kFifo);
    std::string came;
    while (came.size() < all.size()) {
        Caller reader;
        world.read(reader, 50);
        world.rest();
        EXPECT(reader.replies == 1 && reader.error == 0);
        EXPECT(!reader.text.empty() && reader.text.size() <= 50);
        EXPECT(reader.text.find('\r') >= reader.text.size() - 1);
        came += reader.text;
        const std::size_t left = all.size() - came.size();
        EXPECT(world.uart.to_come.size() + Uart::kFifo >= left || world.kept->received.size() < 50);
    }
    EXPECT(came == all);
    Caller last;
    world.read(last);
    world.rest();
    EXPECT_EQ(last.replies, 0u);
    world.uart.to_come = "x";
    world.rest();
    EXPECT(last.text == "x");
}

/// While a program runs all is taken, because a ^C may be among it, until the ring is full; then the sender waits.
void in_for_a_program() {
    World world;
    world.run_program();
    const std::string all = text_of(1, 70'000);
    world.uart.to_come = all;
    world.rest();
    EXPECT_EQ(world.kept->received.room(), std::size_t{0});
    EXPECT_EQ(world.uart.to_come.size(), all.size() - 64 * 1024 - Uart::kFifo);
    EXPECT(world.read_all(all.size()) == all);
    world.uart.to_come =
        "abc\x03"
        "d";
    world.rest();
    EXPECT_EQ(world.keyboard_signals, 1u);
    EXPECT(world.read_all(1) == "d");
}

/// Both directions at once: neither switches the other one's interrupt off.
void both_at_once() {
    World world;
    world.run_program();
    const std::string out = text_of(2, kText), in = text_of(3, 500);
    Caller writer;
    world.uart.to_come = in;
    world.write(writer, out);
    world.rest();
    EXPECT(world.uart.gone == out);
    EXPECT(world.read_all(in.size()) == in);
}

/// A reader that has ended gets nothing, and nothing is lost with it.
void reader_has_ended() {
    World world;
    Caller ended;
    world.read(ended);
    ended.has_ended = true;
    world.uart.to_come = "hello\r";
    world.rest();
    EXPECT_EQ(ended.replies, 0u);
    EXPECT(world.read_all(6) == "hello\r");
}

// --- drivers end ----------------------------------------------------------------------------------------------------

/// The next driver finds what has come, in the FIFO too, and sends what was to be sent.
void next_driver() {
    World world;
    Caller writer;
    const std::string out = text_of(4, 300);
    world.write(writer, out);
    world.uart.to_come = "what was typed\r";
    for (unsigned i = 0; i < 15; i++) (void)world.uart.tick();
    world.start();
    world.rest();
    EXPECT(world.uart.gone == out);
    EXPECT(world.read_all(15) == "what was typed\r");
}

/// The driver before has left its interrupts on. The next one wants none before somebody asks.
void quiet_at_start() {
    World world;
    Caller writer, reader;
    world.read(reader);
    world.uart.is_held = true;
    world.write(writer, text_of(5, 100));
    world.kept->to_send.clear();
    world.start();
    world.uart.to_come = "x";
    world.uart.is_held = false;
    world.rest();
    EXPECT(world.read_all(1) == "x");
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"out_by_sixteen", out_by_sixteen},
                            {"writers_wait", writers_wait},
                            {"line_lets_go", line_lets_go},
                            {"in_as_wanted", in_as_wanted},
                            {"in_for_a_program", in_for_a_program},
                            {"both_at_once", both_at_once},
                            {"reader_has_ended", reader_has_ended},
                            {"next_driver", next_driver},
                            {"quiet_at_start", quiet_at_start}});
}
