#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace store::snapshot {

/// Bytes that are being put together.
class ByteWriter
{
public:
    /// Whether longer texts are compressed, where that makes them shorter.
    enum class Texts : bool { Plain, Compressed };

    explicit ByteWriter(Texts texts = Texts::Plain) : texts_(texts) {}

    bool compresses() const { return texts_ == Texts::Compressed; }

    ByteWriter& operator+=(char byte)
    {
        bytes_ += byte;
        return *this;
    }
    ByteWriter& operator+=(std::string_view bytes)
    {
        bytes_ += bytes;
        return *this;
    }

    std::size_t size() const { return bytes_.size(); }
    std::string_view view() const { return bytes_; }
    /// All of them; nothing is left.
    std::string take() { return std::exchange(bytes_, {}); }
    /// Forgets what was written behind the first `size` bytes.
    void rewind(std::size_t size) { bytes_.resize(size); }

private:
    Texts texts_;
    std::string bytes_;
};

}  // namespace store::snapshot
