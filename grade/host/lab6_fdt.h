// SPDX-License-Identifier: MIT
// Device trees for tests: written node by node, read as a machine's own (Devicetree Specification 0.4, chapter 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace glenda::host {

class TreeWriter {
public:
    TreeWriter& begin(std::string_view name) {
        number(1);
        text(name);
        return *this;
    }
    TreeWriter& end() { return number(2); }
    TreeWriter& cells(std::string_view name, std::initializer_list<std::uint32_t> values) {
        property(name, values.size() * 4);
        for (const std::uint32_t value : values) number(value);
        return *this;
    }
    /// A property with these strings.
    TreeWriter& strings(std::string_view name, std::initializer_list<std::string_view> values) {
        std::string all;
        for (const std::string_view value : values) all += std::string(value) + '\0';
        property(name, all.size());
        all.pop_back();
        text(all);
        return *this;
    }
    TreeWriter& flag(std::string_view name) {
        property(name, 0);
        return *this;
    }

    /// The whole file. It must outlive what is read of it.
    std::vector<std::byte> finish() {
        number(9);
        const auto begin = std::uint32_t(40 + 16), strings = begin + std::uint32_t(structure_.size());
        const std::uint32_t total = strings + std::uint32_t(names_.size());
        std::vector<std::byte> file;
        for (const std::uint32_t each :
             {0xd00dfeedu, total, begin, strings, 40u, 17u, 16u, 0u, std::uint32_t(names_.size()),
              std::uint32_t(structure_.size()), 0u, 0u, 0u, 0u})
            append(file, each);
        file.insert(file.end(), structure_.begin(), structure_.end());
        for (const char each : names_) file.push_back(std::byte(each));
        return file;
    }

private:
    static void append(std::vector<std::byte>& to, std::uint32_t value) {
        for (const unsigned shift : {24u, 16u, 8u, 0u}) to.push_back(std::byte(value >> shift));
    }
    TreeWriter& number(std::uint32_t value) {
        append(structure_, value);
        return *this;
    }
    void text(std::string_view value) {
        for (const char each : value) structure_.push_back(std::byte(each));
        do structure_.push_back({});
        while (structure_.size() % 4 != 0);
    }
    void property(std::string_view name, std::size_t size) {
        number(3).number(std::uint32_t(size)).number(std::uint32_t(names_.size()));
        names_ += std::string(name) + '\0';
    }

    std::vector<std::byte> structure_;
    std::string names_;
};

}  // namespace glenda::host
