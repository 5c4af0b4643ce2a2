#!lua name=assign

--[[ Dabba's ASSIGN family as a library of functions for Redis 7 and Valkey, on one server or a cluster.

Load it on every master, and again after each new version:

    redis-cli -x FUNCTION LOAD REPLACE < scripts/assign_library/assign.lua

What Dabba calls                      is here
    ASSIGN geo available order ...             FCALL assign 3 geo available order ...
    ASSIGN.ACCEPT order token                  FCALL assign_accept 1 order token
    ASSIGN.REJECT order token                  FCALL assign_reject 1 order token
    ASSIGN.RELEASE order [token] [REASON text] FCALL assign_release 1 order [token] [REASON text]
    ASSIGN.COMPLETE order [token]              FCALL assign_complete 1 order [token]
    ASSIGN.CANCEL order [token] [IF state]     FCALL assign_cancel 1 order [token] [IF state]
    ASSIGN.GET order                           FCALL_RO assign_get 1 order
    ASSIGN.DRIVER member [LOCK pattern]        FCALL_RO assign_driver 1 member [LOCK pattern]
    ASSIGN.PENDING geo [COUNT n]               FCALL_RO assign_pending 1 geo [COUNT n]
    ASSIGN.EXPLAIN geo ...                     FCALL_RO assign_explain 3 geo available order ...
    (the server's own clock)                   FCALL assign_tick 1 geo [COUNT n]

Options, checks, error lines, replies, records, locks, tokens and events are the same; Dabba's page on ASSIGN
says what they mean. What differs:

- Nothing runs by itself, and the keys' changes are not seen. An offer that ran out, or whose driver left the
  pool or lost the lock, ends when a worker calls assign_tick, and so does a hold. It answers how many orders
  it saw to, at most COUNT, 100 unless told: call again while it answers COUNT. It looks at every open offer,
  so its cost grows with them. Every 100 ms is a good rhythm; two workers do no harm. Whatever changes an order
  first sees to it in the same way, tick or no tick, so that nobody accepts too late. Only reading does not.
- If somebody deletes the lock of an assigned driver, it stays deleted, where Dabba puts it back: who may be
  found available again is then not held. Clients that delete a lock must compare its value first.
- If somebody deletes or renames an order, its lock stays until it ends.
- Replies are flat lists of names and values in RESP3 too, as Dabba's are in RESP2.
- Redis sorts all drivers of the area for each search (see README.md beside it for what that costs), and its
  GEOSEARCH misses some in areas of thousands of kilometers. A driver who is locked costs each search.

Keys. The declared ones are geo, available and order. Beside them a function reads and writes

    <geo>:token     the counter the tokens come from
    <geo>:offers    a sorted set of the orders with open offers, by the time at which they run out
    <geo>:held      a sorted set of the assigned orders, by the time at which they have held long enough
    the locks       named by the LOCK pattern: agent:{blr}:D4:lock for driver:{blr}:D4
    the ratings     named by RATINGBY: the hash driver:{blr}:D4

and reads the sets of REQUIRE and EXCEPT; assign_tick also works on the orders in <geo>:offers and <geo>:held,
and what follows an order (accept, reject, ...) on the geo and available keys in its record. Those with a fixed
name may be declared as well, behind the three: FCALL assign 5 geo available order set1 set2 ... REQUIRE 2 set1
set2. assign_tick takes several geo keys. The locks, ratings and due orders cannot be declared: nobody knows
them before the search. In a cluster all of them must lie in one slot, so give everything of a city the city's
hash tag, drivers included; a key elsewhere is refused by Redis before anything was changed.

One file, because Redis loads a library as one. A function checks everything, then makes all its changes:
Redis rolls nothing back. ]]

local kRecordTimeMs = 60 * 60 * 1000
local kDefaultRating, kDefaultCount = '*->rating', 10
local kDefaultLock, kDefaultLockMs, kDefaultHoldMs = 'agent:*:lock', 30 * 1000, 24 * 60 * 60 * 1000
-- The longest time that is taken: 100 years. The latest moment in a record: the end of the year 9999.
local kMaxTimeMs, kMaxMomentMs = 100 * 365 * 24 * 60 * 60 * 1000, 253402300799999
-- Tokens and sequences go up to what JavaScript can count to.
local kMaxToken = 2 ^ 53
-- Of so few available drivers, each is asked where he is, which costs the same in every city; otherwise the
-- search goes outward from the place, by pages of which this is the first.
local kFewAvailable = 1000
local kFirstPage = 100

local kSyntax = 'ERR syntax error'
local kNotAnInteger = 'ERR value is not an integer or out of range'
local kWrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value'
local kNotAnAssignment = "WRONGTYPE The order's key holds a hash that is not an ASSIGN record: field '"
local kNoSuchOrder = 'ERR no such order'
local kStaleToken = "STALETOKEN This token is not the one of the order's current reservation"
local kLockLost = "LOCKLOST The driver's lock or availability was lost: the order goes on without them"

-- Ends the call with this error line. Only before anything was changed.
local function refuse(line)
    error({refusal = line})
end

-- ---- Numbers and texts -------------------------------------------------------------------------

-- A 64-bit integer in its one spelling, or nil. Exact up to 2^53; the text is what is compared or kept.
local function parse_integer(text)
    local sign, digits = text:match('^(-?)(%d+)$')
    if not digits or (digits:sub(1, 1) == '0' and text ~= '0') then return nil end
    local most = sign == '-' and '9223372036854775808' or '9223372036854775807'
    -- Of texts of digits alone, the order is the same in every locale.
    if #digits > #most or (#digits == #most and digits > most) then return nil end
    return tonumber(text)
end

-- A double as GEOADD reads it, or nil: no spaces, no NaN, nothing that is out of a double's range.
local function parse_double(text)
    if text == '' or text:find('[%s%z]') then return nil end
    local value = tonumber(text)
    if not value or value ~= value then return nil end
    if (value == math.huge or value == -math.huge) and not text:lower():find('inf', 1, true) then return nil end
    if value == 0 then
        local digits = text:lower():gsub('^[+-]?0x', ''):gsub('[ep].*$', '')
        if digits:find('[1-9a-f]') then return nil end
    end
    return value
end

-- The fewest digits that read back as the same double.
local function shortest(value)
    if value == math.floor(value) and math.abs(value) < 1e16 then return string.format('%.0f', value) end
    if math.abs(value) >= 1e16 and math.abs(value) < math.huge then
        for digits = 14, 16 do
            local text = string.format('%.' .. digits .. 'e', value)
            if tonumber(text) == value then return (text:gsub('%.?0*e', 'e')) end
        end
    end
    for digits = 15, 16 do
        local text = string.format('%.' .. digits .. 'g', value)
        if tonumber(text) == value then return text end
    end
    return string.format('%.17g', value)
end

local function integer_text(value)
    return string.format('%.0f', value)
end

-- A distance as GEODIST prints it: four digits, ties to the even one (adding 2^52 leaves no bit for more).
local function distance_text(distance)
    local scaled = distance * 10000
    if scaled < 2 ^ 52 then scaled = (scaled + 2 ^ 52) - 2 ^ 52 end
    local whole = math.floor(scaled / 10000)
    return string.format('%.0f.%04.0f', whole, scaled - whole * 10000)
end

-- A longitude or latitude as GEOPOS prints it.
local function coordinate_text(degrees)
    local text = string.format('%.17f', degrees):gsub('0+$', ''):gsub('%.$', '')
    return text == '-0' and '0' or text
end

-- By bytes: Lua's own comparison depends on the server's locale.
local function is_less(a, b)
    for i = 1, math.min(#a, #b) do
        local x, y = a:byte(i), b:byte(i)
        if x ~= y then return x < y end
    end
    return #a < #b
end

local function to_netstrings(list)
    local parts = {}
    for i, item in ipairs(list) do parts[i] = #item .. ':' .. item .. ',' end
    return table.concat(parts)
end

-- The pattern with its first `*` replaced, or nil if it has none.
local function substitute(pattern, with)
    local star = pattern:find('*', 1, true)
    return star and pattern:sub(1, star - 1) .. with .. pattern:sub(star + 1)
end

local function contains(list, text)
    for _, item in ipairs(list) do
        if item == text then return true end
    end
    return false
end

-- A table whose keys are the items of these lists.
local function set_of(...)
    local set = {}
    for _, list in ipairs({...}) do
        for _, item in ipairs(list) do set[item] = true end
    end
    return set
end

-- The two lists in one.
local function joined(first, second)
    local both = {}
    for _, item in ipairs(first) do both[#both + 1] = item end
    for _, item in ipairs(second) do both[#both + 1] = item end
    return both
end

-- A word of a request in an error line, up to its first NUL: Redis prints such lines as C strings.
local function quoted(word)
    return "'" .. word:match('^%Z*') .. "'"
end

-- ---- Keys --------------------------------------------------------------------------------------

local function token_key(geo) return geo .. ':token' end
local function offers_key(geo) return geo .. ':offers' end
local function held_key(geo) return geo .. ':held' end

local function lock_key(pattern, member)
    local colon = member:find(':', 1, true)
    return substitute(pattern, colon and member:sub(colon + 1) or member) or pattern
end

local function now_ms()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function type_of(key)
    return redis.call('TYPE', key).ok
end

-- True if the key exists. Refuses another type than this.
local function exists_as(type, key)
    local found = type_of(key)
    if found ~= 'none' and found ~= type then refuse(kWrongType) end
    return found == type
end

-- Refuses a counter or an index that is none, before anything is written.
local function last_token(geo)
    exists_as('zset', offers_key(geo))
    exists_as('zset', held_key(geo))
    if not exists_as('string', token_key(geo)) then return 0 end
    local number = parse_integer(redis.call('GET', token_key(geo)))
    if not number or number < 0 or number >= kMaxToken then refuse(kNotAnInteger) end
    return number
end

-- ---- Places ------------------------------------------------------------------------------------

-- Written out: while Redis loads a library, `math` is not there.
local kEarthRadiusM, kRadiansPerDegree = 6372797.560856, 3.14159265358979323846 / 180
local kInfinity = 1 / 0
local kLatitudeMax = 85.05112878
local kCellsPerAxis, kCellEnd = 2 ^ 26, 2 ^ 54

local function gather_even_bits(bits)
    bits = bit.band(bits, 0x55555555)
    bits = bit.band(bit.bor(bits, bit.rshift(bits, 1)), 0x33333333)
    bits = bit.band(bit.bor(bits, bit.rshift(bits, 2)), 0x0F0F0F0F)
    bits = bit.band(bit.bor(bits, bit.rshift(bits, 4)), 0x00FF00FF)
    return bit.band(bit.bor(bits, bit.rshift(bits, 8)), 0x0000FFFF)
end

local function middle_of_step(step, most)
    local scale = most + most
    local lower = -most + (step / kCellsPerAxis) * scale
    local upper = -most + ((step + 1) / kCellsPerAxis) * scale
    return math.max(-most, math.min(most, (lower + upper) / 2))
end

-- Longitude and latitude of the middle of a cell, to the last bit what GEOPOS computes (its replies, cut
-- after 17 digits, are not always).
local function place_of(cell)
    local low, high = cell % 2 ^ 26, math.floor(cell / 2 ^ 26)
    local row = gather_even_bits(low) + gather_even_bits(high) * 2 ^ 13
    local column = gather_even_bits(bit.rshift(low, 1)) + gather_even_bits(bit.rshift(high, 1)) * 2 ^ 13
    return middle_of_step(column, 180), middle_of_step(row, kLatitudeMax)
end

local function meters_of_half_sine_squared(a)
    return 2 * kEarthRadiusM * math.asin(math.sqrt(a))
end

-- Great-circle distance as GEODIST computes it.
local function distance_m(shape, longitude, latitude)
    local from, to = shape.latitude * kRadiansPerDegree, latitude * kRadiansPerDegree
    local v = math.sin((longitude * kRadiansPerDegree - shape.longitude * kRadiansPerDegree) / 2)
    if v == 0 then return kEarthRadiusM * math.abs(to - from) end
    local u = math.sin((to - from) / 2)
    return meters_of_half_sine_squared(u * u + math.cos(from) * math.cos(to) * v * v)
end

-- The distance from the shape's center, or nil if the place is outside.
local function distance_if_inside(shape, longitude, latitude)
    local distance = distance_m(shape, longitude, latitude)
    if shape.radius_m then return distance <= shape.radius_m and distance or nil end
    local to = latitude * kRadiansPerDegree
    if kEarthRadiusM * math.abs(to - shape.latitude * kRadiansPerDegree) > shape.height_m / 2 then return nil end
    local v = math.sin((longitude * kRadiansPerDegree - shape.longitude * kRadiansPerDegree) / 2)
    if meters_of_half_sine_squared(math.cos(to) ^ 2 * v * v) > shape.width_m / 2 then return nil end
    return distance
end

-- ---- The search: who is near -------------------------------------------------------------------

local function found_at(shape, member, cell)
    local longitude, latitude = place_of(cell)
    local found = {member = member, cell = cell, longitude = longitude, latitude = latitude}
    found.distance_m = distance_m(shape, longitude, latitude)
    return found
end

local function is_nearer(a, b)
    if a.distance_m ~= b.distance_m then return a.distance_m < b.distance_m end
    if a.cell ~= b.cell then return a.cell < b.cell end
    return is_less(a.member, b.member)
end

-- GEOSEARCH of the shape, with these words behind it.
local function geosearch(geo, shape, ...)
    local request = {'GEOSEARCH', geo, 'FROMLONLAT', string.format('%.17g', shape.longitude),
                     string.format('%.17g', shape.latitude)}
    if shape.radius_m then
        request = joined(request, {'BYRADIUS', string.format('%.17g', shape.radius_m)})
    else
        request = joined(request, {'BYBOX', string.format('%.17g', shape.width_m),
                                   string.format('%.17g', shape.height_m)})
    end
    return redis.call(unpack(joined(request, {'M', ...})))
end

-- The nearest `count` members in the shape, sorted, without those at the end whose equals may have been cut
-- off; and whether this is everybody.
local function nearest_page(search, count)
    local shape = search.shape
    local replies = geosearch(search.geo, shape, 'ASC', 'COUNT', count, 'WITHHASH')
    local page = {}
    for i, reply in ipairs(replies) do page[i] = found_at(shape, reply[1], reply[2]) end
    table.sort(page, is_nearer)
    if #page < count then return page, true end
    local certain = page[#page].distance_m * (1 - 1e-9)
    while #page > 0 and page[#page].distance_m >= certain do page[#page] = nil end
    return page, false
end

-- Everybody in the shape, nearest first, as a function that gives the next one. A page costs Redis about the
-- same however long it is, so they grow fast.
local function outward(search)
    local page, complete, given, count = {}, false, 0, kFirstPage
    return function()
        while given >= #page do
            if complete then return nil end
            page, complete = nearest_page(search, count)
            count = count * 10
        end
        given = given + 1
        return page[given]
    end
end

-- The same, of these members only.
local function sorted_members(search, members)
    local list, given = {}, 0
    local scores = redis.call('ZMSCORE', search.geo, unpack(members))
    for i, member in ipairs(members) do
        local score = scores[i] and tonumber(scores[i])
        if score and score >= 0 and score < kCellEnd then
            local found = found_at(search.shape, member, math.floor(score))
            if distance_if_inside(search.shape, found.longitude, found.latitude) then list[#list + 1] = found end
        end
    end
    table.sort(list, is_nearer)
    return function()
        given = given + 1
        return list[given]
    end
end

-- ---- The search: who may be asked --------------------------------------------------------------

-- Refuses keys of wrong types, and tells whether anybody can be found at all.
local function check_keys(search)
    local has_places = exists_as('zset', search.geo)
    local has_available = exists_as('set', search.available)
    for _, set in ipairs(search.require) do exists_as('set', set) end
    for _, set in ipairs(search.except) do exists_as('set', set) end
    return has_places, has_available
end

-- Why a driver is passed over: a word, and the number of the set if one is to blame. nil for a candidate.
-- `tried` and `skipped` have the members as keys.
local function objection_to(member, order, search, tried, skipped)
    if redis.call('SISMEMBER', search.available, member) == 0 then return 'not available' end
    for i, set in ipairs(search.require) do
        if redis.call('SISMEMBER', set, member) == 0 then return 'not in required', i end
    end
    for i, set in ipairs(search.except) do
        if redis.call('SISMEMBER', set, member) == 1 then return 'in excepted', i end
    end
    if skipped[member] then return 'skipped' end
    if tried[member] then return 'tried' end
    local lock = lock_key(search.lock_pattern, member)
    -- A key that is about to be written here can be nobody's lock.
    local ours = lock == order or lock == token_key(search.geo) or lock == offers_key(search.geo)
        or lock == held_key(search.geo)
    if ours or redis.call('EXISTS', lock) == 1 then return 'locked' end
    return nil
end

-- By SORT's rules for BY patterns. No rating, or text that is no number, is 0.
local function rating_of(pattern, member)
    local field
    local arrow = pattern:find('->', pattern:find('*', 1, true) or #pattern + 1, true)
    if arrow and arrow + 2 <= #pattern then
        pattern, field = pattern:sub(1, arrow - 1), pattern:sub(arrow + 2)
    end
    local key = substitute(pattern, member)
    if not key then return 0 end
    local type, text = type_of(key), false
    if type == 'hash' and field then text = redis.call('HGET', key, field) end
    if type == 'string' and not field then text = redis.call('GET', key) end
    return text and parse_double(text) or 0
end

-- The candidate that the strategy takes, or nil.
local function find_candidate(order, search, tried)
    local has_places, has_available = check_keys(search)
    if not has_places or not has_available then return nil end
    local few = redis.call('SCARD', search.available) <= kFewAvailable
    local next_found = few and sorted_members(search, redis.call('SMEMBERS', search.available)) or outward(search)
    local skipped = set_of(search.skip)
    local best, best_rating, weighed = nil, 0, 0
    for found in next_found do
        if not objection_to(found.member, order, search, tried, skipped) then
            if search.strategy == 'nearest' then return found end
            local rating = rating_of(search.rating_pattern, found.member)
            if not best or rating > best_rating then best, best_rating = found, rating end
            weighed = weighed + 1
            if weighed >= tonumber(search.count) then break end
        end
    end
    return best
end

-- Whether any driver is in the shape.
local function is_peopled(geo, shape)
    return #geosearch(geo, shape, 'COUNT', 1, 'ANY') > 0
end

local kNoGeoKey, kNoneTakeable = 'the geo key does not exist', 'no driver in the area can be taken'

-- Why there is no candidate. Refuses nothing: a key of another type counts as missing.
local function shortage_of(search)
    if type_of(search.geo) ~= 'zset' then return kNoGeoKey end
    if type_of(search.available) ~= 'set' then return 'no driver is available' end
    local shape = search.shape
    if is_peopled(search.geo, shape) then return kNoneTakeable end
    local swapped = {longitude = shape.latitude, latitude = shape.longitude, radius_m = shape.radius_m,
                     width_m = shape.width_m, height_m = shape.height_m}
    if math.abs(swapped.latitude) <= kLatitudeMax and is_peopled(search.geo, swapped) then
        return 'no driver is in the area; are longitude and latitude swapped?'
    end
    return 'no driver is in the area'
end

-- ---- The record of an order --------------------------------------------------------------------

local kStates = {offered = true, assigned = true, unassigned = true, completed = true, cancelled = true,
                 expired = true}

local function is_finished(record)
    return record.state ~= 'offered' and record.state ~= 'assigned'
end

local function refuse_field(name)
    refuse(kNotAnAssignment .. name .. "'")
end

-- The items of a text of netstrings, or nil.
local function from_netstrings(text)
    local items, position = {}, 1
    while position <= #text do
        local digits = text:match('^(%d+):', position)
        local size = digits and parse_integer(digits)
        local start = size and position + #digits + 1
        if not size or text:sub(start + size, start + size) ~= ',' then return nil end
        items[#items + 1] = text:sub(start, start + size - 1)
        position = start + size + 1
    end
    return items
end

-- Reads the fields of a hash; whatever is missing, malformed or out of its range is refused.
local function field_reader(hash)
    local fields = {}
    function fields.text(name)
        return hash[name] or refuse_field(name)
    end
    function fields.integer(name, least, most)
        local value = parse_integer(fields.text(name))
        if not value or value < least or value > most then refuse_field(name) end
        return value
    end
    function fields.number(name, least, most)
        local value = parse_double(fields.text(name))
        if not value or value < least or value > most then refuse_field(name) end
        return value
    end
    function fields.moment(name)
        return fields.integer(name, 0, kMaxMomentMs)
    end
    function fields.list(name)
        return from_netstrings(hash[name] or '') or refuse_field(name)
    end
    return fields
end

local function read_shape(hash, fields)
    local shape = {longitude = fields.number('from_longitude', -180, 180),
                   latitude = fields.number('from_latitude', -kLatitudeMax, kLatitudeMax)}
    if hash.radius_m then
        shape.radius_m = fields.number('radius_m', 0, kInfinity)
    else
        shape.width_m = fields.number('width_m', 0, kInfinity)
        shape.height_m = fields.number('height_m', 0, kInfinity)
    end
    return shape
end

local kUnits = {[1] = true, [1000] = true, [0.3048] = true, [1609.34] = true}

local function read_search(hash, fields)
    local search = {geo = fields.text('geo'), available = fields.text('available')}
    search.shape = read_shape(hash, fields)
    search.meters_per_unit = fields.number('meters_per_unit', 0, kInfinity)
    if not kUnits[search.meters_per_unit] then refuse_field('meters_per_unit') end
    search.strategy = hash.strategy or 'nearest'
    if search.strategy ~= 'nearest' and search.strategy ~= 'rating' then refuse_field('strategy') end
    search.rating_pattern = hash.ratingby or kDefaultRating
    if hash.count then fields.integer('count', 1, kInfinity) end
    search.count = hash.count or tostring(kDefaultCount)
    search.require, search.except, search.skip = fields.list('require'), fields.list('except'), fields.list('skip')
    search.lock_pattern = hash.lock_pattern or kDefaultLock
    if not search.lock_pattern:find('*', 1, true) then refuse_field('lock_pattern') end
    search.lock_ms = hash.lock_ms and fields.integer('lock_ms', 1, kMaxTimeMs) or kDefaultLockMs
    search.hold_ms = hash.hold_ms and fields.integer('hold_ms', 1, kMaxTimeMs) or kDefaultHoldMs
    search.offer = hash.offer ~= nil
    search.deadline = hash.deadline and fields.moment('deadline')
    return search
end

local function read_reservation(hash, fields, search)
    local kMaxDistanceM = 30000000 -- half around the world is 20 million
    if not hash.driver then return nil end
    local held = {driver = hash.driver, distance_m = fields.number('distance_m', 0, kMaxDistanceM)}
    held.longitude = fields.number('longitude', -180, 180)
    held.latitude = fields.number('latitude', -kLatitudeMax, kLatitudeMax)
    held.lock = fields.text('lock')
    if held.lock ~= lock_key(search.lock_pattern, held.driver) then refuse_field('lock') end
    held.expires_at = fields.moment('expires_at')
    return held
end

local function read_record(hash)
    local fields = field_reader(hash)
    local record = {state = fields.text('state')}
    if not kStates[record.state] then refuse_field('state') end
    fields.integer('token', 0, kMaxToken)
    record.token = hash.token
    record.since = fields.moment('since')
    record.search = read_search(hash, fields)
    record.reservation = read_reservation(hash, fields, record.search)
    local had_driver = record.state ~= 'unassigned' and record.state ~= 'cancelled'
    if had_driver and not record.reservation then refuse_field('driver') end
    record.tried, record.rejected = fields.list('tried'), fields.list('rejected')
    record.sequence = fields.integer('sequence', 0, kMaxToken)
    return record
end

-- The record, or nil. Refuses a key that holds something else.
local function get(order)
    if not exists_as('hash', order) then return nil end
    local kMaxFields = 100 -- of a record, and what people may add to it
    if redis.call('HLEN', order) > kMaxFields then refuse_field('state') end
    local pairs_of_fields, hash = redis.call('HGETALL', order), {}
    for i = 1, #pairs_of_fields, 2 do hash[pairs_of_fields[i]] = pairs_of_fields[i + 1] end
    return read_record(hash)
end

-- The record, or nil whatever else the key may hold.
local function find(order)
    local read, record = pcall(get, order)
    return read and record or nil
end

-- Defaults are left out.
local function search_fields(search)
    local shape = search.shape
    local fields = {'geo', search.geo, 'available', search.available, 'from_longitude', shortest(shape.longitude),
                    'from_latitude', shortest(shape.latitude)}
    local function add(name, value)
        fields[#fields + 1], fields[#fields + 2] = name, value
    end
    local function add_list(name, list)
        if #list > 0 then add(name, to_netstrings(list)) end
    end
    if shape.radius_m then
        add('radius_m', shortest(shape.radius_m))
    else
        add('width_m', shortest(shape.width_m))
        add('height_m', shortest(shape.height_m))
    end
    add('meters_per_unit', shortest(search.meters_per_unit))
    if search.strategy == 'rating' then add('strategy', 'rating') end
    if search.rating_pattern ~= kDefaultRating then add('ratingby', search.rating_pattern) end
    if search.count ~= tostring(kDefaultCount) then add('count', search.count) end
    add_list('require', search.require)
    add_list('except', search.except)
    add_list('skip', search.skip)
    if search.lock_pattern ~= kDefaultLock then add('lock_pattern', search.lock_pattern) end
    if search.lock_ms ~= kDefaultLockMs then add('lock_ms', integer_text(search.lock_ms)) end
    if search.hold_ms ~= kDefaultHoldMs then add('hold_ms', integer_text(search.hold_ms)) end
    if search.offer then add('offer', '1') end
    if search.deadline then add('deadline', integer_text(search.deadline)) end
    return fields
end

local function record_fields(record)
    local fields = {'state', record.state, 'token', record.token, 'since', integer_text(record.since)}
    local held = record.reservation
    if held then
        fields = joined(fields, {'driver', held.driver, 'distance_m', shortest(held.distance_m), 'longitude',
                                 shortest(held.longitude), 'latitude', shortest(held.latitude), 'lock', held.lock,
                                 'expires_at', integer_text(held.expires_at)})
    end
    if #record.tried > 0 then fields = joined(fields, {'tried', to_netstrings(record.tried)}) end
    if #record.rejected > 0 then fields = joined(fields, {'rejected', to_netstrings(record.rejected)}) end
    return joined(joined(fields, {'sequence', integer_text(record.sequence)}), search_fields(record.search))
end

-- The record as ASSIGN answers it.
local function record_reply(order, record, now)
    if not record then return false end
    local held = record.reservation
    local function of_held(value)
        if not held then return false end
        return value()
    end
    return {
        'order', order,
        'state', record.state,
        'driver', of_held(function() return held.driver end),
        'distance', of_held(function() return distance_text(held.distance_m / record.search.meters_per_unit) end),
        'longitude', of_held(function() return coordinate_text(held.longitude) end),
        'latitude', of_held(function() return coordinate_text(held.latitude) end),
        'lock', of_held(function() return held.lock end),
        'token', tonumber(record.token),
        'expires_in_ms', of_held(function()
            return not is_finished(record) and math.max(0, held.expires_at - now)
        end),
        'tried', joined(record.rejected, record.tried),
    }
end

-- ---- Events ------------------------------------------------------------------------------------

local function quote(text)
    local quoted = text:gsub('[%z\1-\31"\\]', function(c)
        if c == '"' or c == '\\' then return '\\' .. c end
        return string.format('\\u%04x', c:byte())
    end)
    return '"' .. quoted .. '"'
end

-- `reason` may be nil.
local function publish(order, event, record, reason, now)
    local held = record.reservation
    local message = '{"event":"' .. event .. '","order":' .. quote(order) .. ',"state":"' .. record.state
        .. '","driver":' .. (held and quote(held.driver) or 'null')
        .. ',"token":' .. record.token
        .. ',"distance_m":' .. (held and shortest(held.distance_m) or 'null')
        .. ',"expires_at_ms":' .. (held and not is_finished(record) and integer_text(held.expires_at) or 'null')
        .. ',"time_ms":' .. integer_text(now) .. ',"sequence":' .. integer_text(record.sequence)
        .. (reason and reason ~= '' and ',"reason":' .. quote(reason) or '') .. '}'
    redis.call('PUBLISH', 'assign:' .. order, message)
    if held then redis.call('PUBLISH', 'assign:' .. held.driver, message) end
end

-- Tells of a change that another one follows at once, with which it will be written.
local function announce(order, record, event, reason, now)
    record.sequence = math.min(record.sequence + 1, kMaxToken)
    publish(order, event, record, reason, now)
end

-- Puts the order into the index of its city if it should be there, and takes it out if not.
local function index_as(is_member, index, order, record)
    if is_member then
        redis.call('ZADD', index, integer_text(record.reservation.expires_at), order)
    elseif type_of(index) == 'zset' then
        redis.call('ZREM', index, order)
    end
end

local kFieldsOfRecords = {
    'state', 'token', 'since', 'driver', 'distance_m', 'longitude', 'latitude', 'lock', 'expires_at', 'tried',
    'rejected', 'sequence', 'geo', 'available', 'from_longitude', 'from_latitude', 'radius_m', 'width_m', 'height_m',
    'meters_per_unit', 'strategy', 'ratingby', 'count', 'require', 'except', 'skip', 'lock_pattern', 'lock_ms',
    'hold_ms', 'offer', 'deadline',
}

-- Writes the record and tells of it. What people added to it stays. A finished one lives only so much longer.
local function save(order, record, event, reason, now)
    record.sequence = math.min(record.sequence + 1, kMaxToken)
    if type_of(order) == 'hash' then
        redis.call('HDEL', order, unpack(kFieldsOfRecords))
    else
        redis.call('DEL', order) -- the lock's key may have been the order's
    end
    redis.call('HSET', order, unpack(record_fields(record)))
    redis.call('PERSIST', order)
    if is_finished(record) then redis.call('PEXPIREAT', order, integer_text(now + kRecordTimeMs)) end
    index_as(record.state == 'offered', offers_key(record.search.geo), order, record)
    index_as(record.state == 'assigned', held_key(record.search.geo), order, record)
    publish(order, event, record, reason, now)
end

-- ---- The rules ---------------------------------------------------------------------------------

local function holds_lock(order, held)
    return type_of(held.lock) == 'string' and redis.call('GET', held.lock) == order
end

-- Compare before delete: another's lock stays.
local function release_lock(order, held)
    if holds_lock(order, held) then redis.call('DEL', held.lock) end
end

-- Whether the driver of an order is still in the pool. Another type than a set has nobody in it.
local function is_available(record)
    local available = record.search.available
    return type_of(available) == 'set' and redis.call('SISMEMBER', available, record.reservation.driver) == 1
end

-- A driver whom the order no longer holds is another's, and is left alone.
local function free_driver(order, record)
    local held = record.reservation
    if not holds_lock(order, held) then return end
    redis.call('DEL', held.lock)
    redis.call('SADD', record.search.available, held.driver)
end

local function enter(record, state, now)
    record.state, record.since = state, now
end

-- From now on the driver is out of the pool, and the lock says so for as long as one is held.
local function take_driver(order, record, now)
    local held = record.reservation
    held.expires_at = now + record.search.hold_ms
    -- Whoever read a moment ago that they are available must not find them unlocked a moment later.
    redis.call('SET', held.lock, order, 'PXAT', integer_text(held.expires_at))
    redis.call('SREM', record.search.available, held.driver)
    enter(record, 'assigned', now)
    save(order, record, 'assigned', nil, now)
end

local function reserve(order, record, candidate, now)
    local search = record.search
    record.token = integer_text(last_token(search.geo) + 1)
    record.reservation = {
        driver = candidate.member,
        longitude = candidate.longitude,
        latitude = candidate.latitude,
        distance_m = candidate.distance_m,
        lock = lock_key(search.lock_pattern, candidate.member),
    }
    redis.call('SET', token_key(search.geo), record.token)
    if not search.offer then return take_driver(order, record, now) end

    -- The deadline bounds acceptance, too.
    local held = record.reservation
    held.expires_at = math.min(now + search.lock_ms, search.deadline or kInfinity)
    redis.call('SET', held.lock, order, 'PXAT', integer_text(held.expires_at))
    enter(record, 'offered', now)
    save(order, record, 'offered', nil, now)
end

-- Why there is no candidate.
local function reason_of(record, now)
    local deadline = record.search.deadline
    if deadline and deadline <= now then return 'the deadline has passed' end
    return shortage_of(record.search)
end

-- Who is asked next, after a reservation has ended.
local function next_candidate(order, record, now)
    local deadline = record.search.deadline
    last_token(record.search.geo) -- refuses a counter that is none
    if deadline and deadline <= now then return nil end
    return find_candidate(order, record.search, set_of(record.tried, record.rejected))
end

-- After a reservation has ended: the next one, or the end.
local function go_on(order, record, candidate, shortage, now)
    if candidate then return reserve(order, record, candidate, now) end
    record.reservation = nil
    enter(record, 'unassigned', now)
    save(order, record, 'unassigned', shortage or reason_of(record, now), now)
end

-- Ends an offer without the driver's answer. Never fails: if one of the search's keys was put to another use,
-- there is nobody left to ask.
local function pass_on(order, record, event, reason, now)
    table.insert(record.tried, record.reservation.driver)
    local searched, candidate = pcall(next_candidate, order, record, now)
    release_lock(order, record.reservation)
    announce(order, record, event, reason, now)
    go_on(order, record, searched and candidate or nil,
          not searched and 'a key of the search holds another type' or nil, now)
end

-- Why an offer that has not run out is known to fail, or nil.
local function loss_of(order, record)
    if not holds_lock(order, record.reservation) then return 'the lock was lost' end
    if not is_available(record) then return 'the driver is no longer available' end
    return nil
end

local function is_over(record, now)
    return record.reservation.expires_at <= now
end

-- Sees to an order whose time may be over, or whose keys were changed by others. True if there was something to
-- do.
local function look_after(order, now)
    local record = find(order)
    if not record or is_finished(record) then return false end
    local held = record.reservation
    if record.state == 'assigned' then
        if not is_over(record, now) then return false end
        -- The driver is left as they are: where they are after all that time is not known.
        release_lock(order, held)
        enter(record, 'expired', now)
        save(order, record, 'expired', nil, now)
    elseif is_over(record, now) then
        -- To Redis a lock lives through its last millisecond; it must not be taken for another's.
        local left = redis.call('PTTL', held.lock)
        if left == 0 or left == 1 then release_lock(order, held) end
        pass_on(order, record, 'timed_out', nil, now)
    else
        local loss = loss_of(order, record)
        if not loss then return false end
        pass_on(order, record, 'lost', loss, now)
    end
    return true
end

-- The record, if assign would leave it as it is.
local function standing(order, now)
    local record = get(order)
    if not record or record.state == 'completed' then return record end
    if is_finished(record) or is_over(record, now) then return nil end
    if record.state == 'offered' and loss_of(order, record) then return nil end
    return record
end

-- The record of an order whose token this is, if one is given.
local function require_record(order, token)
    local record = get(order) or refuse(kNoSuchOrder)
    if token and token ~= record.token then refuse(kStaleToken) end
    return record
end

local function refuse_state(record)
    refuse("ERR the order's state does not allow this: it is " .. record.state)
end

-- ---- Arguments ---------------------------------------------------------------------------------

local kMetersPer = {m = 1, km = 1000, ft = 0.3048, mi = 1609.34}

-- Reads arguments from left to right.
local function arguments(list)
    local args, position = {}, 1
    function args.done() return position > #list end
    function args.next()
        if args.done() then refuse(kSyntax) end
        position = position + 1
        return list[position - 1]
    end
    -- Takes the next argument if it is this word and at least `operands` follow it.
    function args.accept(word, operands)
        if #list - position < (operands or 0) or args.done() or list[position]:upper() ~= word then return false end
        position = position + 1
        return true
    end
    function args.is_next(word)
        return not args.done() and list[position]:upper() == word
    end
    function args.left() return #list - position + 1 end
    function args.integer(name)
        local text = args.next()
        return parse_integer(text) or refuse('ERR ' .. name .. " must be an integer, not " .. quoted(text)), text
    end
    function args.double(name)
        local text = args.next()
        return parse_double(text) or refuse('ERR ' .. name .. " must be a number, not " .. quoted(text))
    end
    function args.length(name)
        local length = args.double(name)
        if length < 0 then refuse('ERR ' .. name .. ' cannot be negative') end
        return length
    end
    function args.unit()
        local unit = args.next()
        return kMetersPer[unit:lower()] or refuse("ERR unsupported unit " .. quoted(unit) .. ": please use M, KM, FT, MI")
    end
    -- The next argument, which an option needs.
    function args.operand(option, needs)
        if args.done() then refuse('ERR syntax error: ' .. option .. ' needs ' .. needs) end
        return args.next()
    end
    function args.expect_end()
        if not args.done() then refuse("ERR syntax error: " .. quoted(args.next()) .. " was not expected") end
    end
    -- A token, unless this option or nothing comes next.
    function args.optional_token(option)
        if args.done() or (option and args.is_next(option)) then return nil end
        local _, token = args.integer('token')
        return token
    end
    function args.lock_pattern()
        local pattern = args.operand('LOCK', 'a pattern')
        if not pattern:find('*', 1, true) then
            refuse("ERR LOCK pattern must contain a '*', it stands for the driver")
        end
        return pattern
    end
    return args
end

-- What each option needs, which choice it makes (each may be made once), and how it is read into the search.
local kOptions = {
    FROMLONLAT = {2, 'a longitude and a latitude', 'place', function(args, search)
        local longitude, latitude = args.double('longitude'), args.double('latitude')
        if math.abs(longitude) > 180 or math.abs(latitude) > kLatitudeMax then
            refuse(string.format('ERR invalid longitude,latitude pair %f,%f', longitude, latitude))
        end
        search.shape.longitude, search.shape.latitude = longitude, latitude
    end},
    FROMMEMBER = {1, 'a member', 'place', function(args, search) search.from_member = args.next() end},
    BYRADIUS = {2, 'a radius and a unit', 'extent', function(args, search)
        local radius = args.length('radius')
        search.meters_per_unit = args.unit()
        search.shape.radius_m = radius * search.meters_per_unit
    end},
    BYBOX = {3, 'a width, a height and a unit', 'extent', function(args, search)
        local width, height = args.length('width'), args.length('height')
        search.meters_per_unit = args.unit()
        search.shape.width_m = width * search.meters_per_unit
        search.shape.height_m = height * search.meters_per_unit
    end},
    STRATEGY = {1, 'NEAREST or RATING', 'strategy', function(args, search)
        local word = args.next()
        search.strategy = word:lower()
        if search.strategy ~= 'nearest' and search.strategy ~= 'rating' then
            refuse("ERR unknown strategy " .. quoted(word) .. ": NEAREST or RATING")
        end
    end},
    RATINGBY = {1, 'a pattern', 'rating', function(args, search) search.rating_pattern = args.next() end},
    COUNT = {1, 'a count', 'count', function(args, search)
        local count, text = args.integer('COUNT')
        if count <= 0 then refuse('ERR COUNT must be > 0') end
        search.count = text
    end},
    LOCK = {1, 'a pattern', 'lock', function(args, search) search.lock_pattern = args.lock_pattern() end},
    OFFER = {0, '', 'offer', function(_, search) search.offer = true end},
    RETRY = {0, '', 'retry', function(_, search) search.retry = true end},
}

local function list_option(word, choice, count_name, needs)
    kOptions[word] = {1, needs, choice, function(args, search)
        local count, text = args.integer(count_name)
        if count <= 0 then refuse('ERR ' .. count_name .. ' should be greater than 0') end
        if count > args.left() then
            refuse('ERR syntax error: ' .. word .. ' ' .. text .. ' is followed by ' .. args.left() .. ' words')
        end
        for _ = 1, count do table.insert(search[choice], args.next()) end
    end}
end
list_option('REQUIRE', 'require', 'numsets', 'numsets and sets')
list_option('EXCEPT', 'except', 'numsets', 'numsets and sets')
list_option('SKIP', 'skip', 'nummembers', 'nummembers and members')

local function duration_option(word, choice, ms_per_unit, unit, keep)
    kOptions[word] = {1, unit, choice, function(args, search, now, command)
        local duration = args.integer(word) * ms_per_unit
        if duration <= 0 or duration > kMaxTimeMs then
            refuse("ERR invalid expire time in '" .. command:lower() .. "' command")
        end
        keep(search, duration, now)
    end}
end
local function keep_lock_time(search, duration) search.lock_ms = duration end
duration_option('EX', 'lock time', 1000, 'seconds', keep_lock_time)
duration_option('PX', 'lock time', 1, 'milliseconds', keep_lock_time)
duration_option('HOLD', 'hold time', 1000, 'seconds', function(search, duration) search.hold_ms = duration end)
duration_option('DEADLINE', 'deadline', 1, 'milliseconds', function(search, duration, now)
    search.deadline = now + duration
end)

local function read_option(args, given, search, now, command)
    local text = args.next()
    local word = text:upper()
    local option = kOptions[word] or refuse("ERR syntax error: " .. quoted(text) .. " is no option of ASSIGN, see ASSIGN HELP")
    local operands, needs, choice, read = unpack(option)
    if given[choice] == word then refuse('ERR syntax error: ' .. word .. ' was given twice') end
    if given[choice] then refuse('ERR syntax error: ' .. given[choice] .. ' and ' .. word .. ' exclude each other') end
    given[choice] = word
    if args.left() < operands then refuse('ERR syntax error: ' .. word .. ' needs ' .. needs) end
    read(args, search, now, command)
end

local function check_options(command, order, search, given)
    if not given.place then
        refuse('ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ' .. command)
    end
    if not given.extent then refuse('ERR exactly one of BYRADIUS and BYBOX can be specified for ' .. command) end
    if given.rating and search.strategy ~= 'rating' then refuse('ERR RATINGBY requires STRATEGY RATING') end
    if search.deadline and not search.offer then refuse('ERR DEADLINE requires OFFER') end
    if order == token_key(search.geo) then
        refuse("ERR order must not be the key of the geo set's token counter")
    end
    if order == offers_key(search.geo) then refuse("ERR order must not be the key of the geo set's open offers") end
    if order == held_key(search.geo) then refuse("ERR order must not be the key of the geo set's held drivers") end
end

-- Reads all of ASSIGN's arguments. A place named by FROMMEMBER has not been looked up yet.
local function read_request(command, keys, list, now)
    local search = {
        geo = keys[1], available = keys[2], shape = {}, strategy = 'nearest', rating_pattern = kDefaultRating,
        count = tostring(kDefaultCount), require = {}, except = {}, skip = {}, lock_pattern = kDefaultLock,
        lock_ms = kDefaultLockMs, hold_ms = kDefaultHoldMs, offer = false, retry = false,
    }
    local args, given = arguments(list), {}
    while not args.done() do read_option(args, given, search, now, command) end
    check_options(command, keys[3], search, given)
    return search
end

-- Completes the search with the place.
local function find_place(search)
    local has_places = exists_as('zset', search.geo)
    if search.from_member and has_places then
        local score = redis.call('ZSCORE', search.geo, search.from_member)
        if not score then refuse('ERR could not decode requested zset member') end
        search.shape.longitude, search.shape.latitude = place_of(math.floor(tonumber(score)))
    elseif search.from_member then
        search.shape.longitude, search.shape.latitude = 0, 0
    end
end

-- ---- Explanations ------------------------------------------------------------------------------

-- What a driver is doing, by their lock: its key, its value and the milliseconds it has left, if it exists, and
-- the record of the order if that holds the driver.
local function state_of_driver(member, lock_pattern)
    local doing = {lock = lock_key(lock_pattern, member)}
    local type = type_of(doing.lock)
    if type == 'none' then return doing end
    doing.value = type == 'string' and redis.call('GET', doing.lock) or ''
    doing.left = redis.call('PTTL', doing.lock)
    local record = find(doing.value)
    if record and not is_finished(record) and record.reservation.lock == doing.lock then doing.record = record end
    return doing
end

local function seconds(ms)
    return string.format('%.1f', ms / 1000)
end

-- "held by order:ORD_1 (assigned 12.0 s ago) for another 30.0 s (agent:D4:lock)"
local function lock_reason(doing, now)
    local verb, holder = 'locked', doing.value or ''
    if holder == '' then holder = 'something else' end
    if doing.record then
        verb = 'held'
        holder = holder .. ' (' .. doing.record.state .. ' ' .. seconds(now - doing.record.since) .. ' s ago)'
    end
    -- Not with string.format, which cuts texts at a NUL.
    local who = verb .. ' by ' .. holder
    if not doing.left or doing.left < 0 then return who .. ' without an end (' .. doing.lock .. ')' end
    return who .. ' for another ' .. seconds(doing.left) .. ' s (' .. doing.lock .. ')'
end

-- Why a driver was passed over, as a person would say it.
local function explain_driver(driver, search, now)
    if driver.objection == 'not available' then
        local doing = state_of_driver(driver.member, search.lock_pattern)
        if doing.record then return 'not in ' .. search.available .. ', ' .. lock_reason(doing, now) end
        return 'not available: not in ' .. search.available
    end
    if driver.objection == 'not in required' then return 'not in ' .. search.require[driver.which] end
    if driver.objection == 'in excepted' then return 'excluded: in ' .. search.except[driver.which] end
    if driver.objection == 'skipped' then return 'skipped by the request' end
    if driver.objection == 'tried' then return 'already asked for this order' end
    if driver.objection then return lock_reason(state_of_driver(driver.member, search.lock_pattern), now) end
    if not driver.chosen then return 'rated lower: ' .. shortest(driver.rating or 0) end
    if driver.rating then return 'the best rated candidate: ' .. shortest(driver.rating) end
    return 'the nearest candidate'
end

-- Everybody the search looks at; the number of those who are too many to be listed; who would be chosen.
local function explain_candidates(order, search, tried)
    local kMost = 1000
    local has_places, has_available = check_keys(search)
    if not has_places then return {}, 0, nil end
    local skipped = set_of(search.skip)
    local drivers, unlisted, best, candidates = {}, 0, nil, 0
    for driver in outward(search) do
        if has_available then
            driver.objection, driver.which = objection_to(driver.member, order, search, tried, skipped)
        else
            driver.objection = 'not available'
        end
        if not driver.objection then
            if search.strategy == 'rating' then driver.rating = rating_of(search.rating_pattern, driver.member) end
            if not best or (driver.rating or 0) > (best.rating or 0) then best = driver end
            candidates = candidates + 1
        end
        if #drivers < kMost then drivers[#drivers + 1] = driver else unlisted = unlisted + 1 end
        if candidates == (search.strategy == 'nearest' and 1 or tonumber(search.count)) then break end
    end
    if best then
        best.chosen = true
        if unlisted > 0 and not contains(drivers, best) then
            drivers[#drivers + 1], unlisted = best, unlisted - 1
        end
    end
    return drivers, unlisted, best
end

-- What assign would do, in one sentence.
local function outcome_of(record, search, looked_at, best)
    if record then
        local driver = record.reservation and record.reservation.driver or ''
        return 'would change nothing: the order is ' .. record.state .. ' with ' .. driver .. ' (token '
            .. record.token .. ')'
    end
    if best then return 'would ' .. (search.offer and 'offer the order to ' or 'assign ') .. best.member end
    local shortage = shortage_of(search)
    if shortage == kNoGeoKey then return 'no candidate: the geo key ' .. search.geo .. ' does not exist' end
    if shortage ~= kNoneTakeable then return 'no candidate: ' .. shortage end
    return string.format('no candidate among the %d drivers in the area', looked_at)
end

-- ---- The functions -----------------------------------------------------------------------------

local function assign(keys, args)
    local order, now = keys[3], now_ms()
    local search = read_request('ASSIGN', keys, args, now)
    look_after(order, now)
    -- A retry is answered even if the place it was asked from is gone by now.
    local record = standing(order, now)
    if record then return record_reply(order, record, now) end
    find_place(search)

    local existing = get(order)
    record = {state = 'unassigned', token = '0', since = 0, tried = {},
              rejected = existing and not search.retry and existing.rejected or {},
              sequence = existing and existing.sequence or 0, search = search}
    last_token(search.geo) -- refuses a counter that is none
    local candidate = find_candidate(order, search, set_of(record.rejected))
    if candidate then
        reserve(order, record, candidate, now)
        return record_reply(order, record, now)
    end
    record.sequence = 0 -- nothing is written: this is no event of a record
    publish(order, 'unassigned', record, reason_of(record, now), now)
    return false
end

local function accept(keys, list)
    local order, now = keys[1], now_ms()
    local _, token = arguments(list).integer('token')
    look_after(order, now)
    local record = require_record(order, token)
    if record.state == 'assigned' then return record_reply(order, record, now) end
    if record.state ~= 'offered' then refuse_state(record) end
    exists_as('set', record.search.available)
    if loss_of(order, record) then refuse(kLockLost) end

    take_driver(order, record, now)
    return record_reply(order, record, now)
end

local function reject(keys, list)
    local order, now = keys[1], now_ms()
    local _, token = arguments(list).integer('token')
    look_after(order, now)
    local record = require_record(order, token)
    if record.state ~= 'offered' then refuse_state(record) end
    table.insert(record.rejected, record.reservation.driver)
    local candidate = next_candidate(order, record, now)

    release_lock(order, record.reservation)
    announce(order, record, 'rejected', nil, now)
    go_on(order, record, candidate, nil, now)
    return record_reply(order, record, now)
end

local function release(keys, list)
    local order, now, args = keys[1], now_ms(), arguments(list)
    local token = args.optional_token('REASON')
    local reason = args.accept('REASON') and args.operand('REASON', 'a text')
    args.expect_end()
    look_after(order, now)
    local record = require_record(order, token)
    if record.state ~= 'assigned' then refuse_state(record) end
    exists_as('set', record.search.available)
    table.insert(record.rejected, record.reservation.driver)
    local candidate = next_candidate(order, record, now)

    free_driver(order, record)
    announce(order, record, 'released', reason, now)
    go_on(order, record, candidate, nil, now)
    return record_reply(order, record, now)
end

local function complete(keys, list)
    local order, now, args = keys[1], now_ms(), arguments(list)
    local token = args.optional_token()
    args.expect_end()
    look_after(order, now)
    local record = require_record(order, token)
    if record.state == 'completed' then return record_reply(order, record, now) end
    if record.state ~= 'assigned' then refuse_state(record) end
    exists_as('set', record.search.available)

    free_driver(order, record)
    enter(record, 'completed', now)
    save(order, record, 'completed', nil, now)
    return record_reply(order, record, now)
end

-- The state behind IF, in small letters.
local function read_state(args)
    local word = args.operand('IF', 'a state')
    local state = word:lower()
    if kStates[state] then return state end
    refuse("ERR unknown state " .. quoted(word) .. ": offered, assigned, unassigned, completed, cancelled or expired")
end

local function cancel(keys, list)
    local order, now, args = keys[1], now_ms(), arguments(list)
    local token = args.optional_token('IF')
    local state = args.accept('IF') and read_state(args)
    args.expect_end()
    look_after(order, now)
    local record = require_record(order, token)
    if state and record.state ~= state then refuse_state(record) end
    if record.state == 'cancelled' then return record_reply(order, record, now) end
    if is_finished(record) and record.state ~= 'unassigned' then refuse_state(record) end
    exists_as('set', record.search.available)

    if record.state == 'offered' then release_lock(order, record.reservation) end
    if record.state == 'assigned' then free_driver(order, record) end
    enter(record, 'cancelled', now)
    save(order, record, 'cancelled', nil, now)
    return record_reply(order, record, now)
end

local function get_record(keys)
    return record_reply(keys[1], get(keys[1]), now_ms())
end

local function driver(keys, list)
    local member, now, args, pattern = keys[1], now_ms(), arguments(list), kDefaultLock
    if args.accept('LOCK') then pattern = args.lock_pattern() end
    args.expect_end()
    local doing = state_of_driver(member, pattern)
    local record = doing.record
    return {
        'driver', member,
        'state', record and record.state or doing.value and 'locked' or 'free',
        'order', doing.value or false,
        'token', record and tonumber(record.token) or false,
        'since_ms', record and now - record.since or false,
        'lock', doing.lock,
        'expires_in_ms', doing.left and doing.left >= 0 and doing.left or false,
    }
end

-- [COUNT count], or what is meant without it.
local function read_count(list, otherwise)
    local args = arguments(list)
    if args.done() then return otherwise end
    if not args.accept('COUNT', 1) then args.expect_end() end
    local count = args.integer('COUNT')
    if count <= 0 then refuse('ERR COUNT must be > 0') end
    args.expect_end()
    return count
end

local function pending(keys, args)
    local geo, now, most = keys[1], now_ms(), read_count(args, kInfinity)
    local replies = {}
    if not exists_as('zset', offers_key(geo)) then return replies end
    for _, order in ipairs(redis.call('ZRANGE', offers_key(geo), 0, -1)) do
        if #replies == most then break end
        local record = find(order)
        local is_open = record and record.state == 'offered' and record.search.geo == geo
        if is_open and not is_over(record, now) then
            replies[#replies + 1] = record_reply(order, record, now)
        end
    end
    return replies
end

local function explain(keys, args)
    local order, now = keys[3], now_ms()
    local search = read_request('ASSIGN.EXPLAIN', keys, args, now)
    local record, existing = standing(order, now), get(order)
    local drivers, unlisted, best = {}, 0, nil
    -- An order that stays as it is chooses nobody, and needs no place to search from.
    if not record then
        find_place(search)
        local declined = existing and not search.retry and existing.rejected or {}
        drivers, unlisted, best = explain_candidates(order, search, set_of(declined))
    end

    local listed = {}
    for i, driver in ipairs(drivers) do
        listed[i] = {
            'driver', driver.member,
            'distance', distance_text(driver.distance_m / search.meters_per_unit),
            'verdict', driver.chosen and 'chosen' or 'passed over',
            'reason', explain_driver(driver, search, now),
        }
    end
    local outcome = outcome_of(record, search, #drivers + unlisted, best)
    return {'order', order, 'outcome', outcome, 'drivers', listed, 'unlisted', unlisted}
end

-- The record is the truth: an order that was deleted, put to another use or given to another city is in this
-- index no more. One that was spoiled by hand stays, for it may be mended by hand. True if it stays.
local function is_well_filed(index, order, geo, state)
    local record = find(order)
    if not record and type_of(order) == 'hash' then return true end
    if record and record.state == state and record.search.geo == geo then return true end
    redis.call('ZREM', index, order)
    return false
end

-- Sees to some of the orders; how many there were, up to `most`.
local function look_after_some(orders, most, now)
    local ended = 0
    for _, order in ipairs(orders) do
        if ended == most then break end
        if look_after(order, now) then ended = ended + 1 end
    end
    return ended
end

-- The orders of an index whose time is over by now.
local function due_orders(geo, index, state, now)
    local due = {}
    if not exists_as('zset', index) then return due end
    for _, order in ipairs(redis.call('ZRANGE', index, '-inf', integer_text(now), 'BYSCORE')) do
        if is_well_filed(index, order, geo, state) then due[#due + 1] = order end
    end
    return due
end

-- What has run out comes first, the earliest first in each city; then what is lost, by the orders' names.
local function tick(keys, args)
    local now, most, ended, offered = now_ms(), read_count(args, 100), 0, {}
    for _, geo in ipairs(keys) do
        ended = ended + look_after_some(due_orders(geo, offers_key(geo), 'offered', now), most - ended, now)
        ended = ended + look_after_some(due_orders(geo, held_key(geo), 'assigned', now), most - ended, now)
    end
    for _, geo in ipairs(keys) do
        if ended < most then
            offered = joined(offered, due_orders(geo, offers_key(geo), 'offered', kMaxMomentMs))
        end
    end
    table.sort(offered, is_less)
    return ended + look_after_some(offered, most - ended, now)
end

-- Registers a function that takes so many keys, at least, and arguments, and answers a refusal as an error.
local function register(name, command, keys_needed, least, most, flags, run)
    redis.register_function{
        function_name = name,
        flags = flags,
        callback = function(keys, args)
            if #keys < keys_needed or #args < least or #args > most then
                return redis.error_reply("ERR wrong number of arguments for '" .. command .. "' command")
            end
            local succeeded, reply = pcall(run, keys, args)
            if succeeded then return reply end
            -- What Redis itself refuses (a key in another slot, say) comes as a table or as its text.
            local line = type(reply) == 'table' and (reply.refusal or reply.err) or tostring(reply)
            return redis.error_reply(line:find('^%u+ ') and line or 'ERR ' .. line)
        end,
    }
end

-- What frees drivers must work when memory is short.
register('assign', 'assign', 3, 5, kInfinity, {}, assign)
register('assign_accept', 'assign.accept', 1, 1, 1, {'allow-oom'}, accept)
register('assign_reject', 'assign.reject', 1, 1, 1, {}, reject)
register('assign_release', 'assign.release', 1, 0, kInfinity, {}, release)
register('assign_complete', 'assign.complete', 1, 0, kInfinity, {'allow-oom'}, complete)
register('assign_cancel', 'assign.cancel', 1, 0, kInfinity, {'allow-oom'}, cancel)
register('assign_get', 'assign.get', 1, 0, 0, {'no-writes'}, get_record)
register('assign_driver', 'assign.driver', 1, 0, kInfinity, {'no-writes'}, driver)
register('assign_pending', 'assign.pending', 1, 0, kInfinity, {'no-writes'}, pending)
register('assign_explain', 'assign.explain', 3, 5, kInfinity, {'no-writes'}, explain)
register('assign_tick', 'assign.tick', 1, 0, kInfinity, {}, tick)
