package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
	"tidings/internal/id"
)

// sharedToken is the access token in Redis, and the lock of whoever fetches a new one.
type sharedToken struct {
	redis   redis.UniversalClient
	seal    func([]byte) []byte
	open    func([]byte) ([]byte, error)
	key     string        // holds a hash tag: token and lock live in one slot
	lockFor time.Duration // a crashed holder blocks the others so long at most
}

var errNotSealed = errors.New("the token could not be sealed")

const lockPoll = 50 * time.Millisecond

// unlockScript deletes the lock if it is still ours.
// KEYS[1] the lock, ARGV[1] the holder's mark; returns the number of keys deleted.
var unlockScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
	return redis.call('DEL', KEYS[1])
end
return 0`)

// wait gives the shared token if it is not bad, else the right to fetch one,
// waiting for a holder that may be about to store it. The returned unlock must
// be called in any case.
func (s *sharedToken) wait(ctx context.Context, bad string) (*token, func(), error) {
	mark := id.New("lock")
	poll := time.NewTicker(lockPoll)
	defer poll.Stop()
	for {
		tok, err := s.get(ctx)
		if err != nil {
			return nil, func() {}, err
		}
		if tok != nil && tok.value != bad {
			return tok, func() {}, nil
		}
		got, err := s.redis.SetNX(ctx, s.key+":lock", mark, s.lockFor).Result()
		if err != nil {
			return nil, func() {}, err
		}
		if got {
			return s.won(ctx, mark, bad)
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return nil, func() {}, ctx.Err()
		}
	}
}

// won looks once more under the lock: the holder before may have stored a token after our look.
func (s *sharedToken) won(ctx context.Context, mark, bad string) (*token, func(), error) {
	unlock := func() {
		// An error only means that the lock ends by itself a little later.
		_ = unlockScript.Run(context.WithoutCancel(ctx), s.redis, []string{s.key + ":lock"}, mark).Err()
	}
	tok, err := s.get(ctx)
	if tok != nil && tok.value == bad {
		tok = nil
	}
	return tok, unlock, err
}

type storedToken struct {
	Value string    `json:"v"`
	Until time.Time `json:"u"`
}

// get is nil without an error when there is none, or none that we can read.
func (s *sharedToken) get(ctx context.Context) (*token, error) {
	b, err := s.redis.Get(ctx, s.key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil //nolint:nilnil // documented: no token is no error
	}
	if err != nil {
		return nil, err
	}
	if s.open != nil {
		if b, err = s.open(b); err != nil {
			return nil, nil //nolint:nilnil,nilerr // sealed with a former key: as good as none
		}
	}
	var st storedToken
	if err = json.Unmarshal(b, &st); err != nil || st.Value == "" || !clock.Wall().Before(st.Until) {
		return nil, nil //nolint:nilnil,nilerr // unreadable or over: as good as none
	}
	return newToken(st.Value, st.Until), nil
}

func (s *sharedToken) put(ctx context.Context, tok *token) error {
	b, err := json.Marshal(storedToken{tok.value, tok.until})
	if err != nil {
		return err
	}
	if s.seal != nil {
		if b = s.seal(b); b == nil {
			return errNotSealed
		}
	}
	return s.redis.Set(ctx, s.key, b, tok.until.Sub(clock.Wall())).Err()
}
