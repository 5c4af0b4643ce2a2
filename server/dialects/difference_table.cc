#include "server/dialects/difference_table.h"

namespace server {

namespace {

enum : ModelSet { kRedis70 = 1, kRedis80 = 4, kValkey81 = 8, kValkey91 = 16 };
constexpr ModelSet kValkeys = kValkey81 | kValkey91;
constexpr ModelSet kLater = kRedis80 | kValkeys;

// Each was asked of the servers in models(). "Since" is the version in which the behaviour begins,
// as far as these tell; what Redis 7.0 alone has ended with 7.2.
constexpr DifferenceRow kDifferences[] = {
    {Difference::LongDoubles, kRedis70,
     "writes scores with 17 digits; 7.2 with as few as read back as the same number", "Redis 7.0",
     "ZSCORE"},
    {Difference::OldEncodings, kRedis70,
     "has no compact sets of texts (hashtable) and no compact lists (quicklist)", "Redis 7.0",
     "OBJECT ENCODING"},
    {Difference::KeyBeforeRange, kRedis70,
     "BITCOUNT and BITPOS look at the key before they read the range", "Redis 7.0",
     "BITCOUNT nokey 0"},
    {Difference::LongGetkeys, kRedis70, "COMMAND GETKEYS wants an argument of the command",
     "Redis 7.0", "COMMAND GETKEYS PING"},
    {Difference::ShortCoordinates, kRedis80,
     "writes coordinates with as few digits as read back as the same number; others write 17 "
     "decimals",
     "Redis 8.0", "GEOPOS"},
    {Difference::StrictCursors, kLater, "refuses cursors that are empty or negative",
     "Redis 8.0, Valkey 8.1", "SCAN -1"},
    {Difference::PlainBounds, kRedis80 | kValkey91,
     "refuses hexadecimal numbers and leading spaces in bounds of scores, and in what SORT "
     "compares",
     "Redis 8.0, Valkey 9.1", "ZRANGEBYSCORE prices 0x4 5"},
    {Difference::WideWeights, kRedis80,
     "SORT takes numbers that are too large or too small for a double", "Redis 8.0",
     "SORT of a list of 1e400"},
    {Difference::NoEmptyWeights, kValkey91, "SORT refuses an empty text where it wants a number",
     "Valkey 9.1", "SORT of a list of one empty text"},
    {Difference::OffsetsFromEnd, kLater,
     "in a sorted set that is no listpack, a negative offset of LIMIT counts from the end",
     "Redis 8.0, Valkey 8.1", "ZRANGEBYSCORE prices -inf +inf LIMIT -1 1"},
    {Difference::SkiplistSort, kRedis70 | kLater, "SORT makes a skiplist of a sorted set",
     "Redis 7.0", "SORT z, OBJECT ENCODING z"},
    {Difference::ShortScriptNumbers, kLater,
     "a number among the words of redis.call() has as few digits as read back as the same number",
     "Redis 8.0, Valkey 8.1", "EVAL \"return redis.call('echo', 0.1)\" 0"},
    {Difference::UnknownTypes, kValkeys, "SCAN refuses the name of a type that does not exist",
     "Valkey 8.1", "SCAN 0 TYPE banana"},
    {Difference::StrictClientIds, kValkeys,
     "CLIENT LIST and CLIENT KILL refuse numbers of clients below 1, with texts of their own",
     "Valkey 8.1", "CLIENT LIST ID 0"},
    {Difference::BitcountToEnd, kValkeys, "BITCOUNT takes a beginning without an end", "Valkey 8.1",
     "BITCOUNT key 1"},
    {Difference::NoSharedIntegers, kValkeys, "shares no integers: OBJECT REFCOUNT is always 1",
     "Valkey 8.1", "OBJECT REFCOUNT"},
    {Difference::ReadonlyAnywhere, kValkeys, "takes READONLY and READWRITE outside a cluster",
     "Valkey 8.1", "READONLY"},
    {Difference::ServerTable, kValkeys,
     "scripts have its functions and its version in `server`, too", "Valkey 8.1",
     "EVAL \"return server.call('ping')\" 0"},
    {Difference::LongPause, kValkeys, "CLIENT PAUSE does not look at words after the mode",
     "Valkey 8.1", "CLIENT PAUSE 10 ALL now"},
    {Difference::NoNesting, kValkeys, "MULTI and WATCH inside MULTI spoil the transaction",
     "Valkey 8.1", "MULTI, MULTI, EXEC"},
    {Difference::EmbeddedKeys, kValkey81,
     "a string is embstr if it fits 64 bytes with its key, and its deadline", "Valkey 8.1",
     "OBJECT ENCODING"},
    {Difference::LargeEmbeddedKeys, kValkey91,
     "a string is embstr if it fits 128 bytes with its key, and its deadline", "Valkey 9.1",
     "OBJECT ENCODING"},
    {Difference::PlainNumbers, kValkey91, "refuses hexadecimal numbers wherever a float is read",
     "Valkey 9.1", "ZADD z 0x1F member"},
    {Difference::NamedMembers, kValkey91, "a geo search names the member that is missing",
     "Valkey 9.1", "GEOSEARCH city FROMMEMBER nobody BYRADIUS 1 km"},
    {Difference::GetexLooksFirst, kValkey91, "GETEX reads its options before it looks at the key",
     "Valkey 9.1", "GETEX nokey EX 0"},
    {Difference::NamelessScripts, kValkey91, "errors of scripts do not name the script",
     "Valkey 9.1", "EVAL \"error('mine')\" 0"},
    {Difference::SubcommandsInScripts, kValkey91,
     "a script that calls an unknown subcommand gets the error of a client", "Valkey 9.1",
     "EVAL \"return redis.call('client', 'nope')\" 0"},
    {Difference::AuthFirst, kValkey91,
     "a client that has not given its password is not told which commands there are", "Valkey 9.1",
     "NOSUCHCOMMAND, before AUTH"},
};

// Applied in this order.
constexpr WordingRow kWordings[] = {
    {kRedis70, "NOPERM No permissions to access a key",
     "NOPERM this user has no permissions to access one of the keys used as arguments"},
    {kRedis70, "NOPERM No permissions to access a channel",
     "NOPERM this user has no permissions to access one of the channels used as arguments"},
    {kRedis70, "HELLO <proto> AUTH <user> <pass>", "HELLO AUTH <user> <pass>"},
    {kRedis70, "ERR timeout is out of range", "ERR timeout is negative"},
    {kRedis70, "redis.set_repl() requires one argument.",
     "redis.set_repl() requires two arguments."},
    {kLater, "ERR Invalid debug level.", "ERR Invalid log level."},
    {kValkeys, "NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT No matching script."},
    {kValkeys, "Unknown Redis command called from script", "Unknown command called from script"},
    {kValkeys, "args calling Redis command from script", "args calling command from script"},
    {kValkeys, "argument for this redis lib call", "argument for this call"},
    {kValkeys, "ERR Lua redis lib command arguments", "ERR Command arguments"},
    {kValkey91, "ERR This Redis command is not allowed from script",
     "ERR This Valkey command is not allowed from script"},
    {kValkeys, "ERR Error registering functions: ERR Function already exists in the library",
     "ERR Function already exists in the library"},
    {kValkeys, "ERR Error registering functions: ERR Library names can only",
     "ERR Function names can only"},
    {kValkeys, "redis.register_function", "server.register_function"},
    {kValkeys, "ERR redis.log()", "ERR server.log()"},
    {kValkeys, "ERR redis.setresp()", "ERR server.setresp()"},
    {kValkeys, "ERR redis.set_repl()", "ERR server.set_repl()"},
    {kValkeys, "passed to redis.acl_check_cmd()", "passed to server.acl_check_cmd()"},
    {kValkeys, "ERR This Redis instance is not configured", "ERR This instance is not configured"},
    {kValkeys, "you have a Redis configuration file set", "you have a configuration file set"},
    {kValkeys, "users in the Redis configuration", "users in the configuration"},
    {kValkey81, "ERR MULTI calls can not be nested",
     "ERR Command not allowed inside a transaction"},
    {kValkey81, "ERR WATCH inside MULTI is not allowed",
     "ERR Command not allowed inside a transaction"},
    {kValkey91, "ERR MULTI calls can not be nested",
     "ERR Command 'multi' not allowed inside a transaction"},
    {kValkey91, "ERR WATCH inside MULTI is not allowed",
     "ERR Command 'watch' not allowed inside a transaction"},
    {kValkey91, "exactly one of BYRADIUS and BYBOX can",
     "exactly one of BYRADIUS, BYBOX and BYPOLYGON can"},
};

}  // namespace

std::span<const DifferenceRow> difference_table() { return kDifferences; }

std::span<const WordingRow> wording_table() { return kWordings; }

}  // namespace server
