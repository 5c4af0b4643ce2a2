<?php
// Predis, the PHP client, a family at a time: each line is a call and what it returns. Runs under with_server: PORT.
require 'Predis/autoload.php';

$families = [
    'strings' => [
        ['set', ['a', '1', 'EX', 100], 'OK'],
        ['set', ['a', '2', 'NX'], null],
        ['setnx', ['a', '3'], 0],
        ['setex', ['b', 100, 'x'], 'OK'],
        ['psetex', ['c', 100000, 'y'], 'OK'],
        ['getset', ['a', '3'], '1'],
        ['mset', [['a' => 1, 'b' => 2]], 'OK'],
        ['msetnx', [['b' => 3, 'z' => 4]], 0],
        ['mget', [['a', 'b', 'z']], ['1', '2', null]],
        ['append', ['a', '23'], 3],
        ['strlen', ['a'], 3],
        ['getrange', ['a', 0, 1], '12'],
        ['substr', ['a', 1, -1], '23'],
        ['setrange', ['a', 5, '6'], 6],
        ['incr', ['n'], 1],
        ['incrby', ['n', 9], 10],
        ['decr', ['n'], 9],
        ['decrby', ['n', 4], 5],
        ['incrbyfloat', ['n', 0.5], '5.5'],
        ['setbit', ['bits', 7, 1], 0],
        ['getbit', ['bits', 7], 1],
        ['bitcount', ['bits'], 1],
        ['bitpos', ['bits', 1], 7],
        ['bitop', ['NOT', 'other', 'bits'], 1],
        ['bitfield', ['bits', 'SET', 'u8', 0, 255], [1]],
    ],
    'keys' => [
        ['mset', [['a' => 1, 'b' => 2]], 'OK'],
        ['exists', ['a'], 1],
        ['expire', ['a', 100], 1],
        ['ttl', ['a'], 100],
        ['pexpire', ['a', 200000], 1],
        ['persist', ['a'], 1],
        ['expireat', ['a', 4000000000], 1],
        ['rename', ['a', 'd'], 'OK'],
        ['renamenx', ['d', 'b'], 0],
        ['keys', ['d*'], ['d']],
        ['move', ['d', 1], 1],
        ['randomkey', [], 'b'],
        ['object', ['encoding', 'b'], 'int'],
        ['rpush', ['list', [3, 1, 2]], 3],
        ['sort', ['list', ['sort' => 'desc', 'limit' => [0, 2]]], ['3', '2']],
        ['sort', ['list', ['store' => 'sorted']], 3],
        ['del', [['b', 'list']], 2],
        ['dbsize', [], 1],
    ],
    'lists' => [
        ['rpush', ['l', ['a', 'b', 'c']], 3],
        ['lpush', ['l', ['z']], 4],
        ['lpushx', ['none', 'x'], 0],
        ['rpushx', ['l', 'd'], 5],
        ['llen', ['l'], 5],
        ['lrange', ['l', 0, -1], ['z', 'a', 'b', 'c', 'd']],
        ['lindex', ['l', -1], 'd'],
        ['lset', ['l', 0, 'y'], 'OK'],
        ['linsert', ['l', 'before', 'b', 'x'], 6],
        ['lrem', ['l', 1, 'x'], 1],
        ['ltrim', ['l', 1, -1], 'OK'],
        ['lpop', ['l'], 'a'],
        ['rpop', ['l'], 'd'],
        ['rpoplpush', ['l', 'm'], 'c'],
        ['blpop', [['none', 'm'], 1], ['m', 'c']],
        ['brpop', [['l'], 1], ['l', 'b']],
        ['brpoplpush', ['l', 'm', 1], null],
    ],
    'sets' => [
        ['sadd', ['a', [1, 2, 3]], 3],
        ['sadd', ['b', [2, 3, 4]], 3],
        ['scard', ['a'], 3],
        ['sismember', ['a', 1], 1],
        ['smembers', ['a'], ['1', '2', '3']],
        ['sinter', [['a', 'b']], ['2', '3']],
        ['sunion', [['a', 'b']], ['1', '2', '3', '4']],
        ['sdiff', [['a', 'b']], ['1']],
        ['sinterstore', ['i', ['a', 'b']], 2],
        ['sunionstore', ['u', ['a', 'b']], 4],
        ['sdiffstore', ['d', ['a', 'b']], 1],
        ['smove', ['a', 'b', 1], 1],
        ['srem', ['b', [1, 9]], 1],
        ['spop', ['d'], '1'],
        ['srandmember', ['d'], null],
        ['sscan', ['i', 0], ['0', ['2', '3']]],
    ],
    'sorted sets' => [
        ['zadd', ['z', ['a' => 1, 'b' => 2, 'c' => 3]], 3],
        ['zincrby', ['z', 1.5, 'c'], '4.5'],
        ['zcard', ['z'], 3],
        ['zscore', ['z', 'a'], '1'],
        ['zrank', ['z', 'c'], 2],
        ['zrevrank', ['z', 'c'], 0],
        ['zcount', ['z', '(1', '+inf'], 2],
        ['zlexcount', ['z', '-', '+'], 3],
        ['zrange', ['z', 0, 0, ['withscores' => true]], ['a' => '1']],
        ['zrevrange', ['z', 0, 1], ['c', 'b']],
        ['zrangebyscore', ['z', 2, 5, ['limit' => [0, 1]]], ['b']],
        ['zrevrangebyscore', ['z', 5, 2], ['c', 'b']],
        ['zrangebylex', ['z', '[b', '+'], ['b', 'c']],
        ['zunionstore', ['u', ['z'], ['weights' => [2]]], 3],
        ['zinterstore', ['i', ['z', 'u'], ['aggregate' => 'max']], 3],
        ['zremrangebyrank', ['u', 0, 0], 1],
        ['zremrangebyscore', ['u', 4, 4], 1],
        ['zremrangebylex', ['i', '[a', '[a'], 1],
        ['zrem', ['z', 'a'], 1],
        ['zscan', ['z', 0], ['0', ['b' => 2.0, 'c' => 4.5]]],
    ],
    'hashes' => [
        ['hset', ['h', 'a', 1], 1],
        ['hsetnx', ['h', 'a', 9], 0],
        ['hmset', ['h', ['b' => 2, 'c' => 3]], 'OK'],
        ['hget', ['h', 'a'], '1'],
        ['hmget', ['h', ['a', 'none']], ['1', null]],
        ['hgetall', ['h'], ['a' => '1', 'b' => '2', 'c' => '3']],
        ['hkeys', ['h'], ['a', 'b', 'c']],
        ['hvals', ['h'], ['1', '2', '3']],
        ['hlen', ['h'], 3],
        ['hexists', ['h', 'a'], 1],
        ['hstrlen', ['h', 'a'], 1],
        ['hincrby', ['h', 'a', 9], 10],
        ['hincrbyfloat', ['h', 'a', 0.5], '10.5'],
        ['hscan', ['h', 0], ['0', ['a' => '10.5', 'b' => '2', 'c' => '3']]],
        ['hdel', ['h', ['a', 'none']], 1],
    ],
    'geo' => [
        ['geoadd', ['g', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'], 2],
        ['geodist', ['g', 'Palermo', 'Catania', 'km'], '166.2742'],
        ['geohash', ['g', ['Palermo']], ['sqc8b49rny0']],
        ['georadius', ['g', 15, 37, 200, 'km', ['sort' => 'asc']], ['Catania', 'Palermo']],
    ],
];

$failures = 0;
function check($title, $got, $expected)
{
    global $failures;
    $got = $got instanceof Predis\Response\Status ? (string) $got : $got;
    if ($got === $expected) return;
    $failures += 1;
    printf("%s\n  returned %s\n  expected %s\n", $title, json_encode($got), json_encode($expected));
}

$client = new Predis\Client(['host' => '127.0.0.1', 'port' => getenv('PORT')]);
foreach ($families as $family => $calls) {
    $client->flushall();
    foreach ($calls as [$command, $words, $expected]) {
        check("$family: $command " . json_encode($words), $client->$command(...$words), $expected);
    }
}

$client->flushall();
$replies = $client->pipeline(function ($pipe) {
    for ($number = 0; $number < 1000; $number++) $pipe->set("k$number", $number);
    $pipe->dbsize();
});
check('a pipeline', end($replies), 1000);
check('a transaction', $client->transaction(function ($tx) { $tx->incr('k1'); $tx->get('k1'); }), [2, '2']);
check('all keys', count(iterator_to_array(new Predis\Collection\Iterator\Keyspace($client, 'k*'))), 1000);
try {
    $client->lpush('k1', ['x']);
    check('the wrong type', 'no error', 'an error');
} catch (Predis\Response\ServerException $error) {
    check('the wrong type', $error->getErrorType(), 'WRONGTYPE');
}
echo $failures === 0 ? "passed\n" : "$failures failed\n";
exit($failures === 0 ? 0 : 1);
