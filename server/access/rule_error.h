#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace server::access {

/// A rule that cannot be applied. what() says why, in Redis's words: "Syntax error".
class RuleError : public std::runtime_error
{
public:
    enum class Kind : std::uint8_t { UnknownCommand, Other };

    explicit RuleError(const std::string& why, Kind kind = Kind::Other)
        : std::runtime_error(why), kind_(kind)
    {}

    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

}  // namespace server::access
