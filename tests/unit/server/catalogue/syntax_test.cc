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
