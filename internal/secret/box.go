// Package secret keeps what must not be read: Box encrypts values for the
// database, Token makes and recognises random tokens of which only a hash is
// stored, and Passwords hashes passwords with argon2id at a bounded cost.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrSealed means that a value could not be opened: it was changed, belongs to
// another row, or its key is not among those given. The three are told apart by
// nobody, on purpose.
var ErrSealed = errors.New("sealed value cannot be opened")

const (
	keyIDBytes = 4 // how much of the key's hash names it in a sealed value
	version    = 1 // first byte of every sealed value
)

// Box seals and opens values with AES-256-GCM. A sealed value is
//
//	version (1) ‖ key ID (4) ‖ nonce (12) ‖ ciphertext and tag
//
// The key ID tells which of several keys opens it, so keys can be changed: put
// the new one first, seal again what is old (NeedsReseal), drop the old one.
type Box struct {
	first keyID
	keys  map[keyID]cipher.AEAD
}

type keyID [keyIDBytes]byte

// NewBox takes the keys, 32 bytes each. The first seals, all open.
func NewBox(keys ...[]byte) (*Box, error) {
	if len(keys) == 0 {
		return nil, errors.New("a box needs a key")
	}
	b := &Box{keys: make(map[keyID]cipher.AEAD, len(keys))}
	for i, key := range keys {
		if len(key) != 32 {
			return nil, fmt.Errorf("a key has 32 bytes, not %d", len(key))
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		id := idOf(key)
		if i == 0 {
			b.first = id
		}
		b.keys[id] = aead
	}
	return b, nil
}

// idOf names a key by a hash under a label of its own, which tells nothing about the key.
func idOf(key []byte) keyID {
	sum := sha256.Sum256(append([]byte("tidings key id\x00"), key...))
	return keyID(sum[:keyIDBytes])
}

// Seal encrypts a value for one place. The place (see Place) is not stored but
// must be the same when the value is opened: a value copied to another row does
// not open there.
func (b *Box) Seal(plain []byte, place string) ([]byte, error) {
	aead := b.keys[b.first]
	head := 1 + keyIDBytes
	out := make([]byte, head+aead.NonceSize(), head+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0] = version
	copy(out[1:], b.first[:])
	if _, err := rand.Read(out[head:]); err != nil {
		return nil, fmt.Errorf("nonce: %w", err)
	}
	return aead.Seal(out, out[head:], plain, []byte(place)), nil //nolint:gosec // the nonce is random: the line above fills it
}

// Open decrypts a value sealed for the same place, or gives ErrSealed.
func (b *Box) Open(sealed []byte, place string) ([]byte, error) {
	aead, ok := b.keyOf(sealed)
	if !ok {
		return nil, ErrSealed
	}
	head := 1 + keyIDBytes
	if len(sealed) < head+aead.NonceSize()+aead.Overhead() {
		return nil, ErrSealed
	}
	nonce, text := sealed[head:head+aead.NonceSize()], sealed[head+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, []byte(place))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// NeedsReseal tells whether a value was sealed with another key than the first.
func (b *Box) NeedsReseal(sealed []byte) bool {
	return len(sealed) < 1+keyIDBytes || keyID(sealed[1:1+keyIDBytes]) != b.first
}

func (b *Box) keyOf(sealed []byte) (cipher.AEAD, bool) {
	if len(sealed) < 1+keyIDBytes || sealed[0] != version {
		return nil, false
	}
	aead, ok := b.keys[keyID(sealed[1:1+keyIDBytes])]
	return aead, ok
}

// Place names where a sealed value lives: the project, and the row with its
// column. IDs hold no slash, so no two places read the same.
func Place(projectID, rowID, column string) string {
	return projectID + "/" + rowID + "/" + column
}
