#include "ascii/case.h"
#include "server/config/option_table.h"

namespace server {

bool Option::takes_several_words() const
{
    return grammar == Grammar::Words || grammar == Grammar::EndFlags ||
           grammar == Grammar::Limits || grammar == Grammar::SavePoints ||
           grammar == Grammar::Percentiles || grammar == Grammar::Renaming ||
           grammar == Grammar::User;
}

const Option* find_option(std::string_view name)
{
    for (const auto table : {effective_options(), other_options()}) {
        for (const Option& option : table) {
            if (ascii::equal_ignoring_case(name, option.name)) return &option;
            if (!option.alias.empty() && ascii::equal_ignoring_case(name, option.alias))
                return &option;
        }
    }
    return nullptr;
}

}  // namespace server
