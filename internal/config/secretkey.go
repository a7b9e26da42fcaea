package config

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyBytes is the length of a key of AES-256.
const keyBytes = 32

const howToMakeAKey = "make one with: openssl rand -base64 32"

// demoKeyFile holds the key that demo mode makes, in the data folder.
const demoKeyFile = "secret.key"

// SecretKeys gives the keys of TIDINGS_SECRET_KEY, the one that encrypts first.
// In demo mode without one it makes a key and keeps it in the data folder,
// readable by the owner alone, so that secrets outlive a restart.
func (c *Config) SecretKeys() ([][]byte, error) {
	if c.SecretKey == "" && c.Demo {
		key, err := demoKey(c.DataDir)
		if err != nil {
			return nil, fmt.Errorf("secret key of the demo: %w", err)
		}
		return [][]byte{key}, nil
	}
	return c.keys()
}

// keys takes the setting apart without touching the disk.
func (c *Config) keys() ([][]byte, error) {
	if c.SecretKey == "" {
		if c.Demo {
			return nil, nil
		}
		return nil, errors.New("TIDINGS_SECRET_KEY is required, because the channels' secrets are encrypted with it; " + howToMakeAKey)
	}
	var keys [][]byte
	for text := range strings.SplitSeq(c.SecretKey, ",") {
		key, ok := parseKey(strings.TrimSpace(text))
		if !ok {
			return nil, errors.New("TIDINGS_SECRET_KEY must be 32 random bytes in base64 or hex; " + howToMakeAKey)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// parseKey reads 32 bytes in hex, or in base64 of either alphabet, padded or not.
func parseKey(text string) ([]byte, bool) {
	if key, err := hex.DecodeString(text); err == nil && len(key) == keyBytes {
		return key, true
	}
	bare := strings.TrimRight(text, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := encoding.DecodeString(bare); err == nil && len(key) == keyBytes {
			return key, true
		}
	}
	return nil, false
}

// demoKey reads the key of the data folder or makes it. It is written beside
// and then linked into place, so that two processes starting at once agree on
// one key and none reads half of it.
func demoKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, demoKeyFile)
	if key, err := readDemoKey(path); !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(dir, demoKeyFile+".*") // 0600 by CreateTemp's contract
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // a left-over file does no harm
	_, err = temp.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	return readDemoKey(path)
}

func readDemoKey(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, ok := parseKey(strings.TrimSpace(string(content)))
	if !ok {
		return nil, fmt.Errorf("%s does not hold a key; remove it and a new one is made (channels then need their secrets again)", path)
	}
	return key, nil
}
