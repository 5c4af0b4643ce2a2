#include "server/gateway/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "server/gateway/json.h"
#include "server/gateway/problem.h"
#include "store/geo/geo.h"

namespace server::gateway {
namespace {

constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxTexts = 10'000;

using store::kLatitudeMax;
using store::kLongitudeMax;

using Errors = std::vector<Problem::FieldError>;

/// What a field may be, in words.
std::string expectation(const Field& field)
{
    switch (field.kind) {
        case Kind::Flag: return "true or false";
        case Kind::Texts: return "an array of texts, at least one";
        case Kind::Latitude:
            return fmt::format("a latitude: a number from {} to {}", -kLatitudeMax, kLatitudeMax);
        case Kind::Longitude:
            return fmt::format("a longitude: a number from {} to {}", -kLongitudeMax,
                               kLongitudeMax);
        case Kind::Text:
            if (!field.choices.empty()) return fmt::format("one of: {}", field.choices);
            return fmt::format("a text of 1 to {} bytes", field.max_length);
        case Kind::Number:
        case Kind::Integer: break;
    }
    const auto word = field.kind == Kind::Integer ? "a whole number" : "a number";
    if (std::isinf(field.max)) return fmt::format("{}, {} or more", word, field.min);
    return fmt::format("{} from {} to {}", word, field.min, field.max);
}

bool is_choice(std::string_view word, std::string_view choices)
{
    while (!choices.empty()) {
        const std::size_t end = std::min(choices.find(' '), choices.size());
        if (choices.substr(0, end) == word) return true;
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return false;
}

bool fits(const Field& field, const std::string& text)
{
    if (!field.choices.empty()) return is_choice(text, field.choices);
    return !text.empty() && text.size() <= field.max_length;
}

bool fits(const Field& field, double number)
{
    switch (field.kind) {
        case Kind::Latitude: return std::abs(number) <= kLatitudeMax;
        case Kind::Longitude: return std::abs(number) <= kLongitudeMax;
        case Kind::Integer:
            if (number != std::floor(number)) return false;
            break;
        default: break;
    }
    return std::isfinite(number) && number >= field.min && number <= field.max;
}

std::optional<std::vector<std::string>> to_texts(const Json& json)
{
    if (!json.is_array() || json.empty() || json.size() > kMaxTexts) return std::nullopt;
    std::vector<std::string> texts;
    for (const Json& element : json) {
        if (!element.is_string()) return std::nullopt;
        texts.push_back(element.get<std::string>());
    }
    return texts;
}

/// The value as this field has it, nothing if it cannot be one.
std::optional<Inputs::Value> convert(const Field& field, const Json& json)
{
    switch (field.kind) {
        case Kind::Text:
            if (!json.is_string() || !fits(field, json.get_ref<const std::string&>())) return {};
            return json.get<std::string>();
        case Kind::Flag:
            if (!json.is_boolean()) return {};
            return json.get<bool>();
        case Kind::Texts:
            if (auto texts = to_texts(json)) return std::move(*texts);
            return {};
        default:
            if (!json.is_number() || !fits(field, json.get<double>())) return {};
            return json.get<double>();
    }
}

/// A parameter of path or query, which is text, as the JSON it would be in a body.
Json to_json(const Field& field, const std::string& text)
{
    if (field.kind == Kind::Text) return text;
    if (field.kind == Kind::Flag)
        return text == "true" ? Json(true) : text == "false" ? Json(false) : Json();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

const std::string* find(const Parameters& parameters, std::string_view name)
{
    for (const auto& [given, value] : parameters)
        if (given == name) return &value;
    return nullptr;
}

/// The member of the body that the field's dotted name leads to; nullptr if there is none.
const Json* find(const Json& body, std::string_view name)
{
    const Json* at = &body;
    while (!name.empty()) {
        if (!at->is_object()) return nullptr;
        const std::size_t dot = std::min(name.find('.'), name.size());
        const auto member = at->find(name.substr(0, dot));
        if (member == at->end()) return nullptr;
        at = &*member;
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    return at;
}

std::string shown(const Json& json)
{
    std::string text = to_text(json);
    constexpr std::size_t kMaxShown = 60;
    if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
    return text;
}

void read(const Field& field, const Json* json, Inputs& inputs, Errors& errors)
{
    if (json == nullptr || json->is_null()) {
        if (field.required)
            errors.push_back({std::string{field.name}, "is missing: " + expectation(field)});
        return;
    }
    if (auto value = convert(field, *json)) return inputs.set(field.name, std::move(*value));
    std::string message = fmt::format("is {}, but must be {}", shown(*json), expectation(field));
    if (field.kind == Kind::Latitude || field.kind == Kind::Longitude)
        message +=
            ". Places are [longitude, latitude] in GeoJSON and in commands: are the two exchanged?";
    errors.push_back({std::string{field.name}, std::move(message)});
}

/// Members that no field is named by: a field that is misspelt must not be taken for left out.
void find_strangers(std::span<const Field> fields, const Json& body, Errors& errors)
{
    for (const auto& [name, value] : body.items()) {
        const bool is_known = std::ranges::any_of(fields, [&](const Field& field) {
            return field.in == In::Body && field.name.substr(0, field.name.find('.')) == name;
        });
        if (is_known) continue;
        std::string known;
        for (const Field& field : fields)
            if (field.in == In::Body)
                known += fmt::format("{}{}", known.empty() ? "" : ", ", field.name);
        errors.push_back({name, "is no field of this request; known are " + known});
    }
}

/// How deep objects and arrays lie in each other; what is no JSON may give any number.
std::size_t depth_of(std::string_view text)
{
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') in_text = !in_text;
        if (in_text && c == '\\') ++i;  // what is escaped is no quote
        if (in_text) continue;
        if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
        if ((c == ']' || c == '}') && depth > 0) --depth;
    }
    return deepest;
}

Json parse_body(std::string_view text)
{
    // Writing it again, for the text of an error, would take stack for each level.
    constexpr std::size_t kMaxDepth = 32;
    if (depth_of(text) > kMaxDepth)
        throw Problem{ProblemType::BadJson, "Objects and arrays are nested more than 32 deep."};
    try {
        Json body = Json::parse(text);
        if (!body.is_object())
            throw Problem{ProblemType::NotAnObject, fmt::format("The body is {}.", shown(body))};
        return body;
    } catch (const Json::exception& error) {
        throw Problem{ProblemType::BadJson, error.what()};
    }
}

Problem problem_with(Errors errors)
{
    std::string detail;
    for (const auto& [field, message] : errors)
        detail += fmt::format("{}{} {}", detail.empty() ? "" : "; ", field, message);
    Problem problem{ProblemType::BadField, std::move(detail)};
    problem.errors = std::move(errors);
    return problem;
}

}  // namespace

Inputs read_inputs(std::span<const Field> fields, const Parameters& path, const Parameters& query,
                   std::string_view body)
{
    const auto is_in = [](In in) { return [in](const Field& field) { return field.in == in; }; };
    const bool has_body = std::ranges::any_of(fields, is_in(In::Body));
    const Json json = has_body ? parse_body(body.empty() ? "{}" : body) : Json::object();
    Inputs inputs;
    Errors errors;
    for (const Field& field : fields) {
        if (field.in == In::Body) {
            read(field, find(json, field.name), inputs, errors);
        } else {
            const std::string* text = find(field.in == In::Path ? path : query, field.name);
            const Json given = text == nullptr ? Json{} : to_json(field, *text);
            read(field, text == nullptr ? nullptr : &given, inputs, errors);
        }
    }
    find_strangers(fields, json, errors);
    if (!errors.empty()) throw problem_with(std::move(errors));
    return inputs;
}

Parameters parse_query(std::string_view query)
{
    Parameters parameters;
    while (!query.empty() && parameters.size() < kMaxParameters) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
        const std::size_t mark = std::min(one.find('='), one.size());
        if (mark > 0)
            parameters.emplace_back(
                one.substr(0, mark),
                percent_decoded(one.substr(std::min(mark + 1, one.size())), true));
    }
    return parameters;
}

std::string percent_decoded(std::string_view text, bool plus_is_space)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const char* const begin = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(begin, begin + 2, byte, 16).ptr == begin + 2) {
            decoded += static_cast<char>(byte);
            i += 2;
        } else {
            decoded += text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    return decoded;
}

}  // namespace server::gateway
