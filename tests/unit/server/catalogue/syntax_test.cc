#include "server/catalogue/syntax.h"

#include <catch2/catch.hpp>

using server::Arity;
using server::count_arguments;

TEST_CASE("a syntax line tells how many arguments a command takes")
{
    CHECK(count_arguments("") == Arity{0, false});
    CHECK(count_arguments("key seconds") == Arity{2, false});
    CHECK(count_arguments("key member [member ...]") == Arity{2, true});
    CHECK(count_arguments("[message]") == Arity{0, true});
    CHECK(count_arguments("key <ON | OFF>") == Arity{2, false});
    CHECK(count_arguments("key <A first second | B first>") == Arity{3, true});
    CHECK(count_arguments("key [NX | XX] [CH] longitude latitude member "
                          "[longitude latitude member ...]") == Arity{4, true});
    CHECK(count_arguments("key <FROMMEMBER member | FROMLONLAT longitude latitude> "
                          "<BYRADIUS radius <M | KM> | BYBOX width height <M | KM>>") ==
          Arity{6, true});
}

TEST_CASE("people read a syntax line without its types")
{
    using server::without_types;
    CHECK(without_types("") == "");
    CHECK(without_types("key increment:double") == "key increment");
    CHECK(without_types("[LIMIT offset:integer count:integer] <ip:port:string | all>") ==
          "[LIMIT offset count] <ip:port | all>");
}
