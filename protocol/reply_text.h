#pragma once

#include <string>
#include <string_view>

#include "protocol/reply_reader.h"

namespace protocol {

/// A reply as redis-cli prints it on a terminal, without the newline at its end: `(integer) 1`,
/// `"quoted"`, `OK`, `(nil)`, `(error) ERR syntax error`, `(empty array)`, and numbered lines with
/// nested ones indented: `1) "a"`, of a RESP3 map `1# "a" => (integer) 1`, of a set `1~ "a"`.
std::string to_text(const Value& value);

/// The bytes in double quotes, as redis-cli prints a string and reads it again: a backslash before
/// a quote or a backslash, \n \r \t \a \b, and \x00 for every byte that is not printable ASCII.
std::string quote(std::string_view bytes);

}  // namespace protocol
