-- As growing_count.lua, but it begins with a small circle: what it costs in Redis is the circle's content, not
-- the COUNT. Nobody outside a circle is nearer than somebody inside, so the first one found is the nearest.
-- KEYS: geo set, available set, order. ARGV: longitude, latitude. Returns the driver, or nil.
if redis.call('SCARD', KEYS[2]) == 0 then return false end
local radius_m = 75
while true do
    local near = redis.call('GEORADIUS', KEYS[1], ARGV[1], ARGV[2], radius_m, 'm', 'ASC')
    for first = 1, #near, 5000 do
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
    if radius_m >= 5000 then return false end
    radius_m = math.min(radius_m * 2, 5000)
end
