// SPDX-License-Identifier: MIT
// An init.toml that has been read.
#pragma once

#include <memory>
#include <string>

#include "9ball/init_config.h"

namespace glenda::nineball {

struct Parsed {
    explicit Parsed(std::string_view text) : config(std::make_unique<InitConfig>()), outcome(config->parse(text)) {}
    std::unique_ptr<InitConfig> config;
    std::expected<void, ConfigError> outcome;

    std::string error() const {
        if (outcome) return "";
        return std::to_string(outcome.error().line) + ": " + std::string(outcome.error().what.view());
    }
};

#define SERVICE(name) "[[service]]\nname = \"" name "\"\npath = \"bin/" name "\"\n"

}  // namespace glenda::nineball
