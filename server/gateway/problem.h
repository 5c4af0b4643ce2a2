#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/gateway/http.h"

namespace server::gateway {

/// Why a request cannot be answered as asked.
enum class ProblemType : std::uint8_t {
    BadRequest,
    TargetTooLong,
    HeadersTooLong,
    BadJson,
    NotAnObject,
    BadField,
    BadMediaType,
    BodyTooLong,
    NoSuchPage,
    NoSuchMethod,
    WebSocketOnly,
    HostNotAllowed,
    OriginNotAllowed,
    NotAuthenticated,
    NoPermission,
    NoCity,
    PlaceIsZero,
    StalePosition,
    ImpossibleJump,
    NoDriver,
    NoSuchOrder,
    NoSuchDriver,
    NoSuchRestaurant,
    WrongState,
    StaleToken,
    LockLost,
    OrderEnded,
    WrongType,
    OutOfMemory,
    Busy,
    CommandNeedsConnection,
    CommandRefused,
    TooManyHeld,
    TooManyConnections,
    Protected,
    ShuttingDown,
};

/// A type of problems, declared once: the answer, the OpenAPI document and /v1/problems follow.
struct ProblemRow
{
    ProblemType type;
    std::string_view slug;  ///< its name in the document's "type"
    int status;
    std::string_view title;
    std::string_view fix;  ///< what to do, if the problem itself does not know better
};

const ProblemRow& row_of(ProblemType type);
std::span<const ProblemRow> problem_types();

/// A request refused: thrown by who finds out, before anything was changed, and answered with a
/// problem document (RFC 9457).
class Problem : public std::exception
{
public:
    /// What is wrong with one field of the request.
    struct FieldError
    {
        std::string field;
        std::string message;
    };

    /// `detail` is about this very request; an empty `fix` means the one of the type.
    explicit Problem(ProblemType its_type, std::string its_detail, std::string its_fix = {})
        : type(its_type), detail(std::move(its_detail)), fix(std::move(its_fix))
    {}

    const char* what() const noexcept override { return detail.c_str(); }

    ProblemType type;
    std::string detail;
    std::string fix;
    std::vector<FieldError> errors;
};

/// The problem as a JSON document.
std::string to_document(const Problem& problem);
Response to_response(const Problem& problem);

/// The problem that an error of a command means: "STALETOKEN ..." is StaleToken.
Problem problem_of(std::string_view error_line);

}  // namespace server::gateway
