package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tidings/ent/loginattempt"
	"tidings/outreach/fault"
)

// Limits of failed sign-ins in a window that begins with the first of them.
// One address may fail more often than one e-mail from it, because an office
// shares an address.
const (
	attemptWindow   = 15 * time.Minute
	attemptsByEmail = 5  // of one e-mail from one address
	attemptsByIP    = 50 // of one address, whatever the e-mail
)

// countAttempt adds one try to a key and gives the tries in the window and the
// window's beginning. One statement, so that tries at the same time are all counted.
//
// $1 key, $2 now, $3 beginning of the oldest window still open.
const countAttempt = `INSERT INTO login_attempts (id, failures, since) VALUES ($1, 1, $2)
ON CONFLICT (id) DO UPDATE SET
  failures = CASE WHEN login_attempts.since <= $3 THEN 1 ELSE login_attempts.failures + 1 END,
  since = CASE WHEN login_attempts.since <= $3 THEN $2 ELSE login_attempts.since END
RETURNING failures, since`

// attempts are the keys one sign-in is counted under.
type attempts struct{ email, ip string }

func attemptsOf(email, ip string) attempts {
	return attempts{email: hashed("email\x00" + email + "\x00" + ip), ip: hashed("ip\x00" + ip)}
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// take counts a sign-in before the password is looked at, so that many at once
// cannot outrun the limit. LIMITED with the time to wait when there were too many.
func (s *Service) take(ctx context.Context, a attempts) error {
	now := s.now()
	if _, err := s.store.LoginAttempt.Delete().Where(loginattempt.SinceLTE(now.Add(-attemptWindow))).Exec(ctx); err != nil {
		return fmt.Errorf("forget old attempts: %w", err)
	}
	for _, limit := range []struct {
		key string
		max int
	}{{a.ip, attemptsByIP}, {a.email, attemptsByEmail}} {
		failures, since, err := s.count(ctx, limit.key, now)
		if err != nil {
			return err
		}
		if failures > limit.max {
			return fault.Errorf(fault.Limited, "too many failed sign-ins; try again later").After(since.Add(attemptWindow).Sub(now))
		}
	}
	return nil
}

func (s *Service) count(ctx context.Context, key string, now time.Time) (failures int, since time.Time, err error) {
	rows, err := s.store.QueryContext(ctx, countAttempt, key, now, now.Add(-attemptWindow))
	if err != nil {
		return 0, since, fmt.Errorf("count attempt: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	if rows.Next() {
		if err = rows.Scan(&failures, &since); err != nil {
			return 0, since, fmt.Errorf("count attempt: %w", err)
		}
	}
	return failures, since, rows.Err()
}

// forgive takes back the count of a sign-in that succeeded. The address keeps
// its earlier failures: somebody who owns one account may not clear them for others.
func (s *Service) forgive(ctx context.Context, a attempts) error {
	if _, err := s.store.LoginAttempt.Delete().Where(loginattempt.ID(a.email)).Exec(ctx); err != nil {
		return fmt.Errorf("forgive: %w", err)
	}
	err := s.store.LoginAttempt.Update().Where(loginattempt.ID(a.ip), loginattempt.FailuresGT(0)).AddFailures(-1).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forgive: %w", err)
	}
	return nil
}
