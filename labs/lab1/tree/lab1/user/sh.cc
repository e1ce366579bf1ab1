// SPDX-License-Identifier: MIT
// The shell: reads a line, runs the program that it names, and says how the program ended.
#include "program.h"
#include "run.h"

using namespace glenda;

namespace {

constexpr std::size_t kMaxLine = 120;
constexpr std::size_t kMaxWords = 8;

constexpr char kBackspace = '\b', kDelete = 0x7f;

constexpr std::string_view kHelp =
    "NAME ARGUMENTS...    runs a program and waits for its end\n"
    "NAME ARGUMENTS... &  runs it in the background\n"
    "wait                 waits for the programs in the background\n"
    "help                 prints this list\n"
    "shutdown             switches the machine off\n"
    "Programs: hello, args, spin, crash; and for a kernel with processes: forktree, memory, sleepers\n";

/// Reads a line, with echo, into `line`, which has room for kMaxLine characters and a final NUL. What is too much is
/// not taken.
void read_line(char* line) {
    std::size_t size = 0;
    for (char key = read_key(); key != '\r' && key != '\n'; key = read_key()) {
        if ((key == kBackspace || key == kDelete) && size > 0) {
            size--;
            print("\b \b");
        } else if (key >= ' ' && key < kDelete && size < kMaxLine) {
            line[size++] = key;
            print("{}", key);
        }
    }
    line[size] = '\0';
    print("\n");
}

/// Cuts `line` at its blanks. Writes pointers to its words, and a null pointer after the last. Returns their number, or
/// kMaxWords + 1 if there are more.
std::size_t split(char* line, char** words) {
    std::size_t count = 0;
    for (char* at = line;;) {
        while (*at == ' ') *at++ = '\0';
        words[count] = nullptr;
        if (*at == '\0') return count;
        if (count == kMaxWords) return kMaxWords + 1;
        words[count++] = at;
        while (*at != ' ' && *at != '\0') at++;
    }
}

void report(std::string_view who, int status) {
    if (status == shell::kStopped)
        print("{} was stopped\n", who);
    else
        print("{} exited with status {}\n", who, status);
}

void report_background(const shell::Ended& ended) { report(FixedText<24>("[{}]", ended.job), ended.status); }

void run(char** words, std::size_t count) {
    const bool in_background = words[count - 1] == std::string_view("&");
    if (in_background) words[--count] = nullptr;
    if (count == 0) return;
    const shell::Job job = shell::start(words);
    if (job < 0) return;
    if (in_background) return print("[{}] runs in the background\n", job);
    for (;;) {
        const shell::Ended ended = shell::wait_for_one();
        if (ended.job == job) return report(words[0], ended.status);
        if (ended.job < 0) return;
        report_background(ended);
    }
}

void execute(char* line) {
    char* words[kMaxWords + 1];
    const std::size_t count = split(line, words);
    if (count == 0) return;
    if (count > kMaxWords) return print("A command has at most {} words. Nothing was run.\n", kMaxWords);
    const std::string_view command = words[0];
    if (command == "help") return print("{}", kHelp);
    if (command == "shutdown") shut_down();
    if (command != "wait") return run(words, count);
    for (shell::Ended ended = shell::wait_for_one(); ended.job >= 0; ended = shell::wait_for_one())
        report_background(ended);
}

}  // namespace

int main() {
    print("The shell: type help for the commands; Ctrl-A X leaves QEMU.\n");
    for (;;) {
        static char line[kMaxLine + 1];
        print("glenda% ");
        read_line(line);
        execute(line);
    }
}
