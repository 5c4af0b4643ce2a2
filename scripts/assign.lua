#!lua name=assign

--[[ Dabba's ASSIGN family as a library of functions for Redis 7 and Valkey, on one server or a cluster.

Load it on every master, and again after each new version:

    redis-cli -x FUNCTION LOAD REPLACE < scripts/assign.lua

What Dabba calls             is here
    ASSIGN geo available order ...   FCALL assign 3 geo available order ...
    ASSIGN.ACCEPT order token        FCALL assign_accept 1 order token
    ASSIGN.REJECT order token        FCALL assign_reject 1 order token
    ASSIGN.COMPLETE order            FCALL assign_complete 1 order
    ASSIGN.CANCEL order              FCALL assign_cancel 1 order
    ASSIGN.GET order                 FCALL_RO assign_get 1 order
    ASSIGN.PENDING geo [COUNT n]     FCALL_RO assign_pending 1 geo [COUNT n]
    ASSIGN.EXPLAIN geo ...           FCALL_RO assign_explain 3 geo available order ...
    (the server's own clock)         FCALL assign_tick 1 geo [COUNT n]

Options, checks, error lines, replies, records, locks, tokens and events are the same. What differs:

- Nothing runs by itself. An offer that ran out ends, and the search goes on, when a worker calls
  assign_tick, which answers how many offers it ended (at most COUNT, 100 unless told: call again while
  it answers COUNT). Every 100 ms is a good rhythm; two workers do no harm. Whatever changes an order
  first ends its offer if that ran out, so that nobody accepts too late, tick or no tick.
- Replies are flat lists of names and values in RESP3 too, as Dabba's are in RESP2.
- Redis sorts all drivers of the area for each search (see the README for what that costs), and its
  GEOSEARCH misses some in areas of thousands of kilometers.

Keys. The declared ones are geo, available and order. Beside them a function reads and writes

    <geo>:token     the counter the tokens come from
    <geo>:offers    a sorted set of the orders with open offers, by the time at which they run out
    the locks       named by the LOCK pattern: agent:{blr}:D4:lock for driver:{blr}:D4
    the ratings     named by RATINGBY: the hash driver:{blr}:D4

and reads the sets of REQUIRE and EXCEPT; assign_tick also works on the orders in <geo>:offers, and what
follows an order (accept, reject, ...) on the geo and available keys in its record. Those with a fixed name
may be declared as well, behind the three: FCALL assign 5 geo available order set1 set2 ... REQUIRE 2 set1
set2. The locks, ratings and due orders cannot: nobody knows them before the search. In a cluster all of them
must lie in one slot, so give everything of a city the city's hash tag, drivers included; a key elsewhere is
refused by Redis before anything was changed.

One file, because Redis loads a library as one. A function checks everything, then makes all its changes:
Redis rolls nothing back. ]]

local kRecordTimeMs = 60 * 60 * 1000
local kDefaultRating, kDefaultCount = '*->rating', 10
local kDefaultLock, kDefaultLockMs = 'agent:*:lock', 30 * 1000
-- Of so few available drivers, each is asked where he is, which costs the same in every city; otherwise the
-- search goes outward from the place, by pages of which this is the first.
local kFewAvailable = 1000
local kFirstPage = 100

local kSyntax = 'ERR syntax error'
local kNotAnInteger = 'ERR value is not an integer or out of range'
local kNotAFloat = 'ERR value is not a valid float'
local kWrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value'
local kNotAnAssignment = "WRONGTYPE The order's key holds a hash that is not an ASSIGN record"
local kNoSuchOrder = 'ERR no such order'
local kStaleToken = "STALETOKEN This token is not the one of the order's current reservation"
local kWrongState = "ERR the order's state does not allow this, see ASSIGN.GET"
local kLockLost = "LOCKLOST The driver's lock or availability was lost, the order goes on without him"

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

-- The two lists in one.
local function joined(first, second)
    local both = {}
    for _, item in ipairs(first) do both[#both + 1] = item end
    for _, item in ipairs(second) do both[#both + 1] = item end
    return both
end

-- ---- Keys --------------------------------------------------------------------------------------

local function token_key(geo) return geo .. ':token' end
local function offers_key(geo) return geo .. ':offers' end

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
    if not exists_as('string', token_key(geo)) then return 0 end
    local number = parse_integer(redis.call('GET', token_key(geo)))
    if not number or number < 0 or number >= 2 ^ 53 then refuse(kNotAnInteger) end
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

-- The nearest `count` members in the shape, sorted, without those at the end whose equals may have been cut
-- off; and whether this is everybody.
local function nearest_page(search, count)
    local shape = search.shape
    local request = {'GEOSEARCH', search.geo, 'FROMLONLAT', string.format('%.17g', shape.longitude),
                     string.format('%.17g', shape.latitude)}
    if shape.radius_m then
        request = joined(request, {'BYRADIUS', string.format('%.17g', shape.radius_m)})
    else
        request = joined(request, {'BYBOX', string.format('%.17g', shape.width_m),
                                   string.format('%.17g', shape.height_m)})
    end
    local replies = redis.call(unpack(joined(request, {'M', 'ASC', 'COUNT', count, 'WITHHASH'})))
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
local function objection_to(member, order, search, tried)
    if redis.call('SISMEMBER', search.available, member) == 0 then return 'not available' end
    for i, set in ipairs(search.require) do
        if redis.call('SISMEMBER', set, member) == 0 then return 'not in required', i end
    end
    for i, set in ipairs(search.except) do
        if redis.call('SISMEMBER', set, member) == 1 then return 'in excepted', i end
    end
    if contains(search.skip, member) then return 'skipped' end
    if contains(tried, member) then return 'tried' end
    local lock = lock_key(search.lock_pattern, member)
    -- A key that is about to be written here can be nobody's lock.
    local ours = lock == order or lock == token_key(search.geo) or lock == offers_key(search.geo)
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
    local best, best_rating, weighed = nil, 0, 0
    for found in next_found do
        if not objection_to(found.member, order, search, tried) then
            if search.strategy == 'nearest' then return found end
            local rating = rating_of(search.rating_pattern, found.member)
            if not best or rating > best_rating then best, best_rating = found, rating end
            weighed = weighed + 1
            if weighed >= tonumber(search.count) then break end
        end
    end
    return best
end

-- ---- The record of an order --------------------------------------------------------------------

local kStates = {offered = true, assigned = true, unassigned = true, completed = true, cancelled = true}

local function is_finished(record)
    return record.state ~= 'offered' and record.state ~= 'assigned'
end

-- Reads the fields of a hash; whatever is missing or malformed is no record.
local function field_reader(hash)
    local fields = {}
    function fields.text(name)
        return hash[name] or refuse(kNotAnAssignment)
    end
    function fields.integer(name)
        return parse_integer(fields.text(name)) or refuse(kNotAnAssignment)
    end
    function fields.number(name)
        return parse_double(fields.text(name)) or refuse(kNotAnAssignment)
    end
    function fields.list(name)
        local items, rest = {}, hash[name] or ''
        while rest ~= '' do
            local digits = rest:match('^([^:]*):')
            local size = digits and parse_integer(digits)
            if not size or size < 0 or #rest < #digits + size + 2 then refuse(kNotAnAssignment) end
            items[#items + 1] = rest:sub(#digits + 2, #digits + 1 + size)
            rest = rest:sub(#digits + size + 3)
        end
        return items
    end
    return fields
end

local function read_search(hash, fields)
    local shape = {longitude = fields.number('from_longitude'), latitude = fields.number('from_latitude')}
    if hash.radius_m then
        shape.radius_m = fields.number('radius_m')
    else
        shape.width_m, shape.height_m = fields.number('width_m'), fields.number('height_m')
    end
    if hash.count then fields.integer('count') end
    return {
        geo = fields.text('geo'),
        available = fields.text('available'),
        shape = shape,
        meters_per_unit = fields.number('meters_per_unit'),
        strategy = hash.strategy == 'rating' and 'rating' or 'nearest',
        rating_pattern = hash.ratingby or kDefaultRating,
        count = hash.count or tostring(kDefaultCount),
        require = fields.list('require'),
        except = fields.list('except'),
        skip = fields.list('skip'),
        lock_pattern = hash.lock_pattern or kDefaultLock,
        lock_ms = hash.lock_ms and fields.integer('lock_ms') or kDefaultLockMs,
        offer = hash.offer ~= nil,
        deadline = hash.deadline and fields.integer('deadline'),
    }
end

local function read_record(hash)
    local fields = field_reader(hash)
    local record = {state = fields.text('state'), token = fields.text('token')}
    if not kStates[record.state] then refuse(kNotAnAssignment) end
    fields.integer('token')
    if hash.driver then
        record.reservation = {
            driver = hash.driver,
            longitude = fields.number('longitude'),
            latitude = fields.number('latitude'),
            distance_m = fields.number('distance_m'),
            lock = fields.text('lock'),
            expires_at = fields.integer('expires_at'),
        }
    end
    if not is_finished(record) and not record.reservation then refuse(kNotAnAssignment) end
    record.tried, record.rejected = fields.list('tried'), fields.list('rejected')
    record.sequence = fields.integer('sequence')
    record.search = read_search(hash, fields)
    return record
end

-- The record, or nil. Refuses a key that holds something else.
local function get(order)
    if not exists_as('hash', order) then return nil end
    local pairs_of_fields, hash = redis.call('HGETALL', order), {}
    for i = 1, #pairs_of_fields, 2 do hash[pairs_of_fields[i]] = pairs_of_fields[i + 1] end
    return read_record(hash)
end

local function open_offer(order)
    local read, record = pcall(get, order)
    return read and record and record.state == 'offered' and record or nil
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
    if search.offer then add('offer', '1') end
    if search.deadline then add('deadline', integer_text(search.deadline)) end
    return fields
end

local function record_fields(record)
    local fields = {'state', record.state, 'token', record.token}
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

local function publish(order, event, record, now)
    local held = record.reservation
    local message = '{"event":"' .. event .. '","order":' .. quote(order) .. ',"state":"' .. record.state
        .. '","driver":' .. (held and quote(held.driver) or 'null')
        .. ',"token":' .. record.token
        .. ',"distance_m":' .. (held and shortest(held.distance_m) or 'null')
        .. ',"expires_at_ms":' .. (held and not is_finished(record) and integer_text(held.expires_at) or 'null')
        .. ',"time_ms":' .. integer_text(now) .. ',"sequence":' .. integer_text(record.sequence) .. '}'
    redis.call('PUBLISH', 'assign:' .. order, message)
    if held then redis.call('PUBLISH', 'assign:' .. held.driver, message) end
end

-- Tells of a change that another one follows at once, with which it will be written.
local function announce(order, record, event, now)
    record.sequence = record.sequence + 1
    publish(order, event, record, now)
end

-- Writes the record and tells of it. A finished one lives only so much longer.
local function save(order, record, event, now)
    record.sequence = record.sequence + 1
    redis.call('DEL', order)
    redis.call('HSET', order, unpack(record_fields(record)))
    if is_finished(record) then redis.call('PEXPIREAT', order, integer_text(now + kRecordTimeMs)) end
    local offers = offers_key(record.search.geo)
    if record.state == 'offered' then
        redis.call('ZADD', offers, integer_text(record.reservation.expires_at), order)
    elseif type_of(offers) == 'zset' then
        redis.call('ZREM', offers, order)
    end
    publish(order, event, record, now)
end

-- ---- The rules ---------------------------------------------------------------------------------

local function holds_lock(order, held)
    return type_of(held.lock) == 'string' and redis.call('GET', held.lock) == order
end

-- Compare before delete: another's lock stays.
local function release_lock(order, held)
    if holds_lock(order, held) then redis.call('DEL', held.lock) end
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
        expires_at = now + search.lock_ms,
    }
    local held = record.reservation
    redis.call('SET', token_key(search.geo), record.token)
    redis.call('SET', held.lock, order, 'PXAT', integer_text(held.expires_at))
    record.state = search.offer and 'offered' or 'assigned'
    if not search.offer then redis.call('SREM', search.available, candidate.member) end
    save(order, record, record.state, now)
end

-- Who is asked next, after an offer has ended.
local function next_candidate(order, record, now)
    local deadline = record.search.deadline
    last_token(record.search.geo) -- refuses a counter that is none
    if deadline and deadline <= now then return nil end
    return find_candidate(order, record.search, joined(record.tried, record.rejected))
end

local function end_offer(order, record, event, candidate, now)
    release_lock(order, record.reservation)
    announce(order, record, event, now)
    if candidate then return reserve(order, record, candidate, now) end
    record.reservation = nil
    record.state = 'unassigned'
    save(order, record, 'unassigned', now)
end

-- Ends the offer of an order if its time is over, and goes on. Never fails: if one of the search's keys was
-- put to another use, there is nobody left to ask. True if there was such an offer.
local function time_out(order, now)
    local record = open_offer(order)
    if not record or record.reservation.expires_at > now then return false end
    table.insert(record.tried, record.reservation.driver)
    -- To Redis a lock lives through its last millisecond; nobody may take it for another's.
    local left = redis.call('PTTL', record.reservation.lock)
    if left == 0 or left == 1 then release_lock(order, record.reservation) end
    local searched, candidate = pcall(next_candidate, order, record, now)
    end_offer(order, record, 'timed_out', searched and candidate or nil, now)
    return true
end

-- The record, if assign would leave it as it is.
local function standing(order, now)
    local record = get(order)
    if not record or record.state == 'unassigned' or record.state == 'cancelled' then return nil end
    if record.state == 'offered' and record.reservation.expires_at <= now then return nil end
    return record
end

local function require_record(order)
    return get(order) or refuse(kNoSuchOrder)
end

-- An order whose current reservation has this token and was not refused or given up.
local function require_offer(order, token)
    local record = require_record(order)
    if token ~= record.token then refuse(kStaleToken) end
    if is_finished(record) then refuse(kWrongState) end
    return record
end

local function make_available(record)
    redis.call('SADD', record.search.available, record.reservation.driver)
end

-- ---- Arguments ---------------------------------------------------------------------------------

local kMetersPer = {m = 1, km = 1000, ft = 0.3048, mi = 1609.34}

-- Reads arguments from left to right.
local function arguments(list)
    local args, position = {}, 1
    function args.done() return position > #list end
    function args.peek() return list[position] end
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
    function args.integer()
        local text = args.next()
        return parse_integer(text) or refuse(kNotAnInteger), text
    end
    function args.double(line)
        return parse_double(args.next()) or refuse(line)
    end
    function args.unit()
        return kMetersPer[args.next():lower()] or refuse('ERR unsupported unit provided. please use M, KM, FT, MI')
    end
    return args
end

-- How each option is read into the search. The name behind it is that of the choice it makes, which may be
-- made once.
local kOptions = {
    FROMLONLAT = {2, 'place', function(args, search)
        local longitude, latitude = args.double(kNotAFloat), args.double(kNotAFloat)
        if math.abs(longitude) > 180 or math.abs(latitude) > kLatitudeMax then
            refuse(string.format('ERR invalid longitude,latitude pair %f,%f', longitude, latitude))
        end
        search.shape.longitude, search.shape.latitude = longitude, latitude
    end},
    FROMMEMBER = {1, 'place', function(args, search) search.from_member = args.next() end},
    BYRADIUS = {2, 'extent', function(args, search)
        local radius = args.double('ERR need numeric radius')
        if radius < 0 then refuse('ERR radius cannot be negative') end
        search.meters_per_unit = args.unit()
        search.shape.radius_m = radius * search.meters_per_unit
    end},
    BYBOX = {3, 'extent', function(args, search)
        local width, height = args.double('ERR need numeric width'), args.double('ERR need numeric height')
        if width < 0 or height < 0 then refuse('ERR height or width cannot be negative') end
        search.meters_per_unit = args.unit()
        search.shape.width_m = width * search.meters_per_unit
        search.shape.height_m = height * search.meters_per_unit
    end},
    STRATEGY = {1, 'strategy', function(args, search)
        search.strategy = args.next():lower()
        if search.strategy ~= 'nearest' and search.strategy ~= 'rating' then refuse(kSyntax) end
    end},
    RATINGBY = {1, 'rating', function(args, search) search.rating_pattern = args.next() end},
    COUNT = {1, 'count', function(args, search)
        local count, text = args.integer()
        if count <= 0 then refuse('ERR COUNT must be > 0') end
        search.count = text
    end},
    LOCK = {1, 'lock', function(args, search) search.lock_pattern = args.next() end},
    OFFER = {0, 'offer', function(_, search) search.offer = true end},
}

local function list_option(choice, count_name)
    return {1, choice, function(args, search)
        local left = args.integer()
        if left <= 0 then refuse('ERR ' .. count_name .. ' should be greater than 0') end
        while left > 0 do
            table.insert(search[choice], args.next())
            left = left - 1
        end
    end}
end
kOptions.REQUIRE = list_option('require', 'numsets')
kOptions.EXCEPT = list_option('except', 'numsets')
kOptions.SKIP = list_option('skip', 'nummembers')

local function duration_option(choice, ms_per_unit, keep)
    return {1, choice, function(args, search, now, command)
        local duration = args.integer() * ms_per_unit
        if duration <= 0 or duration + now >= 2 ^ 63 then
            refuse("ERR invalid expire time in '" .. command:lower() .. "' command")
        end
        keep(search, duration, now)
    end}
end
local function keep_lock_time(search, duration) search.lock_ms = duration end
kOptions.EX = duration_option('lock time', 1000, keep_lock_time)
kOptions.PX = duration_option('lock time', 1, keep_lock_time)
kOptions.DEADLINE = duration_option('deadline', 1, function(search, duration, now)
    search.deadline = now + duration
end)

local function check_options(command, order, search, given)
    if not given.place then
        refuse('ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ' .. command)
    end
    if not given.extent then refuse('ERR exactly one of BYRADIUS and BYBOX can be specified for ' .. command) end
    if given.rating and search.strategy ~= 'rating' then refuse('ERR RATINGBY requires STRATEGY RATING') end
    if search.deadline and not search.offer then refuse('ERR DEADLINE requires OFFER') end
    if not search.lock_pattern:find('*', 1, true) then
        refuse("ERR LOCK pattern must contain a '*', it stands for the driver")
    end
    if order == token_key(search.geo) then
        refuse("ERR order must not be the key of the geo set's token counter")
    end
    if order == offers_key(search.geo) then refuse("ERR order must not be the key of the geo set's open offers") end
end

-- Reads all of ASSIGN's arguments. A place named by FROMMEMBER has not been looked up yet.
local function read_request(command, keys, list, now)
    local search = {
        geo = keys[1], available = keys[2], shape = {}, strategy = 'nearest', rating_pattern = kDefaultRating,
        count = tostring(kDefaultCount), require = {}, except = {}, skip = {}, lock_pattern = kDefaultLock,
        lock_ms = kDefaultLockMs, offer = false,
    }
    local args, given = arguments(list), {}
    while not args.done() do
        local word = args.peek():upper()
        local option = kOptions[word]
        if not option or not args.accept(word, option[1]) then refuse(kSyntax) end
        if given[option[2]] then refuse(kSyntax) end
        given[option[2]] = true
        option[3](args, search, now, command)
    end
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

local function lock_reason(lock, now)
    local holder = type_of(lock) == 'string' and redis.call('GET', lock) or ''
    if holder == '' then holder = 'something else' end
    local left = redis.call('PTTL', lock)
    -- Not with string.format, which cuts texts at a NUL.
    if left < 0 then return 'locked by ' .. holder .. ' without an end (' .. lock .. ')' end
    return 'locked by ' .. holder .. ' for another ' .. string.format('%.1f', left / 1000) .. ' s (' .. lock .. ')'
end

-- Why a driver was passed over, as a person would say it.
local function reason_of(driver, search, now)
    if driver.objection == 'not available' then return 'not available: not in ' .. search.available end
    if driver.objection == 'not in required' then return 'not in ' .. search.require[driver.which] end
    if driver.objection == 'in excepted' then return 'excluded: in ' .. search.except[driver.which] end
    if driver.objection == 'skipped' then return 'skipped by the request' end
    if driver.objection == 'tried' then return 'already asked for this order' end
    if driver.objection then return lock_reason(lock_key(search.lock_pattern, driver.member), now) end
    if not driver.chosen then return 'rated lower: ' .. shortest(driver.rating or 0) end
    if driver.rating then return 'the best rated candidate: ' .. shortest(driver.rating) end
    return 'the nearest candidate'
end

-- Everybody the search looks at; the number of those who are too many to be listed; who would be chosen.
local function explain_candidates(order, search, tried)
    local kMost = 1000
    local has_places, has_available = check_keys(search)
    if not has_places then return {}, 0, nil end
    local drivers, unlisted, best, candidates = {}, 0, nil, 0
    for driver in outward(search) do
        if has_available then
            driver.objection, driver.which = objection_to(driver.member, order, search, tried)
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
    if looked_at == 0 then return 'no candidate: no driver is in the area' end
    return string.format('no candidate among the %d drivers in the area', looked_at)
end

-- ---- The functions -----------------------------------------------------------------------------

local function assign(keys, args)
    local order, now = keys[3], now_ms()
    local search = read_request('ASSIGN', keys, args, now)
    time_out(order, now)
    -- A retry is answered even if the place it was asked from is gone by now.
    local record = standing(order, now)
    if record then return record_reply(order, record, now) end
    find_place(search)

    local existing = get(order)
    record = {state = 'unassigned', token = '0', tried = {}, rejected = existing and existing.rejected or {},
              sequence = existing and existing.sequence or 0, search = search}
    last_token(search.geo) -- refuses a counter that is none
    local candidate = find_candidate(order, search, record.rejected)
    if candidate then
        reserve(order, record, candidate, now)
        return record_reply(order, record, now)
    end
    record.sequence = 0 -- nothing is written: this is no event of a record
    publish(order, 'unassigned', record, now)
    return false
end

local function accept(keys, args)
    local order, now = keys[1], now_ms()
    local _, token = arguments(args).integer()
    time_out(order, now)
    local record = require_offer(order, token)
    if record.state == 'assigned' then return record_reply(order, record, now) end
    local available, held = record.search.available, record.reservation
    local is_available = exists_as('set', available) and redis.call('SISMEMBER', available, held.driver) == 1
    if not is_available or not holds_lock(order, held) then refuse(kLockLost) end

    -- Whoever read a moment ago that he is available must not find him unlocked a moment later.
    held.expires_at = now + record.search.lock_ms
    redis.call('PEXPIREAT', held.lock, integer_text(held.expires_at))
    redis.call('SREM', available, held.driver)
    record.state = 'assigned'
    save(order, record, 'assigned', now)
    return record_reply(order, record, now)
end

local function reject(keys, args)
    local order, now = keys[1], now_ms()
    local _, token = arguments(args).integer()
    time_out(order, now)
    local record = require_offer(order, token)
    if record.state ~= 'offered' then refuse(kWrongState) end
    table.insert(record.rejected, record.reservation.driver)
    local candidate = next_candidate(order, record, now)

    end_offer(order, record, 'rejected', candidate, now)
    return record_reply(order, record, now)
end

local function complete(keys)
    local order, now = keys[1], now_ms()
    time_out(order, now)
    local record = require_record(order)
    if record.state == 'completed' then return record_reply(order, record, now) end
    if record.state ~= 'assigned' then refuse(kWrongState) end
    exists_as('set', record.search.available)

    release_lock(order, record.reservation)
    make_available(record)
    record.state = 'completed'
    save(order, record, 'completed', now)
    return record_reply(order, record, now)
end

local function cancel(keys)
    local order, now = keys[1], now_ms()
    time_out(order, now)
    local record = require_record(order)
    if record.state == 'cancelled' then return record_reply(order, record, now) end
    exists_as('set', record.search.available)

    if not is_finished(record) then release_lock(order, record.reservation) end
    if record.state == 'assigned' then make_available(record) end
    record.state = 'cancelled'
    save(order, record, 'cancelled', now)
    return record_reply(order, record, now)
end

local function get_record(keys)
    return record_reply(keys[1], get(keys[1]), now_ms())
end

-- [COUNT count], or what is meant without it.
local function read_count(list, otherwise)
    local args = arguments(list)
    if args.done() then return otherwise end
    if not args.accept('COUNT', 1) then refuse(kSyntax) end
    local count = args.integer()
    if count <= 0 then refuse('ERR COUNT must be > 0') end
    if not args.done() then refuse(kSyntax) end
    return count
end

local function pending(keys, args)
    local geo, now, most = keys[1], now_ms(), read_count(args, math.huge)
    local replies = {}
    if not exists_as('zset', offers_key(geo)) then return replies end
    for _, order in ipairs(redis.call('ZRANGE', offers_key(geo), 0, -1)) do
        if #replies == most then break end
        local record = open_offer(order)
        if record and record.search.geo == geo then replies[#replies + 1] = record_reply(order, record, now) end
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
        local tried = existing and existing.rejected or {}
        if existing and not is_finished(existing) then tried = joined(tried, existing.tried) end
        drivers, unlisted, best = explain_candidates(order, search, tried)
    end

    local listed = {}
    for i, driver in ipairs(drivers) do
        listed[i] = {
            'driver', driver.member,
            'distance', distance_text(driver.distance_m / search.meters_per_unit),
            'verdict', driver.chosen and 'chosen' or 'passed over',
            'reason', reason_of(driver, search, now),
        }
    end
    local outcome = outcome_of(record, search, #drivers + unlisted, best)
    return {'order', order, 'outcome', outcome, 'drivers', listed, 'unlisted', unlisted}
end

local function tick(keys, args)
    local geo, now, most = keys[1], now_ms(), read_count(args, 100)
    local offers, ended = offers_key(geo), 0
    if not exists_as('zset', offers) then return 0 end
    local due = redis.call('ZRANGE', offers, '-inf', integer_text(now), 'BYSCORE', 'LIMIT', 0, integer_text(most))
    for _, order in ipairs(due) do
        -- The record is the truth: an order deleted or put to another use has no offer here any more.
        redis.call('ZREM', offers, order)
        local record = open_offer(order)
        if record and record.search.geo == geo then
            if time_out(order, now) then
                ended = ended + 1
            else
                redis.call('ZADD', offers, integer_text(record.reservation.expires_at), order)
            end
        end
    end
    return ended
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
register('assign_complete', 'assign.complete', 1, 0, 0, {'allow-oom'}, complete)
register('assign_cancel', 'assign.cancel', 1, 0, 0, {'allow-oom'}, cancel)
register('assign_get', 'assign.get', 1, 0, 0, {'no-writes'}, get_record)
register('assign_pending', 'assign.pending', 1, 0, kInfinity, {'no-writes'}, pending)
register('assign_explain', 'assign.explain', 3, 5, kInfinity, {'no-writes'}, explain)
register('assign_tick', 'assign.tick', 1, 0, 2, {}, tick)
