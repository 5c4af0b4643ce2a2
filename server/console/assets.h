#pragma once

#include <span>
#include <string_view>

namespace server::console {

/// One file of the web console, as it goes over the wire. All views are of static data.
struct Asset
{
    /// Begins with '/'; the page itself is "/". What is below "/assets/" has a hash of its content
    /// in its name and never changes.
    std::string_view path;
    std::string_view content;
    std::string_view content_type;
    /// With its quotation marks, as the header ETag wants it.
    std::string_view etag;
    /// Whether content is compressed: send "Content-Encoding: gzip".
    bool is_gzipped = false;
};

/// All files, ordered by path; none in a build without the console (DABBA_CONSOLE=OFF, or no
/// Node.js).
std::span<const Asset> all_assets();

/// The file at a request's path (no query), or nullptr.
const Asset* find_asset(std::string_view path);

}  // namespace server::console
