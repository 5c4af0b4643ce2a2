-- The seed's five commands in one round trip: the nearest available driver within 5 km, locked and taken.
-- KEYS: geo set, available set, order. ARGV: longitude, latitude. Returns the driver, or nil.
if redis.call('SCARD', KEYS[2]) == 0 then return false end
local count = 10
local seen = 0
while true do
    local near = redis.call('GEORADIUS', KEYS[1], ARGV[1], ARGV[2], '5', 'km', 'ASC', 'COUNT', count)
    for first = seen + 1, #near, 5000 do
        local last = math.min(first + 4999, #near)
        local available = redis.call('SMISMEMBER', KEYS[2], unpack(near, first, last))
        for i, is_available in ipairs(available) do
            local driver = near[first + i - 1]
            if is_available == 1 then
                local lock = 'agent:' .. string.sub(driver, string.find(driver, ':') + 1) .. ':lock'
                if redis.call('SET', lock, KEYS[3], 'NX', 'EX', '30') then
                    redis.call('SREM', KEYS[2], driver)
                    return driver
                end
            end
        end
    end
    if #near < count then return false end
    seen = #near
    count = count * 10
end
