package ratelimit

import "github.com/redis/go-redis/v9"

// The bucket is a hash:
//
//	v  tokens, in millionths of a message
//	t  when v was right, Redis' time in µs
//	r  the rate asked for last, messages a second
//	s  the rate is halved until then, µs
//	p  nothing is granted until then, µs
//
// lib is the part the scripts share. Redis prints a large number with an
// exponent, so whole() writes it out.
const lib = `
local function whole(n) return string.format('%.0f', n) end
local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end
local function capacity(rate)
  local least = 1000000
  if rate >= 5 then least = 1500000 end
  return math.max(math.floor(rate * 100000), least)
end
local function expire(key, now, s, p)
  redis.call('PEXPIRE', key, whole(math.max(60000, math.ceil((math.max(s, p) - now) / 1000))))
end
`

// takeScript grants tokens, or notes the taker as waiting.
//
//	KEYS[1]     the bucket
//	KEYS[2..4]  who waits, of class NOTICE, URGENT and NORMAL: sorted sets of waiters by when the note ends, µs
//	ARGV[1]     rate, messages a second, > 0
//	ARGV[2]     messages wanted, > 0
//	ARGV[3]     class: 1, 2 or 3
//	ARGV[4]     the waiter's name
//	ARGV[5]     messages a grant has at most
//	ARGV[6]     how long a waiter is noted, µs
//	ARGV[7]     the longest wait to tell a waiter, µs
//	ARGV[8]     the longest wait to tell while paused, µs
//
// Returns {messages granted, µs to wait}: one of the two is 0.
var takeScript = redis.NewScript(lib + `
local rate, want, class, me = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local now = clock()
local b = redis.call('HMGET', KEYS[1], 'v', 't', 's', 'p')
local s, p = tonumber(b[3]) or 0, tonumber(b[4]) or 0
local waiters = KEYS[1 + class]

if p > now then
  redis.call('ZREM', waiters, me)
  return {0, math.max(1000, math.min(p - now, tonumber(ARGV[8])))}
end
local asked = rate
if s > now then rate = rate / 2 end

local full = capacity(rate)
local v = full
if b[1] then
  local passed = math.max(0, now - tonumber(b[2]))
  v = math.min(full, tonumber(b[1]) + math.floor(math.min(passed, 2000000) * rate))
end

local most = math.max(1, math.min(tonumber(ARGV[5]), math.floor(rate / 10)))
local least = math.min(want, math.max(1, math.floor(most / 2)))
local ahead = false
for c = 1, class - 1 do
  redis.call('ZREMRANGEBYSCORE', KEYS[1 + c], '-inf', whole(now))
  if redis.call('ZCARD', KEYS[1 + c]) > 0 then ahead = true end
end

local granted, wait = 0, 0
local missing = least * 1000000 - v
if missing <= 0 and not ahead then
  granted = math.min(want, most, math.floor(v / 1000000))
  v = v - granted * 1000000
  redis.call('ZREM', waiters, me)
else
  if ahead then missing = math.max(missing, 0) + least * 1000000 end
  wait = math.max(1000, math.min(math.ceil(missing / rate), tonumber(ARGV[7])))
  redis.call('ZADD', waiters, whole(now + tonumber(ARGV[6])), me)
  redis.call('PEXPIRE', waiters, 10000)
end
redis.call('HSET', KEYS[1], 'v', whole(v), 't', whole(now), 'r', whole(asked))
expire(KEYS[1], now, s, p)
return {granted, wait}`)

// returnScript puts tokens back that were not used.
//
//	KEYS[1] the bucket
//	ARGV[1] messages
//
// Returns 1, or 0 when there is no bucket, which is then full anyway.
var returnScript = redis.NewScript(lib + `
local b = redis.call('HMGET', KEYS[1], 'v', 'r')
if not b[1] then return 0 end
local v = math.min(capacity(tonumber(b[2])), tonumber(b[1]) + ARGV[1] * 1000000)
redis.call('HSET', KEYS[1], 'v', whole(v))
return 1`)

// holdScript slows or pauses until a time, or ends both.
//
//	KEYS[1] the bucket
//	ARGV[1] s or p: which of the two; empty ends both
//	ARGV[2] until, µs; an earlier time than the one in force changes nothing
//
// Returns 1.
var holdScript = redis.NewScript(lib + `
if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 's', 'p')
  return 1
end
local b = redis.call('HMGET', KEYS[1], 's', 'p')
local u = {s = tonumber(b[1]) or 0, p = tonumber(b[2]) or 0}
u[ARGV[1]] = math.max(u[ARGV[1]], tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], whole(u[ARGV[1]]))
expire(KEYS[1], clock(), u.s, u.p)
return 1`)
