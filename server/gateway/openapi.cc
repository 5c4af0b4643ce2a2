#include <cmath>
#include <map>

#include "ascii/case.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"
#include "server/version.h"
#include "store/geo/geo.h"

namespace server::gateway {
namespace {

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        words.emplace_back(text.substr(0, text.find(' ')));
        text.remove_prefix(std::min(words.back().size() + 1, text.size()));
    }
    return words;
}

void add_range(Json& schema, double min, double max)
{
    if (std::isfinite(min)) schema["minimum"] = min;
    if (std::isfinite(max)) schema["maximum"] = max;
}

Json schema_of(const Field& field)
{
    Json schema = Json::object();
    switch (field.kind) {
        case Kind::Text:
            schema["type"] = "string";
            if (field.choices.empty()) {
                schema["minLength"] = 1;
                schema["maxLength"] = field.max_length;
            } else {
                schema["enum"] = words_of(field.choices);
            }
            break;
        case Kind::Number:
        case Kind::Integer:
            schema["type"] = field.kind == Kind::Number ? "number" : "integer";
            add_range(schema, field.min, field.max);
            break;
        case Kind::Latitude:
        case Kind::Longitude:
            schema["type"] = "number";
            if (field.kind == Kind::Latitude) {
                add_range(schema, store::kLatitudeMin, store::kLatitudeMax);
            } else {
                add_range(schema, store::kLongitudeMin, store::kLongitudeMax);
            }
            break;
        case Kind::Flag: schema["type"] = "boolean"; break;
        case Kind::Texts:
            schema = {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}}}};
            break;
    }
    return schema;
}

Json with_example(const Field& field, Json schema)
{
    if (!field.summary.empty()) schema["description"] = field.summary;
    if (field.example.empty()) return schema;
    const bool is_text = field.kind == Kind::Text;
    schema["examples"] = {is_text ? Json(field.example) : Json::parse(field.example)};
    return schema;
}

Json parameter_of(const Field& field)
{
    return {{"name", field.name},
            {"in", field.in == In::Path ? "path" : "query"},
            {"required", field.required},
            {"schema", with_example(field, schema_of(field))}};
}

/// Puts the field into the body's schema, into nested objects as its dotted name says.
void add_member(Json& object, std::string_view name, const Field& field)
{
    object["type"] = "object";
    const std::size_t dot = name.find('.');
    const std::string first{name.substr(0, dot)};
    if (field.required) {
        Json& required = object["required"];
        if (std::find(required.begin(), required.end(), first) == required.end())
            required.push_back(first);
    }
    Json& member = object["properties"][first];
    if (dot == std::string_view::npos) {
        member = with_example(field, schema_of(field));
    } else {
        add_member(member, name.substr(dot + 1), field);
    }
}

/// The problems that a route may answer with, by status.
Json problem_responses(const Route& route)
{
    std::vector<ProblemType> types{ProblemType::HostNotAllowed, ProblemType::OriginNotAllowed};
    if (!route.without_password) {
        types.push_back(ProblemType::NotAuthenticated);
        types.push_back(ProblemType::NoPermission);
    }
    if (!route.fields.empty()) types.push_back(ProblemType::BadField);
    const bool has_body =
        std::ranges::any_of(route.fields, [](const Field& field) { return field.in == In::Body; });
    if (has_body) {
        for (const auto type : {ProblemType::BadJson, ProblemType::NotAnObject,
                                ProblemType::BadMediaType, ProblemType::BodyTooLong})
            types.push_back(type);
    }
    types.insert(types.end(), route.problems.begin(), route.problems.end());
    std::map<int, std::string> by_status;
    for (const ProblemType type : types) {
        std::string& text = by_status[row_of(type).status];
        text += (text.empty() ? "" : "; ") + std::string{row_of(type).slug};
    }
    Json responses = Json::object();
    for (const auto& [status, slugs] : by_status) {
        responses[std::to_string(status)] = {
            {"description", slugs},
            {"content",
             {{"application/problem+json",
               {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
    }
    return responses;
}

Json operation_of(const Route& route)
{
    Json operation = {{"summary", route.summary}, {"tags", {route.tag}}};
    Json body;
    for (const Field& field : route.fields) {
        if (field.in == In::Body) {
            add_member(body, field.name, field);
        } else {
            operation["parameters"].push_back(parameter_of(field));
        }
    }
    if (!body.is_null())
        operation["requestBody"] = {{"required", true},
                                    {"content", {{"application/json", {{"schema", body}}}}}};
    Json responses = {{route.web_socket ? "101" : "200", {{"description", route.answer}}}};
    responses.update(problem_responses(route));
    operation["responses"] = std::move(responses);
    if (route.without_password) operation["security"] = Json::array();
    if (route.web_socket) operation["x-web-socket"] = true;
    return operation;
}

Json problem_schema()
{
    Json text = {{"type", "string"}};
    Json error = {{"type", "object"}, {"properties", {{"field", text}, {"message", text}}}};
    return {{"type", "object"},
            {"description", "RFC 9457. `fix` says what to do; /v1/problems lists all types."},
            {"properties",
             {{"type", text},
              {"title", text},
              {"status", {{"type", "integer"}}},
              {"detail", text},
              {"fix", text},
              {"errors", {{"type", "array"}, {"items", error}}}}}};
}

}  // namespace

Json openapi_of(std::span<const Route> all)
{
    Json document = {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Dabba"},
          {"version", kVersion},
          {"description",
           "Dispatch over HTTP: the same data and the same rules as over RESP. Places in objects "
           "have lat and lng by name; GeoJSON and commands write [longitude, latitude]."}}},
        {"paths", Json::object()},
    };
    for (const Route& route : all)
        document["paths"][std::string{route.path}][ascii::lower(name_of(route.method))] =
            operation_of(route);
    document["components"] = {
        {"schemas", {{"Problem", problem_schema()}}},
        {"securitySchemes",
         {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "dabba-session"}}}}}};
    document["security"] = {{{"bearer", Json::array()}}, {{"session", Json::array()}}};
    return document;
}

}  // namespace server::gateway
