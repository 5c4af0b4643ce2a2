#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

TEST_CASE("JSON has the numbers that printf writes and strtod reads")
{
    Client client;
    // Of each size, with few digits and with many; those that differ are returned.
    CHECK(client("EVAL",
                 "local wrong = {} "
                 "local function check(number, precision) "
                 "  cjson.encode_number_precision(precision) "
                 "  local text = string.format('%.' .. precision .. 'g', number) "
                 "  local written = cjson.encode({number}) "
                 "  if written ~= '[' .. text .. ']' then wrong[#wrong + 1] = written end "
                 "  local full = string.format('%.17g', number) "
                 "  if cjson.decode('[' .. full .. ']')[1] ~= tonumber(full) then "
                 "    wrong[#wrong + 1] = full end "
                 "end "
                 "for i = 1, 20000 do "
                 "  local number = (math.random() - 0.5) * 10 ^ math.random(-20, 25) "
                 "  local short = math.random(-99999, 99999) * 10 ^ math.random(-12, 18) "
                 "  for _, precision in ipairs({14, math.random(1, 14)}) do "
                 "    check(number, precision) "
                 "    check(short, precision) "
                 "    check(math.floor(number), precision) "
                 "  end "
                 "end "
                 "for _, number in ipairs({0, -0, 1e-4, 1e-5, 1e14, 1e13, 99999999999999, "
                 "                         999999999999999, 5e-324, 1.7976931348623157e308}) do "
                 "  check(number, 14) end "
                 "cjson.encode_number_precision(14) "
                 "return wrong",
                 "0") == "*0\r\n");
}

TEST_CASE("numbers that JSON does not know are read as C reads them")
{
    Client client;
    const auto decode = [&](const char* text) {
        return client("EVAL", "return tostring(cjson.decode('[' .. ARGV[1] .. ']')[1])", "0", text);
    };
    CHECK(decode("0x10") == "$2\r\n16\r\n");
    CHECK(decode("1.") == "$1\r\n1\r\n");
    CHECK(decode("1e999") == "$3\r\ninf\r\n");
    CHECK(decode("-1e999") == "$4\r\n-inf\r\n");
    CHECK(decode("1e-999") == "$1\r\n0\r\n");
    CHECK(decode("-0") == "$2\r\n-0\r\n");
    CHECK(decode("012") == "$2\r\n12\r\n");
    CHECK(decode("+7") == "$1\r\n7\r\n");
    CHECK(decode("1e5x").find("Expected comma or array end but found invalid token") !=
          std::string::npos);
}
