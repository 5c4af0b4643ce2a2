#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace tests {

/// A folder of its own, removed at the end.
class Folder
{
public:
    Folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "dabba-test-XXXXXX";
        path_ = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path path() const { return path_; }
    std::filesystem::path log(std::string_view name) const
    {
        return path_ / "appendonlydir" / name;
    }

private:
    std::filesystem::path path_;
};

/// The whole of a file; empty if there is none.
inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Makes its folder, too.
inline void write_file(const std::filesystem::path& path, std::string_view text)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
}

}  // namespace tests
