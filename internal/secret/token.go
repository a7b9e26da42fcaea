package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const tokenBytes = 32

// NewToken makes a token of 256 random bits behind a readable prefix ("ses_",
// "wk_"), which lets a leaked one be recognised, and the hash to store. The
// token itself is shown once and kept nowhere.
func NewToken(prefix string) (token, hash string) {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // crypto/rand never fails; the program ends when the machine has no randomness
	token = prefix + base64.RawURLEncoding.EncodeToString(b)
	return token, HashToken(token)
}

// HashToken gives what is stored and looked up. A plain SHA-256 is enough for
// 256 random bits: there is nothing to guess, so nothing to slow down, and a
// look-up by the hash needs no comparison in constant time.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
