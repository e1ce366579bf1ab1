// SPDX-License-Identifier: MIT
// What stands in place of code that you have not written yet: missing_exercise("2.2", root, pointer).
//
// The build includes this file into every source of the kernel, so a function can say that it is missing without any
// other change to its file. When the kernel gets there, it prints which function you are to write next, and ends.
#pragma once

#include <source_location>
#include <string_view>

namespace glenda {

/// The number of an exercise, and the function that is missing. Made by the compiler, from the place of the call.
struct Exercise {
    std::string_view number;
    std::string_view file;      // "kernel/cap/slot.cc"
    std::string_view function;  // "Slot::take"

    consteval Exercise(const char* number, std::source_location here = std::source_location::current())
        : number(number), file(here.file_name()), function(short_name(here.function_name())) {}

private:
    /// "Slot::take", from "void glenda::Slot::take(glenda::Slot&)".
    static consteval std::string_view short_name(std::string_view name) {
        name = name.substr(0, name.find('('));
        name.remove_prefix(name.rfind(' ') + 1);
        for (const std::string_view scope : {"glenda::", "{anonymous}::"}) {
            if (name.starts_with(scope)) name.remove_prefix(scope.size());
        }
        return name;
    }
};

/// Prints "Exercise 2.4 is missing: kernel/cap/slot.cc, Slot::take()" and powers the machine off.
[[noreturn]] void report_missing(const Exercise& exercise);

/// The same. Further arguments say what the function will use: without them the compiler would warn of parameters that
/// nobody uses.
template <typename... Unused>
[[noreturn]] void missing_exercise(Exercise exercise, const Unused&...) {
    report_missing(exercise);
}

}  // namespace glenda
