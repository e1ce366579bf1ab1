// SPDX-License-Identifier: MIT
// See print.h: routes output, and buffers it to keep lines whole.
#include "glenda/print.h"

#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "protocol/serial.h"

namespace glenda {

namespace {

Answer<void> write_terminal(Endpoint terminal, std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = text.size() < kSerialMaxBytes ? text.size() : kSerialMaxBytes;
        const auto written = transact(terminal, MessageWriter(SerialMethod::Write).text({text.data(), size}));
        if (!written && written.error() == Error::Deleted) continue;  // the driver has ended: the next one writes it
        TRY_VOID(written);
        text.remove_prefix(size);
    }
    return {};
}

void route_output(std::string_view text) {
    const Environment& e = environment();
    if (e.console) return (void)e.console.write(text);
    if (e.stdio && write_terminal(e.stdio, text)) return;
    if (e.nineball) (void)nineball::log(text);
}

constinit OutputHook output_hook = route_output;

/// Collects output, and passes it on when full and at the end.
struct Buffer : TextSink {
    Buffer() : TextSink{append} {}
    void flush() {
        if (size != 0) write_output({bytes, size});
        size = 0;
    }
    static void append(TextSink& sink, std::string_view piece) {
        auto& self = static_cast<Buffer&>(sink);
        for (char c : piece) {
            if (self.size == sizeof(self.bytes)) self.flush();
            self.bytes[self.size++] = c;
        }
    }
    std::size_t size = 0;
    char bytes[256];
};

}  // namespace

void set_output_hook(OutputHook hook) { output_hook = hook; }

void write_output(std::string_view text) { output_hook(text); }

void print_args(std::string_view format, std::span<const FormatArg> args) {
    Buffer buffer;
    format_args(buffer, format, args);
    buffer.flush();
}

}  // namespace glenda
