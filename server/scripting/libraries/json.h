#pragma once

#include <string>
#include <string_view>

#include "server/scripting/lua.h"

namespace server::scripting {

/// What scripts may change of cjson; the defaults are Redis's.
struct JsonSettings
{
    enum class InvalidNumbers { Refuse, Allow, Null };

    InvalidNumbers encode_invalid_numbers = InvalidNumbers::Refuse;
    InvalidNumbers decode_invalid_numbers = InvalidNumbers::Allow;  ///< never Null
    int encode_max_depth = 1000;
    int decode_max_depth = 1000;
    int number_precision = 14;
    bool keep_buffer = true;  ///< kept for those who ask; nothing depends on it
    // A table with gaps is an array if its greatest index is at most `sparse_safe`, or at most
    // `sparse_ratio` times the number of its values (0: always). Others become objects if
    // `convert_sparse`, or are refused.
    bool convert_sparse = false;
    int sparse_ratio = 2;
    int sparse_safe = 10;
};

/// Values are refused that are deeper than this, whatever a script allows: each level costs stack.
inline constexpr int kMaxJsonDepth = 2000;

// Errors are raised in Lua, in the words of lua-cjson.

/// Writes the value on top of the stack.
std::string write_json(lua_State* lua, const JsonSettings& settings);

/// Pushes the value that a text describes; null is a light userdata of nullptr. REQUIRES that the
/// text is followed by a NUL, as Lua's strings are.
void read_json(lua_State* lua, const JsonSettings& settings, std::string_view text);

}  // namespace server::scripting
