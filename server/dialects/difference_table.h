#pragma once

#include <span>
#include <string_view>

#include "server/dialects/dialect.h"

namespace server {

/// A set of models, by their places in models().
using ModelSet = unsigned;

/// A difference: who has it, what it is, since when, and a request that shows it.
struct DifferenceRow
{
    Difference difference;
    ModelSet models;
    std::string_view what;
    std::string_view since;
    std::string_view shown_by;
};

/// A text within errors that some servers word otherwise.
struct WordingRow
{
    ModelSet models;
    std::string_view ours;
    std::string_view theirs;
};

std::span<const DifferenceRow> difference_table();
std::span<const WordingRow> wording_table();

}  // namespace server
