#pragma once

namespace server {
struct Call;
}

namespace server::commands {

/// "<CONTAINER> HELP" of every container: what it has and what each does, from the rows.
void container_help(Call& call);

}  // namespace server::commands
