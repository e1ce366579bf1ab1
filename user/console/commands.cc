// SPDX-License-Identifier: MIT
// The table of commands, and the handlers of the short ones.
#include "commands.h"

#include "glenda/devices.h"
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"
#include "run.h"
#include "util/bits.h"
#include "words.h"

namespace glenda::console {

namespace {

using nineball::ServiceState;

using Arguments = std::span<const std::string_view>;

/// Returns false if the arguments are wrong; the caller then prints the usage.
using Handler = bool (*)(Arguments);

struct Command {
    std::string_view name;
    std::string_view usage;
    std::string_view purpose;
    Handler handler;
};

bool help(Arguments);

bool ps(Arguments arguments) {
    if (!arguments.empty()) return false;
    const auto list = process::list();
    if (!list) {
        print("ps: {}\n", list.error());
        return true;
    }
    print("{:>5} {:>6}  {:<14} {:<6} {:>8} {:>7} {:>8} {:>8}\n", "PID", "PARENT", "NAME", "STATE", "PRIORITY",
          "THREADS", "MS", "KIB");
    for (const ProcessInfo& line : *list)
        print("{:>5} {:>6}  {:<14} {:<6} {:>8} {:>7} {:>8} {:>8}\n", line.pid, line.parent, std::string_view(line.name),
              line.state, unsigned{line.priority}, unsigned{line.threads}, line.milliseconds, line.resident / kKiB);
    return true;
}

bool threads(Arguments arguments) {
    const auto pid = arguments.empty() ? 0 : to_number(arguments[0]);
    if (arguments.size() > 1 || !pid || (*pid == 0 && !arguments.empty())) return false;
    const auto list = process::list_threads(*pid);
    if (!list && list.error() == ServerError::NoSuchProcess)
        print("threads: there is no process {}\n", *pid);
    else if (!list)
        print("threads: {}\n", list.error());
    if (!list) return true;
    print("{:>5} {:>5}  {:<14} {:<8} {:>8} {:>4} {:>8}\n", "TID", "PID", "NAME", "STATE", "PRIORITY", "HART", "MS");
    for (const ThreadInfo& line : *list)
        print("{:>5} {:>5}  {:<14} {:<8} {:>8} {:>4} {:>8}\n", line.tid, line.pid, std::string_view(line.name),
              std::string_view(name_of(line.activity)), unsigned{line.priority}, unsigned{line.hart},
              line.milliseconds);
    return true;
}

/// How long a command takes, in milliseconds.
bool time(Arguments arguments) {
    constexpr std::uint64_t kTicksPerMillisecond = 10'000;  // QEMU's virt machine counts 10 MHz
    if (arguments.empty() || arguments[0] != "run") return false;
    const std::uint64_t start = read_time();
    if (!run(arguments.subspan(1))) return false;
    print("time: {} ms\n", (read_time() - start) / kTicksPerMillisecond);
    return true;
}

bool kill(Arguments arguments) {
    constexpr std::int64_t kKillSignal = 9;
    const auto pid = arguments.size() == 1 ? to_number(arguments[0]) : std::nullopt;
    if (!pid) return false;
    const auto killed = process::kill(*pid, kKillSignal);
    if (killed) return true;
    if (killed.error() == ServerError::NoSuchProcess)
        print("kill: there is no process {}\n", *pid);
    else if (killed.error() == ServerError::PermissionDenied)
        print("kill: process {} cannot be killed: the system depends on it\n", *pid);
    else
        print("kill: {}\n", killed.error());
    return true;
}

bool log(Arguments arguments) {
    if (!arguments.empty()) return false;
    for (std::uint64_t offset = 0;;) {
        char buffer[nineball::kMaxLogBytes];
        const auto piece = nineball::read_log(offset, buffer);
        if (!piece) print("log: {}\n", piece.error());
        if (!piece || piece->size == 0) return true;
        write_output({buffer, piece->size});
        offset = piece->next;
    }
}

bool mem(Arguments arguments) {
    if (!arguments.empty()) return false;
    const auto info = process::memory();
    if (!info) {
        print("mem: {}\n", info.error());
        return true;
    }
    const auto line = [](std::string_view what, std::uint64_t bytes) {
        print("{:<10}{:>10} KiB\n", what, bytes / kKiB);
    };
    line("total", info->total);
    line("free", info->free);
    line("reserved", info->reserved);
    line("tables", info->tables);
    return true;
}

std::string_view name_of(ServiceState state) {
    switch (state) {
        case ServiceState::Waiting: return "waiting";
        case ServiceState::Starting: return "starting";
        case ServiceState::Up: return "up";
        case ServiceState::BackingOff: return "pausing";
        case ServiceState::Stopped: return "stopped";
        case ServiceState::Failed: return "failed";
        case ServiceState::Done: return "done";
        case ServiceState::Stopping: return "stopping";
    }
    return "?";
}

bool services(Arguments arguments) {
    if (!arguments.empty()) return false;
    print("{:<14} {:<8} {:>5} {:>8}\n", "NAME", "STATE", "PID", "RESTARTS");
    for (unsigned i = 0;; i++) {
        const auto status = nineball::status(i);
        if (!status && status.error() != ServerError::NotFound) print("services: {}\n", status.error());
        if (!status) return true;
        const FixedText<24> pid("{}", status->pid);
        print("{:<14} {:<8} {:>5} {:>8}\n", std::string_view(status->name), name_of(status->state),
              status->pid != 0 ? pid.view() : "-", status->restarts);
    }
}

bool start(Arguments arguments) {
    if (arguments.size() != 1) return false;
    const std::string_view name = arguments[0];
    const auto started = nineball::start(name);
    if (started) return true;
    if (started.error() == ServerError::NotFound)
        print("start: there is no service {}\n", name);
    else if (started.error() == ServerError::Exists)
        print("start: {} runs\n", name);
    else
        print("start: {}\n", started.error());
    return true;
}

bool stop(Arguments arguments) {
    if (arguments.size() != 1) return false;
    const std::string_view name = arguments[0];
    const auto stopped = nineball::stop(name);
    if (stopped) return true;
    if (stopped.error() == ServerError::NotFound)
        print("stop: there is no service {}\n", name);
    else if (stopped.error() == ServerError::Busy)
        print("stop: the console could not work without {}; `shutdown` stops all\n", name);
    else
        print("stop: {}\n", stopped.error());
    return true;
}

std::string_view name_of(DeviceState state) {
    switch (state) {
        case DeviceState::Empty: return "empty";
        case DeviceState::NoDriver: return "no driver";
        case DeviceState::Unusable: return "unusable";
        case DeviceState::Starting: return "starting";
        case DeviceState::Up: return "up";
        case DeviceState::BackingOff: return "pausing";
        case DeviceState::Failed: return "failed";
    }
    return "?";
}

bool devices(Arguments arguments) {
    if (!arguments.empty()) return false;
    print("{:<22} {:<20} {:<8} {:<9} {:>5} {:>8}\n", "NAME", "COMPATIBLE", "CLASS", "STATE", "PID", "RESTARTS");
    for (unsigned i = 0;; i++) {
        const auto status = glenda::devices::status(Endpoint(kUnicornSlot), i);
        if (!status && status.error() != ServerError::NotFound) print("devices: {}\n", status.error());
        if (!status) return true;
        const FixedText<24> pid("{}", status->pid);
        const std::string_view device_class = status->device_class.view();
        print("{:<22} {:<20} {:<8} {:<9} {:>5} {:>8}\n", status->name.view(), status->compatible.view(),
              device_class.empty() ? "-" : device_class, name_of(status->state), status->pid != 0 ? pid.view() : "-",
              status->restarts);
    }
}

bool shutdown(Arguments arguments) {
    if (!arguments.empty()) return false;
    const auto refused = nineball::shutdown();
    if (!refused) print("shutdown: {}\n", refused.error());
    return true;
}

bool reboot(Arguments arguments) {
    if (!arguments.empty()) return false;
    const auto refused = nineball::reboot();
    if (!refused) print("reboot: {}\n", refused.error());
    return true;
}

constexpr Command kCommands[] = {
    {"help", "help", "show this list", help},
    {"ps", "ps", "list the processes, with the processor time they used", ps},
    {"threads", "threads [PID]", "list the threads of a process, or of all", threads},
    {"run", "run NAME [ARGS...] [&]", "run a program from bin/; with & in the background", run},
    {"time", "time run NAME [ARGS...]", "run a program, and say how long it took", time},
    {"kill", "kill PID", "end a process", kill},
    {"log", "log", "show what 9Ball and the services have logged", log},
    {"services", "services", "list the services", services},
    {"start", "start NAME", "start a service, and what it needs", start},
    {"stop", "stop NAME", "stop a service, after those that need it", stop},
    {"devices", "devices", "list the devices and their drivers", devices},
    {"mem", "mem", "show memory: total, free, reserved by processes, tables", mem},
    {"shutdown", "shutdown", "switch the machine off", shutdown},
    {"reboot", "reboot", "restart the machine", reboot},
};

bool help(Arguments arguments) {
    if (!arguments.empty()) return false;
    for (const Command& command : kCommands) print("  {:<24}{}\n", command.usage, command.purpose);
    print(
        "^C ends the running program. The arrows bring back earlier lines. ^W erases a word,\n"
        "^U the line up to the cursor, ^K the rest of it. ^L clears the screen.\n");
    return true;
}

}  // namespace

void execute(std::string_view line) {
    const Words words(line);
    if (words.empty()) return;
    if (words.too_many()) return print("too many words: a line can have {}\n", Words::kMax);
    const std::string_view name = words.all()[0];
    for (const Command& command : kCommands) {
        if (command.name != name) continue;
        if (!command.handler(words.all().subspan(1))) print("usage: {}\n", command.usage);
        return;
    }
    print("{}: no such command. `help` lists them; `run {}` runs a program of that name.\n", name, name);
}

}  // namespace glenda::console
