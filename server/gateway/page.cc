#include "server/gateway/page.h"

#include <fmt/format.h>

#include <string>

#include "server/console/assets.h"

namespace server::gateway {
namespace {

constexpr console::Asset kPageWithoutConsole = {
    .path = "/",
    .content =
        "<!doctype html><html lang=en><meta charset=utf-8><title>Dabba</title>"
        "<meta name=viewport content=\"width=device-width\">"
        "<h1>Dabba</h1><p>The server runs, and its API is described at "
        "<a href=/v1/openapi.json>/v1/openapi.json</a>. This build has no console.",
    .content_type = "text/html; charset=utf-8",
    .etag = "\"none\"",
};

const console::Asset* find_page(std::string_view path)
{
    if (const auto* asset = console::find_asset(path)) return asset;
    return path == "/" ? &kPageWithoutConsole : nullptr;
}

/// "https://tile.example" of "https://tile.example/{z}/{x}/{y}.png".
std::string_view origin_of(std::string_view url)
{
    const std::size_t host = url.find("://");
    if (host == std::string_view::npos) return {};
    return url.substr(0, url.find_first_of("/ ;,'\"", host + 3));
}

/// Nothing from elsewhere is loaded, run or sent to, but for the tiles of the map; and no page may
/// frame this one.
std::string content_security_policy(std::string_view tiles)
{
    return fmt::format(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' "
        "data: blob: {0}; connect-src 'self' {0}; worker-src 'self'; base-uri 'none'; form-action "
        "'none'; frame-ancestors 'none'",
        origin_of(tiles));
}

void add_page_headers(Response& response, const Options& options)
{
    response.headers.emplace_back("Content-Security-Policy",
                                  content_security_policy(options.http_tiles));
    response.headers.emplace_back("X-Frame-Options", "DENY");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

}  // namespace

Response page_for(const Request& request, const Options& options)
{
    const auto* const asset = find_page(request.path);
    if (asset == nullptr)
        throw Problem{ProblemType::NoSuchPage, "Nothing is at " + std::string{request.path} + "."};
    if (request.method != Method::Get && request.method != Method::Head)
        throw Problem{ProblemType::NoSuchMethod, "The path takes GET and HEAD."};
    const bool never_changes = asset->path.starts_with("/assets/");
    Response response{.content_type = asset->content_type, .lasting_body = asset->content};
    response.headers.emplace_back("ETag", std::string{asset->etag});
    response.headers.emplace_back(
        "Cache-Control", never_changes ? "public, max-age=31536000, immutable" : "no-cache");
    if (asset->is_gzipped) response.headers.emplace_back("Content-Encoding", "gzip");
    add_page_headers(response, options);
    if (request.if_none_match == asset->etag) {
        response.status = 304;
        response.lasting_body = {};
    }
    return response;
}

}  // namespace server::gateway
