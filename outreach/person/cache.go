package person

import (
	"strconv"
	"sync"
	"time"

	"tidings/internal/clock"
)

const (
	// maxCachedKeys bounds each of the two generations of IDs in memory.
	maxCachedKeys = 100_000
	// keyTTL is how long an ID's person is believed. It is well below foldAfter, so
	// that rows written under the number of somebody merged meanwhile are still folded.
	keyTTL = 3 * time.Minute
)

// keyCache remembers whose IDs are, in two generations: when the young one is
// full it becomes the old one, and what nobody asked for since is forgotten.
type keyCache struct {
	mu         sync.Mutex
	limit      int
	young, old map[string]cachedKey
	// dead are people whom this process merged away, by ID, and who they are now.
	dead map[int64]uint32
}

type cachedKey struct {
	num   uint32
	until int64 // machine time, seconds
}

func newKeyCache(limit int) *keyCache {
	return &keyCache{limit: limit, young: map[string]cachedKey{}, old: map[string]cachedKey{}, dead: map[int64]uint32{}}
}

func cacheKey(projectNum int64, k Key) string {
	b := make([]byte, 0, 24+len(k.Type)+len(k.Value))
	b = strconv.AppendInt(b, projectNum, 36)
	b = append(append(append(append(b, 0), k.Type...), 0), k.Value...)
	return string(b)
}

func (c *keyCache) get(projectNum int64, k Key) (uint32, bool) {
	key, now := cacheKey(projectNum, k), clock.Wall().Unix()
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[key]; ok {
		return c.living(projectNum, v.num), now < v.until
	}
	v, ok := c.old[key]
	if !ok || now >= v.until {
		return 0, false
	}
	c.add(key, v)
	return c.living(projectNum, v.num), true
}

func (c *keyCache) put(projectNum int64, k Key, num uint32) {
	v := cachedKey{num, clock.Wall().Add(keyTTL).Unix()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(cacheKey(projectNum, k), v)
}

func (c *keyCache) add(key string, v cachedKey) {
	if len(c.young) >= c.limit {
		c.old, c.young = c.young, make(map[string]cachedKey, c.limit/4)
	}
	c.young[key] = v
}

func (c *keyCache) living(projectNum int64, num uint32) uint32 {
	if len(c.dead) == 0 {
		return num
	}
	for {
		next, ok := c.dead[ID(projectNum, num)]
		if !ok {
			return num
		}
		num = next
	}
}

// merged notes that somebody is somebody else now.
func (c *keyCache) merged(projectNum int64, winner, loser uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.dead) >= c.limit {
		clear(c.dead)
		clear(c.young) // what they were known by would be wrong for a while
		clear(c.old)
	}
	c.dead[ID(projectNum, loser)] = winner
}

// follow replaces people whom this process merged away by who they are now.
func (c *keyCache) follow(projectNum int64, nums []uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, num := range nums {
		nums[i] = c.living(projectNum, num)
	}
}
