#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Flags of the form --name value, then, behind "--", words. Throws std::invalid_argument for
/// anything else.
class Flags
{
public:
    Flags(int count, char** words);

    const std::string& text(const std::string& name, const std::string& otherwise = {}) const;
    double number(const std::string& name, double otherwise) const;
    template <class Integer>
    Integer integer(const std::string& name, Integer otherwise) const
    {
        return static_cast<Integer>(number(name, static_cast<double>(otherwise)));
    }
    const std::vector<std::string>& rest() const { return rest_; }

private:
    std::map<std::string, std::string> values_;
    std::vector<std::string> rest_;
};

}  // namespace bench
