// SPDX-License-Identifier: MIT
// From start.S to main, and the calls of program.h.
#include "program.h"

int main(int argc, char** argv);

namespace glenda {

namespace {

constinit Utcb* first_utcb = nullptr;
constinit std::string_view kernel_line;

/// Collects output, and passes it on when full and at the end, so that a line stays whole.
struct Buffer : TextSink {
    Buffer() : TextSink{append} {}
    void flush() {
        write_output({bytes, size});
        size = 0;
    }
    static void append(TextSink& sink, std::string_view piece) {
        auto& self = static_cast<Buffer&>(sink);
        for (const char c : piece) {
            if (self.size == sizeof(self.bytes)) self.flush();
            self.bytes[self.size++] = c;
        }
    }
    std::size_t size = 0;
    char bytes[256];
};

}  // namespace

Utcb* utcb() { return first_utcb; }

std::string_view command_line() { return kernel_line; }

void exit(int status) {
    if (utcb() == nullptr) process::exit(status);
    utcb()->user[kExitStatus] = std::uint64_t(status);
    thread::suspend(kOwnThread);
    __builtin_trap();
}

char read_key() {
    char key = 0;
    if (utcb() == nullptr)
        process::read(0, &key, 1);
    else
        console::read(&key, 1);
    return key;
}

void yield() { utcb() == nullptr ? process::yield() : thread::yield(); }

void shut_down() {
    if (utcb() == nullptr) process::shut_down();
    system_call(ThreadCall::Shutdown);
    __builtin_trap();
}

void write_output(std::string_view text) {
    if (utcb() == nullptr)
        process::write(1, text);
    else
        console::write(text);
}

void print_args(std::string_view format, std::span<const FormatArg> args) {
    Buffer buffer;
    format_args(buffer, format, args);
    buffer.flush();
}

}  // namespace glenda

extern "C" {
extern const std::byte __tdata_start[], __tdata_size[];  // the address of the second is a number
extern std::byte __tls_block[];
}

/// Called by start.S, when a further thread returns from its body.
extern "C" void end_thread() {
    for (;;) glenda::thread::suspend(glenda::kOwnThread);
}

/// Called by start.S, in the first thread.
extern "C" [[noreturn]] void start_program(int argc, char** argv, glenda::Utcb* utcb) {
    __builtin_memcpy(__tls_block, __tdata_start, reinterpret_cast<std::size_t>(__tdata_size));
    glenda::first_utcb = utcb;
    // The kernel starts bin/NAME with its own command line as an argument, a shell starts NAME with those of the user.
    if (argc == 2 && std::string_view(argv[0]).starts_with("bin/")) {
        glenda::kernel_line = argv[1];
        argc = 1;
    }
    glenda::exit(main(argc, argv));
}
