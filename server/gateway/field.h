#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace server::gateway {

/// Where a field of a request is.
enum class In : std::uint8_t { Path, Query, Body };

enum class Kind : std::uint8_t {
    Text,
    Number,
    Integer,
    Flag,
    Latitude,
    Longitude,
    Texts,  ///< an array of texts, at least one
};

/// A field of a request, declared once: reading it, refusing it and the OpenAPI document follow.
struct Field
{
    std::string_view name;  ///< "location.lat": the member lat of the object location
    In in = In::Body;
    Kind kind = Kind::Text;
    bool required = false;
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
    std::string_view choices = {};  ///< of a text: the words that it may be, with spaces between
    std::size_t max_length = 256;   ///< of a text
    std::string_view summary = {};
    std::string_view example = {};  ///< as JSON writes it, but for the quotes of a text
};

/// The fields of one request, read and checked.
class Inputs
{
public:
    using Value = std::variant<std::string, double, bool, std::vector<std::string>>;

    void set(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// REQUIRES that the field is declared, of this kind, and was given (or is required).
    const std::string& text(std::string_view name) const { return get<std::string>(name); }
    double number(std::string_view name) const { return get<double>(name); }
    const std::vector<std::string>& texts(std::string_view name) const
    {
        return get<std::vector<std::string>>(name);
    }
    /// What stands for a field that was not given.
    std::string text_or(std::string_view name, std::string_view otherwise) const
    {
        return has(name) ? text(name) : std::string{otherwise};
    }
    double number_or(std::string_view name, double otherwise) const
    {
        return has(name) ? number(name) : otherwise;
    }
    bool flag_or(std::string_view name, bool otherwise) const
    {
        return has(name) ? get<bool>(name) : otherwise;
    }

private:
    const Value* find(std::string_view name) const
    {
        for (const auto& [given, value] : values_)
            if (given == name) return &value;
        return nullptr;
    }
    template <class Type>
    const Type& get(std::string_view name) const
    {
        return std::get<Type>(*find(name));
    }

    std::vector<std::pair<std::string_view, Value>> values_;
};

/// A path's parameters, and a query's, by name.
using Parameters = std::vector<std::pair<std::string_view, std::string>>;

/// Reads the fields from where they are. `body` is JSON; it is read only if a field is in it.
/// Throws a Problem that lists everything that is wrong.
Inputs read_inputs(std::span<const Field> fields, const Parameters& path, const Parameters& query,
                   std::string_view body);

/// The parameters of a query ("a=1&b=%20"), at most 32.
Parameters parse_query(std::string_view query);

/// Percent signs resolved, and in a query plus signs. A sign that begins no byte stays as it is.
std::string percent_decoded(std::string_view text, bool plus_is_space = false);

}  // namespace server::gateway
