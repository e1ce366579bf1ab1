// SPDX-License-Identifier: MIT
// The environment: `env` prints it; `env NAME=value... PROGRAM ARGUMENTS...` runs a program with these variables added,
// and ends as that does. A name that comes later counts.
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr std::size_t kMost = 64;

/// The names of both, up to the `=`, are the same.
bool same_name(std::string_view a, std::string_view b) {
    const auto name = [](std::string_view variable) { return std::string_view(variable.data(), variable.find('=')); };
    return name(a) == name(b);
}

int run(std::span<const std::string_view> variables, std::span<const std::string_view> words) {
    process::SpawnReason reason;
    const auto ended = process::run({.file = words[0], .arguments = words.subspan(1), .variables = variables}, &reason);
    if (!ended) {
        print("env: {}: {} {}\n", words[0], ended.error(), reason.view());
        return 127;
    }
    if (ended->status.how() != ExitStatus::How::Exited) print("env: {} did not end by itself\n", words[0]);
    return ended->status.code();
}

}  // namespace

int main(int argc, char** argv) {
    std::string_view variables[kMost], words[kMost];
    std::size_t count = 0, word_count = 0;
    const auto set = [&](std::string_view variable) {
        std::size_t i = 0;
        while (i < count && !same_name(variables[i], variable)) i++;
        if (i == kMost) return;
        variables[i] = variable;
        if (i == count) count++;
    };
    for (const char* const variable : environment().variables) set(variable);
    for (int i = 1; i < argc && word_count < kMost; i++) {
        const std::string_view word(argv[i]);
        if (word_count == 0 && word.find('=') != word.npos)
            set(word);
        else
            words[word_count++] = word;
    }
    if (word_count != 0) return run({variables, count}, {words, word_count});
    for (std::size_t i = 0; i < count; i++) print("{}\n", variables[i]);
    return 0;
}
