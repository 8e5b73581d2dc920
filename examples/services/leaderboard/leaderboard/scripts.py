"""Steps that Redis carries out as one, so that no season ends in between."""

# KEYS: the board's settings. ARGV: season key prefix, player, score.
SUBMIT = """
local mode = redis.call('HGET', KEYS[1], 'mode')
if not mode then
  return nil
end
local board = ARGV[1] .. redis.call('HGET', KEYS[1], 'season')
if mode == 'best' then
  redis.call('ZADD', board, 'GT', ARGV[3], ARGV[2])
elseif mode == 'sum' then
  redis.call('ZINCRBY', board, ARGV[3], ARGV[2])
else
  redis.call('ZADD', board, ARGV[3], ARGV[2])
end
return redis.call('ZSCORE', board, ARGV[2])
"""

# KEYS: the board's settings. ARGV: season key prefix, seconds to keep the old season.
CLOSE_SEASON = """
local season = redis.call('HGET', KEYS[1], 'season')
if not season then
  return nil
end
redis.call('EXPIRE', ARGV[1] .. season, ARGV[2])
redis.call('HINCRBY', KEYS[1], 'season', 1)
return tonumber(season)
"""
