#pragma once

#include <istream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/option_table.h"
#include "server/config/options.h"

namespace server {

/// The server cannot start with these settings. what() is one line that names the flag, or the
/// file and the line: "dabba.conf:3: 'port 70000': argument must be between 0 and 65535 inclusive".
class ConfigError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// The words of a config line, without their quotes; none if the quotes are not balanced. The
/// quoting rules are those of an inline command.
std::vector<std::string> split_config_line(std::string_view line);

/// A line without the blanks around it.
std::string_view trimmed_config_line(std::string_view line);

/// A word as split_config_line() reads it back: in quotes if it would not be one word otherwise.
std::string quoted_config_word(std::string_view word);

/// Sets options from redis.conf-style sources, one after the other; what comes later wins.
class ConfigReader
{
public:
    explicit ConfigReader(Options& options) : options_(options) {}

    /// Lines of a name and its words, quoted as in redis-cli; `#` begins a comment line; `include
    /// path` reads another file there, or those that a pattern of the shell matches. Throws
    /// ConfigError.
    void read_file(const std::string& path);
    void read_stream(std::istream& lines, const std::string& source);

    /// One setting. `where` names it in errors and warnings ("dabba.conf:3: 'port 1'", "--port").
    void set(const std::string& where, std::string_view name,
             std::span<const std::string_view> words);

    /// A line for each setting that is not supported and was skipped.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void read_line(const std::string& line, const std::string& place);
    void skip(const std::string& where, const Option& option);
    void include(const std::string& pattern);
    std::string added_to_save_points(const std::string& value) const;

    Options& options_;
    std::vector<std::string> warnings_;
    int depth_ = 0;
};

}  // namespace server
