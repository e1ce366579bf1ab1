// SPDX-License-Identifier: MIT
// The files of the initrd by name: a hash table, made once. Programs are parsed when they are first asked for.
#pragma once

#include <expected>
#include <string_view>

#include "format/parse_error.h"
#include "image/image_store.h"
#include "protocol/errors.h"

namespace glenda::factotum {

/// Why a program cannot be started: a code, and the fault in the file or the archive; none if there is no such file.
struct LoadFailure {
    ServerError error;
    ParseError fault;
};

class Catalogue {
public:
    /// Reads the archive's directory, up to its end or to damage. `area`: unused addresses.
    Catalogue(Memory& memory, ImageStore& images, Bytes archive, std::uint64_t area);

    /// The program `name`: "bin/hello", or "hello" for short. Its segments overlap nothing that Factotum itself puts
    /// into the address space.
    std::expected<Image*, LoadFailure> find(std::string_view name);
    /// What stands before a name without a folder.
    static constexpr std::string_view kFolder = "bin/";

private:
    struct File {
        std::string_view name{};
        Bytes data{};
        std::uint32_t hash = 0;
        bool is_file = false;
        Image* image = nullptr;  // once it has been parsed
        ParseError fault{};      // or why it cannot be
    };

    void read(Bytes archive);
    File* place_of(std::string_view folder, std::string_view name);
    void parse(File& file);

    ImageStore& images_;
    OwnArea area_;
    std::span<File> table_{};  // a power of two, at least twice the files
    ParseError damage_{};
};

}  // namespace glenda::factotum
