#include "tests/bench/flags.h"

#include <stdexcept>

namespace bench {

Flags::Flags(int count, char** words)
{
    int i = 0;
    while (i < count && std::string_view{words[i]} != "--") {
        const std::string_view name = words[i];
        if (!name.starts_with("--") || i + 1 == count)
            throw std::invalid_argument{"flags are --name value, not " + std::string{name}};
        values_[std::string{name.substr(2)}] = words[i + 1];
        i += 2;
    }
    for (++i; i < count; ++i) rest_.emplace_back(words[i]);
}

const std::string& Flags::text(const std::string& name, const std::string& otherwise) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
}

double Flags::number(const std::string& name, double otherwise) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::stod(found->second);
}

}  // namespace bench
