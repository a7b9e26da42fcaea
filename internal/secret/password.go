package secret

import (
	"context"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// parameters follow OWASP's second recommendation for argon2id (19 MiB, two
// passes, one lane): some tens of milliseconds and little memory a hash.
var parameters = &argon2id.Params{
	Memory:      19 * 1024,
	Iterations:  2,
	Parallelism: 1,
	SaltLength:  16,
	KeyLength:   32,
}

// Passwords hashes and checks passwords. Each hash costs a core and 19 MiB
// while it lasts, so only as many run at once as there are processors; the
// others wait until their context ends. A flood of sign-ins then costs time,
// never the machine.
type Passwords struct {
	slots chan struct{}
	dummy string
}

// NewPasswords makes a hasher; one serves the whole process.
func NewPasswords() (*Passwords, error) {
	dummy, err := argon2id.CreateHash("nobody's password", parameters)
	if err != nil {
		return nil, fmt.Errorf("hash: %w", err)
	}
	return &Passwords{slots: make(chan struct{}, max(1, runtime.NumCPU())), dummy: dummy}, nil
}

// Hash gives the text to store, which carries its parameters and salt.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	hash, err := argon2id.CreateHash(password, parameters)
	if err != nil {
		return "", fmt.Errorf("hash: %w", err)
	}
	return hash, nil
}

// Check tells whether the password belongs to the hash. An empty hash (nobody
// with that name, or no password set) takes as long as a wrong password and
// never matches, so that timing does not tell who exists.
func (p *Passwords) Check(ctx context.Context, password, hash string) (bool, error) {
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	if hash == "" {
		_, err := argon2id.ComparePasswordAndHash(password, p.dummy)
		return false, err
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("stored hash: %w", err)
	}
	return ok, nil
}

// NeedsRehash tells whether a stored hash was made with other parameters than
// today's; a sign-in that succeeded is the moment to make it new.
func (p *Passwords) NeedsRehash(hash string) bool {
	params, _, _, err := argon2id.DecodeHash(hash)
	return err != nil || *params != *parameters
}

func (p *Passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a free password slot: %w", ctx.Err())
	}
}

func (p *Passwords) leave() { <-p.slots }
